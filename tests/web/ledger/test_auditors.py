"""The auditors' ledger: sealed or not yet, bundles, and that looking and taking are facts; a candidate's own proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.ledger import checkpoints
from ncre.services.audit.bundles import STREAM
from ncre.web.site import create_site
from tests.handlers.ground import history_of
from tests.ledger.ground import verdict
from tests.ledger.test_sealer import unfenced
from tests.support.people import Candidate, Clock, somebody
from tests.web import staff_members
from tests.web.staff_members import HERE, Visitor
from tests.web.visitor import signed_in


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def shenji(container: Container, site: Flask) -> Visitor:
    return staff_members.auditor(container, site)


def sealed(container: Container, clock: Clock) -> None:
    clock.advance(minutes=2)
    assert container.sealer.catch_up() is not None


def key_of(container: Container) -> str:
    with container.database.reading() as connection:
        return checkpoints.keys(connection)[-1][1].text


def test_a_registration_says_whether_it_is_sealed(
    container: Container, shenji: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    path = f"/audit/{wenjing.id}"
    assert "尚未封存，预计一分钟内封存" in shenji.get(path)
    sealed(container, clock)
    assert re.search(r"已封存于第 1 个检查点（2027-01-05 10:02）", shenji.get(path))
    assert "已封存于第 1 个检查点" in shenji.get(f"{path}/facts")
    assert "已封存于第 1 个检查点" in shenji.get(f"{path}/compare")
    unfenced(
        container,
        "UPDATE facts SET state = CAST(replace(CAST(state AS TEXT), '\"policy\":1', '\"policy\":2') AS BLOB) "
        "WHERE topic = 'registration.review_requested'",
    )
    assert "记录被改动过" in shenji.get(path)


def test_each_look_and_each_bundle_is_a_fact(
    container: Container, shenji: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    sealed(container, clock)
    for rest in ("", "/facts", "/compare", ".json"):
        shenji.client.get(f"/audit/{wenjing.id}{rest}", base_url=HERE)
    looks = [
        fact
        for fact in staff_members.story_of(container, wenjing.id)
        if fact["topic"] == "access.record_viewed"
    ]
    assert [look["actor"] for look in looks] == [str(shenji.account.id if shenji.account else "")] * 4
    shenji.get("/audit/ledger")
    answer = shenji.post("/audit/ledger/bundle", page="/audit/ledger", scope="all", of="")
    assert answer.mimetype == "application/zip"
    told = [fact.TOPIC for fact in history_of(container, STREAM)]
    assert told == ["audit.viewed", "audit.viewed", "audit.bundle_exported"]


@pytest.mark.parametrize("scope", ["all", "round", "site", "registration"])
def test_a_bundle_from_the_page_is_accepted_by_the_verifier(
    container: Container, shenji: Visitor, wenjing: Candidate, clock: Clock, scope: str
) -> None:
    sealed(container, clock)
    of = {"all": "", "round": "78", "site": "420019", "registration": str(wenjing.id)}[scope]
    answer = shenji.post("/audit/ledger/bundle", page="/audit/ledger", scope=scope, of=of)
    assert verdict(answer.data, key=key_of(container)) == ("", "")
    assert verdict(answer.data)[0] == "key"


@pytest.mark.parametrize(
    ("scope", "of"),
    [
        ("site", ""),
        ("site", "999999"),
        ("registration", "x"),
        ("registration", "420019"),
        ("other", "1"),
        ("round", "../"),
    ],
)
def test_what_is_not_there_is_said_so_and_kept(
    container: Container, shenji: Visitor, wenjing: Candidate, clock: Clock, scope: str, of: str
) -> None:
    sealed(container, clock)
    answer = shenji.post("/audit/ledger/bundle", page="/audit/ledger", scope=scope, of=of)
    assert answer.status_code == 422
    assert 'id="faults"' in answer.text


def test_before_the_first_checkpoint_nothing_is_taken(shenji: Visitor, wenjing: Candidate) -> None:
    assert "还没有检查点" in shenji.get("/audit/ledger")
    answer = shenji.post("/audit/ledger/bundle", page="/audit/ledger", scope="all", of="")
    assert answer.status_code == 409
    assert "一分钟后再导出" in answer.text


def test_the_ledger_shows_checkpoints_witnesses_and_growth(
    container: Container, shenji: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    sealed(container, clock)
    somebody(container, "liqiang").agrees()
    assert "条记录，预计一分钟内封存" in shenji.get("/audit/ledger")
    sealed(container, clock)
    text = shenji.get("/audit/ledger")
    assert "见证人 witness.example" in text
    assert "还没有见证" in text
    assert "<polyline" in text
    with container.database.reading() as connection:
        for one in checkpoints.latest(connection, 5):
            assert one.root.hex() in text
    assert "第 1 个" not in shenji.get("/audit/ledger?before=1")
    shenji.get("/audit/ledger?before=x")


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.REVIEWER])
def test_nobody_else_reads_or_takes(container: Container, site: Flask, role: Role) -> None:
    other = staff_members.visitor(container, site, "other", role, "420019")
    other.get("/audit/ledger", 403)
    assert other.post("/audit/ledger/bundle", page="/", scope="all").status_code == 403


def test_candidates_have_a_proof_of_their_own_and_of_nobody_else(
    container: Container, site: Flask, wenjing: Candidate, clock: Clock
) -> None:
    mine = signed_in(site, wenjing)
    path = f"/registrations/{wenjing.id}/proof.zip"
    mine.get(path, 409)
    assert "还没有封存" in mine.text()
    sealed(container, clock)
    mine.get(f"/registrations/{wenjing.id}")
    assert path in mine.page
    proof = mine.get(path)
    assert proof.mimetype == "application/zip"
    assert len(proof.data) < 10_000
    assert verdict(proof.data, key=key_of(container)) == ("", "")
    other = somebody(container, "liqiang")
    signed_in(site, other).get(path, 404)
    assert site.test_client().get(path, base_url=HERE).status_code == 302


def test_the_page_that_checks_proofs_is_for_everybody_and_can_be_kept(
    site: Flask, container: Container
) -> None:
    client = site.test_client()
    assert "核验证明文件" in client.get("/ledger/check", base_url=HERE).text
    kept = client.get("/ledger/check.html", base_url=HERE)
    assert "attachment" in kept.headers["Content-Disposition"]
    script = Path(__file__).parents[3] / "src" / "ncre" / "web" / "static" / "check-proof.js"
    assert script.read_text("utf-8").strip() in kept.text
    assert "</script" not in script.read_text("utf-8")
