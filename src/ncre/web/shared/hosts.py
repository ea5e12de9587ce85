"""Which hosts are ours, and the one way to an absolute address of ours.

A Host header is what a stranger typed. Where it decided the links in letters, a victim's link would lead to the stranger;
so every other host is refused before anything is done, and absolute addresses come from NCRE_PUBLIC_URL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, request, url_for
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response

from ncre.config import Settings
from ncre.web.shared.auth import container
from ncre.web.shared.traffic import PROBES

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORT: Final = re.compile(r":\d+$", re.ASCII)
_DEFAULT_PORTS: Final = {"https": ":443", "http": ":80"}


def install(site: Flask, settings: Settings) -> None:
    site.wsgi_app = KnownHosts(site.wsgi_app, settings)  # type: ignore[method-assign]


def absolute(endpoint: str, **values: Any) -> str:
    """The whole address of a page, for letters and for others who lead people back here.

    Without a public address only loopback hosts are known, and the one that was asked is taken.
    """
    base = container().settings.public_url or request.host_url
    return base.rstrip("/") + url_for(endpoint, **values)


class KnownHosts:
    """WSGI: requests for another host than ours get 400. The demo, and whoever has no public address, know loopback.

    Probes come by the IP address of a machine and are answered without a link or a cookie, so any host is good for them.
    """

    def __init__(self, site: Callable[..., Iterable[bytes]], settings: Settings) -> None:
        self._site = site
        self._address = settings.public_url
        public = urlsplit(settings.public_url.lower())
        self._default_port = _DEFAULT_PORTS.get(public.scheme, "")
        self._public = public.netloc.removesuffix(self._default_port)
        self._loopback = settings.demo or not self._public

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PROBES or self._knows(environ.get("HTTP_HOST", "").lower()):
            return self._site(environ, start_response)
        return Response(self._words(), 400)(environ, start_response)

    def _knows(self, host: str) -> bool:
        if not host_is_trusted(host):  # here: whether it is a host at all
            return False
        if self._loopback and _PORT.sub("", host) in LOOPBACK:
            return True
        return bool(self._public) and host.removesuffix(self._default_port) == self._public

    def _words(self) -> str:
        if self._address:
            return (
                f"请从 {self._address}/ 进入，这个网址不属于本站。\n"
                f"Please use {self._address}/: this address is not one of ours.\n"
            )
        return (
            "这个网址不属于本站。未设置 NCRE_PUBLIC_URL 时只能从本机（localhost）打开。\n"
            "This address is not one of ours. Without NCRE_PUBLIC_URL only localhost is.\n"
        )
