"""A photo whose file is lost or damaged: told to staff, asked for anew, decided about by nobody."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from tests.support.people import OFFICE, ROUND, SITE, Candidate, approved, portrait, somebody
from tests.web import staff_members
from tests.web.visitor import facts_of, row_of, signed_in


def file_of(container: Container, candidate: Candidate) -> Path:
    digest = row_of(container, candidate.id)["photo"]["digest"]
    return container.settings.photos / digest[:2] / digest[2:4] / digest


def missing(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def damaged(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


Loss = Callable[[Path], None]
every_loss = pytest.mark.parametrize("loss", [missing, empty, damaged, folder])


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def photo_page(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}/photo"


@every_loss
def test_a_case_without_a_readable_photo_is_not_approved_until_there_is_another(
    loss: Loss, container: Container, site: Flask, wenjing: Candidate
) -> None:
    loss(file_of(container, wenjing))
    li, case = staff_members.reviewer(container, site), f"/staff/cases/{wenjing.id}"
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    assert "不能审核通过或现场确认" in li.get(case)
    assert li.client.get(f"{case}/photo/{digest}.jpg", base_url=staff_members.HERE).status_code == 404
    refused = li.post(f"{case}/approve", page=case)
    assert refused.status_code == 409
    assert "照片已丢失或损坏" in refused.text
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW

    visitor = signed_in(site, wenjing)
    visitor.get(f"{photo_page(wenjing)}.jpg", 404)
    visitor.get(f"/registrations/{wenjing.id}")
    assert "请重新上传照片" in visitor.text()
    assert f'href="{photo_page(wenjing)}"' in visitor.page
    visitor.get(photo_page(wenjing))
    visitor.post(photo_page(wenjing), photo=portrait())
    assert facts_of(container, wenjing.id)[-1] == "registration.photo_replaced"
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW
    visitor.get(photo_page(wenjing), 409)
    assert li.post(f"{case}/approve", page=case).status_code == 303


@every_loss
def test_after_paying_too_another_photo_is_taken_and_the_door_says_what_is_missing(
    loss: Loss, container: Container, site: Flask, wenjing: Candidate
) -> None:
    approved(container, wenjing)
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    number = row_of(container, wenjing.id)["number"]
    loss(file_of(container, wenjing))
    li = staff_members.reviewer(container, site)
    answer = li.post("/staff/door", page="/staff/door", code=number)
    assert "请核对证件上的照片" in answer.text
    assert (
        li.client.get(f"/staff/door/{wenjing.id}/photo.jpg", base_url=staff_members.HERE).status_code == 404
    )
    with pytest.raises(Refusal) as refused:
        container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=OFFICE))
    assert refused.value.code is RefusalCode.PHOTO_LOST
    assert container.documents.form(wenjing.id).pdf.startswith(b"%PDF")
    (sitting,) = {one.name for one in container.hall_lists.sittings(ROUND, SITE, OFFICE)[:1]}
    assert container.hall_lists.seat_lists(ROUND, SITE, sitting, OFFICE).pdf.startswith(b"%PDF")

    visitor = signed_in(site, wenjing)
    visitor.get(photo_page(wenjing))
    visitor.post(photo_page(wenjing), photo=portrait())
    assert row_of(container, wenjing.id)["status"] == Status.PAID
    container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=OFFICE))


def test_a_lost_photo_is_neither_used_again_nor_sent_to_review_nor_paid_for(
    container: Container, site: Flask
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits("429901", ("14",))
    candidate.uploads()
    damaged(file_of(container, candidate))
    with pytest.raises(Refusal) as refused:
        container.checkout.open(candidate.id, "till")
    assert refused.value.code is RefusalCode.PHOTO_LOST
    candidate.does(c.ChangeSubjects, site=SITE, subjects=("66",))
    with pytest.raises(Refusal) as refused:
        candidate.requests_review()
    assert refused.value.code is RefusalCode.PHOTO_LOST


def test_where_photos_cannot_be_reached_nothing_is_decided_and_nobody_is_asked_anew(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    container.settings.photos.rename(container.settings.data / "unmounted")
    li, case = staff_members.reviewer(container, site), f"/staff/cases/{wenjing.id}"
    assert "不能审核通过或现场确认" not in li.get(case)
    refused = li.post(f"{case}/approve", page=case)
    assert refused.status_code == 503
    assert "暂时读不到照片" in refused.text
    visitor = signed_in(site, wenjing)
    visitor.get(f"/registrations/{wenjing.id}")
    assert "请重新上传照片" not in visitor.text()
    visitor.get(f"{photo_page(wenjing)}.jpg", 503)
    (container.settings.data / "unmounted").rename(container.settings.photos)
    assert li.post(f"{case}/approve", page=case).status_code == 303


FULL: Final = [errno.ENOSPC, errno.EDQUOT, errno.EROFS]


@pytest.mark.parametrize("code", FULL)
def test_a_photo_folder_that_is_full_is_told_in_words_and_nothing_is_lost(
    code: int, container: Container, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    visitor = signed_in(site, candidate)
    visitor.get(photo_page(candidate))
    with monkeypatch.context() as full:

        def refuses(_: int) -> None:
            raise OSError(code, os.strerror(code))

        full.setattr("ncre.photo.file_store.os.fsync", refuses)
        answer = visitor.post(photo_page(candidate), 507, photo=portrait())
    assert answer.headers["Retry-After"]
    assert "现在存不下照片" in visitor.text()
    assert "选择照片文件" in visitor.text()
    assert facts_of(container, candidate.id)[-1] == "registration.submitted"
    assert not [file for file in container.settings.photos.rglob("*") if file.is_file()]
    visitor.post(photo_page(candidate), photo=portrait())
    assert facts_of(container, candidate.id)[-1] == "registration.photo_uploaded"
