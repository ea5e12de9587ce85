"""What a revision of a round changes: every difference between two plans, as changes of known kinds.

The differences are found between whole plans, so files and a page that edits one field come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.payment.settlement import yuan
from ncre.domain.seating.sittings import sitting_name
from ncre.events.exam import Batch, Contact, Fee, NoticePosted, OnSite, RoundPlan, SitePlan, Subject, Window
from ncre.events.exam_revision import HoldTerms


class ChangeKind(StrEnum):
    """Everything that a revision can change. The codes stand in the log and are never renamed."""

    ROUND_OPENED = "round-opened"
    TITLE = "title"
    OFFICE_CONTACT = "office-contact"
    PAPERS = "papers"
    REGISTER_WINDOW = "register-window"
    REVIEW_WINDOW = "review-window"
    PAYMENT_WINDOW = "payment-window"
    PRINTING_WINDOW = "printing-window"
    SUBJECT_ADDED = "subject-added"
    SUBJECT_REMOVED = "subject-removed"
    SUBJECT_NAME = "subject-name"
    SUBJECT_LEVEL = "subject-level"
    SUBJECT_MINUTES = "subject-minutes"
    SUBJECT_REMARKS = "subject-remarks"
    FEE = "fee"
    FEE_BASIS = "fee-basis"
    AGREEMENT_EDITION = "agreement-edition"
    AGREEMENT_TEXT = "agreement-text"
    DECLARATION = "declaration"
    NOTICE = "notice"
    SITE_ADDED = "site-added"
    SITE_CLOSED = "site-closed"
    SITE_REOPENED = "site-reopened"
    SITE_NAME = "site-name"
    SITE_ADDRESS = "site-address"
    SITE_REMARKS = "site-remarks"
    SITE_CONTACT = "site-contact"
    SITE_NOTICE = "site-notice"
    SITE_MANAGES = "site-manages"
    CONFIRMATION_TIME = "confirmation-time"
    REVIEW_ON = "review-on"
    REVIEW_OFF = "review-off"
    CONFIRMATION_ON = "confirmation-on"
    CONFIRMATION_OFF = "confirmation-off"
    HOLD = "hold"
    MOST_SUBJECTS = "most-subjects"
    AUDIENCE = "audience"
    QUOTA_RAISED = "quota-raised"
    QUOTA_LOWERED = "quota-lowered"
    OFFER_ADDED = "offer-added"
    OFFER_REMOVED = "offer-removed"
    ROOM_ADDED = "room-added"
    ROOM_REMOVED = "room-removed"
    ROOM_GROWN = "room-grown"
    ROOM_SHRUNK = "room-shrunk"
    BATCH_ADDED = "batch-added"
    BATCH_REMOVED = "batch-removed"
    BATCH_MOVED = "batch-moved"


@dataclass(frozen=True)
class Change:
    """One change; `site` is "" for the round's. `before` and `after` are as people read them.

    `item` names a subject, a room, a level, a notice or a sitting (`sitting_name`, as it was before).
    `holds` stands with a change of a hold alone: what it was, what it is.
    """

    kind: ChangeKind
    site: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    holds: tuple[HoldTerms, ...] = ()


@dataclass(frozen=True)
class Plans:
    """A round with its open sites and its notices by kind; no round where there is none yet."""

    round: RoundPlan | None = None
    sites: Mapping[str, SitePlan] = field(default_factory=dict)
    notices: Mapping[str, NoticePosted] = field(default_factory=dict)
    closed: Mapping[str, SitePlan] = field(default_factory=dict)


def plan_changes(before: Plans, after: Plans) -> list[Change]:
    """Every change that leads from `before` to `after`; a notice that `after` does not have stays."""
    assert after.round is not None, "a revision has a round"
    changes = list(_round_changes(before.round, after.round))
    for kind, notice in after.notices.items():
        if before.notices.get(kind) != notice:
            was = before.notices.get(kind)
            changes.append(Change(ChangeKind.NOTICE, "", kind, was.title if was else "", notice.title))
    for code, plan in after.sites.items():
        changes += _site_changes(before.sites.get(code), before.closed.get(code), plan)
    gone = [plan for code, plan in before.sites.items() if code not in after.sites]
    return [*changes, *(Change(ChangeKind.SITE_CLOSED, plan.code, "", plan.name, "") for plan in gone)]


def _round_changes(was: RoundPlan | None, now: RoundPlan) -> Iterator[Change]:
    if was is None:
        yield Change(ChangeKind.ROUND_OPENED, "", now.code, "", now.title)
        return
    if (was.title, was.title_en) != (now.title, now.title_en):
        yield Change(
            ChangeKind.TITLE, "", "", f"{was.title} / {was.title_en}", f"{now.title} / {now.title_en}"
        )
    yield from _differs(ChangeKind.OFFICE_CONTACT, "", "", _contact(was.office), _contact(now.office))
    papers = [f"{one.papers} / {one.papers_en}".strip(" /") for one in (was, now)]
    yield from _differs(ChangeKind.PAPERS, "", "", *papers)
    for name, kind in (
        ("register", ChangeKind.REGISTER_WINDOW),
        ("review", ChangeKind.REVIEW_WINDOW),
        ("payment", ChangeKind.PAYMENT_WINDOW),
        ("printing", ChangeKind.PRINTING_WINDOW),
    ):
        yield from _differs(
            kind, "", "", _span(getattr(was.windows, name)), _span(getattr(now.windows, name))
        )
    yield from _subject_changes(_by_code(was.subjects), _by_code(now.subjects))
    yield from _fee_changes(was.fees, now.fees)
    texts = (was.agreement_text, was.agreement_text_en), (now.agreement_text, now.agreement_text_en)
    if was.agreement != now.agreement:
        yield Change(ChangeKind.AGREEMENT_EDITION, "", "", was.agreement, now.agreement)
    elif texts[0] != texts[1]:
        yield Change(ChangeKind.AGREEMENT_TEXT, "", was.agreement)
    declared = [f"{one.declaration} / {one.declaration_en}".strip(" /") for one in (was, now)]
    yield from _differs(ChangeKind.DECLARATION, "", "", *declared)


def _subject_changes(was: Mapping[str, Subject], now: Mapping[str, Subject]) -> Iterator[Change]:
    for code in sorted(was.keys() | now.keys()):
        before, after = was.get(code), now.get(code)
        if before is None or after is None:
            kind = ChangeKind.SUBJECT_ADDED if before is None else ChangeKind.SUBJECT_REMOVED
            yield Change(kind, "", code, before.name if before else "", after.name if after else "")
            continue
        yield from _differs(ChangeKind.SUBJECT_NAME, "", code, before.name, after.name)
        yield from _differs(ChangeKind.SUBJECT_LEVEL, "", code, str(before.level), str(after.level))
        yield from _differs(ChangeKind.SUBJECT_MINUTES, "", code, str(before.minutes), str(after.minutes))
        remarks = [f"{one.status} {one.prerequisite}".strip() for one in (before, after)]
        yield from _differs(ChangeKind.SUBJECT_REMARKS, "", code, *remarks)


def _fee_changes(was: Iterable[Fee], now: Iterable[Fee]) -> Iterator[Change]:
    """By level; of a level with fees of provinces, what each of them pays, and then what all others do."""
    both = [{(one.level, one.province): one for one in fees} for fees in (was, now)]
    for level in sorted({level for fees in both for level, _ in fees}):
        named = sorted({province for fees in both for of, province in fees if of == level and province})
        for province in (*named, ""):
            before, after = (fees.get((level, province)) or fees.get((level, "")) for fees in both)
            item = fee_item(level, province, named)
            amounts = [yuan(one.amount) if one else "" for one in (before, after)]
            yield from _differs(ChangeKind.FEE, "", item, *amounts)
            if before and after:
                yield from _differs(ChangeKind.FEE_BASIS, "", item, before.basis, after.basis)


def fee_item(level: int, province: str, named: Iterable[str]) -> str:
    """Whose fee of a level: "4 湖北" that of a province, "4 ≠湖北,山西" that of all others, "4" that of everybody."""
    if province:
        return f"{level} {province}"
    others = ",".join(named)
    return f"{level} ≠{others}" if others else str(level)


def pays(item: str, level: int, province: str) -> bool:
    """Whether somebody at a site of a province pays this fee (`fee_item`) for a subject of a level."""
    of, _, whose = item.partition(" ")
    if of != str(level):
        return False
    if whose.startswith("≠"):
        return province not in whose[1:].split(",")
    return whose in ("", province)


def _site_changes(was: SitePlan | None, closed: SitePlan | None, now: SitePlan) -> Iterator[Change]:
    if was is None and closed is not None:
        yield Change(ChangeKind.SITE_REOPENED, now.code, "", "", now.name)
        was = closed
    if was is None:
        yield Change(ChangeKind.SITE_ADDED, now.code, "", "", now.name)
        return
    yield from _policy_changes(was, now)
    yield from _quota_change(now.code, "", was.quota, now.quota)
    offered = {one.subject: one.quota for one in was.offers}, {one.subject: one.quota for one in now.offers}
    yield from _item_changes(now.code, offered, (ChangeKind.OFFER_ADDED, ChangeKind.OFFER_REMOVED))
    rooms = {one.name: one.seats for one in was.rooms}, {one.name: one.seats for one in now.rooms}
    yield from _item_changes(now.code, rooms, (ChangeKind.ROOM_ADDED, ChangeKind.ROOM_REMOVED))
    for subject in offered[0].keys() & offered[1].keys():
        yield from _quota_change(now.code, subject, offered[0][subject], offered[1][subject])
    for room in rooms[0].keys() & rooms[1].keys():
        kind = ChangeKind.ROOM_GROWN if rooms[1][room] > rooms[0][room] else ChangeKind.ROOM_SHRUNK
        yield from _differs(kind, now.code, room, str(rooms[0][room]), str(rooms[1][room]))
    yield from _batch_changes(now.code, was.batches, now.batches)


def _policy_changes(was: SitePlan, now: SitePlan) -> Iterator[Change]:
    code = now.code
    yield from _differs(ChangeKind.SITE_NAME, code, "", was.name, now.name)
    yield from _differs(ChangeKind.SITE_ADDRESS, code, "", was.address, now.address)
    remarks = [
        f"{one.province} {one.city} {'synthetic' if one.synthetic else ''}".strip() for one in (was, now)
    ]
    yield from _differs(ChangeKind.SITE_REMARKS, code, "", *remarks)
    asked = [_contact(Contact(one.phone, one.hours, one.hours_en)) for one in (was, now)]
    yield from _differs(ChangeKind.SITE_CONTACT, code, "", *asked)
    yield from _differs(ChangeKind.SITE_NOTICE, code, "", was.notice, now.notice)
    yield from _differs(ChangeKind.SITE_MANAGES, code, "", " ".join(was.manages), " ".join(now.manages))
    on_site = [_on_site(one.confirmation) for one in (was, now)]
    yield from _differs(ChangeKind.CONFIRMATION_TIME, code, "", *on_site)
    if was.reviews != now.reviews:
        yield Change(ChangeKind.REVIEW_ON if now.reviews else ChangeKind.REVIEW_OFF, code)
    if was.confirms != now.confirms:
        yield Change(ChangeKind.CONFIRMATION_ON if now.confirms else ChangeKind.CONFIRMATION_OFF, code)
    before, after = holds = tuple(HoldTerms(one.hold_hours, one.clock) for one in (was, now))
    if before != after:
        yield Change(ChangeKind.HOLD, code, "", _hold(before), _hold(after), holds)
    yield from _differs(ChangeKind.MOST_SUBJECTS, code, "", str(was.most_subjects), str(now.most_subjects))
    yield from _differs(ChangeKind.AUDIENCE, code, "", was.audience, now.audience)


def _quota_change(site: str, item: str, was: int, now: int) -> Iterator[Change]:
    kind = ChangeKind.QUOTA_RAISED if now > was else ChangeKind.QUOTA_LOWERED
    yield from _differs(kind, site, item, str(was), str(now))


def _item_changes(
    site: str, both: tuple[Mapping[str, int], Mapping[str, int]], kinds: tuple[ChangeKind, ChangeKind]
) -> Iterator[Change]:
    """What is there on one side alone: added, removed."""
    was, now = both
    for name in sorted(now.keys() - was.keys()):
        yield Change(kinds[0], site, name, "", str(now[name]))
    for name in sorted(was.keys() - now.keys()):
        yield Change(kinds[1], site, name, str(was[name]), "")


def _batch_changes(site: str, was: tuple[Batch, ...], now: tuple[Batch, ...]) -> Iterator[Change]:
    """By time; where a batch of the same number went to a time that is new, it was moved."""
    before, after = {_name(one): one for one in was}, {_name(one): one for one in now}
    new = {one.number: name for name, one in after.items() if name not in before}
    for name, batch in before.items():
        if name in after:
            continue
        moved = new.pop(batch.number, None)
        kind = ChangeKind.BATCH_MOVED if moved else ChangeKind.BATCH_REMOVED
        yield Change(kind, site, name, name, moved or "")
    for name in new.values():
        yield Change(ChangeKind.BATCH_ADDED, site, name, "", name)


def _differs(kind: ChangeKind, site: str, item: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(kind, site, item, before, after)


def _contact(contact: Contact) -> str:
    return " / ".join(
        part for part in (contact.phone, contact.hours, contact.hours_en, contact.address) if part
    )


def _on_site(on_site: OnSite) -> str:
    moments = [exam_time_in_words(moment) if moment else "" for moment in (on_site.opens, on_site.closes)]
    return f"{' – '.join(moments)} {on_site.place}".strip(" –")


def _hold(terms: HoldTerms) -> str:
    return f"{terms.hours} h, {terms.clock}"


def _span(window: Window) -> str:
    return f"{exam_time_in_words(window.opens)} – {exam_time_in_words(window.closes)}"


def _name(batch: Batch) -> str:
    return sitting_name(batch.starts_at, batch.ends_at)


def _by_code(subjects: tuple[Subject, ...]) -> dict[str, Subject]:
    return {subject.code: subject for subject in subjects}
