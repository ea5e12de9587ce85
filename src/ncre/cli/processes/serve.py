"""serve: the pages, until told to stop."""

from __future__ import annotations

import os
import socket
from argparse import Namespace
from dataclasses import replace
from functools import partial
from typing import Any, Final

from flask import Flask

from ncre.bootstrap import Container, build_container
from ncre.cli.common import Misuse
from ncre.cli.processes import observing
from ncre.cli.processes.installing import warn_of_lost_photos, warn_of_open_files
from ncre.cli.tenancy.in_force import TenantsInForce
from ncre.config import Settings, read_settings
from ncre.config.tenants import Tenant, tenants_file
from ncre.observability.listener import metrics_shown, shared_counters
from ncre.observability.watching import LaneMetrics
from ncre.operational.admissions import Admissions
from ncre.server import serving
from ncre.server.by_host import ByHost
from ncre.server.gate import Gate, GateTerms
from ncre.server.lanes import LaneTerms
from ncre.server.waiting_room import WaitingRoom
from ncre.web import create_site, static_files
from ncre.web.shared import traffic

THREADS: Final = 8
"""For candidates' pages. More do not make Python quicker; they only wait for the database at the same time."""

MOST_THREADS: Final = 16
"""With the other lanes no process has more than 36 connections to its database."""

MOST_PROCESSES: Final = 64

ROOM: Final = 500_000_000
"""Bytes of all bodies together in a process; tenants have equal parts of it."""

ADVICE: Final = ("请用 --port（或 NCRE_PORT）换一个端口", "choose another with --port (or NCRE_PORT)")


def add(commands: Any) -> None:
    serve_ = commands.add_parser("serve", help="serve the pages until interrupted")
    serve_.add_argument("--host", help="where the pages are served; else NCRE_HOST")
    serve_.add_argument("--port", type=int, help="where the pages are served; else NCRE_PORT")
    serve_.add_argument("--threads", type=int, default=THREADS, help="for candidates' pages, in each process")
    serve_.add_argument("--processes", type=int, default=1, help="on PostgreSQL: about one a core")
    serve_.set_defaults(run=serve)


def serve(args: Namespace) -> None:
    if tenants_file(os.environ):
        _serve_tenants(args)
        return
    settings = with_connections(moved(read_settings(), args.host, args.port), args.threads)
    _require_sensible(args.threads, args.processes, settings)
    listening = serving.handed_over() or listen(settings)
    observing.begin(settings)
    if args.processes > 1:
        _assert_ready(settings)
        warn_of_open_files(settings)
        _serve_in_processes(settings, listening, args.threads, args.processes)
        return
    container = build_container(settings)
    container.assert_ready()
    warn_of_open_files(settings)
    warn_of_lost_photos(container.photo_inspection)
    with metrics_shown(settings.observability.host, settings.observability.port):
        serving.serve(gate(container, args.threads, closing=True), listening)


def _serve_in_processes(settings: Settings, listening: socket.socket, threads: int, processes: int) -> None:
    """This process watches over them, and shows what all of them count together."""
    terms = settings.observability
    with shared_counters() as folder, metrics_shown(terms.host, terms.port, folder=folder):
        serving.serve_in_processes(partial(_gate_of_a_process, threads), listening, processes)


def _serve_tenants(args: Namespace) -> None:
    """All tenants in each process; one whose database is away is answered for by the server until it is back."""
    tenants = TenantsInForce(os.environ)
    settings = [moved(tenant.read().settings, args.host, args.port) for tenant in tenants.all]
    for one in settings:
        _require_sensible(args.threads, args.processes, one)
    listening = serving.handed_over() or listen(settings[0])
    observing.begin(settings[0])
    for one in settings:
        warn_of_open_files(one)
    terms = settings[0].observability
    if args.processes > 1:
        with shared_counters() as folder, metrics_shown(terms.host, terms.port, folder=folder):
            of_a_process = partial(_tenants_of_a_process, args.threads)
            serving.serve_in_processes(of_a_process, listening, args.processes)
        return
    with metrics_shown(terms.host, terms.port):
        serving.serve(by_host(tenants, args.threads), listening)


def by_host(tenants: TenantsInForce, threads: int = THREADS) -> ByHost:
    """The pages of all tenants, each with a container and lanes of its own."""
    return ByHost(tuple(tenants.branches(partial(_gate_of_a_tenant, threads))), tenants.look)


def _tenants_of_a_process(threads: int) -> ByHost:
    tenants = TenantsInForce(os.environ)
    observing.begin(tenants.all[0].read().settings)
    return by_host(tenants, threads)


