"""The edge of the pages: what no view has to expect, because it was refused before one was called.

Arguments, forms and paths hold text without control characters and of a bounded length (400, 422); the
parts of an address are short, and its numbers fit the database (404).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Flask
from werkzeug.exceptions import BadRequest, UnprocessableEntity
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from ncre.events.bounds import LARGEST_INTEGER, control_characters
from ncre.web.shared.auth import current_request
from ncre.web.shared.language import gettext as _

LONGEST_PART: Final = 128
"""Characters of one part of an address: a token has 43, a digest 64."""

LONGEST_ARGUMENT: Final = 2_000
LONGEST_FIELD: Final = 20_000
"""Characters of one field of a form: a notice is the longest text that anybody writes."""

LINES: Final = "\t\n\r"
"""What a text of several lines holds; no address does."""


class AddressPart(UnicodeConverter):
    """A part of an address: short, and 404 otherwise."""

    def __init__(
        self, map: Map, minlength: int = 1, maxlength: int = LONGEST_PART, length: int | None = None
    ) -> None:
        super().__init__(map, minlength, maxlength, length)


class Number(IntegerConverter):
    """A number in an address that both databases can hold, in ASCII digits; 404 otherwise."""

    regex = "[0-9]{1,10}"

    def __init__(
        self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST_INTEGER
    ) -> None:
        super().__init__(map, fixed_digits, min, max)


class NotText(BadRequest):
    """Control characters where text belongs."""


class TooLong(UnprocessableEntity):
    """A text that no form of ours lets anybody type."""


def install(site: Flask) -> None:
    """Before any blueprint is registered: the converters are looked up when a rule is added."""
    site.url_map.converters.update(default=AddressPart, string=AddressPart, int=Number)
    site.before_request(_refuse)


def words(error: NotText | TooLong) -> tuple[str, str]:
    """Heading and sentence."""
    if isinstance(error, TooLong):
        return _("内容太长"), _("提交的内容太长，没有保存。请缩短后再提交。")
    return _("没有完成"), _("提交的内容里有不能使用的隐藏字符，没有保存。请删去后重新输入，再提交。")


def _refuse() -> None:
    asked = current_request()
    if asked.url_rule is None:
        return
    _check([asked.path], LONGEST_ARGUMENT, "")
    if asked.query_string:
        _check(_texts(asked.args.items(multi=True)), LONGEST_ARGUMENT, "")
    if asked.method == "POST" and asked.endpoint not in UNREAD:
        fields = asked.form.items(multi=True)
        _check(_texts(pair for pair in fields if pair[0] not in READ_IN_BOUNDS), LONGEST_FIELD, LINES)
        files = ((name, file.filename or "") for name, file in asked.files.items(multi=True))
        _check(_texts(files), LONGEST_ARGUMENT, "")


READ_IN_BOUNDS: Final = frozenset({"question", "answer", "work"})
"""What the captcha's page sends: whatever it is, it is a wrong answer, and read no further than it may be long."""

UNREAD: Final = frozenset({"payment.notice", "ledger.cosign"})
"""What machines send is read as they signed it, by whoever knows their form."""


def _texts(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, value in pairs:
        yield name
        yield value


def _check(texts: Iterable[str], longest: int, allowed: str) -> None:
    for text in texts:
        if control_characters(text, allowed):
            raise NotText
        if len(text) > longest:
            raise TooLong
