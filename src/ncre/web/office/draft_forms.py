"""What goes from a draft into its forms, and what comes back from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from werkzeug.datastructures import MultiDict

from ncre.domain.bilingual import Bilingual
from ncre.web.office.draft_fields import WINDOWS, DraftField, Form, Table, Text
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

SPARE_ROWS: Final = 3
"""Empty rows behind those of a table."""

MOST_ROWS: Final = 200

_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})")
_ROW: Final = re.compile(r"^(\w+)\.(\d+)\.")
_NAMED: Final = re.compile(r"(“|')([a-z_]+(?: \d+)?(?:\.[a-z_]+)*)(”|')")
_NUMBERED: Final = re.compile(r"^[a-z]+ (\d+)")


def typed_cells(form: Form, sent: MultiDict[str, str]) -> dict[str, str]:
    """What came back from a form, one spelling of line ends; cells of no field of it are left out."""
    cells = {}
    for group in form.groups:
        for one in group.fields:
            cells[one.name] = _typed(one, sent)
        if group.table is not None:
            for number in range(MOST_ROWS):
                row = {
                    column.name: f"{group.table.name}.{number}.{column.name}"
                    for column in group.table.columns
                }
                if not any(name in sent for name in row.values()):
                    continue
                cells |= {
                    row[one.name]: _spelt(one.kind, sent.get(row[one.name], ""))
                    for one in group.table.columns
                }
    return {name: cell for name, cell in cells.items() if cell}


def _typed(one: DraftField, sent: MultiDict[str, str]) -> str:
    if one.kind == "checks":
        chosen = sent.getlist(one.name)
        return " ".join(code for code, _text in one.choices if code in chosen)
    return _spelt(one.kind, sent.get(one.name, ""))


def _spelt(kind: str, text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return re.sub(r"(\d)T(\d)", r"\1 \2", plain) if kind == "time" else plain


def rows_shown(table: Table, cells: Mapping[str, str]) -> list[int]:
    """The numbers of the rows to show: those with cells, and some empty ones behind."""
    used = [int(found[2]) for name in cells if (found := _ROW.match(name)) and found[1] == table.name]
    last = max(used, default=-1)
    return [*range(min(last + 1 + SPARE_ROWS, MOST_ROWS))]


def as_time(cell: str) -> tuple[str, str]:
    """The type of the input and its value: a text that is no time stays as it was typed."""
    if not cell:
        return "datetime-local", ""
    found = _TIME.fullmatch(cell)
    return ("datetime-local", f"{found[1]}T{found[2]}") if found else ("text", cell)


_FROM_TODAY: Final = re.compile(r"或“today[^”]*”| or 'today[^']*'")
"""How files may also write a time; a page has a field for it."""


def fault_in_words(words: Bilingual, labels: Mapping[str, Text]) -> str:
    """What is wrong, the names of the files' keys replaced by what the page calls them."""
    text = _FROM_TODAY.sub("", words.say(language()))

    def named(found: re.Match[str]) -> str:
        path = found[2]
        label = labels.get(path) or labels.get(path.rpartition(".")[2])
        row = _NUMBERED.match(path)
        if label and row:
            label = _("第 %(number)s 行%(label)s", number=row[1], label=label)
        return f"{found[1]}{label}{found[3]}" if label else found[0]

    return _NAMED.sub(named, text)


def labels_of(form: Form) -> dict[str, Text]:
    """What the page calls each key."""
    labels: dict[str, Text] = dict(WINDOWS)
    for name, label in WINDOWS:
        labels[f"{name}.opens"] = _("%(what)s 开始", what=label)
        labels[f"{name}.closes"] = _("%(what)s 结束", what=label)
    for group in form.groups:
        columns = group.table.columns if group.table else ()
        for one in (*group.fields, *columns):
            labels.setdefault(one.name, one.label)
            labels.setdefault(one.name.rpartition(".")[2], one.label)
    return labels
