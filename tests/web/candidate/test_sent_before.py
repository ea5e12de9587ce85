"""A page that is sent, then corrected (after Back, or in a second tab) and sent again under the same command id."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.commands import FillInfo
from ncre.events.base import Envelope
from tests.support.people import SITE, WENJING, Candidate, portrait, somebody
from tests.web.candidate.test_details import form_of_details
from tests.web.staff_members import hidden, office, reviewer
from tests.web.visitor import facts_of, row_of, signed_in


def stamps(container: Container, stream: UUID) -> list[Envelope]:
    with container.database.reading() as connection:
        return [fact.metadata for fact in container.command_handler.store.history(connection, stream)]


def test_a_correction_of_details_is_refused_with_both_what_is_saved_and_what_was_typed(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    visitor, path = signed_in(site, wenjing), f"/registrations/{wenjing.id}/details"
    visitor.get(path)
    restored = visitor.page
    visitor.post(path, **form_of_details())
    visitor.page = restored
    visitor.post(path, 409, **{**form_of_details(), "mobile": "13700137000"})
    assert "这一页您已经提交过一次" in visitor.text()
    assert visitor.value("mobile") == "13700137000", "what was typed"
    assert "已保存的是： 138 0013 8000" in visitor.text(), "beside what is saved"
    assert visitor.text().count("已保存的是：") == 1
    assert facts_of(container, wenjing.id).count("registration.info_amended") == 0
    visitor.post(path, **{**form_of_details(), "mobile": "13700137000", "keep-mobile": "mine"})
    assert facts_of(container, wenjing.id)[-1] == "registration.info_amended"


def test_the_same_again_is_done_once_and_succeeds(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    visitor, path = signed_in(site, wenjing), f"/registrations/{wenjing.id}/details"
    visitor.get(path)
    visitor.post(path, **form_of_details())
    visitor.post(path, **form_of_details())
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted", "registration.info_filled"]


def test_a_correction_that_was_undone_again_is_so_already(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    """Sent, corrected elsewhere to what this page says, sent again: nothing is left to do."""
    visitor, path = signed_in(site, wenjing), f"/registrations/{wenjing.id}/details"
    visitor.get(path)
    restored = visitor.page
    visitor.post(path, **form_of_details())
    visitor.get(path)
    visitor.post(path, **{**form_of_details(), "mobile": "13700137000"})
    visitor.page = restored
    visitor.post(path, **{**form_of_details(), "mobile": "13700137000"})
    assert facts_of(container, wenjing.id)[-2:] == ["registration.info_filled", "registration.info_amended"]


def test_a_correction_of_subjects_keeps_the_ticks_beside_what_is_saved(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.fills()
    visitor, path = signed_in(site, wenjing), f"/registrations/{wenjing.id}/subjects"
    visitor.get(f"{path}?site={SITE}")
    restored = visitor.page
    visitor.post(path, subjects=["66"], declared="yes")
    visitor.page = restored
    visitor.post(path, 409, subjects=["67"], declared="yes")
    assert 'value="67" checked' in visitor.page
    assert 'value="66" checked' not in visitor.page
    saved = visitor.page.split("已保存的是：")[1].split("</p>")[0]
    assert "66 " in saved
    assert "67 " not in saved
    assert [line["subject"] for line in row_of(container, wenjing.id)["lines"]] == ["66"]


def test_another_photo_from_the_same_page_is_not_called_saved(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.fills()
    wenjing.submits()
    visitor, path = signed_in(site, wenjing), f"/registrations/{wenjing.id}/photo"
    visitor.get(path)
    restored, photo = visitor.page, portrait()
    visitor.post(path, photo=photo)
    first = row_of(container, wenjing.id)["photo"]["uploaded"]
    visitor.page = restored
    visitor.post(path, photo=photo)
    visitor.page = restored
    visitor.post(path, 409, photo=photo + b"\0another file")
    assert "这一页您已经提交过一次" in visitor.text()
    assert row_of(container, wenjing.id)["photo"]["uploaded"] == first


def test_a_reviewers_corrected_note_is_told_and_kept(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    zhao = somebody(container, "zhao")
    zhao.until_waiting()
    li, case = reviewer(container, site), f"/staff/cases/{zhao.id}"
    form = hidden(li.get(case), f"{case}/reject")
    assert li.send(f"{case}/reject", {**form, "reasons": "P01", "note": "照片太暗"}).status_code == 303
    assert li.send(f"{case}/reject", {**form, "reasons": "P01", "note": "照片太暗"}).status_code == 303
    again = li.send(f"{case}/reject", {**form, "reasons": "P02", "note": "照片太亮，请重拍"})
    assert again.status_code == 409
    assert "这一页您已经提交过一次" in again.text
    assert "没有保存的内容" in again.text
    assert "照片太亮，请重拍" in again.text
    assert "翻拍或扫描照片" in again.text.split("没有保存的内容")[1].split("</section>")[0]
    assert (
        container.people.rejection_note(zhao.id, row_of(container, zhao.id)["rejected_version"]) == "照片太暗"
    )


def test_a_corrected_notice_is_told_and_kept(container: Container, site: Flask) -> None:
    visitor = office(container, site)
    form = hidden(visitor.get("/office/notices"), "/office/notices")
    notice = {"title": "通知", "body": "正文", "title_en": "Notice", "body_en": "Text", "why": "更正"}
    assert visitor.send("/office/notices", {**form, **notice}).status_code == 303
    assert visitor.send("/office/notices", {**form, **notice}).status_code == 303
    again = visitor.send("/office/notices", {**form, **notice, "body": "改正的正文"})
    assert again.status_code == 409
    assert ">改正的正文</textarea>" in again.text
    assert "改正的正文" not in visitor.get(f"/notices/{form['kind']}")


def test_the_digest_is_keyed_and_tells_two_equal_contents_apart(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.fills()
    li = somebody(container, "li")
    li.agrees()
    one = stamps(container, wenjing.id)
    assert all(len(stamp.digest) == 32 for stamp in one)
    content = {"asks": "FillInfo", "details": WENJING}
    store = container.command_handler.store
    ids = one[0].command_id, one[1].command_id
    assert store.digest(ids[0], content) != store.digest(ids[1], content)
    assert store.digest(ids[0], content) == store.digest(ids[0], content)
    with container.database.reading() as connection:
        stored = store.raw_log(0, 500, connection)
    assert not [row for row in stored if WENJING.document_number.encode() in row.state]


def test_a_fact_without_a_digest_is_taken_as_it_was_before_there_were_any(
    container: Container, wenjing: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps_ = container.command_handler._stamps
    monkeypatch.setattr(stamps_, "_digest", lambda _asked: "")
    wenjing.fills()
    monkeypatch.undo()
    old = stamps(container, wenjing.id)[-1]
    assert old.digest == ""
    again = FillInfo(
        registration=wenjing.id,
        actor=wenjing.account.actor,
        command_id=old.command_id,
        details=WENJING,
        person="p",
    )
    assert container.command_handler.handle(again).version == 2
