"""What happens beside a registration, in sentences: looks, entries at the door, commands that were run."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.registration.disclosure import PREFILL, PREFILLED, disclosure_words
from ncre.events import access, admission, operating


def viewed(viewed: access.DetailsViewed) -> Bilingual:
    if viewed.purpose == PREFILL:
        return PREFILLED
    if not viewed.why:
        return Bilingual("工作人员查看了考生的个人信息。", "A member of staff looked at the private details.")
    why = disclosure_words(viewed.why)
    return Bilingual(
        f"工作人员查看了考生的个人信息（原因：{why.zh}）。",
        f"A member of staff looked at the private details (reason: {why.en}).",
    )


def on_device(done_at: datetime | None) -> Bilingual:
    """What was done on a device without a network says when."""
    if done_at is None:
        return Bilingual("", "")
    when = exam_time_in_words(done_at)
    return Bilingual(
        f"（离线设备于 {when} 办理，后上传）", f" (on a device without a network at {when}, sent later)"
    )


def entered(entered: admission.EntryRecorded) -> Bilingual:
    manner = _MANNERS.get(entered.manner, Bilingual("", ""))
    late = on_device(entered.done_at)
    return Bilingual(
        f"入场：准考证号 {entered.ticket}，考场 {entered.hall:04}{manner.zh}{late.zh}。",
        f"Let in at the door: ticket number {entered.ticket}, hall {entered.hall:04}{manner.en}{late.en}.",
    )


_MANNERS: Final = {
    "scanned": Bilingual("（扫描二维码）", " (code scanned)"),
    "typed": Bilingual("（输入号码）", " (number typed)"),
}


def revoked(revoked: admission.EntryRevoked) -> Bilingual:
    return Bilingual(
        f"撤销入场记录：准考证号 {revoked.ticket}，本人未入场。",
        f"The entry of ticket number {revoked.ticket} was undone: the person did not go in.",
    )


def run(run: operating.CommandRun) -> Bilingual:
    about = f" {run.about}" if run.about else ""
    why_zh, why_en = (f"，原因：{run.why}", f", because: {run.why}") if run.why else ("", "")
    code_zh, code_en = (f"，结束码 {run.code}", f", exit code {run.code}") if run.code else ("", "")
    return Bilingual(
        f"执行了 ncre {run.command}{about}{why_zh}{code_zh}。",
        f"Ran ncre {run.command}{about}{why_en}{code_en}.",
    )


def found(found: access.RegistrationFound) -> Bilingual:
    by = _SEARCHED_BY.get(found.by, Bilingual(found.by, found.by))
    return Bilingual(
        f"工作人员按{by.zh}查找，找到了这份报名。",
        f"A member of staff searched by {by.en} and found this registration.",
    )


_SEARCHED_BY: Final = {
    "name": Bilingual("姓名", "name"),
    "phone": Bilingual("手机号", "phone"),
    "mail": Bilingual("邮箱", "e-mail address"),
}
