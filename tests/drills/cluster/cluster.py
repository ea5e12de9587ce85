"""Three etcd, three PostgreSQL under Patroni, HAProxy before the databases and the pages, with the settings of `deploy/`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import yaml

from tests.drills.cluster.daemons import Daemon, family, given_to_servers, signal_all, until
from tests.drills.cluster.parts import LIBRARIES, Parts
from tests.support.ports import free_port

NODES = (1, 2, 3)
ROOT = Path(__file__).parents[3]
DEPLOYED = ROOT / "deploy" / "patroni" / "patroni.yml"
"""The cluster-wide settings are read from the file that is deployed: what is drilled is what runs."""


class Cluster:
    """Its daemons by name; `folder` holds data, logs and configuration, and belongs to the servers' user."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts = parts
        self.folder = folder
        self.passwords = {name: token_hex(12) for name in ("postgres", "repl", "rewind", "ncre")}
        self.ports = free_port(15)
        self.daemons: dict[str, Daemon] = {}
        self.rebuilt = 0
        given_to_servers(folder)

    def port(self, kind: str, node: int = 1) -> int:
        kinds = ("etcd", "peer", "postgres", "rest")
        if kind in kinds:
            return self.ports + kinds.index(kind) * 3 + node - 1
        return self.ports + 12 + ("database", "pages", "unused").index(kind)

    def url(self, user: str = "ncre", name: str = "ncre") -> str:
        return f"postgresql+psycopg://{user}:{self.passwords[user]}@127.0.0.1:{self.port('database')}/{name}"

    def start(self, pages: tuple[int, ...]) -> None:
        for node in NODES:
            self.start_etcd(node, "new")
        until(lambda: all(self._etcd_answers(node) for node in NODES), 30, "three etcd")
        for node in NODES:
            (self.folder / f"patroni{node}.yml").write_text(yaml.safe_dump(self._patroni(node)))
            self._daemon(
                f"patroni{node}", [self.parts.python, "-m", "patroni", f"{self.folder}/patroni{node}.yml"]
            )
            self.daemons[f"patroni{node}"].start()
            if node == 1:
                until(lambda: self.leader() is not None, 240, "a first primary")
        (self.folder / "haproxy.cfg").write_text(self._haproxy(pages))
        self._daemon("haproxy", [self.parts.haproxy, "-db", "-f", f"{self.folder}/haproxy.cfg"])
        self.daemons["haproxy"].start()
        until(self.healthy, 240, "three healthy members")
        self._create_database()

    def stop(self) -> None:
        """Everything that was started, databases first."""
        for name in ("haproxy", *(f"patroni{node}" for node in NODES)):
            if name in self.daemons:
                self.daemons[name].end(30)
        for node in NODES:
            signal_all(self._postmaster(node), signal.SIGQUIT)
            if f"etcd{node}" in self.daemons:
                self.daemons[f"etcd{node}"].end()

    def start_etcd(self, node: int, state: str = "existing") -> None:
        client, peer = (f"http://127.0.0.1:{self.port(kind, node)}" for kind in ("etcd", "peer"))
        members = ",".join(f"e{one}=http://127.0.0.1:{self.port('peer', one)}" for one in NODES)
        self._daemon(
            f"etcd{node}",
            [self.parts.etcd, "--name", f"e{node}", "--data-dir", f"{self.folder}/etcd{node}"]
            + ["--listen-client-urls", client, "--advertise-client-urls", client]
            + ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
            + ["--initial-cluster", members, "--initial-cluster-state", state]
            + ["--heartbeat-interval", "100", "--election-timeout", "1000"],
        )
        self.daemons[f"etcd{node}"].start()

    def members(self) -> list[dict[str, Any]]:
        for node in NODES:
            try:
                found: list[dict[str, Any]] = self._rest(node, "/cluster")["members"]
            except (OSError, ValueError, KeyError):
                continue
            return found
        return []

    def node_with(self, *roles: str) -> int | None:
        healthy = ("running", "streaming")
        return next(
            (
                int(one["name"][2:])
                for one in self.members()
                if one["role"] in roles and one["state"] in healthy
            ),
            None,
        )

    def leader(self) -> int | None:
        return self.node_with("leader")

    def healthy(self) -> bool:
        members = self.members()
        well = [one for one in members if one["state"] in ("running", "streaming")]
        roles = {one["role"] for one in well}
        return len(well) == len(NODES) and {"leader", "sync_standby"} <= roles

    def heal(self, seconds: float = 240) -> None:
        """Wait for three members; one that stays broken is rebuilt, as the runbook says. Raises NotReached."""
        try:
            until(self.healthy, 60, "three healthy members")
        except Exception:
            broken = [one["name"] for one in self.members() if one["state"] not in ("running", "streaming")]
            for name in broken:
                self.rebuilt += 1
                self.patronictl("reinit", "ncre", name, "--force")
            until(self.healthy, seconds, f"three healthy members ({self.members()})")

    def patronictl(self, *words: str) -> str:
        command = [sys.executable, "-c", "from patroni.ctl import ctl; ctl(prog_name='patronictl')"]
        said = subprocess.run(
            [*command, "-c", f"{self.folder}/patroni1.yml", *words],
            capture_output=True,
            text=True,
            timeout=90,
        )
        return said.stdout + said.stderr

    def processes(self, node: int) -> list[int]:
        """Patroni, the postmaster and its children."""
        postmaster = [one for pid in self._postmaster(node) for one in family(pid)]
        return [self.daemons[f"patroni{node}"].pid, *postmaster]

    def postmaster(self, node: int) -> int:
        (pid,) = self._postmaster(node)
        return pid

    def _postmaster(self, node: int) -> list[int]:
        """None where it is not ours any more: a pid may be another's by now."""
        data = self.folder / f"pg{node}"
        try:
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            ours = str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return []
        return [pid] if ours else []

    def _rest(self, node: int, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port('rest', node)}{path}", timeout=1) as answer:
            return json.load(answer)

    def _etcd_answers(self, node: int) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port('etcd', node)}/health", timeout=1
            ) as answer:
                return b"true" in answer.read()
        except OSError:
            return False

    def _daemon(self, name: str, command: list[str]) -> None:
        environment = {
            "HOME": str(self.folder),
            "PATH": f"{self.parts.postgres}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "PYTHONPATH": LIBRARIES,
        }
        self.daemons[name] = Daemon(name, command, self.folder, environment)

    def _create_database(self) -> None:
        admin = self.url("postgres", "postgres").replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE ncre LOGIN PASSWORD '{self.passwords['ncre']}'".encode())
            connection.execute(b"CREATE DATABASE ncre OWNER ncre")

    def _patroni(self, node: int) -> dict[str, Any]:
        """What is deployed, with the addresses, folders and passwords of this drill."""
        deployed: dict[str, Any] = yaml.safe_load(DEPLOYED.read_text())
        postgres, rest = (f"127.0.0.1:{self.port(kind, node)}" for kind in ("postgres", "rest"))
        bootstrap, own = deployed["bootstrap"], deployed["postgresql"]
        bootstrap["dcs"]["postgresql"]["parameters"] |= {
            "shared_buffers": "64MB",
            "max_connections": 120,
            "archive_mode": "off",
        }
        bootstrap["dcs"]["postgresql"]["parameters"].pop("archive_command", None)
        bootstrap["dcs"]["postgresql"]["pg_hba"] = [
            "local all all trust",
            "host replication repl 127.0.0.1/32 scram-sha-256",
            "host all all 127.0.0.1/32 scram-sha-256",
        ]
        bootstrap["initdb"].append("no-sync")  # of the empty database alone: the machine may be busy
        own |= {
            "listen": postgres,
            "connect_address": postgres,
            "data_dir": f"{self.folder}/pg{node}",
            "bin_dir": str(self.parts.postgres),
            "pgpass": f"{self.folder}/pgpass{node}",
            "parameters": {"unix_socket_directories": str(self.folder)},
            "authentication": {
                "superuser": {"username": "postgres", "password": self.passwords["postgres"]},
                "replication": {"username": "repl", "password": self.passwords["repl"]},
                "rewind": {"username": "rewind", "password": self.passwords["rewind"]},
            },
        }
        return {
            "scope": "ncre",
            "name": f"pg{node}",
            "restapi": {"listen": rest, "connect_address": rest},
            "etcd3": {"hosts": [f"127.0.0.1:{self.port('etcd', one)}" for one in NODES]},
            "bootstrap": bootstrap,
            "postgresql": own,
            "watchdog": {"mode": "off"},
        }

    def _haproxy(self, pages: tuple[int, ...]) -> str:
        databases = [
            f"  server pg{node} 127.0.0.1:{self.port('postgres', node)} check port {self.port('rest', node)}"
            for node in NODES
        ]
        nodes = [f"  server web{number} 127.0.0.1:{port} check" for number, port in enumerate(pages, 1)]
        return "\n".join(
            [
                "global",
                "  maxconn 500",
                "defaults",
                "  timeout connect 2s",
                "  timeout client 1h",
                "  timeout server 1h",
            ]
            + ["  timeout check 2s", "  retries 2", "listen database", "  mode tcp"]
            + [f"  bind 127.0.0.1:{self.port('database')}", "  option httpchk OPTIONS /primary"]
            + ["  http-check expect status 200"]
            + ["  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions", *databases]
            + ["listen pages", "  mode http", f"  bind 127.0.0.1:{self.port('pages')}", "  option redispatch"]
            + [
                "  option httpchk GET /healthz",
                "  option forwardfor",
                "  default-server inter 1s fall 2 rise 1",
                *nodes,
                "",
            ]
        )
