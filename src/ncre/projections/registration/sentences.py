"""One sentence per fact, in both languages, for the timeline. Nothing private is ever said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.payment.settlement import yuan
from ncre.domain.registration.holds import HOLDS, RegistrationHold
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Opening
from ncre.domain.registration.window_wording import WINDOWS
from ncre.events import access, admission, operating, registration
from ncre.events.base import Fact
from ncre.events.registration_values import Photo
from ncre.projections.accounts.erasure_sentences import ERASURE_SENTENCES
from ncre.projections.accounts.sentences import PASSPORT_SENTENCES
from ncre.projections.audit.sentences import AUDIT_SENTENCES
from ncre.projections.bans.sentences import BAN_SENTENCES
from ncre.projections.duplicates.sentences import DUPLICATE_SENTENCES
from ncre.projections.exam.sentences import EXAM_SENTENCES
from ncre.projections.exports.sentences import EXPORT_SENTENCES
from ncre.projections.integration.sentences import INTEGRATION_SENTENCES
from ncre.projections.letters.sentences import LETTER_SENTENCES
from ncre.projections.payment.sentences import PAYMENT_SENTENCES, why_unusable
from ncre.projections.registration.sentences_beside import entered, found, on_device, revoked, run, viewed


def sentence(fact: Fact) -> Bilingual:
    """What happened, as a person would say it. Every registered fact has its sentence."""
    return _SENTENCES[type(fact)](fact)


def _agreed(accepted: registration.AgreementAccepted) -> Bilingual:
    return Bilingual(
        f"考生同意了第 {accepted.round} 次考试的报名协议（{accepted.agreement} 版）。",
        f"The candidate accepted the agreement (edition {accepted.agreement}) of round {accepted.round}.",
    )


def _filled(_: registration.InfoFilled) -> Bilingual:
    return Bilingual("考生填写了基本信息。", "The candidate filled in the personal details.")


def _amended(_: registration.InfoAmended) -> Bilingual:
    return Bilingual("考生修改了基本信息。", "The candidate changed the personal details.")


def _choice(chosen: registration.Submitted | registration.SubjectsChanged) -> tuple[str, str]:
    subjects = [line.subject for line in chosen.lines]
    return "、".join(subjects), ", ".join(subjects)


def _submitted(submitted: registration.Submitted) -> Bilingual:
    zh, en = _choice(submitted)
    return Bilingual(
        f"考生提交了报考信息：考点 {submitted.site}，科目 {zh}，报名号 {submitted.number}。",
        f"The candidate submitted the registration: site {submitted.site}, subjects {en}, "
        f"registration number {submitted.number}.",
    )


def _changed(changed: registration.SubjectsChanged) -> Bilingual:
    zh, en = _choice(changed)
    return Bilingual(
        f"考生改报为：考点 {changed.site}，科目 {zh}，报名号 {changed.number}。",
        f"The candidate changed the choice to: site {changed.site}, subjects {en}, "
        f"registration number {changed.number}.",
    )


def _photo(photo: Photo) -> str:
    return f"{photo.height}×{photo.width}"


_HANDLED: Final = {"turned": Bilingual("已转正", "turned upright"), "cropped": Bilingual("已裁剪", "cropped")}


def _photo_words(photo: Photo, zh: str, en: str) -> Bilingual:
    """What was done with a photo, how it was mended, and whether a person is asked to decide about it."""
    handled = _HANDLED.get(photo.handling, Bilingual("", ""))
    detail = (f"，{handled.zh}" if handled.zh else "", f", {handled.en}" if handled.en else "")
    asks = (
        ("，并认为系统判断有误，请考点决定", " and asks the site to decide about its refusal")
        if photo.appealed
        else ("", "")
    )
    size = _photo(photo)
    return Bilingual(
        f"{zh}（{size} 像素{detail[0]}）{asks[0]}。", f"{en} ({size} pixels{detail[1]}){asks[1]}."
    )


def _uploaded(uploaded: registration.PhotoUploaded) -> Bilingual:
    return _photo_words(uploaded.photo, "考生上传了照片", "The candidate uploaded a photo")


def _replaced(replaced: registration.PhotoReplaced) -> Bilingual:
    return _photo_words(replaced.photo, "考生修改了照片", "The candidate replaced the photo")


def _requested(_: registration.ReviewRequested) -> Bilingual:
    return Bilingual("考生申请了信息审核。", "The candidate requested review.")


def _taken_back(_: registration.ReviewTakenBack) -> Bilingual:
    return Bilingual("考生撤回了审核申请。", "The candidate took the request for review back.")


def _approved(approved: registration.Approved) -> Bilingual:
    pay_by = exam_time_in_words(approved.pay_by)
    return Bilingual(
        f"考点审核通过，须在 {pay_by} 前支付。",
        f"The site approved it, to be paid by {pay_by} (Beijing time).",
    )


def _rejected(rejected: registration.Rejected) -> Bilingual:
    reasons = [_reason(code) for code in rejected.reasons]
    zh, en = "；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons)
    return Bilingual(f"考点审核未通过：{zh}。", f"The site did not approve it: {en}.")


def _reason(code: str) -> Bilingual:
    """A code that was dropped from the list since stands for itself: what was recorded is still told."""
    reason = REVIEW_REASONS.get(code)
    return Bilingual(f"{code} {reason.text}", f"{code} {reason.text_en}") if reason else Bilingual(code, code)


def _settled(settled: registration.PaymentSettled) -> Bilingual:
    amount, paid = yuan(settled.amount), exam_time_in_words(settled.paid_at)
    return Bilingual(
        f"收到考试费 {amount} 元（{paid} 支付，订单 {settled.order}）。",
        f"The fee of {amount} yuan was received (paid {paid} Beijing time, order {settled.order}).",
    )


def _unusable(unusable: registration.PaymentUnusable) -> Bilingual:
    why = why_unusable(unusable.reason)
    amount = yuan(unusable.amount)
    return Bilingual(
        f"收到 {amount} 元但不能用于本报名（{why.zh}），将原路退回。",
        f"{amount} yuan arrived that this registration cannot use ({why.en}); it goes back.",
    )


def _returned(returned: registration.PaymentReturned) -> Bilingual:
    amount = yuan(returned.amount)
    return Bilingual(f"{amount} 元已原路退回。", f"{amount} yuan went back to whoever paid.")


def _lapsed(lapsed: registration.PaymentLapsed) -> Bilingual:
    pay_by = exam_time_in_words(lapsed.pay_by)
    return Bilingual(
        f"至 {pay_by} 未支付，报名失效，名额释放。",
        f"Unpaid by {pay_by} (Beijing time): the registration lapsed and its seats are free.",
    )


def _window_lapsed(lapsed: registration.WindowLapsed) -> Bilingual:
    window, closed = WINDOWS[Opening(lapsed.window)], exam_time_in_words(lapsed.closed)
    return Bilingual(
        f"{window.zh}于 {closed} 截止，报名没有完成，已失效，名额释放。",
        f"{window.en} closed at {closed} (Beijing time) before it was completed: the registration lapsed and its seats "
        f"are free.",
    )


def _confirmed(confirmed: registration.ConfirmedOnSite) -> Bilingual:
    late = on_device(confirmed.done_at)
    return Bilingual(f"考点现场确认完成{late.zh}。", f"The site confirmed the candidate on site{late.en}.")


def _seated(seated: registration.SeatAssigned) -> Bilingual:
    when = exam_time_in_words(seated.starts_at)
    return Bilingual(
        f"科目 {seated.subject} 已编排：{when}，考场 {seated.hall:04}，座位 {seated.seat:02}，"
        f"准考证号 {seated.ticket}。",
        f"Subject {seated.subject} was seated: {when} Beijing time, hall {seated.hall:04}, seat {seated.seat:02}, "
        f"ticket number {seated.ticket}.",
    )


def _withdrawn(_: registration.Withdrawn) -> Bilingual:
    return Bilingual("考生放弃了报名。", "The candidate withdrew.")


def _cancelled(cancelled: registration.Cancelled) -> Bilingual:
    zh, en = _FEES.get(cancelled.money, ("", ""))
    return Bilingual(f"考务办公室取消了报名{zh}。", f"The exam office cancelled the registration{en}.")


_FEES: Final = {
    "refund": ("，已缴的费用退还", "; the fee that was paid goes back"),
    "keep": ("，已缴的费用按规定不退", "; the fee that was paid is kept by the rule"),
}


def _held(hold: RegistrationHold) -> Callable[[Any], Bilingual]:
    return lambda _: hold.told


def _resumed(resumed: registration.Resumed) -> Bilingual:
    if resumed.pay_by is None:
        return Bilingual("考务办公室恢复了报名。", "The exam office resumed the registration.")
    pay_by = exam_time_in_words(resumed.pay_by)
    return Bilingual(
        f"考务办公室恢复了报名，缴费期限为 {pay_by}。",
        f"The exam office resumed the registration; it is to be paid by {pay_by} (Beijing time).",
    )


def _released(released: registration.SeatReleased) -> Bilingual:
    return Bilingual(
        f"科目 {released.subject} 的座位作废。", f"The seat in subject {released.subject} is void."
    )


def _postponed(postponed: registration.Postponed) -> Bilingual:
    return Bilingual(
        f"考试延期：报名由第 {postponed.was} 次转到第 {postponed.to} 次。{postponed.reason}",
        f"The exam was postponed: the registration was carried over from round {postponed.was} to round {postponed.to}. {postponed.reason}",
    )


def _moved(_: registration.Moved) -> Bilingual:
    return Bilingual(
        "考务办公室核对证据后，把报名转到了考生本人的另一账号。",
        "Upon evidence the exam office moved the registration to another account of the same person.",
    )


_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    registration.AgreementAccepted: _agreed,
    registration.InfoFilled: _filled,
    registration.InfoAmended: _amended,
    registration.Submitted: _submitted,
    registration.SubjectsChanged: _changed,
    registration.PhotoUploaded: _uploaded,
    registration.PhotoReplaced: _replaced,
    registration.ReviewRequested: _requested,
    registration.ReviewTakenBack: _taken_back,
    registration.Approved: _approved,
    registration.Rejected: _rejected,
    registration.PaymentSettled: _settled,
    registration.PaymentUnusable: _unusable,
    registration.PaymentReturned: _returned,
    registration.PaymentLapsed: _lapsed,
    registration.WindowLapsed: _window_lapsed,
    registration.ConfirmedOnSite: _confirmed,
    registration.SeatAssigned: _seated,
    registration.Withdrawn: _withdrawn,
    registration.Cancelled: _cancelled,
    registration.Moved: _moved,
    registration.SeatReleased: _released,
    registration.Postponed: _postponed,
    **{fact: _held(HOLDS[status]) for status, fact in HOLD_FACTS.items()},
    registration.Resumed: _resumed,
    access.DetailsViewed: viewed,
    access.RegistrationFound: found,
    admission.EntryRecorded: entered,
    admission.EntryRevoked: revoked,
    operating.CommandRun: run,
    **EXAM_SENTENCES,
    **PAYMENT_SENTENCES,
    **PASSPORT_SENTENCES,
    **ERASURE_SENTENCES,
    **INTEGRATION_SENTENCES,
    **LETTER_SENTENCES,
    **AUDIT_SENTENCES,
    **BAN_SENTENCES,
    **DUPLICATE_SENTENCES,
    **EXPORT_SENTENCES,
}
