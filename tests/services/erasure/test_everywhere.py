"""Every table and every log is asked what it has of an erased person; a table that nobody thought of fails here."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, inspect, select, text
from sqlalchemy.engine import Engine

from ncre.bootstrap import Container
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.identity.form_drafts import DraftPage
from ncre.operational import review_claims, review_runs, second_looks
from ncre.operational.review_claims import HandoverRow, ReviewClaim
from ncre.operational.review_runs import ReviewRun, RunItem, RunState
from ncre.operational.second_looks import LookState, SecondLook
from ncre.projections.bans.bans import bans
from ncre.projections.duplicates import duplicates
from ncre.projections.duplicates.duplicates import exchange_keys, foreign_registrations
from ncre.projections.registration.registrations import registrations
from ncre.projections.registration.search_keys import search_keys
from ncre.services.bans.ban_file import NewBan
from ncre.services.erasure.cleanup import SCRUBBED
from ncre.store.schema import metadata, person_keys
from ncre.web.site import create_site
from tests.services.erasure.test_erasing import checked, erase
from tests.services.erasure.traces import ACCOUNT_EMAIL, PRIVATE, SAID, Traced, found
from tests.support.people import OFFICE, ROUND, SITE, Clock

SHARED: Final = bytes(range(100, 132))
"""The key of the exchange between provinces."""

NOTHING_PRIVATE: Final = {
    "facts": "private fields are sealed under the key that is destroyed",
    "timeline": "sentences of facts, without what is sealed",
    "foreign_registrations": "keyed hashes; those of the person are deleted, dead rows are left to the database",
    "erasure_remains": "names of files, until they are removed",
    "office_uploads": "sealed under the key of whoever sent the file, for a day",
    **dict.fromkeys(
        (
            *("rounds", "sites", "notices", "round_drafts", "round_draft_parts", "retentions"),
            *("site_runs", "counters", "serials"),
        ),
        "about the exam, its rounds and its sites",
    ),
    **dict.fromkeys(
        (
            *("entries", "tickets", "photo_files", "profiles", "erasures", "duplicates", "site_run_cases"),
            *("ban_kept_registrations", "review_index", "review_measures", "review_run_items"),
        ),
        "ids, numbers, codes and moments",
    ),
    **dict.fromkeys(
        (
            *("registration_counts", "registration_hours", "subject_counts", "unplaced_counts"),
            *("review_counts", "takings"),
        ),
        "sums",
    ),
    **dict.fromkeys(
        (
            *("payment_orders", "payments", "refunds", "reconciliations", "inbox"),
            *("refused_notices", "unbooked_items"),
        ),
        "money by its numbers; notes of clerks stand in facts in clear, and the pages ask them to name nobody",
    ),
    **dict.fromkeys(("export_choices", "export_schedules", "second_look_rates"), "of staff"),
    **dict.fromkeys(
        ("integrations", "integration_secrets", "integration_calls", "webhooks", "webhook_deliveries"),
        "of other systems: addresses, and with which status they answered",
    ),
    **dict.fromkeys(
        (
            *("admission", "arrivals", "redeemed_tokens", "used_tickets", "errands", "key_checks"),
            *("letter_progress", "ledger_checkpoints", "ledger_cosignatures", "ledger_keys"),
            *("ledger_statements", "ledger_tiles"),
        ),
        "machinery",
    ),
}
"""Tables that hold nothing private of a candidate, and why."""


@pytest.fixture
def exchange_key() -> bytes:
    return SHARED


@pytest.fixture
def traced(container: Container) -> Traced:
    """Staff wrote about her, another province has her, and a ban of hers is over."""
    traced = Traced(container)
    traced.leaves_traces()
    ban = NewBan(
        SAID.document_type,
        SAID.document_number,
        date(2024, 1, 5),
        date(2026, 1, 4),
        "鄂考罚〔2024〕31号",
        f"{SAID.name}替考",
    )
    container.bans.impose(Act(OFFICE), ban)
    written_about(container, traced)
    return traced


def written_about(container: Container, traced: Traced) -> None:
    """What colleagues wrote to each other, as their pages keep it, and the file of another province."""
    now, li, wang, run = container.clock(), uuid4(), uuid4(), uuid4()
    note = f"{SAID.name}的照片请再看一遍，电话{SAID.mobile.removeprefix('+86')}"
    her = ExchangedPerson(key_of(SHARED, SAID.document_type, SAID.document_number), ("66",))
    other = ExchangedPerson("f" * 64, ("66",))
    with container.database.transaction() as connection:
        review_claims.put(connection, ReviewClaim(traced.id, li, now, now))
        store = container.command_handler.store
        box = store.seal_bytes(connection, traced.account.id, note.encode(), "note")
        review_claims.note_handover(connection, HandoverRow(uuid4(), traced.id, li, wang, now, box))
        done = ReviewRun(run, li, "reject", ["P01"], RunState.DONE.value, now, box=box)
        review_runs.add(connection, done, [RunItem(run, 0, traced.id, 5, "42001900000001")])
        look = SecondLook(
            *(traced.id, 6, ROUND, SITE, traced.account.id, li, "reject", now, LookState.CLOSED.value, []),
            outcome_box=box,
        )
        second_looks.add(connection, look)
        duplicates.replace_foreign(connection, ROUND, "43", (her, other))
    staff = container.accounts.add("wang", "kept in these tests alone", Role.REVIEWER, frozenset({SITE}))
    page = DraftPage(uuid4(), staff.id, "case", traced.id)
    container.form_drafts.keep(page, (("note", note),), 6)


def test_nothing_is_left_of_what_staff_and_other_provinces_wrote(
    container: Container, traced: Traced
) -> None:
    before = "\n".join(found(container))
    for table in ("review_handovers", "review_runs", "second_looks"):
        assert f"table {table}" not in before, "notes are sealed"
    erase(container, traced)
    assert found(container, traced.photo) == []
    assert checked(container) == 0
    with container.database.reading() as connection:
        assert connection.execute(select(foreign_registrations.c.key)).scalars().all() == ["f" * 64]
        assert connection.execute(text("SELECT count(*) FROM form_drafts")).scalar_one() == 0
        (look,) = connection.execute(select(second_looks.second_looks)).all()
        boxes = connection.execute(select(review_runs.review_runs.c.box)).scalars().all()
    assert (look.first_verdict, look.outcome_box, boxes) == ("reject", None, [None])


def identifying(container: Container, traced: Traced) -> dict[str, str]:
    """Keyed hashes and masked forms of the person, by what they are."""
    with container.database.reading() as connection:
        row = (
            connection.execute(select(registrations).where(registrations.c.id == traced.id)).mappings().one()
        )
        keys = connection.execute(select(search_keys)).mappings().one()
        key = connection.execute(select(exchange_keys.c.key)).scalar_one()
    return {
        **{name: row[name] for name in ("person", "name_masked", "document_masked")},
        **{name: keys[name] for name in ("words", "letters", "mobile", "mail")},
        "exchange": key,
    }


def rows_with(container: Container, words: dict[str, str]) -> set[tuple[str, str]]:
    """(table, which word) wherever one of the words stands in a row outside the log."""
    hits = set()
    with container.database.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name == "facts":
                continue
            for row in connection.execute(select(table)):
                said = repr(tuple(row))
                hits |= {(table.name, name) for name, word in words.items() if word in said}
    return hits


def test_keyed_hashes_and_masked_forms_leave_every_row(container: Container, traced: Traced) -> None:
    words = identifying(container, traced)
    assert {name for _, name in rows_with(container, words)} == set(words)
    erase(container, traced)
    assert rows_with(container, words) == {("bans", "person")}, "a ban is a decision of its own"


def test_a_ban_that_is_over_goes_with_the_person_and_one_in_force_when_it_ends(
    container: Container, traced: Traced, clock: Clock
) -> None:
    with container.database.reading() as connection:
        (over,) = connection.execute(select(bans.c.id)).scalars().all()
    erase(container, traced)
    assert container.bans.reason(Act(OFFICE), over) == ""
    ban = NewBan(
        SAID.document_type, SAID.document_number, date(2027, 1, 5), date(2027, 3, 1), "31", f"{SAID.name}替考"
    )
    in_force = container.bans.impose(Act(OFFICE), ban)
    assert not is_closed(container, in_force)
    container.erasures.retention.run_due()
    assert not is_closed(container, in_force)
    clock.advance(days=60)
    container.erasures.retention.run_due()
    assert is_closed(container, in_force)
    assert checked(container) == 0


def is_closed(container: Container, ban: UUID) -> bool:
    with container.database.reading() as connection:
        masked = connection.execute(select(bans.c.document_masked).where(bans.c.id == ban)).scalar_one()
        wrapped = select(person_keys.c.wrapped).where(person_keys.c.subject == ban)
        return masked is None and connection.execute(wrapped).scalar_one() is None


def test_every_table_is_erased_from_or_holds_nothing_private(container: Container) -> None:
    with container.database.reading() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert not set(SCRUBBED) & set(NOTHING_PRIVATE)
    assert tables == set(SCRUBBED) | set(NOTHING_PRIVATE)


def test_every_table_that_an_erasure_writes_is_scrubbed(container: Container, traced: Traced) -> None:
    """Else its dead rows keep what was deleted."""
    written: set[str] = set()

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        written.update(re.findall(r"^\s*(?:UPDATE|DELETE FROM) (\w+)", statement))

    erasure = container.erasures.erasure
    event.listen(Engine, "before_cursor_execute", note)
    try:
        erasure.erase(erasure.of_account(traced.account.id), "本人来信", OFFICE, clean=False)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert {"registrations", "review_handovers", "search_keys"} <= written
    assert written - set(NOTHING_PRIVATE) <= set(SCRUBBED)


def test_what_is_asked_over_http_stands_in_no_log(
    container: Container, traced: Traced, log_file: Path
) -> None:
    """Refused sign-ins, searches and addresses with private words in them."""
    browser = create_site(container).test_client()
    browser.post("/sign-in", data={"name": ACCOUNT_EMAIL, "password": SAID.document_number})
    browser.get(f"/desk?q={SAID.name}")
    browser.get(f"/receipt/{SAID.document_number}")
    browser.post("/recover", data={"address": SAID.email})
    erase(container, traced)
    said = log_file.read_text("utf-8")
    assert "refused" in said
    assert not [word for word in PRIVATE if word in said]
