"""What every process that runs on tells of itself: the log, and reports of errors where they are set."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from ncre.cli.logs import log_to_stderr
from ncre.config import Misconfigured, Settings
from ncre.observability import error_reports


def begin(settings: Settings) -> None:
    """Raises Misconfigured."""
    log_to_stderr(settings.observability.log_format)
    try:
        error_reports.start(settings.observability.sentry, _release())
    except error_reports.ReportsUnusable as unusable:
        raise Misconfigured(str(unusable)) from None


def _release() -> str:
    try:
        return version("ncre")
    except PackageNotFoundError:
        return "unpackaged"
