"""Reports of errors to a Sentry-compatible service, where its address is set. What broke and where; of nobody's data.

An event is made anew from what is known to be harmless: the kinds of exceptions, the places in the source, the name
of the logger. Messages, arguments, variables, addresses, cookies and bodies are never taken over.
"""

from __future__ import annotations

from typing import Any, Final

from ncre.observability import requests


class ReportsUnusable(Exception):
    """Reports are asked for and cannot be sent; the message says what is missing."""


TAKEN_OVER: Final = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
PLACES: Final = ("module", "function", "lineno", "in_app")


def start(dsn: str, release: str, transport: Any = None) -> None:
    """Errors of the log from now on are reported; nothing happens where `dsn` is "". Raises ReportsUnusable."""
    if not dsn:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.logging import LoggingIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise ReportsUnusable(
            "NCRE_SENTRY_DSN: 需要安装 ncre[reports] / reports need the extra ncre[reports]"
        ) from None
    import logging

    try:
        sentry_sdk.init(
            dsn=dsn,
            release=release,
            transport=transport,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            server_name="",
            before_send=scrubbed,
        )
    except BadDsn as error:
        raise ReportsUnusable(f"NCRE_SENTRY_DSN: 不能使用 / it cannot be used ({error})") from None


def scrubbed(event: Any, _hint: Any = None) -> Any:
    """The event with nothing but what may be sent."""
    clean = {name: event[name] for name in TAKEN_OVER if name in event}
    clean["tags"] = {"request_id": requests.current()}
    if exceptions := event.get("exception", {}).get("values"):
        clean["exception"] = {"values": [_exception(one) for one in exceptions]}
    return clean


def _exception(one: Any) -> dict[str, Any]:
    frames = (one.get("stacktrace") or {}).get("frames", [])
    return {
        "type": one.get("type"),
        "module": one.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in PLACES} for frame in frames]},
    }
