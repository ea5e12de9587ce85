"""tenants: which there are, whether each can be served, and moving one."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from sqlalchemy import make_url

from ncre.bootstrap import build_container
from ncre.cli.tenancy import moving
from ncre.config import Misconfigured
from ncre.config.tenants import Tenant, read_tenants
from ncre.operational.tombstones import TombstonesDamaged
from ncre.store.outages import DatabaseUnusable


def add(commands: Any) -> None:
    tenants = commands.add_parser(
        "tenants", help="the tenants of this installation: which there are, how they are"
    )
    what = tenants.add_subparsers(required=True, metavar="WHAT")
    what.add_parser("list", help="each tenant with its hosts and its database").set_defaults(run=list_)
    what.add_parser(
        "check", help="every fault of the file, and whether each database can be served"
    ).set_defaults(run=check)
    moving.add(what)


def list_(_: Namespace) -> None:
    """Raises Misconfigured."""
    for tenant in read_tenants(os.environ):
        print(f"{tenant.name:16} {' '.join(tenant.hosts)}  {_where(tenant)}")


def check(_: Namespace) -> int:
    """Ends with 1 where a database cannot be served. Raises Misconfigured with every fault of the file."""
    faults = {tenant.name: _fault(tenant) for tenant in read_tenants(os.environ, ready=True)}
    for name, fault in faults.items():
        print(f"{name:16} {fault or '可以提供服务 / can be served'}")
    return 1 if any(faults.values()) else 0


def _fault(tenant: Tenant) -> str:
    try:
        container = build_container(tenant.read().settings)
    except (DatabaseUnusable, Misconfigured) as error:
        return str(error)
    try:
        container.assert_ready()
    except (DatabaseUnusable, TombstonesDamaged) as error:
        return str(error)
    finally:
        container.close()
    return ""


def _where(tenant: Tenant) -> str:
    return make_url(tenant.read().settings.database_url).render_as_string(hide_password=True)
