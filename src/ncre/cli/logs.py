"""How log lines are written: one record begins one line, whatever somebody made its message hold."""

from __future__ import annotations

import logging
import unicodedata
from datetime import UTC, datetime
from time import gmtime
from typing import Final

from pythonjsonlogger.json import JsonFormatter

from ncre.observability.requests import AddRequestId

FORM: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
CONTINUED: Final = "    | "
"""Before every further line of a traceback: no text inside one can pass for a record of its own."""

_BREAKS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and format characters, halves of characters, and what breaks lines or turns their direction."""


class OneLineFormatter(logging.Formatter):
    """Escapes what could begin a line or command a terminal; tracebacks stay readable, line by line. Times are UTC."""

    converter = staticmethod(gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        first = escaped(self.formatMessage(self._with_message(record)))
        further = [text for text in (self._traceback(record), record.stack_info) if text]
        lines = [escaped(line) for text in further for line in text.split("\n")]
        return "\n".join([first, *(f"{CONTINUED}{line}" for line in lines)])

    def _with_message(self, record: logging.LogRecord) -> logging.LogRecord:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        return record

    def _traceback(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info else ""


def escaped(text: str) -> str:
    """The text with every such character as its code point: "\\n" for a line feed, "\\u202e" for a turn."""
    return "".join(
        one.encode("unicode_escape").decode("ascii") if unicodedata.category(one) in _BREAKS else one
        for one in text
    )


class JsonLineFormatter(JsonFormatter):
    """A record is one line of JSON: time (UTC), level, logger, message, request_id, the fields of its own, a traceback."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            json_ensure_ascii=True,
        )

    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        super().add_fields(log_data, record, message_dict)
        if not log_data.get("request_id"):
            log_data.pop("request_id", None)


class _ToStderr(logging.StreamHandler):  # type: ignore[type-arg]
    """The handler of our own; others stay."""


def log_to_stderr(form: str = "text") -> None:
    """Everything from INFO on, one record a line, as `text` or `json`. Called again it changes the form."""
    formatter = JsonLineFormatter() if form == "json" else OneLineFormatter(FORM)
    for before in logging.getLogger().handlers:
        if isinstance(before, _ToStderr):
            before.setFormatter(formatter)
            return
    handler = _ToStderr()
    handler.addFilter(AddRequestId())
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for talkative in ("alembic", "fontTools", "fpdf"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
