"""What leaves for a door without a network, and what a device sends back, as files are read and written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.domain.admission import ADMITS, BY_A_PERSON, HALTS, TicketVerdict
from ncre.domain.offline_acts import MOST_ACTS
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.scanned_code import LONGEST
from ncre.services.admission.offline_acts import read_batch
from ncre.services.admission.offline_list import faceless, read_door_list
from ncre.services.admission.verification import Expected
from tests.handlers.ground import Walker
from tests.support.people import OFFICE, ROUND, SITE, WENJING

EVIL = "</script><script>alert(1)</script>"


@pytest.fixture
def expected(container: Container) -> Expected:
    """Somebody who sits; the photo is made up, so there is none to show."""
    walker = Walker(container, WENJING)
    walker.paid(("66",))
    container.seating.seat(ROUND, SITE, OFFICE)
    lists = container.offline_admission_lists
    (found,) = lists.entries(lists.people(ROUND, SITE), OFFICE)
    assert found is not None
    return found


def test_the_page_of_a_list_holds_all_that_it_needs_and_no_name_ends_its_script(
    container: Container, expected: Expected
) -> None:
    lists = container.offline_admission_lists
    page = lists.page(ROUND, SITE, [replace(expected, name=EVIL)]).decode()
    assert EVIL not in page
    assert f'maxlength="{LONGEST}"' in page
    assert not re.search(r"^(SCANNER|DOUBLE_SCAN|TICKET|RULING|LONGEST|LIST)$", page, re.MULTILINE)
    assert "LONGEST" not in page.partition("<script")[0]
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    (told,) = re.findall(r'(\{"list": .*\})', page)
    said = json.loads(told)
    assert (said["list"]["site"], said["list"]["people"][0]["name"]) == (SITE, EVIL)
    assert said["list"]["people"][0]["number"] == expected.number
    assert (said["admits"], said["halted"], said["by_a_person"]) == (
        sorted(ADMITS),
        sorted(HALTS),
        sorted(BY_A_PERSON),
    )
    assert set(said["words"]) == set(TicketVerdict)
    assert said["opens"] > 0


def test_somebody_without_a_photo_is_on_the_list_and_named_as_faceless(
    container: Container, expected: Expected, tmp_path: Path
) -> None:
    assert expected.photo is None
    assert faceless([expected]) == [f"{expected.number} {WENJING.name}"]
    file = tmp_path / "door.json"
    lists = container.offline_admission_lists
    file.write_bytes(lists.signed(ROUND, SITE, [expected]))
    read = read_door_list(file, lists.public)
    assert (read.round, read.site, read.made_at) == (ROUND, SITE, container.clock())
    assert read.find(expected.number) == expected
    assert read.find(expected.seats[0].ticket) == expected
    assert read.find("nobody") is None


BATCH = {
    "receipt": {
        "account": "a",
        "round": ROUND,
        "site": SITE,
        "made_at": "2027-01-05T10:00:00+08:00",
        "signature": "s",
    },
    "acts": [
        {
            "command_id": "11111111-2222-4333-8444-555555555555",
            "kind": "enter",
            "registration": "11111111-2222-4333-8444-555555555555",
            "done_at": "2027-01-05T10:00:00+08:00",
            "seen": 1,
            "code": "c",
            "room": "A",
        }
    ],
}


def changed(**more: object) -> bytes:
    receipt = {name: more.get(name, value) for name, value in BATCH["receipt"].items()}  # type: ignore[attr-defined]
    (act,) = BATCH["acts"]
    acts = [{name: more.get(name, value) for name, value in act.items()}]  # type: ignore[union-attr]
    return json.dumps({"receipt": receipt, "acts": more.get("acts", acts)}).encode()


def test_what_a_device_sends_is_read_as_it_was_done() -> None:
    batch = read_batch(changed())
    assert (batch.receipt.account, batch.receipt.site, batch.receipt.signature) == ("a", SITE, "s")
    (act,) = batch.acts
    assert (act.kind, act.seen, act.code, act.room, act.ticket, act.by_a_person) == (
        *("enter", 1, "c", "A", "", False),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        changed(kind="leave"),
        changed(seen=0),
        changed(done_at="2027-01-05T10:00:00"),
        changed(code="x" * (LONGEST + 1)),
        changed(room="A\x00"),
        changed(account="a\n"),
        changed(round="7\x1b8"),
        changed(site="\x07"),
        changed(acts=[BATCH["acts"][0]] * (MOST_ACTS + 1)),  # type: ignore[index]
    ],
    ids=range(13),
)
def test_what_is_no_batch_is_refused_with_how_much_one_may_hold(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_batch(body)
    assert (refused.value.code, refused.value.particulars) == (RefusalCode.OFFLINE_BATCH, {"most": MOST_ACTS})
