"""A candidate downloads a proof and checks it in the browser, also from a saved page; an auditor sees the ledger."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from playwright.sync_api import Browser, Page

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.browser.visit import CandidateAtPhone, Person, desk, phone
from tests.support.people import Clock, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a password of wenjing"


def sealed(container: Container, clock: Clock) -> None:
    clock.advance(minutes=2)
    assert container.sealer.catch_up() is not None


def told(page: Page, proof: Path) -> str:
    """What the page says of a proof file."""
    page.evaluate("document.getElementById('outcome').replaceChildren()")
    page.set_input_files("#proof", proof)
    page.click("#check button")
    page.wait_for_selector("#outcome p")
    return page.inner_text("#outcome")


def altered(proof: Path, name: str, was: bytes, becomes: bytes) -> Path:
    """The same file with one member altered, packed anew."""
    file = proof.with_name(f"altered-{name}.zip")
    with ZipFile(proof) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            assert member != name or was in data
            new.writestr(member, data.replace(was, becomes, 1) if member == name else data)
    return file


def test_a_candidate_downloads_and_checks_a_proof(
    browser: Browser, address: str, container: Container, clock: Clock, tmp_path: Path
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    sealed(container, clock)
    wenjing = CandidateAtPhone(phone(browser), address, check=True)
    wenjing.signs_in("wenjing", PASSWORD)
    wenjing.goes(f"/registrations/{candidate.id}")
    with wenjing.page.expect_download() as download:
        wenjing.page.click("text=下载证明文件")
    proof = tmp_path / "proof.zip"
    download.value.save_as(proof)
    wenjing.page.click("text=核验证明文件")
    wenjing.look()
    page = wenjing.page
    assert "证明成立" in told(page, proof)
    assert "pending-review（第 5 版）" in page.inner_text("#outcome")
    wenjing.look()
    assert "记录与签名的检查点不符" in told(page, altered(proof, "log.jsonl", b'"policy":1', b'"policy":2'))
    wenjing.look()
    assert "第 " in told(page, altered(proof, "log.jsonl", b"[", b"("))
    assert "签名不对" in told(page, altered(proof, "checkpoints.json", b"ledger\\n", b"ledger\\n1"))
    assert "公钥" in told(page, altered(proof, "keys.json", b"+A", b"+B"))
    assert "签名不对" in told(page, altered(proof, "life.json", b"agreed", b"paid"))
    raw = bytearray(proof.read_bytes())
    with ZipFile(proof) as file:
        raw[file.getinfo("log.jsonl").header_offset + 60] ^= 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(raw)
    assert "文件损坏" in told(page, damaged)
    assert wenjing.faults == []


def test_the_saved_page_checks_without_a_server(
    browser: Browser, address: str, container: Container, clock: Clock, tmp_path: Path
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    sealed(container, clock)
    page = desk(browser).new_page()
    page.goto(f"{address}/ledger/check")
    with page.expect_download() as download:
        page.click("text=把这一页存为文件")
    kept, proof = tmp_path / "check.html", tmp_path / "proof.zip"
    download.value.save_as(kept)
    with proof.open("wb") as out:
        container.audit_bundles.proof(candidate.id, out)
    offline = desk(browser)
    offline.set_offline(True)
    page = offline.new_page()
    page.goto(kept.as_uri())
    assert "证明成立" in told(page, proof)
    assert "证明不成立" in told(page, altered(proof, "log.jsonl", b'"policy":1', b'"policy":2'))


def test_an_auditor_sees_the_ledger_and_takes_a_bundle(
    browser: Browser, address: str, container: Container, clock: Clock, tmp_path: Path
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    sealed(container, clock)
    candidate.fills()
    sealed(container, clock)
    container.staff_provisioning.make("shenji", PASSWORD, Role.AUDITOR, frozenset(), "测试")
    shenji = Person(desk(browser), address, check=True)
    shenji.signs_in("shenji", PASSWORD)
    shenji.goes("/audit/ledger")
    assert shenji.page.is_visible("svg[role=img]")
    with shenji.page.expect_download() as download:
        shenji.page.click("form[action$=bundle] button")
    download.value.save_as(tmp_path / "bundle.zip")
    assert "verify.py" in ZipFile(tmp_path / "bundle.zip").namelist()
    shenji.page.select_option("#scope", "site")
    shenji.page.fill("#of", "999999")
    shenji.page.click("form[action$=bundle] button")
    shenji.look()
    shenji.goes(f"/audit/{candidate.id}")
    assert "已封存于第 2 个检查点" in shenji.page.inner_text("main")
    assert shenji.faults == []
