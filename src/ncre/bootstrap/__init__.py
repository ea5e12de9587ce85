"""Builds the service from its settings. The only place that knows every part, and picks the parts.

container.py  every part, as it is called        building.py    the container, put together
foundation.py  clock, database, keys, log, photos, command handler
accounts.py  payment.py  documents.py  exports.py  integration.py   the parts of a subject
"""

from __future__ import annotations

from ncre.bootstrap.building import build_container
from ncre.bootstrap.container import Container
from ncre.bootstrap.foundation import utc_now

__all__ = ["Container", "build_container", "utc_now"]
