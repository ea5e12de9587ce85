"""The keys with which WeChat Pay signs, by id: those of the settings, and its platform certificates as they change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ncre.clients.payment_channel import ChannelUnavailable

log = logging.getLogger("ncre.wechat")

EVERY: Final = timedelta(minutes=1)
"""The certificates are asked for at most so often, whoever sends whatever with a wrong signature."""


class WeChatKeys:
    """Thread-safe."""

    def __init__(
        self,
        configured: Mapping[str, RSAPublicKey],
        ask: Callable[[], Mapping[str, RSAPublicKey]],
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = dict(configured)
        self._ask = ask
        self._clock = clock
        self._asked: datetime | None = None
        self._lock = Lock()

    def find(self, name: str) -> RSAPublicKey | None:
        return self._keys.get(name)

    def renew(self) -> bool:
        """Ask WeChat Pay for its certificates; whether there is anything that was not known before."""
        with self._lock:
            now = self._clock()
            if self._asked is not None and abs(now - self._asked) < EVERY:
                return False
            self._asked = now
        try:
            found = self._ask()
        except ChannelUnavailable as silent:
            log.warning("the certificates of WeChat Pay could not be had: %s", silent)
            return False
        new = {name: key for name, key in found.items() if self._keys.get(name) != key}
        self._keys = {**self._keys, **new}
        return bool(new)
