"""Drafts lie sealed, and go with the key of their owner, with an erasure of whom they are about, and after a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.identity.form_drafts import OF_A_FORM, DraftPage, SaveResult, form_drafts
from ncre.store.sealing import PersonKeyDestroyed
from tests.support.containers import container_on, open_round
from tests.support.people import OFFICE, Candidate, Clock, somebody

TYPED = "湖北省武汉市某街某号，谁也不该在文件里读到"


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path, clock)
    open_round(container)
    yield container
    container.close()


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    return candidate


def typed_by(container: Container, account: UUID, about: UUID | None = None) -> DraftPage:
    page = DraftPage(uuid4(), account, "details", about)
    assert container.form_drafts.keep(page, [("address", TYPED)], 1) is SaveResult.SAVED
    return page


def box_of(container: Container, page: DraftPage) -> bytes | None:
    with container.database.reading() as connection:
        return connection.execute(
            select(form_drafts.c.box).where(form_drafts.c.page == page.page)
        ).scalar_one_or_none()


def raw(container: Container) -> bytes:
    """The database file and its write-ahead log, or every row of the table."""
    if container.database.file is None:
        with container.database.reading() as connection:
            return repr(connection.execute(select(form_drafts)).all()).encode()
    return b"".join(file.read_bytes() for file in container.database.file.parent.glob("ncre.sqlite*"))


def test_what_is_typed_is_in_no_file(container: Container, wenjing: Candidate) -> None:
    typed_by(container, wenjing.account.id, wenjing.id)
    (found,) = container.form_drafts.of(wenjing.account.id, wenjing.id)
    assert dict(found.fields) == {"address": TYPED}
    assert TYPED.encode() not in raw(container)
    assert TYPED.encode("unicode_escape") not in raw(container)


def test_it_dies_with_the_key_of_its_owner(container: Container, wenjing: Candidate) -> None:
    page = typed_by(container, wenjing.account.id, wenjing.id)
    box = box_of(container, page)
    assert box
    assert box in raw(container) or container.database.file is None
    erasure = container.erasures.erasure
    erasure.erase(erasure.of_account(wenjing.account.id), "考生申请删除", OFFICE)
    assert container.form_drafts.of(wenjing.account.id, wenjing.id) == []
    assert box_of(container, page) is None
    assert box not in raw(container)
    with pytest.raises(PersonKeyDestroyed):
        container.form_drafts.keep(page, [("address", TYPED)], 1)


def test_it_dies_with_the_person_it_is_about(container: Container, wenjing: Candidate) -> None:
    staff = somebody(container, "somebody else")
    page = typed_by(container, staff.account.id, wenjing.id)
    erasure = container.erasures.erasure
    erasure.erase(erasure.of_account(wenjing.account.id), "考生申请删除", OFFICE)
    assert box_of(container, page) is None


def test_it_dies_after_a_day(container: Container, clock: Clock, wenjing: Candidate) -> None:
    page = typed_by(container, wenjing.account.id)
    box = box_of(container, page)
    assert box
    clock.advance(hours=23)
    container.form_drafts.tidy(clock.now)
    assert len(container.form_drafts.of(wenjing.account.id)) == 1
    clock.advance(hours=1)
    assert container.form_drafts.of(wenjing.account.id) == [], "nobody waits for the worker"
    container.worker.once()
    assert box_of(container, page) is None
    assert box not in raw(container)


def test_a_row_put_under_another_form_or_account_opens_nothing(
    container: Container, wenjing: Candidate
) -> None:
    other = somebody(container, "somebody else")
    typed_by(container, other.account.id)
    typed_by(container, wenjing.account.id)
    with container.database.transaction() as connection:
        connection.execute(form_drafts.update().values(account=other.account.id))
    assert len(container.form_drafts.of(other.account.id)) == 1
    with container.database.transaction() as connection:
        connection.execute(form_drafts.update().values(form="profile"))
    assert container.form_drafts.of(other.account.id) == []


def test_a_form_has_a_few_drafts_at_the_most_and_the_oldest_goes(
    container: Container, clock: Clock, wenjing: Candidate
) -> None:
    pages = []
    for _ in range(OF_A_FORM + 2):
        pages.append(typed_by(container, wenjing.account.id))
        clock.advance(minutes=1)
    kept = [draft.page for draft in container.form_drafts.of(wenjing.account.id)]
    assert kept == [page.page for page in pages[: -OF_A_FORM - 1 : -1]]


def test_a_draft_that_was_gone_on_with_elsewhere_is_not_replaced(
    container: Container, wenjing: Candidate
) -> None:
    first = typed_by(container, wenjing.account.id)
    goes_on = DraftPage(uuid4(), wenjing.account.id, "details", None, first.page, 1)
    container.form_drafts.keep(goes_on, [("address", "b")], 1)
    assert len(container.form_drafts.of(wenjing.account.id)) == 1, "it went on with the first"
    second = typed_by(container, wenjing.account.id)
    container.form_drafts.keep(second, [("address", "c")], 1)
    late = DraftPage(uuid4(), wenjing.account.id, "details", None, second.page, 1)
    container.form_drafts.keep(late, [("address", "d")], 1)
    assert len(container.form_drafts.of(wenjing.account.id)) == 3
