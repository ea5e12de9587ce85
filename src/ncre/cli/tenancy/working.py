"""The worker of several tenants: each has threads of its own, and what fails for one is tried again for it alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from typing import Final

from ncre.cli.tenancy.in_force import TenantsInForce
from ncre.config import Misconfigured, Settings, read_settings
from ncre.config.tenants import Tenant

log = logging.getLogger("ncre.tenants")

LOOK_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 30.0
"""After which a tenant whose work could not begin is tried anew."""

Work = Callable[[Settings, Event, float], None]
"""Works over one database until the event is set, with the seconds between two rounds."""


class _Working:
    """The work for one tenant, in a thread."""

    def __init__(self, tenant: Tenant, work: Work, every: float) -> None:
        self.tenant = tenant
        self._work = work
        self._every = every
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                settings = replace(read_settings(self.tenant.environment), tenant=self.tenant.name)
                self._work(settings, self._stop, self._every)
            except Misconfigured as error:
                log.error("[%s] cannot be worked for: %s", self.tenant.name, "; ".join(error.problems))
            except Exception as error:
                log.error("[%s] cannot be worked for: %s", self.tenant.name, error)
            self._stop.wait(AGAIN_SECONDS)


def work_for_all(tenants: TenantsInForce, work: Work, stop: Event, every: float) -> None:
    """Until `stop` is set. A tenant that the file describes otherwise by now is stopped, and begun anew."""
    running = {tenant.name: _Working(tenant, work, every) for tenant in tenants.all}
    while not stop.wait(LOOK_SECONDS):
        if not tenants.changed():
            continue
        wanted = {tenant.name: tenant for tenant in tenants.all}
        gone = [one for name, one in running.items() if wanted.get(name) != one.tenant]
        _end(gone)
        running = {name: one for name, one in running.items() if one not in gone}
        for name in wanted.keys() - running.keys():
            running[name] = _Working(wanted[name], work, every)
    _end(list(running.values()))


def _end(some: list[_Working]) -> None:
    for one in some:
        one.stop()
    for one in some:
        one.join()
