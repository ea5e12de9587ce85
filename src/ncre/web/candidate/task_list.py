"""The task list of a registration: which tasks there are, and what each status means for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import ByStatus, Step
from ncre.events import registration as facts
from ncre.projections.rows import HistoryRow
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import lazy_gettext as later
from ncre.web.shared.registration_view import Case


class Task(StrEnum):
    """The candidate's tasks in their order; REVIEW and CONFIRMATION exist only at some sites."""

    AGREEMENT = "agreement"
    DETAILS = "details"
    SUBJECTS = "subjects"
    PHOTO = "photo"
    CHECK = "check"
    REVIEW = "review"
    PAYMENT = "payment"
    CONFIRMATION = "confirmation"
    PRINTING = "printing"


class Mark(StrEnum):
    """How a task stands; also the end of its CSS class."""

    LATER = "later"
    TODO = "todo"
    DONE = "done"
    BACK = "back"
    WAIT = "wait"
    OVER = "over"


LABELS: Final = {
    Task.AGREEMENT: later("阅读协议"),
    Task.DETAILS: later("基本信息"),
    Task.SUBJECTS: later("选考点科目"),
    Task.PHOTO: later("上传照片"),
    Task.CHECK: later("核对提交"),
    Task.REVIEW: later("考点审核"),
    Task.PAYMENT: later("核对并支付"),
    Task.CONFIRMATION: later("现场确认"),
    Task.PRINTING: later("打印"),
}

MARKS: Final = {
    Mark.LATER: later("未开始"),
    Mark.TODO: later("待完成"),
    Mark.DONE: later("已完成"),
    Mark.BACK: later("须修改"),
    Mark.WAIT: later("等待考点"),
    Mark.OVER: later("已终止"),
}

_LETTERS: Final = {mark.value[0].upper(): mark for mark in Mark}


def _standing(letters: str) -> Mapping[Task, Mark]:
    return {task: _LETTERS[letter] for task, letter in zip(Task, letters.split(), strict=True)}


# The columns are the tasks in their order: agreement details subjects photo check review payment
# confirmation printing; the letters begin Later, Todo, Done, Back, Wait, Over.
STANDING: Final[ByStatus[Mapping[Task, Mark]]] = ByStatus(
    new=_standing("T L L L L L L L L"),
    agreed=_standing("D T L L L L L L L"),
    info_filled=_standing("D D T L L L L L L"),
    submitted=_standing("D D D T L L L L L"),
    photo_uploaded=_standing("D D D D T L T L L"),
    pending_review=_standing("D D D D D W L L L"),
    approved=_standing("D D D D D D T L L"),
    rejected=_standing("D D D D T B T L L"),
    paid=_standing("D D D D D D D T T"),
    confirmed=_standing("D D D D D D D D T"),
    lapsed=_standing("D D T L L L L L L"),
    withdrawn=_standing("O O O O O O O O O"),
    cancelled=_standing("O O O O O O O O O"),
    on_hold=dict.fromkeys(HOLDS, _standing("W W W W W W W W W")),
)

STEPS_OF: Final[Mapping[Task, tuple[Step, ...]]] = {
    Task.DETAILS: (Step.FILL_INFO, Step.AMEND_INFO),
    Task.SUBJECTS: (Step.SUBMIT, Step.CHANGE_SUBJECTS),
    Task.PHOTO: (Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO),
    Task.CHECK: (Step.REQUEST_REVIEW,),
}
"""The steps a candidate takes on the page of a task."""

PAGES: Final = {
    Task.DETAILS: "details.form",
    Task.SUBJECTS: "subjects.form",
    Task.PHOTO: "photo.page",
    Task.CHECK: "registration.check",
    Task.PAYMENT: "payment.form",
}

MENDS: Final[Mapping[str, tuple[Task, frozenset[str]]]] = {
    "photo": (Task.PHOTO, frozenset({facts.PhotoReplaced.TOPIC})),
    "identity": (Task.DETAILS, frozenset({facts.InfoAmended.TOPIC})),
    "eligibility": (Task.SUBJECTS, frozenset({facts.SubjectsChanged.TOPIC})),
}
"""Which task mends the reasons of a group, and the facts that show it was mended."""

