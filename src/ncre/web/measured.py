"""Every request: its id, its span, how long it took, and how it ended; by the template of its route, never its ids."""

from __future__ import annotations

import logging
from http import HTTPStatus
from time import perf_counter
from typing import Final

from flask import Flask, Request, g
from werkzeug.wrappers import Response

from ncre.bootstrap import Container
from ncre.observability import metrics, requests
from ncre.web.shared import access_log
from ncre.web.shared.auth import current_request

log = logging.getLogger("ncre.request")

HEADER: Final = "X-Request-ID"
ARRIVED: Final = "ncre.arrived"
"""What the server in front of the pages notes: when the request was there whole."""

NO_ROUTE: Final = "(none)"

PROBES: Final = frozenset({"/healthz", "/readyz"})
"""What proxies ask of every process every second: a line only where the answer is not the usual one."""


def install(site: Flask, container: Container) -> None:
    """Before all others: what they refuse is measured too. A line for each request where the log is JSON, but for probes."""
    tenant = container.settings.tenant
    proxied = container.settings.proxies > 0
    lines = container.settings.observability.log_format == "json"

    def begin() -> None:
        asked, here = current_request(), g._get_current_object()
        requests.begin(asked.headers.get(HEADER) if proxied else None)
        here.begun = asked.environ.get(ARRIVED) or perf_counter()
        here.open = container.spans.span(f"{access_log.method(asked)} {_route(asked)}")
        here.span = here.open.__enter__()

    def end(response: Response) -> Response:
        asked, here = current_request(), g._get_current_object()
        seconds = perf_counter() - here.begun
        method, route, status = access_log.method(asked), _route(asked), str(response.status_code)
        metrics.REQUESTS.labels(tenant, route, method, status).inc()
        metrics.REQUEST_SECONDS.labels(tenant, route).observe(seconds)
        if why := access_log.refused_why(response):
            metrics.REFUSED_REQUESTS.labels(tenant, why).inc()
        here.span.set("http.route", route)
        here.span.set("http.response.status_code", response.status_code)
        if lines and not (route in PROBES and response.status_code == HTTPStatus.OK):
            told = {
                "route": route,
                "method": method,
                "status": response.status_code,
                "ms": round(seconds * 1000),
            }
            log.info("%s %s %s", method, route, status, extra=told)
        response.headers[HEADER] = requests.current()
        return response

    def close(_error: BaseException | None) -> None:
        if (opened := g.pop("open", None)) is not None:
            opened.__exit__(None, None, None)
        requests.end()

    site.before_request(begin)
    site.after_request(end)
    site.teardown_request(close)


def _route(asked: Request) -> str:
    """The template, as /registrations/<uuid:registration>/photo."""
    return asked.url_rule.rule if asked.url_rule is not None else NO_ROUTE