def _gate_of_a_tenant(threads: int, tenant: Tenant, of: int) -> Gate:
    """Raises DatabaseUnusable and whatever else keeps its container from being ready; then nothing stays open."""
    settings = replace(read_settings(tenant.environment), tenant=tenant.name)
    container = build_container(with_connections(settings, threads))
    try:
        container.assert_ready()
    except BaseException:
        container.close()
        raise
    return gate(container, threads, closing=True, room=ROOM // of)


def gate(container: Container, threads: int = THREADS, closing: bool = False, room: int = ROOM) -> Gate:
    """The pages of a container behind their lanes; `closing` closes the service when the server ends."""
    site = create_site(container)
    terms = GateTerms(
        lanes(threads),
        traffic.lanes_of(site),
        traffic.largest_body,
        files=site.extensions["ncre.static"].answer,
        files_below=static_files.PREFIX,
        room=room,
        proxies=container.settings.proxies,
        waiting_room=_waiting_room(container, site),
        watch=LaneMetrics(container.settings.tenant),
    )
    return Gate(site, terms, container.close if closing else lambda: None)


def _waiting_room(container: Container, site: Flask) -> WaitingRoom | None:
    """Where newcomers queue past the set rate; None where no rate is set."""
    settings = container.settings
    if not settings.admissions:
        return None
    admissions = Admissions(container.database, container.clock, settings.admissions)
    key = bytes.fromhex(container.session_key)
    return WaitingRoom(admissions, key, traffic.QUEUED, traffic.signed_in(site))


def lanes(threads: int) -> tuple[LaneTerms, ...]:
    """Together they are the threads of a process, each with a connection to its database."""
    return (
        LaneTerms(traffic.PAGES, threads),
        LaneTerms(traffic.PHOTOS, 3, waiting=60),
        LaneTerms(traffic.STAFF, 4),
        LaneTerms(traffic.STAFF_ENTRANCE, 2),
        LaneTerms(traffic.MACHINES, 2, seconds=4.0),
        LaneTerms(traffic.FILES, 2, seconds=4.0),
        LaneTerms(traffic.API, 3),
        LaneTerms(traffic.FEED, 3),
    )


def with_connections(settings: Settings, threads: int = THREADS) -> Settings:
    """As many connections as there are threads in all lanes: no page waits for one that another page holds.

    One more where a waiting room is agreed on.
    """
    most = sum(lane.threads for lane in lanes(threads)) + bool(settings.admissions)
    return replace(settings, connections=most)


def moved(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says instead."""
    if port is not None and not 0 < port < 65536:
        raise Misuse(f"端口应为 1 至 65535 / the port must be from 1 to 65535, not {port}")
    return replace(settings, host=host or settings.host, port=port or settings.port)


def listen(settings: Settings, advice: tuple[str, str] = ADVICE) -> socket.socket:
    """The open port of the pages. Raises Misuse where it cannot be had, with the advice in both languages."""
    try:
        return serving.listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        why, (zh, en) = error.strerror, advice
        raise Misuse(f"{where} 不能使用（{why}），{zh}", f"{where} cannot be used ({why}); {en}") from None


def _require_sensible(threads: int, processes: int, settings: Settings) -> None:
    if not 1 <= threads <= MOST_THREADS:
        raise Misuse(f"--threads 应为 1 至 {MOST_THREADS} / --threads must be from 1 to {MOST_THREADS}")
    if not 1 <= processes <= MOST_PROCESSES:
        raise Misuse(
            f"--processes 应为 1 至 {MOST_PROCESSES} / --processes must be from 1 to {MOST_PROCESSES}"
        )
    if processes > 1 and settings.database_url.startswith("sqlite"):
        raise Misuse(
            "SQLite 只能有一个写入进程，请去掉 --processes，或改用 PostgreSQL（NCRE_DATABASE_URL） / SQLite takes one "
            "writing process: leave out --processes, or use PostgreSQL (NCRE_DATABASE_URL)"
        )


def _assert_ready(settings: Settings) -> None:
    """Once, before any process starts, so that the refusal, or the warning of lost photos, is one line."""
    container = build_container(settings)
    try:
        container.assert_ready()
        warn_of_lost_photos(container.photo_inspection)
    finally:
        container.close()


def _gate_of_a_process(threads: int) -> Gate:
    """In a process of its own, which reads its settings anew."""
    settings = read_settings()
    observing.begin(settings)
    container = build_container(with_connections(settings, threads))
    container.assert_ready()
    return gate(container, threads, closing=True)
