"""Every page with something on it: people at every stage, and who sees what where.

`settle` puts the people into a container; `CANDIDATE`, `ACCOUNT`, `STAFF`, `OFFICE` and `AUDIT` name the pages. The gallery
and the walks through all pages read these tables; `tests/browser/walks/test_every_page.py` holds them complete.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from flask import Flask
from playwright.sync_api import BrowserContext, Page
from stdnum.cn import ric

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.events.registration_values import Details
from ncre.identity.accounts import Account
from ncre.web.site import create_site
from tests.browser.visit import chooses_site
from tests.browser.walks.office_work import CALLED_OFF, POSTPONED
from tests.support.people import (
    KEEPING,
    OFFICE,
    ROUND,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    begun,
    portrait,
    rejected,
    somebody,
)

REVIEWS_NOTHING: Final = "429901"
"""A site that neither reviews nor confirms; its clock starts when the candidate submits."""

STAGES: Final[dict[str, str]] = {
    "new": "周新",
    "agreed": "吴同意",
    "filled": "郑信息",
    "submitted": "王提交",
    "pictured": "冯照片",
    "waiting": "陈待审",
    "approved": "褚通过",
    "rejected": "卫退回",
    "paid": "蒋已付",
    "confirmed": "许确认",
    "seated": "沈有座",
    "lapsed": "韩逾期",
    "withdrawn": "杨放弃",
    "cancelled": "朱取消",
    "suspended": "秦暂停",
    "unreviewed": "尤直付",
}
"""Who stands at which stage; the stage is also the name of the account."""

PARTS: Final = ("round", "windows", "policy", "fees", "subjects", "batches", "agreement", "notices")
"""The parts of a draft of a round, besides its sites."""

STAFF_ROLES: Final = {"shenhe": Role.REVIEWER, "kaowu": Role.OFFICE, "shenji": Role.AUDITOR}


@dataclass(frozen=True)
class View:
    """A page as somebody sees it. `path` may name `{own}`, the registration of `who`, and others by their stage."""

    room: str
    name: str
    path: str
    who: str = ""
    then: Callable[[Page, World], None] | None = None
    status: int = 200
    comes_to: str = ""
    """The endpoint of the page that is there after `then`, where it is another one."""


@dataclass
class World:
    """A container with people at every stage."""

    container: Container
    clock: Clock
    address: str
    folder: Path
    people: dict[str, Candidate] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    """What else a path may name: a draft, a run, a ban."""

    def path(self, view: View) -> str:
        ids = {stage: str(person.id) for stage, person in self.people.items()}
        numbers = {f"{name}_account": str(account.id) for name, account in self.accounts.items()}
        return view.path.format(own=ids.get(view.who, ""), **ids, **numbers, **self.marks)

    @cached_property
    def site(self) -> Flask:
        return create_site(self.container)

    def cookie(self, who: str) -> tuple[str, str]:
        """The name and value of a cookie that carries a session of this account."""
        site, session = self.site, {"token": begun(self.container, self.accounts[who])}
        serializer = site.session_interface.get_signing_serializer(site)  # type: ignore[attr-defined]
        return site.config["SESSION_COOKIE_NAME"], str(serializer.dumps(session))

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """The browser carries a session of this account, as after its sign-in."""
        name, value = self.cookie(who)
        where = self.address.replace("http://", "https://") if name.startswith("__Host-") else self.address
        context.add_cookies([{"name": name, "value": value, "url": where, "secure": where != self.address}])

    def photo(self) -> Path:
        file = self.folder / "portrait.jpg"
        file.write_bytes(portrait())
        return file

    def small_photo(self) -> Path:
        file = self.folder / "small.jpg"
        file.write_bytes(portrait()[:9000])
        return file


def details_of(name: str, number: int) -> Details:
    """Another person like Wenjing."""
    stem = f"42011520060315{number:02d}2"
    document = stem + ric.calc_check_digit(f"{stem}0")
    return replace(WENJING, name=name, document_number=document, document_typed=document)


def settle(container: Container, clock: Clock, address: str, folder: Path) -> World:
    """Everybody at their stage, in less than a second a person."""
    world = World(container, clock, address, folder)
    for number, (stage, name) in enumerate(STAGES.items(), start=10):
        person = somebody(container, stage, details_of(name, number))
        world.people[stage], world.accounts[stage] = person, person.account
        _goes_until(world, person, stage)
    for name, role in STAFF_ROLES.items():
        world.accounts[name] = container.accounts.add(name, f"a password of {name}", role, frozenset({SITE}))
    container.seating.seat(ROUND, SITE, OFFICE)
    for late in ("paid", "confirmed"):
        approved(container, world.people[late])
        world.people[late].pays()
    container.command_handler.handle(c.Confirm(registration=world.people["confirmed"].id, actor=OFFICE))
    clock.advance(minutes=20)
    payable = container.queries.cases.case(world.people["approved"].id)
    assert payable is not None
    world.marks["link"] = container.payment_links.link_of(payable, clock()).token
    return world


def _goes_until(world: World, person: Candidate, stage: str) -> None:
    if stage == "new":
        return
    person.agrees()
    if stage == "agreed":
        return
    person.fills()
    if stage == "filled":
        return
    if stage == "unreviewed":
        person.submits(REVIEWS_NOTHING, ("14",))
        person.uploads()
        return
    person.submits()
    if stage == "submitted":
        return
    person.uploads()
    if stage == "withdrawn":
        person.does(c.Withdraw)
    if stage in ("withdrawn", "pictured"):
        return
    person.requests_review()
    _decided(world, person, stage)


def _decided(world: World, person: Candidate, stage: str) -> None:
    container = world.container
    if stage == "rejected":
        rejected(container, person, ("P05", "I01"))
    if stage in ("rejected", "waiting", "paid", "confirmed"):
        return
    approved(container, person)
    if stage == "seated":
        person.pays()
        container.command_handler.handle(c.Confirm(registration=person.id, actor=OFFICE))
    if stage == "cancelled":
        person.pays()
        command = c.Cancel(registration=person.id, actor=OFFICE, reason="考生申请并提交书面说明", **KEEPING)
        container.command_handler.handle(command)
    if stage == "suspended":
        container.command_handler.handle(
            c.Suspend(registration=person.id, actor=OFFICE, reason="考点正在接受调查")
        )
    if stage == "lapsed":
        _lapses(world, person)


def _lapses(world: World, person: Candidate) -> None:
    container, clock = world.container, world.clock
    before = clock.now
    clock.advance(hours=25)
    container.command_handler.handle(c.Lapse(registration=person.id, actor=c.CLOCK_ACTOR))
    clock.now = before


def _sends(page: Page, last: bool = False) -> None:
    buttons = page.locator("main form button.button")
    with page.expect_navigation():
        (buttons.last if last else buttons.first).click()


def _presses(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def _signs_in_wrongly(page: Page, world: World) -> None:
    page.fill("#name", "nobody")
    page.fill("#password", "wrong")
    _presses(page, "登录")


def _registers_with_nothing(page: Page, world: World) -> None:
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.required = false)")
    _sends(page, last=True)


def _declines(page: Page, world: World) -> None:
    _presses(page, "不同意")


def _shows_subjects(page: Page, world: World) -> None:
    if page.get_by_role("button", name="显示科目").count():
        chooses_site(page, SITE)


def _uploads_too_small(page: Page, world: World) -> None:
    page.set_input_files("#photo", world.small_photo())
    _sends(page)


def _leaves(page: Page, world: World) -> None:
    page.route("**/gateway.do*", lambda route: route.abort("aborted"))
    _presses(page, "支付")


def _opens_case(page: Page, world: World) -> None:
    if page.get_by_role("button", name="显示个人信息").count():
        _presses(page, "显示个人信息")


def _unfolds_rejection(page: Page, world: World) -> None:
    _opens_case(page, world)
    page.get_by_text("审核不通过").first.click()


def _admits(page: Page, world: World) -> None:
    code = world.container.documents.ticket_page(world.people["seated"].id).sheet.record.code
    page.fill("#code", code)
    page.get_by_role("button", name="核验", exact=True).click()
    page.locator("#said .verdict:not(:empty)").wait_for(state="attached")


def _seats(page: Page, world: World) -> None:
    if page.get_by_role("button", name="确认编排", exact=True).count():
        _presses(page, "确认编排")
    else:
        page.goto(f"{page.url.split('?')[0]}/done")


def _previews_letter(page: Page, world: World) -> None:
    with page.expect_navigation():
        page.locator("main button[name=preview]").first.click()


def unfold(page: Page) -> None:
    """Open what the page folds away."""
    folds = page.locator("main details:not([open]) > summary >> visible=true")
    while folds.count():
        folds.first.click()


def _unfolds_all(page: Page, world: World) -> None:
    unfold(page)


def _opens_sheet(page: Page, world: World) -> None:
    opening = page.locator(
        "main form[action*='/staff/sheet/open'] button, main button[formaction*='/staff/sheet/open']"
    )
    if opening.count():
        with page.expect_navigation():
            opening.first.click()


def _takes_look(page: Page, world: World) -> None:
    with page.expect_navigation():
        page.locator("main form button.button").first.click()


def _calls_off_nothing(page: Page, world: World) -> None:
    """Postponed, without a round to which and without a reason: each fault stands at its field."""
    page.check("[name=way][value=postpone]")
    _presses(page, "停办并开始办理")


def _changes_notice(page: Page, world: World) -> None:
    page.fill("[name='site.notice']", "请走南门")
    with page.expect_navigation():
        page.locator("main form[action*='/notice'] button").first.click()


CANDIDATE: Final = (
    View("candidate", "front", "/"),
    View("candidate", "front-signed-in", "/", "agreed"),
    View("candidate", "sites", "/sites"),
    View("candidate", "sites-searched", "/sites?city=武汉&q=Python"),
    View("candidate", "announcement", "/notices/announcement"),
    View("candidate", "guide", "/notices/guide"),
    View("candidate", "not-found", "/nowhere", status=404),
    View("candidate", "welcome-new", "/welcome", "new"),
    View("candidate", "welcome", "/welcome", "agreed"),
    View("candidate", "agreement", "/agreement", "new"),
    View("candidate", "agreement-unticked", "/agreement", "new", _sends),
    View("candidate", "declined", "/agreement", "new", _declines, comes_to="agreement.declined"),
    View("candidate", "tasks-agreed", "/registrations/{own}", "agreed"),
    View("candidate", "tasks-filled", "/registrations/{own}", "filled"),
    View("candidate", "tasks-submitted", "/registrations/{own}", "submitted"),
    View("candidate", "tasks-pictured", "/registrations/{own}", "pictured"),
    View("candidate", "tasks-waiting", "/registrations/{own}", "waiting"),
    View("candidate", "tasks-approved", "/registrations/{own}", "approved"),
    View("candidate", "tasks-rejected", "/registrations/{own}", "rejected"),
    View("candidate", "tasks-paid", "/registrations/{own}", "paid"),
    View("candidate", "tasks-confirmed", "/registrations/{own}", "confirmed"),
    View("candidate", "tasks-seated", "/registrations/{own}", "seated"),
    View("candidate", "tasks-lapsed", "/registrations/{own}", "lapsed"),
    View("candidate", "tasks-withdrawn", "/registrations/{own}", "withdrawn"),
    View("candidate", "tasks-cancelled", "/registrations/{own}", "cancelled"),
    View("candidate", "tasks-suspended", "/registrations/{own}", "suspended"),
    View("candidate", "tasks-unreviewed", "/registrations/{own}", "unreviewed"),
    View("candidate", "details", "/registrations/{own}/details", "agreed"),
    View("candidate", "details-faults", "/registrations/{own}/details", "agreed", _registers_with_nothing),
    View("candidate", "details-amend", "/registrations/{own}/details", "rejected"),
    View("candidate", "subjects", "/registrations/{own}/subjects", "filled"),
    View("candidate", "subjects-shown", "/registrations/{own}/subjects", "filled", _shows_subjects),
    View("candidate", "subjects-change", "/registrations/{own}/subjects", "pictured"),
    View("candidate", "photo", "/registrations/{own}/photo", "submitted"),
    View("candidate", "photo-faults", "/registrations/{own}/photo", "submitted", _uploads_too_small),
    View("candidate", "photo-change", "/registrations/{own}/photo", "rejected"),
    View("candidate", "check", "/registrations/{own}/check", "pictured"),
    View("candidate", "check-rejected", "/registrations/{own}/check", "rejected"),
    View("candidate", "check-read-only", "/registrations/{own}/check", "waiting"),
    View("candidate", "pay", "/registrations/{own}/pay", "approved"),
    View("candidate", "leaving", "/registrations/{own}/pay", "unreviewed", _leaves),
    View("candidate", "paid", "/registrations/{own}/paid", "paid"),
    View("candidate", "not-paid", "/registrations/{own}/paid", "approved"),
    View("candidate", "withdraw", "/registrations/{own}/withdraw", "pictured"),
    View("candidate", "letters", "/registrations/{own}/letters", "paid"),
    View("candidate", "payer", "/p/{link}"),
    View("candidate", "payer-paid", "/p/{link}/paid"),
    View("candidate", "form", "/registrations/{own}/form", "paid"),
    View("candidate", "ticket", "/registrations/{own}/ticket", "seated"),
    View("candidate", "forbidden", "/staff/queue", "agreed", status=403),
)
ACCOUNT: Final = (
    View("account", "sign-in", "/sign-in"),
    View("account", "sign-in-wrong", "/sign-in", then=_signs_in_wrongly),
    View("account", "register", "/register"),
    View("account", "register-phone", "/register?by=phone"),
    View("account", "register-faults", "/register", then=_registers_with_nothing),
    View("account", "recover", "/recover"),
    View("account", "link-expired", "/register/nothing", status=410),
    View("account", "recovery-link-expired", "/recover/nothing", status=410),
    View("account", "contact-undo-expired", "/passport/undo/nothing", status=410),
    View("account", "contact-prove-expired", "/passport/prove/nothing", "agreed"),
    View("account", "confirm", "/passport/confirm", "agreed"),
    View("account", "letters", "/passport/letters", "agreed"),
    View("account", "unsubscribe-expired", "/letters/unsubscribe/nothing", status=410),
    View("account", "passport", "/passport", "agreed"),
    View("account", "profile", "/passport/details", "agreed"),
    View("account", "contact-email", "/passport/email", "agreed"),
    View("account", "close", "/passport/close", "agreed"),
    View("account", "erasure", "/passport/erasure", "agreed"),
    View("account", "second-factor", "/passport/factor", "shenhe"),
    View("account", "proof-check", "/ledger/check"),
)
STAFF: Final = (
    View("staff", "queue", "/staff/queue", "shenhe"),
    View("staff", "desk", "/staff/desk", "shenhe"),
    View("staff", "case-closed", "/staff/cases/{waiting}", "shenhe"),
    View("staff", "case", "/staff/cases/{waiting}", "shenhe", _opens_case),
    View("staff", "case-rejecting", "/staff/cases/{waiting}", "shenhe", _unfolds_rejection),
    View("staff", "case-paid", "/staff/cases/{paid}", "shenhe", _opens_case),
    View("staff", "takings", "/staff/takings", "shenhe"),
    View("staff", "door", "/staff/door", "shenhe"),
    View("staff", "door-verdict", "/staff/door", "shenhe", _admits),
    View("staff", "halls", "/staff/halls", "shenhe"),
    View("staff", "halls-site", f"/staff/halls/{SITE}", "shenhe"),
)
OFFICE_PAGES: Final = (
    View("office", "round", "/office", "kaowu"),
    View("office", "notices", "/office/notices", "kaowu"),
    View("office", "case", "/staff/cases/{approved}", "kaowu", _opens_case),
    View("office", "money", "/office/money", "kaowu"),
    View("office", "accounts", "/office/accounts", "kaowu"),
    View("office", "account", "/office/accounts/{shenhe_account}", "kaowu"),
    View("office", "erasures", "/office/erasures", "kaowu"),
    View("office", "integrations", "/office/integrations", "kaowu"),
    View("office", "seating", f"/office/seat/{SITE}", "kaowu"),
    View("office", "seating-done", f"/office/seat/{SITE}", "kaowu", _seats, comes_to="seating.seated"),
)
OFFICE_AT_WORK: Final = (
    View("office", "rounds", "/office/rounds", "kaowu"),
    View("office", "draft-next", "/office/drafts/{next_draft}", "kaowu"),
    View("office", "draft", "/office/drafts/{draft}", "kaowu"),
    View("office", "draft-faulty", "/office/drafts/{faulty_draft}", "kaowu"),
    *(
        View("office", f"draft-{part.partition(':')[0]}", f"/office/drafts/{{draft}}/parts/{part}", "kaowu")
        for part in (*PARTS, f"site:{SITE}")
    ),
    View("office", "draft-windows-faulty", "/office/drafts/{faulty_draft}/parts/windows", "kaowu"),
    View("office", "draft-preview", "/office/drafts/{draft}/preview", "kaowu"),
    View("office", "draft-preview-next", "/office/drafts/{next_draft}/preview", "kaowu"),
    View("office", "draft-preview-faulty", "/office/drafts/{faulty_draft}/preview", "kaowu"),
    View("office", "called-off", f"/office/rounds/{ROUND}/called-off", "kaowu"),
    View("office", "call-off", f"/office/rounds/{ROUND}/called-off/{SITE}", "kaowu"),
    View("office", "called-off-site", f"/office/rounds/{ROUND}/called-off/{CALLED_OFF}", "kaowu"),
    View(
        "office", "call-off-faulty", f"/office/rounds/{ROUND}/called-off/{SITE}", "kaowu", _calls_off_nothing
    ),
    View("office", "call-off-hindered", f"/office/rounds/{ROUND}/called-off/{POSTPONED}", "kaowu"),
    View("office", "called-off-progress", "/office/called-off/{off}", "kaowu"),
    View("office", "called-off-refused", "/office/called-off/{off_refused}", "kaowu"),
    View("office", "bans", "/office/bans", "kaowu"),
    View("office", "ban", "/office/bans/{ban}", "kaowu"),
    View("office", "bans-file", "/office/bans/file/{upload}", "kaowu"),
    View("office", "duplicates", "/office/duplicates", "kaowu"),
    View("office", "erasure", "/office/erasures/{withdrawn_account}", "kaowu"),
    View("office", "exports", "/office/exports", "kaowu"),
    View("office", "exports-money", "/office/exports?what=money", "kaowu"),
    View("office", "export", "/office/exports/{export}", "kaowu"),
    View("office", "export-waiting", "/office/exports/{export_waiting}", "kaowu"),
    View("office", "integration", "/office/integrations/{integration}", "kaowu"),
    View("office", "letters", "/office/letters", "kaowu"),
    View("office", "letter", "/office/letters/approved", "kaowu"),
    View("office", "letter-preview", "/office/letters/approved", "kaowu", _previews_letter),
    View("office", "notice-before", "/office/notices/1", "kaowu"),
    View("office", "second-looks", "/office/second-looks", "kaowu"),
    View("office", "statistics", "/office/statistics", "kaowu"),
    View("office", "statistics-tables", "/office/statistics", "kaowu", _unfolds_all),
    View("office", "rounds-compared", "/audit/rounds/78/compare", "kaowu"),
)
STAFF_AT_WORK: Final = (
    View("staff", "queue-filtered", "/staff/queue?duplicates=yes&order=newest", "shenhe"),
    View("staff", "sheet", "/staff/sheet", "shenhe"),
    View("staff", "sheet-open", "/staff/sheet", "shenhe", _opens_sheet),
    View("staff", "bulk", "/staff/bulk", "shenhe"),
    View("staff", "bulk-refused", "/staff/bulk/{run}", "shenhe"),
    View("staff", "bulk-draft", "/staff/bulk/{run_draft}", "shenhe"),
    View("staff", "bulk-rejecting", "/staff/bulk/{run_rejecting}", "shenhe"),
    View("staff", "second-looks", "/staff/second-looks", "fuhe"),
    View(
        "staff", "second-look", "/staff/second-looks", "zhangshen", _takes_look, comes_to="second_look.case"
    ),
    View("staff", "letters", "/staff/letters/{paid}", "shenhe"),
    View("staff", "sitters", f"/staff/halls/{SITE}/{{sitting}}", "shenhe"),
    View("staff", "offline", "/staff/offline", "shenhe"),
    View("staff", "sites", "/staff/site", "guanli"),
    View("staff", "site", f"/staff/site/{SITE}", "guanli"),
    View("staff", "site-preview", f"/staff/site/{SITE}", "guanli", _changes_notice),
)
AUDIT: Final = (
    View("audit", "search", "/audit", "shenji"),
    View("audit", "registration", "/audit/{seated}", "shenji"),
    View("audit", "snapshot", "/audit/{seated}?at=v5", "shenji"),
    View("audit", "nonsense", "/audit/{seated}?at=nonsense", "shenji", status=422),
    View("audit", "compare", "/audit/{seated}/compare?from=v2&to=v7", "shenji"),
    View("audit", "facts", "/audit/{seated}/facts", "shenji"),
    View("audit", "accounts", "/audit/accounts", "shenji"),
    View("audit", "account", "/audit/accounts/{seated_account}", "shenji"),
    View("audit", "ledger", "/audit/ledger", "shenji"),
    View("audit", "staff", "/audit/staff", "shenji"),
    View("audit", "staff-member", "/audit/staff/{shenhe_account}", "shenji"),
    View("audit", "rounds", "/audit/rounds/78", "shenji"),
    View("audit", "revision", "/audit/rounds/78/revisions/1", "shenji"),
    View("audit", "site-history", f"/audit/rounds/78/sites/{SITE}", "shenji"),
)
OPEN_TO_CANDIDATES: Final = (*CANDIDATE, *ACCOUNT)
AT_WORK: Final = (*OFFICE_AT_WORK, *STAFF_AT_WORK)
"""These need what `office_work.fill_office` puts there."""

EVERY_VIEW: Final = (*CANDIDATE, *ACCOUNT, *STAFF, *OFFICE_PAGES, *AT_WORK, *AUDIT)