GROUPS: Final = {
    "photo": later("照片"),
    "identity": later("基本信息"),
    "eligibility": later("报考资格与科目"),
    "other": later("其他"),
}


@dataclass(frozen=True)
class TaskEntry:
    """One line of the task list; `page` is the endpoint of an open task, else ""."""

    task: Task
    mark: Mark
    page: str

    @property
    def label(self) -> str:
        return str(LABELS[self.task])

    @property
    def said(self) -> str:
        return str(MARKS[self.mark])


def tasks_of(case: Case) -> list[Task]:
    """The tasks at the chosen site; before a site is chosen, review is shown as most sites have it."""
    absent = set()
    if case.site is not None and not case.site.reviews:
        absent |= {Task.CHECK, Task.REVIEW}
    if case.site is None or not case.site.confirms:
        absent.add(Task.CONFIRMATION)
    return [task for task in Task if task not in absent]


def task_list(case: Case, now: datetime, story: Iterable[HistoryRow] = ()) -> list[TaskEntry]:
    """Every task of a case with its mark, and with its page where the task is open at this hour."""
    sent_back = set(to_mend(case, story))
    if case.due(now).ended:
        return [TaskEntry(task, _ended(_mark(case, task)), "") for task in tasks_of(case)]
    return [
        TaskEntry(task, Mark.BACK if task in sent_back else _mark(case, task), _page(case, task, now))
        for task in tasks_of(case)
    ]


def current(entries: list[TaskEntry]) -> int | None:
    """The place (from 0) of the task that is to be done next; None where nothing is left to do."""
    waiting = {Mark.TODO, Mark.BACK, Mark.WAIT}
    return next((place for place, entry in enumerate(entries) if entry.mark in waiting), None)


def reasons_by_group(case: Case) -> dict[str, list[str]]:
    """The reason codes of a rejection that still stands, by what they concern."""
    if STANDING[case.status][Task.REVIEW] is not Mark.BACK:
        return {}
    known = [REVIEW_REASONS[code] for code in case.row["reasons"] if code in REVIEW_REASONS]
    grouped = {group: [one.code for one in known if one.group == group] for group in GROUPS}
    return {group: codes for group, codes in grouped.items() if codes}


def to_mend(case: Case, story: Iterable[HistoryRow]) -> list[Task]:
    """The tasks that a rejection sent back and that nothing has mended since."""
    rejected = case.row["rejected_version"] or 0
    since = {told["topic"] for told in story if told["stream"] == case.id and told["version"] > rejected}
    groups = [MENDS[group] for group in reasons_by_group(case) if group in MENDS]
    return [task for task, mended_by in groups if not mended_by & since]


def time_left(deadline: datetime, now: datetime) -> str:
    """The time to a deadline in words: hours and minutes, or days where it is far."""
    minutes = max(0, int((deadline - now).total_seconds())) // 60
    hours, minutes = divmod(minutes, 60)
    if hours >= 72:
        return _("%(days)s 天", days=hours // 24)
    if not hours:
        return _("%(minutes)s 分钟", minutes=minutes)
    return _("%(hours)s 小时 %(minutes)s 分钟", hours=hours, minutes=minutes)


def _ended(mark: Mark) -> Mark:
    """What is left undone when a window closed over it stays undone."""
    return mark if mark is Mark.DONE else Mark.OVER


def _mark(case: Case, task: Task) -> Mark:
    mark = STANDING[case.status][task]
    if case.suspended_from is not None and STANDING[case.suspended_from][task] is Mark.DONE:
        return Mark.DONE
    if task is Task.PHOTO and case.photo_lost and Step.REPLACE_PHOTO in case.steps:
        return Mark.BACK
    if task is Task.PAYMENT and mark is Mark.TODO and not case.payable:
        return Mark.LATER
    return mark


def _page(case: Case, task: Task, now: datetime) -> str:
    if task is Task.PAYMENT:
        return PAGES[task] if case.payable_at(now) and _mark(case, task) is Mark.TODO else ""
    opened = [step for step in STEPS_OF.get(task, ()) if step in case.steps]
    return PAGES[task] if opened and case.window_fault(opened[0], now) is None else ""
