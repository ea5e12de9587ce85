"""One example of every fact, with fixed ids and times: the facts behind the golden files.

`python -m tests.events.examples` writes the golden files that are missing. It never changes one
that is there: a stored shape is a promise, and a changed class owes a `class_version` and an upcast.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import StoredEvent

from ncre.events import (
    access,
    account,
    admission,
    audit,
    ban,
    erasure,
    exam,
    exam_revision,
    exchange,
    export,
    integration,
    letters,
    operating,
    payment,
    registration,
)
from ncre.events.base import FACTS, Envelope, Fact
from ncre.events.registration_values import Details, Photo, SubjectFee
from ncre.store.mapper import FactMapper
from ncre.store.sealing import FieldSealer

GOLDEN: Final = Path(__file__).parent / "golden"
TENANT: Final = "ncre"

STREAM: Final = UUID("0197a000-0000-7000-8000-000000000001")
PERSON: Final = UUID("0197a000-0000-7000-8000-000000000002")
COMMAND: Final = UUID("0197a000-0000-7000-8000-000000000003")
ZHANG: Final = UUID("0197a000-0000-7000-8000-000000000004")
NOON: Final = datetime(2026, 12, 8, 4, 0, 0, 123456, tzinfo=UTC)
LATER: Final = datetime(2026, 12, 10, 4, 0, tzinfo=UTC)

STAMP: Final = Envelope(STREAM, 1, NOON, str(ZHANG), "candidate", COMMAND)

DETAILS: Final = Details(
    name="张三丰",
    sex="male",
    document_type="resident-id",
    document_number="110101199003077432",
    document_typed="110101 19900307 7432",
    birth=date(1990, 3, 7),
    ethnicity="01",
    education="40",
    occupation="32",
    mobile="13800138000",
    email="zhang@example.org",
    address="湖北省武汉市洪山区珞喻路１号",
    postcode="430079",
    remark="左利手",
)
LINES: Final = (SubjectFee("14", 8000), SubjectFee("24", 9500))
PHOTO: Final = Photo(
    digest="ab" * 32,
    uploaded="cd" * 32,
    size=51_200,
    width=240,
    height=320,
    verdict="review",
    codes=("background",),
    measured={"sharpness": 41.5, "background": "blue", "tilt": None},
    versions={"rules": "2026-1"},
)
WINDOW: Final = exam.Window(NOON, LATER)
PLAN: Final = exam.RoundPlan(
    code="81",
    title="第81次全国计算机等级考试",
    title_en="81st National Computer Rank Examination",
    windows=exam.Windows(WINDOW, WINDOW, WINDOW, WINDOW),
    subjects=(
        exam.Subject("14", "计算机基础及WPS Office应用", 1, 90),
        exam.Subject("35", "嵌入式", 3, 120, "listed", "24"),
    ),
    fees=(exam.Fee(1, 8000, "示例收费依据"),),
    agreement="v1",
    agreement_text="本人承诺……",
    agreement_text_en="I promise ...",
)
SITE: Final = exam.SitePlan(
    code="420019",
    name="示例考点",
    province="湖北省",
    city="武汉市",
    address="示例路1号",
    synthetic=True,
    reviews=True,
    confirms=False,
    hold_hours=48,
    clock="approved",
    most_subjects=3,
    audience="all",
    quota=300,
    offers=(exam.Offer("14", 120),),
    rooms=(exam.Room("机房一", 60),),
    batches=(exam.Batch(1, NOON, LATER),),
    notice="请带好身份证。",
)

NUMBER: Final = "NKRRMJVQTFVFVXHD3B2GZB4Q5XIA01"

EXAMPLES: Final[tuple[Fact, ...]] = (
    registration.AgreementAccepted("81", ZHANG, 1, "v1"),
    registration.InfoFilled(DETAILS, "ef" * 32),
    registration.InfoAmended(replace(DETAILS, mobile="13900139000"), "ef" * 32),
    registration.Submitted("81420019000001", "420019", LINES, "d1", 3, LATER),
    registration.SubjectsChanged("81420019000001", "420019", LINES[:1], 3),
    registration.PhotoUploaded(PHOTO),
    registration.PhotoReplaced(replace(PHOTO, verdict="accept", codes=())),
    registration.ReviewRequested(3),
    registration.ReviewTakenBack(),
    registration.Approved(LATER, 3),
    registration.Rejected(("P01", "I02"), "姓名与证件不符：张三"),
    registration.PaymentSettled("NC20261208000001", "till", "T1", 17500, LATER),
    registration.PaymentUnusable("NC20261208000002", "till", "T2", 17500, LATER, "seats_gone"),
    registration.PaymentReturned("NC20261208000002", "till", "T2", 17500, "R2"),
    registration.PaymentLapsed(LATER),
    registration.WindowLapsed("register", LATER),
    registration.ConfirmedOnSite(),
    registration.SeatAssigned("14", "1481420019000101", 1, "机房一", 1, 1, NOON, LATER),
    registration.Withdrawn(),
    registration.Cancelled("考生李四重复报名"),
    registration.Moved(ZHANG, PERSON, "核对李四的身份证原件"),
    registration.SeatReleased("24", 3, 17),
    registration.Postponed("81", "82", "疫情防控，考点停考"),
    registration.Suspended("approved", NOON, "考点正在接受调查"),
    registration.Resumed("approved", LATER),
    access.DetailsViewed(STREAM, "review"),
    audit.BundleExported("site", "420019", 1000),
    audit.AuditViewed("ledger", ""),
    audit.RecordViewed(STREAM, "record"),
    admission.EntryRevoked(STREAM, "1481420019000101"),
    admission.EntryRecorded(STREAM, "1481420019000101", 1, "scanned", "current"),
    payment.OrderOpened(NUMBER, STREAM, "81", "420019", "alipay", 6, 17500, LATER),
    payment.OrderReplaced(NUMBER, STREAM),
    payment.OrderClosed(NUMBER, STREAM, True),
    payment.PaymentReceived(NUMBER, STREAM, "81", "420019", "alipay", "T1", 17500, NOON, "notice"),
    payment.RefundRequested(NUMBER, STREAM, "alipay", "T1", "R1", 17500, "duplicate"),
    payment.RefundPutOff(NUMBER, STREAM, "alipay", "T1", "R1", "ACQ.SELLER_BALANCE_NOT_ENOUGH"),
    payment.RefundConfirmed(NUMBER, STREAM, "alipay", "T1", "R1", 17500, LATER, "refund"),
    payment.RefundTotalTold(NUMBER, STREAM, "alipay", "T1", 17500, LATER, "notice"),
    payment.RefundUnexplained(NUMBER, STREAM, "alipay", "T1", "R9", 100, LATER, "bill"),
    payment.OrphanReceived("N9", "alipay", "T9", 8000, NOON, "notice"),
    payment.ItemUnbooked("alipay", "服务费", "N9", "T9", "0123456789ab", -120, NOON, "bill"),
    payment.ItemResolved("alipay", "渠道手续费"),
    payment.DayReconciled(
        "alipay",
        "2027-01-05",
        2,
        25500,
        1,
        17500,
        (payment.Difference("payment-amount", NUMBER, "T1", "", 17500, 17400),),
    ),
    account.AccountOpened(ZHANG, "email", "candidate"),
    account.SignedIn(ZHANG, "password", "203.0.113.0/24"),
    account.SignInFailed(ZHANG, "password", "203.0.113.0/24"),
    account.PasswordChanged(ZHANG, "recovered"),
    account.ContactChanged(ZHANG, "email", "old@example.com", "new@example.com"),
    account.DetailsCompleted(ZHANG, DETAILS),
    account.IdentityLinked(ZHANG, "qq"),
    account.IdentityUnlinked(ZHANG, "qq"),
    account.FactorChanged(ZHANG, "enrolled"),
    account.SessionsEnded(ZHANG, 2, "recovered"),
    account.RoleChanged(ZHANG, "reviewer", ("420019",), "新任审核员"),
    account.StaffChangeRequested(ZHANG, "factor", "手机丢失"),
    account.StaffChangeDeclined(ZHANG, "factor"),
    account.FactorReset(ZHANG, "手机丢失"),
    account.AccountDisabled(ZHANG, "已调离"),
    account.AccountEnabled(ZHANG, "已调回"),
    account.RegistrationMoved(ZHANG, STREAM, "came"),
    account.LetterSwitched(ZHANG, "exam-tomorrow", "mail", False, "link"),
    account.LetterLanguageChosen(ZHANG, "en"),
    account.AccountClosed(ZHANG),
    erasure.ErasureRequested(ZHANG),
    erasure.ErasureWithdrawn(ZHANG),
    erasure.ErasureDeclined(ZHANG, "考次未结束", LATER),
    erasure.PersonErased(ZHANG, "office", "来信 2027-15"),
    erasure.RegistrationErased(STREAM, "office"),
    erasure.RetentionSet("81", 180, 365, "档案保存期"),
    erasure.RetentionApplied("81", 310, 4),
    operating.CommandRun("projections rebuild", "", "换了版本", 0),
    exam.RoundOpened(PLAN),
    exam.RoundRevised(replace(PLAN, agreement="v2")),
    exam.SiteOpened("81", SITE),
    exam.SiteRevised("81", replace(SITE, quota=280)),
    exam.SiteClosed("78", "420019"),
    exam.SiteCalledOff("78", "420019", "", "refund", "疫情防控，考点停考", 312),
    exam_revision.RoundRevisionMade(
        "78",
        2,
        "武汉考点机房检修，批次后移",
        (
            exam_revision.RevisedPoint(
                "batch-removed", "420019", "2027-03-27-0800-1000", "2027-03-27-0800-1000", "", "follow-up", 3
            ),
            exam_revision.RevisedPoint(
                "hold",
                "420019",
                "",
                "24 h, approved",
                "48 h, submitted",
                "follow-up",
                2,
                (exam_revision.HoldTerms(24, "approved"), exam_revision.HoldTerms(48, "submitted")),
            ),
        ),
    ),
    exam.NoticePosted("81", "announcement", "网上报名公告", "Announcement", "正文", "Text"),
    exam.SeatsDrawn("81", "420019", 20270327, 310, 420),
    integration.IntegrationMade("省平台", ("registrations:read",), ("420019",), "公函 31"),
    integration.IntegrationScoped(("registrations:read", "events:read"), ("*",), "公函 32"),
    integration.SecretIssued("ncre_abcdefg"),
    integration.SecretRevoked("ncre_abcdefg", "已更换"),
    integration.IntegrationRevoked("系统下线"),
    integration.WebhookSet("https://portal.example.org/hook", "公函 33"),
    integration.WebhookPaused(True),
    integration.SigningKeyRotated(2),
    integration.DeliveryResent(4711),
    ban.BanImposed(
        "f" * 64,
        "resident_id",
        date(2027, 1, 1),
        date(2029, 12, 31),
        "鄂考罚〔2026〕31号",
        "420115********0011",
        "组织作弊",
    ),
    ban.BanLifted("鄂考罚〔2026〕31号", "复核后撤销决定"),
    ban.BannedRegistrationKept(STREAM, "鄂考罚〔2026〕31号", "决定不溯及本次考试"),
    ban.BanReasonViewed("鄂考罚〔2026〕31号"),
    ban.BanForgotten("鄂考罚〔2026〕31号"),
    export.ExportRequested(
        "candidates", "csv", "78", "420019", ("number", "mobile"), ("mobile",), "通知考点停电改期"
    ),
    export.ExportMade(310, 20480, "e" * 64),
    export.ExportTaken("e" * 64),
    export.ExportRemoved("expired"),
    export.ExportScheduled("money", "xlsx", "", ("number", "paid"), "06:30"),
    export.ExportUnscheduled(),
    access.RegistrationFound(STREAM, "phone"),
    exchange.DuplicatesExported("78", "42", 310, "e" * 64),
    exchange.DuplicatesImported("78", "43", 500, "d" * 64, 2),
    exchange.DuplicateFound(STREAM, "43", ("66", "24")),
    exchange.DuplicateResolved(STREAM, "43", "kept", "该省已取消"),
    letters.LetterTextChanged(
        "paid", "已收到", "Received", "{amount} 元", "{amount} yuan", "已付", "Paid", "更短"
    ),
    letters.LetterTextReset("paid", "恢复"),
)


def with_metadata(fact: Fact) -> Fact:
    """The example as it was recorded; a fact with private fields is about PERSON, a cancellation by staff."""
    stamp = replace(STAMP, subject=PERSON) if fact.SEALED else STAMP
    if isinstance(fact, registration.Cancelled):
        stamp = replace(stamp, role="office", on_behalf_of=str(ZHANG), cause="letter 17")
    return fact.with_metadata(stamp)


def all_facts() -> set[str]:
    """Stored names of the facts of the service; tests may register facts of their own beside them."""
    return {topic for topic, cls in FACTS.items() if cls.__module__.startswith("ncre.")}


def place(topic: str) -> bytes:
    """To what the box of an example is bound. This form is a promise: old boxes open under it alone."""
    return f"{TENANT}|{STREAM}|1|{topic}".encode()


def as_golden(stored: StoredEvent, key: AESGCM) -> dict[str, Any]:
    """The stored JSON with the box opened."""
    state = FactMapper.raw(stored)
    if "sealed" in state:
        state["sealed"] = json.loads(FieldSealer.open(key, state["sealed"], place(stored.topic)))
    return state


def from_golden(topic: str, key: AESGCM, folder: Path = GOLDEN) -> StoredEvent:
    """The row that a golden file describes, its private fields sealed again."""
    state = json.loads((folder / f"{topic}.json").read_text(encoding="utf-8"))
    if "sealed" in state:
        state["sealed"] = FieldSealer.seal(key, json.dumps(state["sealed"]).encode(), place(topic))
    return StoredEvent(STREAM, 1, topic, json.dumps(state).encode())


def main() -> None:
    key = AESGCM(bytes(32))
    for example in map(with_metadata, EXAMPLES):
        file = GOLDEN / f"{example.TOPIC}.json"
        if not file.exists():
            state = as_golden(FactMapper(TENANT).stored(example, {PERSON: key}), key)
            file.write_text(json.dumps(state, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
