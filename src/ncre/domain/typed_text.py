"""Text as people type it: one spelling for what Chinese keyboards, phones and copied messages make different.

One function a kind of field. Addresses (e-mail, phone) build on these and are read in `addresses.py`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})
"""Categories of control characters, of marks without a width (bidi, zero-width), and of half characters."""

BLANK: Final = frozenset({"Zs", "Zl", "Zp"})

_JOINING: Final = frozenset("-‐‑‒–—−·•．.。,，;；:：")
"""What stands between groups of digits where somebody copied them, and behind them where it was the end of a sentence."""


LONGEST: Final = 400
"""Characters that are looked at; no code, number or name of an account is longer."""


def code(text: str) -> str:
    """A code of digits or letters as it was meant: full width and digits of other scripts folded, blanks and marks left out."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text[:LONGEST])
        if unicodedata.category(letter) not in INVISIBLE | BLANK and letter not in _JOINING
    )
    return digits(unicodedata.normalize("NFKC", plain))


def digits(text: str) -> str:
    """The text with the decimal digits of other scripts (Arabic, Devanagari ...) as 0 to 9."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def account_name(text: str) -> str:
    """The one spelling under which the name of an account is looked up: case and full width folded, blanks single."""
    plain = seen(unicodedata.normalize("NFKC", text[:LONGEST]))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    return " ".join(seen(folded).split())


def search_text(text: str) -> str:
    """The one spelling in which words are looked for: case and full width folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def line(text: str) -> str:
    """One line of words: what cannot be seen is left out, blanks of all kinds are single."""
    return " ".join(unicodedata.normalize("NFC", seen(text)).split())


def seen(text: str) -> str:
    """The text without what cannot be seen; every blank is a plain one."""
    kept = (
        " " if letter.isspace() or unicodedata.category(letter) in BLANK else letter
        for letter in text
        if letter.isspace() or unicodedata.category(letter) not in INVISIBLE
    )
    return "".join(kept)


LATIN_LETTERS: Final = (
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x24F),
    (0x1E00, 0x1EFF),
)
"""Code points of the Latin letters of names, first and last of each range."""

HAN_LETTERS: Final = (
    (0x3007, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFD),
)
"""Code points of Chinese characters by block, so that those younger than this Python's tables are letters too."""


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    """The inside of a character class of a regular expression."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


HAN: Final = _class(HAN_LETTERS)
LATIN: Final = _class(LATIN_LETTERS)

_LOOKALIKES: Final = str.maketrans("ХΧ×✕✖АВЕКМНОРСТΑΒΕΖΗΙΚΜΝΟΡΤΥ", "XXXXXABEKMHOPCTABEZHIKMNOPTY")
"""Letters of other alphabets and marks that keyboards and recognised pictures give for Latin capitals."""

_APOSTROPHES: Final = "'’‘ʻʼʽʾʿ‛′´`ˈˊˋʹꞌՙ՚"
_DOTS: Final = "·•‧・∙⋅●⸱ᐧ᛫⦁▪"
_HYPHENS: Final = "-‐‑‒–—―−﹣"
_NAME_MARKS: Final = str.maketrans(
    _APOSTROPHES + _DOTS + _HYPHENS, "'" * len(_APOSTROPHES) + "·" * len(_DOTS) + "-" * len(_HYPHENS)
)

_ZEROS: Final = re.compile(rf"(?<=[{HAN}])[○◯](?=[{HAN}]|$)")
_NAME_DOT: Final = re.compile(
    rf"(?<=[{HAN}])[.。](?=[{HAN}{LATIN}])|(?<=[{LATIN}])[.。](?=[{HAN}])|(?<=[{LATIN}]{{2}})[.](?=[{LATIN}]{{2}})"
)
_AROUND: Final = re.compile(rf" *([·-]) *|(?<=[{HAN}]) *([.。]) *(?=[{HAN}])")


def document_number(text: str) -> str:
    """The number of a document: half width, upper case, without blanks and dashes, lookalikes of X and of Latin capitals as those."""
    upper = unicodedata.normalize("NFKC", text[:LONGEST]).upper()
    plain = "".join(
        one
        for one in unicodedata.normalize("NFKC", upper)
        if unicodedata.category(one) not in INVISIBLE | BLANK and one not in _HYPHENS and not one.isspace()
    )
    return digits(unicodedata.normalize("NFKC", plain.translate(_LOOKALIKES)))


def person_name(text: str) -> str:
    """A name in its one form (domain facts §4): composed, full width and copied radicals folded, one mark of each kind.

    A dot directly between two letters is the name dot "·"; it stays a full stop after the initial of a Latin name (J. R.).
    Variation selectors go: the character that they vary stays. Applied twice it changes nothing.
    """
    kept = "".join(_folded(one) for one in seen(text) if not _varies(one))
    plain = unicodedata.normalize("NFC", kept).translate(_NAME_MARKS)
    dotted = _NAME_DOT.sub("·", _AROUND.sub(r"\1\2", " ".join(plain.split())))
    return _ZEROS.sub("〇", dotted)


def name_key(text: str) -> str:
    """What two spellings of one name share: its words without accents, marks and case, in one order."""
    return " ".join(sorted(name_words(text)))


def name_words(text: str) -> list[str]:
    """The words of a name in its order, without accents, marks and case."""
    if _PLAIN_HAN.fullmatch(text):
        return [text]
    plain = unicodedata.normalize("NFKD", person_name(text)).casefold()
    return "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one)).split()


_PLAIN_HAN: Final = re.compile("[\u4e00-\u9fef]{1,40}")
"""Names as most people write them: nothing in them is folded, and they are one word."""


def _folded(letter: str) -> str:
    """Full and half width, and the radicals that copied files give for characters, as the letter that was meant."""
    wide = unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", letter) if wide or "\u2e80" <= letter <= "\u2fdf" else letter


def _varies(letter: str) -> bool:
    """Whether it is a variation selector."""
    return (
        "\ufe00" <= letter <= "\ufe0f"
        or "\U000e0100" <= letter <= "\U000e01ef"
        or "\u180b" <= letter <= "\u180d"
    )
