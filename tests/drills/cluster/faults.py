"""The faults: each is done to a running cluster, waits as long as it lasts, and leaves everything started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Final

from tests.drills.cluster.cluster import Cluster
from tests.drills.cluster.daemons import Daemon, signal_all

FROZEN_SECONDS: Final = 45.0
ETCD_SECONDS: Final = 10.0

Fault = Callable[[Cluster, dict[str, Daemon]], None]


def kill_node(cluster: Cluster, _: dict[str, Daemon]) -> None:
    """Patroni and PostgreSQL of the primary at once."""
    node = _leader(cluster)
    signal_all(cluster.processes(node)[:2], signal.SIGKILL)
    time.sleep(25)
    cluster.daemons[f"patroni{node}"].kill()
    cluster.daemons[f"patroni{node}"].start()


def kill_postgresql(cluster: Cluster, _: dict[str, Daemon]) -> None:
    os.kill(cluster.postmaster(_leader(cluster)), signal.SIGKILL)
    time.sleep(8)


def kill_standby(cluster: Cluster, _: dict[str, Daemon]) -> None:
    node = cluster.node_with("sync_standby")
    assert node is not None
    signal_all(cluster.processes(node)[:2], signal.SIGKILL)
    time.sleep(8)
    cluster.daemons[f"patroni{node}"].kill()
    cluster.daemons[f"patroni{node}"].start()


def freeze_node(cluster: Cluster, _: dict[str, Daemon]) -> None:
    """The whole primary hangs, and wakes while another has taken its place."""
    frozen = cluster.processes(_leader(cluster))
    signal_all(frozen, signal.SIGSTOP)
    time.sleep(FROZEN_SECONDS)
    signal_all(frozen, signal.SIGCONT)
    time.sleep(5)


def switch_over(cluster: Cluster, _: dict[str, Daemon]) -> None:
    cluster.patronictl("switchover", "ncre", "--force")
    time.sleep(5)


def kill_etcd(cluster: Cluster, _: dict[str, Daemon]) -> None:
    cluster.daemons["etcd1"].kill()
    time.sleep(ETCD_SECONDS)
    cluster.start_etcd(1)


def kill_haproxy(cluster: Cluster, _: dict[str, Daemon]) -> None:
    _again(cluster.daemons["haproxy"])


def kill_web(_: Cluster, ours: dict[str, Daemon]) -> None:
    _again(ours["web1"])


def kill_worker(_: Cluster, ours: dict[str, Daemon]) -> None:
    _again(ours["worker"])


def _again(daemon: Daemon) -> None:
    """Killed, and started a second later, as systemd does."""
    daemon.kill()
    time.sleep(1)
    daemon.start()
    time.sleep(4)


def _leader(cluster: Cluster) -> int:
    leader = cluster.leader()
    assert leader is not None, cluster.members()
    return leader


NAMES: Final[dict[Fault, tuple[str, int]]] = {
    kill_web: ("kill -9 a web process", 5),
    kill_haproxy: ("kill -9 HAProxy, back after 1 s", 4),
    kill_postgresql: ("kill -9 PostgreSQL of the primary", 5),
    kill_etcd: ("kill -9 one of three etcd, back after 10 s", 3),
    switch_over: ("planned switchover", 3),
    kill_worker: ("kill -9 the worker", 3),
    kill_standby: ("kill -9 the synchronous standby's node", 2),
    kill_node: ("kill -9 the primary's node", 4),
    freeze_node: ("the primary's node frozen for 45 s, then wakes", 1),
}
"""Each with how it is called, and how often it comes among thirty."""


def planned(number: int) -> list[Fault]:
    """So many faults, every kind as early as it can come; thirty hold each as often as the table says."""
    left = {fault: times for fault, (_, times) in NAMES.items()}
    found: list[Fault] = []
    while len(found) < number:
        for fault in NAMES:
            if left[fault] and len(found) < number:
                left[fault] -= 1
                found.append(fault)
        if not any(left.values()):
            left = {fault: times for fault, (_, times) in NAMES.items()}
    return found
