"""Why something asked for is not done: a code with its particulars. The words stand in `words.py`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ncre.store.outages import Outage


class RefusalCode(StrEnum):
    """Every reason for which a command can be refused."""

    NOT_FOUND = "not_found"
    NOT_YOURS = "not_yours"
    NOT_YOUR_SITE = "not_your_site"
    NOT_YOUR_ROLE = "not_your_role"
    OWN_REGISTRATION = "own_registration"
    OUT_OF_DATE = "out_of_date"
    SENT_BEFORE = "sent_before"
    VERSION_UNKNOWN = "version_unknown"
    OUT_OF_TURN = "out_of_turn"
    BUSY = "busy"
    STORE_FULL = "store_full"
    STORE_READ_ONLY = "store_read_only"
    STORE_AWAY = "store_away"
    STORE_BROKEN = "store_broken"
    WINDOW_NOT_YET = "window_not_yet"
    WINDOW_OVER = "window_over"
    AGREEMENT_CHANGED = "agreement_changed"
    PLACE_TAKEN = "place_taken"
    SITE_UNKNOWN = "site_unknown"
    SUBJECT_NOT_OFFERED = "subject_not_offered"
    SUBJECT_TWICE = "subject_twice"
    NO_SUBJECT = "no_subject"
    TOO_MANY_SUBJECTS = "too_many_subjects"
    SUBJECT_FULL = "subject_full"
    SITE_FULL = "site_full"
    DECLARATION_MISSING = "declaration_missing"
    PHOTO_REFUSED = "photo_refused"
    PHOTO_LOST = "photo_lost"
    PHOTO_NOT_KEPT = "photo_not_kept"
    PHOTOS_SILENT = "photos_silent"
    PHOTOS_BUSY = "photos_busy"
    NO_EARLIER_PHOTO = "no_earlier_photo"
    REASON_MISSING = "reason_missing"
    REASON_UNKNOWN = "reason_unknown"
    REASON_TEXT_MISSING = "reason_text_missing"
    OPENING_REASON = "opening_reason"
    TEXT_TOO_LONG = "text_too_long"
    MONEY_UNDECIDED = "money_undecided"
    MONEY_REASON_MISSING = "money_reason_missing"
    EVIDENCE_MISSING = "evidence_missing"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_BUSY = "account_busy"
    OTHER_PERSON = "other_person"
    STAFF_UNKNOWN = "staff_unknown"
    STAFF_SITE_UNKNOWN = "staff_site_unknown"
    NOT_STAFF = "not_staff"
    ACCOUNT_DISABLED = "account_disabled"
    OWN_ACCOUNT = "own_account"
    LAST_OFFICE = "last_office"
    WHY_MISSING = "why_missing"
    SITES_MISSING = "sites_missing"
    SECOND_PERSON = "second_person"
    REQUEST_OVER = "request_over"
    NOT_DUE = "not_due"
    CHAIR_TAKEN = "chair_taken"
    NO_CAPACITY = "no_capacity"
    NO_ROOMS = "no_rooms"
    TOO_FEW_BATCHES = "too_few_batches"
    TOO_FEW_SEATS = "too_few_seats"
    TOO_MANY_HALLS = "too_many_halls"
    NOBODY_SEATED = "nobody_seated"
    NOBODY_TO_SEAT = "nobody_to_seat"
    HALLS_UNKNOWN = "halls_unknown"
    SEED_UNFIT = "seed_unfit"
    PREVIEW_OUTDATED = "preview_outdated"
    REVISION_OUTDATED = "revision_outdated"
    REVISION_REFUSED = "revision_refused"
    SITE_CLOSED = "site_closed"
    NUMBER_UNFIT = "number_unfit"
    NUMBERS_USED_UP = "numbers_used_up"
    PERSON_ERASED = "person_erased"
    NO_PAYMENT_DUE = "no_payment_due"
    ALREADY_PAID = "already_paid"
    NOTHING_OWED = "nothing_owed"
    CHANNEL_UNKNOWN = "channel_unknown"
    CHANNEL_SILENT = "channel_silent"
    RECEIPT_MISSING = "receipt_missing"
    RECEIPT_USED = "receipt_used"
    WRONG_AMOUNT = "wrong_amount"
    AMOUNT_UNREADABLE = "amount_unreadable"
    PRINT_NOT_PAID = "print_not_paid"
    PRINT_NOT_SEATED = "print_not_seated"
    PRINT_NOT_YET = "print_not_yet"
    PRINT_OVER = "print_over"


class Refusal(Exception):
    """A command that was understood and not carried out; nothing was recorded.

    `particulars` fill the words of the code: names, dates and counts, never private data.
    """

    def __init__(self, code: RefusalCode, **particulars: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.particulars = particulars


OUTAGES: Final[Mapping[Outage, RefusalCode]] = {
    Outage.BUSY: RefusalCode.BUSY,
    Outage.FULL: RefusalCode.STORE_FULL,
    Outage.READ_ONLY: RefusalCode.STORE_READ_ONLY,
    Outage.AWAY: RefusalCode.STORE_AWAY,
    Outage.BROKEN: RefusalCode.STORE_BROKEN,
}
"""What is said where the database fails: nothing is wrong with what was asked, and it can be asked again."""
