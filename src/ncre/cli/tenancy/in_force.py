"""The tenants that a running process serves, and whether their file says something else by now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from ncre.config import Misconfigured
from ncre.config.tenants import Tenant, read_tenants, tenants_file
from ncre.server.by_host import Branch
from ncre.server.gate import Gate

log = logging.getLogger("ncre.tenants")

Build = Callable[[Tenant, int], Gate]
"""Makes the gate of a tenant; told how many tenants share the process."""


class TenantsInForce:
    """Those of the file. Once a process runs, a file with faults changes nothing: it is told, and what was stays."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Raises Misconfigured with every fault."""
        self._environment = dict(environment)
        self._file = tenants_file(environment) or Path()
        self._seen = self._stamp()
        self.all = read_tenants(self._environment, ready=True)
        self._build: Build | None = None

    def changed(self) -> bool:
        """Whether `all` are others than at the last call."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            found = read_tenants(self._environment, ready=True)
        except Misconfigured as error:
            log.error(
                "the file of tenants has faults, so that nothing changes: %s", "; ".join(error.problems)
            )
            return False
        same, self.all = found == self.all, found
        return not same

    def branches(self, build: Build) -> Iterator[Branch]:
        """For the server: a gate for each tenant."""
        self._build = build
        for tenant in self.all:
            made = partial(build, tenant, len(self.all))
            yield Branch(tenant.name, tenant.hosts, tenant.address, tenant, made)

    def look(self) -> tuple[Branch, ...] | None:
        """The branches where they are others by now."""
        if self._build is None or not self.changed():
            return None
        return tuple(self.branches(self._build))

    def _stamp(self) -> tuple[int, ...]:
        try:
            found = self._file.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size
