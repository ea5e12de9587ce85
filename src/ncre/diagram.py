"""Draws `docs/state-diagram.md`, `docs/money-words.md` and `docs/page-words.md` from their tables; tests compare them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ncre.domain.bilingual import Bilingual
from ncre.domain.payment.wording import MEANINGS, SENTENCES, STATUSES_WITH_MONEY, Situation
from ncre.domain.registration.lifecycle import EVERY, LIFE, Transition
from ncre.domain.registration.machine import MACHINE
from ncre.domain.registration.page_wording import BLOCKED, PAGES, STANDING, CandidatePage
from ncre.domain.registration.vocabulary import Back, Status, Step, When
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
    for page in CandidatePage:
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
    """The markup of the machine, of it only what leads somewhere; Mermaid cannot parse hyphens in ids, so states get aliases."""
    markup = MACHINE.markup
    lines = ["stateDiagram-v2"]
    for state in markup["states"]:
        words = STATUSES[Status(state["name"])].zh
        lines.append(f'    state "{state["name"]}<br>{words}" as {_alias(state["name"])}')
    lines.append(f"    [*] --> {_alias(Status.NEW.value)}")
    sources: dict[tuple[str, str], list[str]] = {}
    for edge in markup["transitions"]:
        if edge["source"] != edge["dest"]:
            sources.setdefault((edge["dest"], _arrow(edge)), []).append(edge["source"])
    notes = {arrow: _everywhere(froms, arrow[0]) for arrow, froms in sources.items()}
    lines += [
        f"    {_alias(source)} --> {_alias(to)}: {words}"
        for (to, words), froms in sources.items()
        if not notes[to, words]
        for source in froms
    ]
    return lines + [
        f"    note right of {_alias(to)}: {words} {FROM_EVERYWHERE}"
        for (to, words), note in notes.items()
        if note
    ]


def _everywhere(sources: Iterable[str], to: str | None) -> bool:
    """Whether a step starts in (nearly) every status; a dozen arrows would only hide the others."""
    return set(EVERY) - set(sources) <= {to}


def _alias(status: str) -> str:
    return status.replace("-", "_")


def _arrow(edge: Mapping[str, Any]) -> str:
    """The words of an edge of the machine's markup: its step, and the condition that the machine asks."""
    words, (when,) = STEPS[Step(edge["trigger"])], map(When, edge["conditions"])
    said = "" if when is When.ALWAYS else f" ({CONDITIONS[when].zh} / {CONDITIONS[when].en})"
    return f"{words.zh} / {words.en}{said}"


def _table() -> list[str]:
    lines = ["| step | by | from | fact | to | why |", "|---|---|---|---|---|---|"]
    for row in LIFE:
        step = f"`{row.step.value}` {STEPS[row.step].zh}"
        by = ", ".join(sorted(ROLES[role].en for role in row.by))
        sources = (
            "every status"
            if _everywhere(row.sources, row.to)
            else ", ".join(source.value for source in row.sources)
        )
        to = "(same)" if row.to is None else "(where it was)" if isinstance(row.to, Back) else row.to.value
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
