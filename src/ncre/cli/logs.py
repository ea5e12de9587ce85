"""How log lines are written: one record begins one line, whatever somebody made its message hold."""

from __future__ import annotations

import logging
import unicodedata
from time import gmtime
from typing import Final

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


def log_to_stderr() -> None:
    """Everything from INFO on, one record a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLineFormatter(FORM))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for talkative in ("alembic", "fontTools", "fpdf"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
