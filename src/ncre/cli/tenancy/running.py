"""A command in an installation of several tenants: for the one that is named, or for each in turn."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ncre.cli.parsing.manual import TENANTLESS
from ncre.cli.parsing.misuse import Misuse
from ncre.config.tenants import Tenant, read_tenants, tenants_file
from ncre.operational.private_files import make_folder

EACH: Final = frozenset(
    {
        ("migrate",),
        ("projections", "check"),
        ("projections", "rebuild"),
        ("backup",),
        ("database", "digests"),
        ("doctor",),
    }
)
"""Commands that run over all tenants where none is named."""

MOVE: Final = ("tenants", "move")
"""Names its tenant itself, and changes the file of all."""

FAILED: Final = 2
"""The exit code where a tenant's part could not be carried out."""

Run = Callable[[Namespace], int]


def run_for_tenants(args: Namespace, run: Run, tell: Callable[[Exception], None]) -> int:
    """The exit code: the highest of all. What fails for one tenant is told, and the others have their turn.

    Raises Misuse where a tenant has to be named, Misconfigured where the file has faults.
    """
    if args.path in TENANTLESS:
        return run(args)
    if tenants_file(os.environ) is None:
        raise Misuse("未设置 NCRE_TENANTS，没有租户", "NCRE_TENANTS is not set: there are no tenants")
    tenants = read_tenants(os.environ)
    if args.path == MOVE:
        args.everybody, args.tenant = dict(os.environ), args.name
    if args.tenant is not None:
        with _environment_of(_named(tenants, args.tenant)):
            return run(args)
    if args.path == ("serve",) or (args.path == ("worker",) and not args.once):
        return run(args)
    if args.path not in EACH | {("worker",)}:
        names = ", ".join(tenant.name for tenant in tenants)
        raise Misuse(f"请用 --tenant 指明租户：{names}", f"say for which tenant with --tenant: {names}")
    return max(
        [_run_for(tenant, number, len(tenants), args, run, tell) for number, tenant in enumerate(tenants, 1)]
    )


def _run_for(
    tenant: Tenant, number: int, of: int, args: Namespace, run: Run, tell: Callable[[Exception], None]
) -> int:
    print(f"[{number}/{of}] {tenant.name}", file=sys.stderr, flush=True)
    try:
        with _environment_of(tenant):
            return run(_with_folder(args, tenant))
    except Exception as error:
        tell(error)
        return FAILED


def _with_folder(args: Namespace, tenant: Tenant) -> Namespace:
    """A backup of each in a folder of its own, inside the one that was named."""
    if args.path != ("backup",):
        return args
    if args.escrow is not None:
        raise Misuse(
            "--escrow 须与 --tenant 一起用", "--escrow takes --tenant: each tenant has its own secret"
        )
    if args.out.absolute().parent.is_dir():
        make_folder(args.out)
    return Namespace(**{**vars(args), "out": args.out / tenant.name})


def _named(tenants: tuple[Tenant, ...], name: str) -> Tenant:
    found = next((tenant for tenant in tenants if tenant.name == name), None)
    if found is None:
        names = ", ".join(tenant.name for tenant in tenants)
        raise Misuse(f"没有租户 {name}，有：{names}", f"there is no tenant {name}; there are: {names}")
    return found


@contextmanager
def _environment_of(tenant: Tenant) -> Iterator[None]:
    """The variables of the process are those of this tenant, as if there were no other."""
    before = dict(os.environ)
    _become(dict(tenant.environment))
    try:
        yield
    finally:
        _become(before)


def _become(wanted: dict[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
