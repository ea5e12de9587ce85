"""What an office in the middle of its round has before it: drafts, a site called off, bans, duplicates, exports, runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from ncre.bootstrap import Container
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of, written
from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.exam import Window
from ncre.handlers.command_handler import Act
from ncre.identity.accounts import Account
from ncre.projections.duplicates.duplicates import ExchangeKeys
from ncre.projections.registration import registrations
from ncre.services.bans.ban_file import NewBan
from ncre.services.exam.calling_off_request import CallOff
from ncre.services.exam.revision_commands import Revise
from ncre.services.exports.exports import ExportRequest
from ncre.services.review.bulk import Chosen
from tests.support.people import ROUND, SITE, Candidate, approved, rejected, somebody

if TYPE_CHECKING:
    from tests.browser.walks.views import World

CALLED_OFF: Final = "140027"
POSTPONED: Final = "429904"
"""A site whose people are carried over to the next round, where there is room for one of them."""

LATER: Final = "80"
SHARED: Final = bytes(range(100, 132))
"""The key of an exchange between provinces, as in NCRE_EXCHANGE_KEY."""

MANAGED: Final = ("rooms", "offers", "notice", "reviewers")
PEOPLE: Final = {
    "bulk-first": "何批一",
    "bulk-second": "吕批二",
    "bulk-decided": "施已批",
    "bulk-left": "张待批",
    "banned": "孔停考",
    "elsewhere": "曹他省",
    "called-off": "严停点",
    "called-off-paid": "华停点",
    "carried-over": "金延期",
    "not-carried-over": "魏延期",
}
"""Those with whom the office is busy; the key is also the name of the account."""

BAN_FILE: Final = (
    "证件号码,起始日期,截止日期,决定编号,理由\n"
    "420115200603150011,2027/1/1,2028/1/1,鄂考罚〔2026〕32号,替考\n"
    "4.20115E+17,2027/1/1,2028/1/1,鄂考罚〔2026〕33号,替考\n"
)


def fill_office(world: World) -> None:
    """Give every page of the office something to show; its numbers go into `world.marks`."""
    container = world.container
    _share_duplicates(container)
    _let_sites_be_managed(world)
    for number, (stage, name) in enumerate(PEOPLE.items(), start=40):
        person = somebody(container, stage, _details(name, number))
        world.people[stage], world.accounts[stage] = person, person.account
        if stage.startswith("called-off"):
            _waits_at(person, CALLED_OFF)
        elif stage.endswith("carried-over"):
            _waits_at(person, POSTPONED)
        else:
            person.until_waiting()
    container.erasures.requests.ask(world.accounts["withdrawn"])
    sittings = container.hall_lists.sittings(ROUND, SITE, world.accounts["kaowu"].actor)
    world.marks["sitting"] = sittings[0].name
    for act in (_ban, _duplicate, _bulk, _second_looks, _call_off, _postpone, _drafts, _integrate, _export):
        world.marks |= {name: str(mark) for name, mark in act(world).items()}


def _details(name: str, number: int):  # type: ignore[no-untyped-def]
    from tests.browser.walks.views import details_of

    return details_of(name, number)


def _waits_at(person: Candidate, site: str) -> None:
    person.agrees()
    person.fills()
    person.submits(site, ("24",))
    person.uploads()
    person.requests_review()


def _share_duplicates(container: Container) -> None:
    container.duplicates._secret = SHARED
    for projection in container.command_handler.listeners.all:
        if isinstance(projection, ExchangeKeys):
            projection._secret = SHARED


def _let_sites_be_managed(world: World) -> None:
    now = world.container.revisions.wanted(ROUND)
    sites = tuple(replace(one, manages=MANAGED) for one in now.sites)
    by = world.accounts["kaowu"].actor
    world.container.revisions.revise(Revise(actor=by, wanted=replace(now, sites=sites), why="考点自行管理"))
    accounts = world.container.accounts
    world.accounts["guanli"] = accounts.add(
        "guanli", "a password of guanli", Role.SITE_ADMIN, frozenset({SITE})
    )
    for name in ("fuhe", "zhangshen"):
        world.accounts[name] = accounts.add(
            name, f"a password of {name}", Role.REVIEWER, frozenset({SITE, CALLED_OFF})
        )


def _ban(world: World) -> dict[str, UUID]:
    """A ban of somebody who has paid, and one of somebody unknown; a file of bans that is looked at."""
    container, kaowu = world.container, world.accounts["kaowu"]
    person = world.people["banned"]
    approved(container, person)
    person.pays()
    details = person.details
    reason = "上次考试由他人代考"
    ban = NewBan(
        details.document_type,
        details.document_number,
        date(2027, 1, 1),
        date(2028, 12, 31),
        "鄂考罚〔2026〕31号",
        reason,
    )
    marks = {"ban": container.bans.impose(Act(kaowu.actor), ban), "upload": uuid4()}
    other = NewBan(
        "passport", "E12345678", date(2026, 1, 1), date(2029, 1, 1), "鄂考罚〔2025〕7号", "携带手机"
    )
    container.bans.lift(Act(kaowu.actor), container.bans.impose(Act(kaowu.actor), other), "复核后撤销")
    container.uploads.keep(marks["upload"], "bans", kaowu.id, BAN_FILE.encode("gb18030"))
    return marks


def _duplicate(world: World) -> dict[str, UUID]:
    """Somebody registered in another province too."""
    details = world.people["elsewhere"].details
    key = key_of(SHARED, details.document_type, details.document_number)
    raw = b"".join(written(SHARED, ROUND, "43", 1, [ExchangedPerson(key, ("24",))]))
    world.container.duplicates.import_file(Act(world.accounts["kaowu"].actor), raw)
    return {}


def _chosen(container: Container, person: Candidate, why: Refusal | None = None) -> Chosen:
    with container.database.reading() as connection:
        row = registrations.one(connection, person.id)
    assert row is not None
    return Chosen(person.id, row["version"], row["number"], why)


def _bulk(world: World) -> dict[str, UUID]:
    """A run that has ended with refusals, and two that are looked at before they start."""
    container, account = world.container, world.accounts["shenhe"]
    container.second_looks.set_rates(account, [SITE], 1000)
    people = [world.people[name] for name in ("bulk-first", "bulk-second", "bulk-decided")]
    chosen = [_chosen(container, person) for person in people]
    rejected(container, world.people["bulk-decided"])
    runs = {"run": uuid4(), "run_draft": uuid4(), "run_rejecting": uuid4()}
    container.bulk_review.prepare(runs["run"], account, Step.APPROVE, chosen)
    container.bulk_review.start(account, runs["run"])
    container.bulk_review.carry_on(runs["run"], 10)
    left = _chosen(container, world.people["bulk-left"])
    changed = _chosen(container, world.people["bulk-decided"], Refusal(RefusalCode.CASE_CLAIMED))
    container.bulk_review.prepare(runs["run_draft"], account, Step.APPROVE, [left, changed])
    container.bulk_review.prepare(runs["run_rejecting"], account, Step.REJECT, [left])
    return runs


def _second_looks(world: World) -> dict[str, UUID]:
    """One on which two reviewers differ; another reviewer has taken the next."""
    looks = world.container.second_looks
    first = looks.take(world.accounts["fuhe"])
    assert first is not None
    looks.decide(
        world.accounts["fuhe"], first.registration, first.version, "reject", (next(iter(REVIEW_REASONS)),)
    )
    assert looks.take(world.accounts["zhangshen"]) is not None
    return {}


def _drafts(world: World) -> dict[str, UUID]:
    """The next round, a revision with changes, and one that cannot be published yet."""
    drafts, by = world.container.round_drafts, world.accounts["kaowu"].actor
    made = {
        "next_draft": drafts.begin_next(ROUND, "79", date(2027, 6, 20), by, uuid4()),
        "draft": drafts.begin_revision(ROUND, by, uuid4()),
    }
    world.clock.advance(minutes=5)
    made["faulty_draft"] = drafts.begin_revision(ROUND, by, uuid4())
    parts = drafts.find(made["draft"]).parts
    site = f"site:{SITE}"
    drafts.save(made["draft"], "fees", dict(parts["fees"].fields) | {"fees.0.yuan": "90"}, 1, by)
    changed = dict(parts[site].fields) | {"policies.quota": "1", "policies.review": "no"}
    drafts.save(made["draft"], site, changed, 1, by)
    windows = dict(parts["windows"].fields) | {"windows.payment.closes": "x"}
    drafts.save(made["faulty_draft"], "windows", windows, 1, by)
    return made


def _call_off(world: World) -> dict[str, UUID]:
    """A site is called off, with people there, one of whom has paid."""
    container, by = world.container, world.accounts["kaowu"].actor
    paid = world.people["called-off-paid"]
    approved(container, paid, world.accounts["fuhe"].actor)
    paid.pays()
    shown = container.calling_off.preview(ROUND, CALLED_OFF)
    run = container.calling_off.begin(
        CallOff(
            actor=by,
            round=ROUND,
            site=CALLED_OFF,
            money=c.PaidFee.REFUND,
            why="考点因疫情防控停考",
            seen=shown.mark,
            command_id=uuid4(),
        )
    )
    container.calling_off.go_on(run)
    return {"off": run}


def _postpone(world: World) -> dict[str, UUID]:
    """A site is postponed: one of two who have paid finds no room in the next round, and is listed with the reason."""
    container = world.container
    _open_later_round(world)
    for name in ("carried-over", "not-carried-over"):
        person = world.people[name]
        approved(container, person, _office(world).actor)
        person.pays()
    shown = container.calling_off.preview(ROUND, POSTPONED, LATER)
    run = container.calling_off.begin(
        CallOff(
            actor=_office(world).actor,
            round=ROUND,
            site=POSTPONED,
            to=LATER,
            why="考点所在学校封闭管理",
            seen=shown.mark,
            command_id=uuid4(),
        )
    )
    container.calling_off.go_on(run)
    assert container.calling_off.progress(run).refused == 1
    return {"off_refused": run}


def _open_later_round(world: World) -> None:
    """A round half a year later at the postponed site alone, with room for one."""
    now, later = world.container.revisions.wanted(ROUND), timedelta(days=182)
    windows = replace(
        now.plan.windows,
        **{
            name: Window(window.opens + later, window.closes + later)
            for name in ("register", "review", "payment", "printing")
            if (window := getattr(now.plan.windows, name))
        },
    )
    plan = replace(now.plan, code=LATER, title="2027年9月全国计算机等级考试", title_en="", windows=windows)
    (site,) = [one for one in now.sites if one.code == POSTPONED]
    batches = tuple(
        replace(one, starts_at=one.starts_at + later, ends_at=one.ends_at + later) for one in site.batches
    )
    confirmation = site.confirmation
    if confirmation.opens:
        confirmation = replace(
            confirmation, opens=confirmation.opens + later, closes=confirmation.closes + later
        )
    there = replace(site, quota=1, batches=batches, confirmation=confirmation)
    wanted = replace(now, plan=plan, sites=(there,))
    world.container.revisions.revise(Revise(actor=_office(world).actor, wanted=wanted, why="下一考次"))


def _export(world: World) -> dict[str, UUID]:
    """An export that is ready, one that waits, one every day."""
    exports, kaowu = world.container.exports, world.accounts["kaowu"]
    columns = ("number", "site", "status")
    ready = exports.request(Act(kaowu.actor), ExportRequest("candidates", "csv", "", columns))
    exports.schedule(Act(kaowu.actor), ExportRequest("money", "xlsx", "", ("order",)), "06:30")
    world.container.worker.once()
    waiting = exports.request(Act(kaowu.actor), ExportRequest("candidates", "xlsx", SITE, columns))
    return {"export": ready, "export_waiting": waiting}


def _integrate(world: World) -> dict[str, UUID]:
    act = Act(_office(world).actor)
    made, _secret = world.container.integrations.make(
        act, "省招生考试院平台", [Scope.READ.value, Scope.EXAM_READ.value], frozenset({SITE}), "公函 31"
    )
    return {"integration": made}


def _office(world: World) -> Account:
    return world.accounts["kaowu"]
