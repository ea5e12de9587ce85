"""Draws `docs/state-diagram.md`, `docs/money-words.md` and `docs/page-words.md` from their tables; tests compare them."""

from __future__ import annotations

from ncre.domain.bilingual import Bilingual
from ncre.domain.payment.wording import MEANINGS, SENTENCES, STATUSES_WITH_MONEY, Situation
from ncre.domain.registration.lifecycle import EVERY, LIFE, Status, Transition, When
from ncre.domain.registration.page_wording import BLOCKED, PAGES, STANDING, Page
from ncre.domain.registration.window_wording import WINDOWS
from ncre.domain.wording import CONDITIONS, OPENINGS, ROLES, STATUSES, STEPS

FROM_EVERYWHERE = "（从任何状态 / from every status）"

HEADING = """# The life of a registration

Made by `ncre diagram --out docs/state-diagram.md` from `LIFE` in `src/ncre/domain/registration/lifecycle.py`; do not edit it here.
"""


MONEY_HEADING = """# What a candidate reads about their money

Made by `ncre diagram --of money --out docs/money-words.md` from `src/ncre/domain/payment/wording.py`; do not edit it here.
Each sentence says what happened, where the money is and when it comes back, and what to do now.
"""


PAGES_HEADING = """# Which page opens when, and what is said where it does not

Made by `ncre diagram --of pages --out docs/page-words.md` from `src/ncre/domain/registration/page_wording.py`; do not edit it here.
The site's policy, the windows of the round and the seats may close a page that opens here; each says so in words of its
own (`domain/registration/window_wording.py`, `domain/wording.py`), and leads back to `tasks`.
"""


def state_diagram() -> str:
    """The document: the flow as a Mermaid diagram, then every row with its reason in both languages."""
    return "\n".join([HEADING, "```mermaid", *_mermaid(), "```", "", *_table(), ""])


def money_words() -> str:
    """The document: every status and situation of the money that can meet, with its sentence in both languages."""
    lines = [MONEY_HEADING, "| situation | means |", "|---|---|"]
    lines += [f"| `{one.value}` {words.zh} | {words.en} |" for one, words in MEANINGS.items()]
    for status in STATUSES_WITH_MONEY:
        lines += [
            "",
            f"## `{status.value}` {STATUSES[status].zh}",
            "",
            "| situation | sentence |",
            "|---|---|",
        ]
        for situation in Situation:
            words = SENTENCES.get((status, situation))
            said = f"{words.zh}<br>{words.en}" if words else "(cannot stand here)"
            lines.append(f"| `{situation.value}` | {said} |")
    return "\n".join([*lines, ""])


def page_words() -> str:
    """The document: every page of a registration in every status, with its words and the way on."""
    lines = [PAGES_HEADING]
    for page in Page:
        lines += [
            "",
            f"## `{page.value}` {PAGES[page].zh}",
            "",
            "| status | words | way on |",
            "|---|---|---|",
        ]
        for status in STANDING:
            why = BLOCKED.get((page, status))
            said = (
                f"{why.words.zh}<br>{why.words.en} | `{why.way.value}` {PAGES[why.way].zh}"
                if why
                else "(opens) |"
            )
            lines.append(f"| `{status.value}` {STATUSES[status].zh} | {said} |")
    return "\n".join([*lines, ""])


def _mermaid() -> list[str]:
    """Only rows that lead somewhere; Mermaid cannot parse hyphens in ids, so states get aliases."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{status.value}<br>{STATUSES[status].zh}" as {_alias(status)}' for status in Status]
    lines.append(f"    [*] --> {_alias(Status.NEW)}")
    for row in LIFE:
        if row.to is not None and not _from_everywhere(row):
            lines += [f"    {_alias(source)} --> {_alias(row.to)}: {_arrow(row)}" for source in row.sources]
    notes = [row for row in LIFE if row.to is not None and _from_everywhere(row)]
    return lines + [
        f"    note right of {_alias(row.to)}: {_arrow(row)} {FROM_EVERYWHERE}" for row in notes if row.to
    ]


def _from_everywhere(row: Transition) -> bool:
    """Whether a row starts in (nearly) every status; a dozen arrows would only hide the others."""
    return set(EVERY) - set(row.sources) <= {row.to}


def _alias(status: Status) -> str:
    return status.value.replace("-", "_")


def _arrow(row: Transition) -> str:
    words = STEPS[row.step]
    when = "" if row.when is When.ALWAYS else f" ({CONDITIONS[row.when].zh} / {CONDITIONS[row.when].en})"
    return f"{words.zh} / {words.en}{when}"


def _table() -> list[str]:
    lines = ["| step | by | from | fact | to | why |", "|---|---|---|---|---|---|"]
    for row in LIFE:
        step = f"`{row.step.value}` {STEPS[row.step].zh}"
        by = ", ".join(sorted(ROLES[role].en for role in row.by))
        sources = (
            "every status" if _from_everywhere(row) else ", ".join(source.value for source in row.sources)
        )
        to = row.to.value if row.to else "(same)"
        reason = f"{row.reason.zh}<br>{row.reason.en}{_conditions(row)}"
        lines.append(f"| {step} | {by} | {sources} | {row.fact.__name__} | {to} | {reason} |")
    return lines


def _conditions(row: Transition) -> str:
    after = WINDOWS[row.after]
    over = Bilingual(f"{after.zh}截止后", f"after {after.en.lower()} closes") if after.en else after
    said: list[Bilingual] = [
        words for words in (CONDITIONS[row.when], OPENINGS[row.window], over) if words.en
    ]
    return (
        f"<br>*{'；'.join(words.zh for words in said)} / {'; '.join(words.en for words in said)}*"
        if said
        else ""
    )
