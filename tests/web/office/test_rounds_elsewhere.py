"""Whatever the office types into the parts of a round: published, exported and loaded into an empty installation it is the same facts."""

from __future__ import annotations

import os
import shutil
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ncre.bootstrap import Container
from ncre.rounds.loader import load_round
from ncre.rounds.writer import round_files
from ncre.services.exam.revision_commands import Revise
from ncre.web.site import create_site
from tests.support.containers import container_on
from tests.support.people import OFFICE, SITE, TODAY
from tests.web.office.test_drafts import begun, facts_of, publish, save
from tests.web.staff_members import Visitor, office

FEW: Final = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY: Final = settings(FEW, max_examples=int(os.environ.get("SOAK_ROUNDS", "200")) // 2, derandomize=False)

TRICKY: Final = "甲乙𠮷éa1 ,;；“”\"'\\#=[]{}<>&%\n\t"
"""What ends a field in a file of lines, of values or of markup."""

line = st.text(TRICKY.replace("\n", "").replace("\t", ""), min_size=1, max_size=20).map(
    lambda text: f"字{text}字"
)
text = st.text(TRICKY, max_size=60).map(lambda one: f"字{one}字")
number = st.integers(1, 400).map(str)
yes_or_no = st.sampled_from(["yes", "no"])
site = f"site:{SITE}"

edits = st.lists(
    st.one_of(
        st.tuples(st.just("round"), st.fixed_dictionaries({"round.title": line, "round.title_en": line})),
        st.tuples(st.just("round"), st.fixed_dictionaries({"office.address": line})),
        st.tuples(st.just("fees"), st.fixed_dictionaries({"fees.0.yuan": number, "fees.0.basis": line})),
        st.tuples(
            st.just("policy"), st.fixed_dictionaries({"policy.quota": number, "policy.review": yes_or_no})
        ),
        st.tuples(
            st.just("agreement"),
            st.fixed_dictionaries({"agreement.declaration": text, "agreement.declaration_en": text}),
        ),
        st.tuples(
            st.just("notices"),
            st.fixed_dictionaries({"notices.guide.title": line, "notices.guide.body": text}),
        ),
        st.tuples(st.just(site), st.fixed_dictionaries({"site.notice": line, "site.address": line})),
        st.tuples(
            st.just(site), st.fixed_dictionaries({"policies.quota": number, "policies.hold_hours": number})
        ),
        st.tuples(st.just(site), st.fixed_dictionaries({"rooms.0.room": line, "rooms.0.seats": number})),
        st.tuples(st.just(site), st.fixed_dictionaries({"offers.24": number, "offers.66": st.just("")})),
    ),
    min_size=2,
    max_size=5,
)
Edits = list[tuple[str, dict[str, str]]]


@pytest.fixture
def kaowu(container: Container) -> Visitor:
    return office(container, create_site(container))


class Elsewhere:
    """Rounds of one installation, each made in the browser, taken to another that is empty."""

    def __init__(self, container: Container, kaowu: Visitor, empty: Path, folder: Path) -> None:
        self._container, self._kaowu, self._empty, self._folder = container, kaowu, empty, folder
        self._numbers = count(1)
        self.published = 0

    def round_of(self, edited: Edits) -> None:
        number = next(self._numbers)
        code = f"{number % 70 + 10:02}" if number % 70 + 10 != 78 else "99"
        draft = begun(self._kaowu, code)
        for part, cells in edited:
            save(self._kaowu, draft, part, **{name.replace(".", "__"): cell for name, cell in cells.items()})
        if publish(self._kaowu, draft).status_code != 303:  # type: ignore[attr-defined]
            assert self._container.round_drafts.find(draft).read.faults, "a draft without faults is published"
            return
        self.published += 1
        self._same_elsewhere(code, self._folder / str(number))

    def _same_elsewhere(self, code: str, folder: Path) -> None:
        (folder / "files").mkdir(parents=True)
        for name, content in round_files(self._container.revisions.wanted(code)).items():
            (folder / "files" / name).write_bytes(content)
        shutil.copyfile(self._empty, folder / "ncre.sqlite")
        other = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
        wanted = load_round(folder / "files", TODAY)
        other.revisions.revise(Revise(actor=OFFICE, wanted=wanted, why="按计划开考"))
        assert facts_of(other, code) == facts_of(self._container, code)
        other.close()
        shutil.rmtree(folder)


def test_whatever_was_typed_is_the_same_facts_elsewhere(
    container: Container, kaowu: Visitor, migrated_sqlite: Path, tmp_path: Path
) -> None:
    elsewhere = Elsewhere(container, kaowu, migrated_sqlite, tmp_path)
    FEW(given(edits)(elsewhere.round_of))()
    assert elsewhere.published


@pytest.mark.soak
def test_the_same_of_a_hundred_rounds(
    container: Container, kaowu: Visitor, migrated_sqlite: Path, tmp_path: Path
) -> None:
    elsewhere = Elsewhere(container, kaowu, migrated_sqlite, tmp_path)
    MANY(given(edits)(elsewhere.round_of))()
    print(f"{elsewhere.published} of {MANY.max_examples} rounds were published and taken elsewhere")
