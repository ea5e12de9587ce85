"""The schema of a round's files as a document: what stands in `docs/round-files.md` before the faults."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ncre.domain.exam.revision_rules import OUTCOMES, RULES
from ncre.rounds.checks import ORDER
from ncre.rounds.schema import MAY_BE_WITHOUT_ROWS, forms

HEADING = """# An exam round as files

Made by `make diagram` from `src/ncre/rounds/schema.py` and `tests/rounds/fault_table.py`; do not edit it here.

`ncre round load FOLDER` reads `round.toml` and the CSV files beside it. `ncre round check FOLDER` reads them too, tells every
fault and changes nothing: it ends with 1 where there are faults. The bundled round in `src/ncre/rounds/data/demo/` is a
complete example.

Every fault is listed with file, line, value and what is meant, in Chinese or English, and then nothing is loaded. What can
be loaded and hardly can be meant is said as a caution: a site where nobody can register, more sittings on sale than seats,
two sites or subjects of one name, a registration that is over already.

`ncre round export ROUND --out FOLDER` writes the round in force, also one that was made in the browser, as files of which loading
gives the same round.

Loading again revises what changed, with an author (`--as`) and a reason (`--why`); each change is a fact, and decisions made
under it carry its version.

## How values are written

- Times are wall time in Asia/Shanghai: `2027-01-05 09:00`, or counted from the day of loading, `today+9d 17:00`. What
  spreadsheets make of a time is understood too: `2027/1/5 9:00`, `2027/1/5 9:00:00`, `2027年1月5日 9:00`, `上午`/`下午` and
  `AM`/`PM`, and a serial number such as `46392.375`. `1/5/2027` is refused, for it may be two days.
- Money is yuan with two decimals at the most; nothing is rounded.
- Yes is `yes`, `TRUE`, `1` or `是`; no is `no`, `FALSE`, `0` or `否`; case does not matter. Whole numbers may be
  written `45.0`, `1,200` or in full width.
- Codes are read as they stand. Where a spreadsheet dropped a leading zero, or a code is in full width, the fault says which is meant.
- Files are UTF-8, GB 18030 (with GBK) or UTF-16; cells stand between commas, tabs ("Unicode text") or semicolons. Empty
  lines, and empty cells at the end of a line, are passed over.
- An empty cell is one that is not there. `policies.csv` may have a header only: every site follows `[policy]`.
"""


AGREEMENTS = """
## What must agree

{order}
- No window and no batch ends more than a year from the start of registration.
- Batches come one after the other, the first after payment closes, each within one day; there are 99 at the most. Printing
  opens before the first begins.
- Each subject fits into the longest batch, each batch has room for the shortest subject, each level has one fee, and one more
  for each province whose sites charge another. A site with sittings of its own is held to the same.
- A prerequisite is a subject of a lower level.
- Codes and names are there once. Offers, rooms and policies name sites and subjects that there are.
- A site that offers subjects has rooms; rooms times batches are 9999 halls at the most.
"""


CHANGES = """
## What comes of a change

Where a change touches nobody it is allowed. Where people are under way, this comes of it (`ncre round diff FOLDER --names`
names them):

| change | where people are under way | what then holds for them |
|---|---|---|"""


def _changes() -> Iterator[str]:
    for rule in RULES.values():
        yield f"| {rule.words.zh} {rule.words.en} | {OUTCOMES[rule.outcome].en} | {rule.then.en} |"


def schema() -> str:
    """Every part and table with its keys, their forms and their meanings, and what must agree across them."""
    order = "\n".join(
        f"- `{'.'.join(rule.later)}` is not before `{'.'.join(rule.earlier)}`: {rule.why.en}."
        for rule in ORDER
    )
    return "\n".join(
        [HEADING, "## The schema", *_parts(), AGREEMENTS.format(order=order), CHANGES, *_changes(), ""]
    )


def _parts() -> Iterator[str]:
    for where, keys in groupby(forms(), key=lambda form: form[0]):
        name, *rest = where.split(": ")
        yield f"\n### `{name}`\n"
        if rest:
            yield f"The keys {rest[0]}, each with:\n"
        if name == "batches.csv":
            yield "Instead of `[[batches]]`, where a spreadsheet is preferred.\n"
        elif name in MAY_BE_WITHOUT_ROWS:
            yield "What differs at a site.\n"
        yield "| key | form | meaning |"
        yield "|---|---|---|"
        for _, key, form, meaning, is_required in keys:
            yield f"| {key} | {form}{'' if is_required else '; optional'} | {meaning} |"
