"""top: how the service does now, in a terminal: requests, lanes, commands, what waits and what is late."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ncre.cli.common import Misuse
from ncre.cli.parsing.language import in_language
from ncre.config import read_settings
from ncre.observability.backlog import NAMES

SECONDS: Final = 3.0
"""For one answer."""

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

CHINESE: Final[Mapping[str, str]] = {
    "review_waiting": "待审核",
    "deadlines_late": "逾期未失效的报名",
    "orders_late": "过期仍可支付的订单",
    "refunds_owed": "待退款",
    "letters_waiting": "待发送的通知",
    "letters_late_seconds": "通知已迟（秒）",
    "webhooks_waiting": "待发送的事件",
    "webhooks_late_seconds": "事件已迟（秒）",
    "webhooks_dead": "放弃发送的事件",
    "facts": "事实总数",
    "facts_unsealed": "未封存的事实",
    "sealer_lag_seconds": "封存落后（秒）",
    "replicas": "备库",
    "replication_lag_bytes": "备库落后（字节）",
    "worker_age_seconds": "后台进程上一轮（秒前）",
    "exchange_age_seconds": "上次跨省比对（秒前）",
    "backup_age_seconds": "上次备份（秒前）",
}
"""The numbers of what waits, in Chinese."""


def add(commands: Any) -> None:
    top_ = commands.add_parser("top", help="how the service does now, in a terminal")
    top_.add_argument(
        "--url", action="append", metavar="URL", help="where metrics are shown; else as the settings say"
    )
    top_.add_argument("--once", action="store_true", help="print it once, and end")
    top_.add_argument(
        "--every", type=_every, default=2.0, metavar="SECONDS", help="seconds between two looks"
    )
    top_.set_defaults(run=top)


def top(args: Namespace) -> int:
    """Until interrupted; 1 where `--once` found nobody who answers."""
    addresses = args.url or _addresses()
    console = Console(file=sys.stdout)
    before, at = _asked(addresses), time.monotonic()
    if args.once:
        console.print(drawn(before, {}, 0.0, args.lang))
        return 0 if before else 1
    with Live(drawn(before, {}, 0.0, args.lang), console=console, screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(args.every)
            now, then = _asked(addresses), time.monotonic()
            live.update(drawn(now, before, then - at, args.lang), refresh=True)
            before, at = now, then


def _addresses() -> list[str]:
    terms = read_settings().observability
    ports = [port for port in (terms.port, terms.worker_port) if port]
    if not ports:
        raise Misuse(
            "没有指标可看：请设置 NCRE_METRICS_PORT 和 NCRE_WORKER_METRICS_PORT，或用 --url",
            "no metrics are shown: set NCRE_METRICS_PORT and NCRE_WORKER_METRICS_PORT, or give --url",
        )
    host = f"[{terms.host}]" if ":" in terms.host else terms.host
    return [f"http://{host}:{port}/metrics" for port in ports]


def _asked(addresses: list[str]) -> Samples:
    """Every sample of all addresses that answer; what several say is added up; of numbers of the database the largest counts."""
    found: Samples = {}
    session = requests.Session()
    session.trust_env = False  # no proxy of the environment stands before this machine
    for address in addresses:
        try:
            text = session.get(address, timeout=SECONDS).text
            families = list(text_string_to_metric_families(text))
        except (requests.RequestException, ValueError):
            continue
        for family in families:
            for sample in family.samples:
                labels = {name: value for name, value in sample.labels.items() if name != "tenant"}
                key = sample.name, tuple(sorted(labels.items()))
                once = sample.name.removeprefix("ncre_") in NAMES
                worst = max(found.get(key, sample.value), sample.value)
                found[key] = worst if once else found.get(key, 0.0) + sample.value
    return found


def drawn(now: Samples, before: Samples, seconds: float, language: str) -> Group:
    """Tables of what is and, against what was `seconds` ago, what happens each second."""

    def rate(key: tuple[str, tuple[tuple[str, str], ...]]) -> float:
        return max(0.0, now[key] - before.get(key, now[key])) / seconds if seconds else now[key]

    tables = [_waiting(now, language), _lanes(now, rate, language)]
    for name, label, title in (
        ("ncre_commands_total", "step", "命令 / commands"),
        ("ncre_refusals_total", "code", "拒绝 / refusals"),
        ("ncre_requests_total", "status", "请求 / requests"),
    ):
        tables.append(_rates(now, rate, name, label, in_language(title, language)))
    if not now:
        return Group(
            Text(in_language("没有回答：服务是否在运行？ / nobody answers: does the service run?", language))
        )
    return Group(*tables)


Rate = Callable[[tuple[str, tuple[tuple[str, str], ...]]], float]


def _waiting(now: Samples, language: str) -> Table:
    table = Table(in_language("等待与迟到 / waiting and late", language), "")
    for name, english in NAMES.items():
        if (value := now.get((f"ncre_{name}", ()))) is not None:
            table.add_row(CHINESE[name] if language == "zh" else english, f"{value:,.0f}")
    return table


def _lanes(now: Samples, rate: Rate, language: str) -> Table:
    words = ("通道 / lane", "等待 / waiting", "每秒请回 / turned away a second")
    table = Table(*(in_language(word, language) for word in words))
    for key, value in sorted(now.items()):
        if key[0] == "ncre_lane_waiting":
            away = ("ncre_lane_turned_away_total", key[1])
            table.add_row(dict(key[1])["lane"], f"{value:.0f}", f"{rate(away) if away in now else 0:.1f}")
    return table


def _rates(now: Samples, rate: Rate, name: str, label: str, title: str) -> Table:
    """Summed up by one label, the busiest first."""
    sums: dict[str, float] = {}
    for key in now:
        if key[0] == name:
            of = dict(key[1])[label]
            sums[of] = sums.get(of, 0.0) + rate(key)
    table = Table(title, "")
    for of, much in sorted(sums.items(), key=lambda one: -one[1])[:10]:
        table.add_row(of, f"{much:,.1f}")
    return table


def _every(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.5 <= seconds <= 600:
        raise ArgumentTypeError(f"{text!r} 应为 0.5 至 600 秒 / {text!r}: from 0.5 to 600 seconds")
    return seconds
