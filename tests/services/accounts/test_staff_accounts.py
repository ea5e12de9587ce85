"""Accounts of staff: made and changed with a reason, by one person or two, and what of it is recorded."""

from __future__ import annotations

from uuid import UUID, uuid4

import pyotp
import pytest

from ncre.bootstrap import Container
from ncre.clients.identity_provider import Identity
from ncre.domain.accounts.staff import StaffChange, Wanted
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.identity.accounts import Account
from ncre.identity.external_identities import LinkedElsewhere
from ncre.identity.integrations import Integrations
from ncre.services.accounts.actors import Actors
from ncre.services.accounts.staff_accounts import StaffAccountResult
from ncre.services.accounts.staff_provisioning import SHELL
from tests.handlers.ground import refusal
from tests.services.accounts.test_account_service import OLD, letters, recorded, session
from tests.support.people import ELSEWHERE, SITE, Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What conflicts on either database stands in `test_sign_ins.py`."""


WHY = "手机丢失，已当面核对证件"
HERE = frozenset({SITE})


@pytest.fixture
def boss(container: Container) -> Actor:
    return container.accounts.add("kaowu", OLD, Role.OFFICE).actor


@pytest.fixture
def second(container: Container) -> Actor:
    return container.accounts.add("second", OLD, Role.OFFICE).actor


@pytest.fixture
def reviewer(container: Container) -> Account:
    return container.accounts.add("shenhe", OLD, Role.REVIEWER, HERE)


def now(container: Container, account: Account | Actor) -> Account:
    found = container.accounts.find(UUID(str(account.id)))
    assert found is not None
    return found


def wanted(change: StaffChange, role: Role | None = None, sites: frozenset[str] = frozenset()) -> Wanted:
    return Wanted(change, WHY, role, sites)


def enrolled(container: Container, account: Account, clock: Clock) -> pyotp.TOTP:
    service = container.second_factor_service
    factor = pyotp.TOTP(service.to_enrol(account).secret)
    assert service.to_enrol(account).secret == factor.secret
    assert service.confirm(account, factor.at(clock())) is not None
    return factor


def test_a_new_account_of_a_site_signs_in_at_once_and_one_of_the_office_waits(
    container: Container, boss: Actor, second: Actor
) -> None:
    make = container.staff_accounts.make
    reviewer, done = make("shenhe", OLD, wanted(StaffChange.ROLE, Role.REVIEWER, HERE), boss)
    assert (done, reviewer.role, reviewer.sites) == (StaffAccountResult(True), Role.REVIEWER, HERE)
    assert recorded(container, reviewer) == [
        facts.AccountOpened(reviewer.id, "name", "reviewer"),
        facts.RoleChanged(reviewer.id, "reviewer", (SITE,), WHY),
    ]
    assert {fact.metadata.actor for fact in recorded(container, reviewer)} == {boss.id}
    office, waits = make("third", OLD, wanted(StaffChange.ROLE, Role.OFFICE), boss)
    assert (waits.done, now(container, office).is_disabled) == (False, True)
    assert recorded(container, office)[-1] == facts.StaffChangeRequested(office.id, "enable", WHY)
    shown = container.staff_accounts.one(office.id)
    assert shown.request is not None
    assert (shown.request.asked_by, shown.request.wanted) == (boss.id, wanted(StaffChange.ENABLE))
    assert refusal(container.staff_accounts.confirm, office.id, boss) is RefusalCode.SECOND_PERSON
    assert container.staff_accounts.confirm(office.id, second).done
    assert not now(container, office).is_disabled
    assert recorded(container, office)[-1] == facts.AccountEnabled(office.id, WHY)
    assert recorded(container, office)[-1].metadata.actor == second.id
    assert refusal(container.staff_accounts.confirm, office.id, second) is RefusalCode.REQUEST_OVER
    by_shell, at_once = make("fourth", OLD, wanted(StaffChange.ROLE, Role.OFFICE), SHELL)
    assert (at_once.done, now(container, by_shell).is_disabled) == (True, False)


def test_accounts_are_made_by_the_office_for_a_reason_and_sites_that_there_are(
    container: Container, boss: Actor, reviewer: Account
) -> None:
    make = container.staff_accounts.make
    assert refusal(make, "x1", OLD, wanted(StaffChange.ROLE, Role.AUDITOR), reviewer.actor) is (
        RefusalCode.NOT_YOUR_ROLE
    )
    assert refusal(make, "x1", OLD, Wanted(StaffChange.ROLE, "", Role.AUDITOR), boss) is (
        RefusalCode.WHY_MISSING
    )
    nowhere = wanted(StaffChange.ROLE, Role.REVIEWER, frozenset({"999999"}))
    assert refusal(make, "x1", OLD, nowhere, boss) is RefusalCode.STAFF_SITE_UNKNOWN
    assert refusal(container.staff_accounts.change, reviewer.id, nowhere, boss) is (
        RefusalCode.STAFF_SITE_UNKNOWN
    )
    assert container.accounts.named("x1") is None


def test_each_change_ends_sessions_and_says_what_it_was(
    container: Container, boss: Actor, reviewer: Account, clock: Clock
) -> None:
    change = container.staff_accounts.change
    session(container, reviewer)
    both = HERE | {"429901"}
    assert change(reviewer.id, wanted(StaffChange.ROLE, Role.REVIEWER, both), boss) == StaffAccountResult(
        True
    )
    assert now(container, reviewer).sites == both
    assert recorded(container, reviewer)[-2:] == [
        facts.RoleChanged(reviewer.id, "reviewer", tuple(sorted(both)), WHY),
        facts.SessionsEnded(reviewer.id, 1, "staff"),
    ]
    assert container.account_service.sessions.of(reviewer.id) == []
    count = len(recorded(container, reviewer))
    assert change(reviewer.id, wanted(StaffChange.ROLE, Role.REVIEWER, both), boss).done
    assert len(recorded(container, reviewer)) == count, "it is so already"
    password = change(reviewer.id, wanted(StaffChange.PASSWORD), boss).password
    assert container.accounts.check("shenhe", password) is not None
    assert recorded(container, reviewer)[-1] == facts.PasswordChanged(reviewer.id, "staff", WHY)
    enrolled(container, reviewer, clock)
    assert container.staff_accounts.one(reviewer.id).has_factor
    change(reviewer.id, wanted(StaffChange.FACTOR), boss)
    assert not container.staff_accounts.one(reviewer.id).has_factor
    assert recorded(container, reviewer)[-2:] == [
        facts.FactorChanged(reviewer.id, "removed", 2),
        facts.FactorReset(reviewer.id, WHY),
    ]
    assert {fact.metadata.actor for fact in recorded(container, reviewer)[-2:]} == {boss.id}
    change(reviewer.id, wanted(StaffChange.DISABLE), boss)
    assert now(container, reviewer).is_disabled
    assert recorded(container, reviewer)[-1] == facts.AccountDisabled(reviewer.id, WHY)
    change(reviewer.id, wanted(StaffChange.ENABLE), boss)
    assert not now(container, reviewer).is_disabled


def test_what_concerns_the_office_waits_for_a_second_one_or_is_declined(
    container: Container, boss: Actor, second: Actor, reviewer: Account
) -> None:
    staff = container.staff_accounts
    third = container.accounts.add("third", OLD, Role.OFFICE)
    assert staff.change(third.id, wanted(StaffChange.DISABLE), boss) == StaffAccountResult(False)
    assert not now(container, third).is_disabled
    asked = recorded(container, third)[-1]
    assert asked == facts.StaffChangeRequested(third.id, "disable", WHY)
    assert asked.metadata.actor == boss.id
    assert {one.account.name for one in staff.all() if one.request} == {"third"}
    assert {one.account.name for one in staff.all()} == {"kaowu", "second", "third", "shenhe"}
    assert refusal(staff.decline, third.id, reviewer.actor) is RefusalCode.NOT_YOUR_ROLE
    staff.decline(third.id, second)
    declined = recorded(container, third)[-1]
    assert declined == facts.StaffChangeDeclined(third.id, "disable")
    assert declined.metadata.actor == second.id
    assert refusal(staff.decline, third.id, second) is RefusalCode.REQUEST_OVER
    assert staff.one(third.id).request is None
    assert staff.change(third.id, wanted(StaffChange.DISABLE), SHELL).done


def test_nobody_changes_themselves_and_candidates_are_no_staff(
    container: Container, boss: Actor, reviewer: Account
) -> None:
    change = container.staff_accounts.change
    assert refusal(change, UUID(boss.id), wanted(StaffChange.PASSWORD), boss) is RefusalCode.OWN_ACCOUNT
    assert refusal(change, UUID(boss.id), wanted(StaffChange.DISABLE), SHELL) is RefusalCode.LAST_OFFICE
    candidate = container.accounts.add("somebody", OLD, Role.CANDIDATE)
    assert refusal(change, candidate.id, wanted(StaffChange.DISABLE), boss) is RefusalCode.NOT_STAFF
    assert refusal(container.staff_accounts.one, candidate.id) is RefusalCode.STAFF_UNKNOWN
    for act in (container.staff_accounts.one, container.staff_accounts.confirm):
        asked = (uuid4(),) if act == container.staff_accounts.one else (uuid4(), boss)
        assert refusal(act, *asked) is RefusalCode.STAFF_UNKNOWN


def test_whoever_has_the_machine_makes_gives_and_sets_by_hand(container: Container) -> None:
    by_hand = container.staff_provisioning
    made = by_hand.make("shenhe", OLD, Role.REVIEWER, HERE, WHY)
    assert recorded(container, made) == [
        facts.AccountOpened(made.id, "name", "reviewer"),
        facts.RoleChanged(made.id, "reviewer", (SITE,), WHY),
    ]
    assert {fact.metadata.actor for fact in recorded(container, made)} == {SHELL.id}
    session(container, made)
    by_hand.give_role(made, Role.AUDITOR, frozenset(), WHY, ELSEWHERE)
    assert now(container, made).role is Role.AUDITOR
    assert container.account_service.sessions.of(made.id) == []
    given = recorded(container, made)[-1]
    assert given == facts.RoleChanged(made.id, "auditor", tuple(sorted(now(container, made).sites)), WHY)
    assert given.metadata.actor == ELSEWHERE.id
    session(container, made)
    by_hand.set_password(made, "quite another password")
    assert container.accounts.check("shenhe", "quite another password") is not None
    assert container.account_service.sessions.of(made.id) == []
    assert recorded(container, made)[-1] == facts.PasswordChanged(made.id, "staff")
    li = Identity("https://id.example", "li-1", "李老师")
    for _ in range(2):
        by_hand.link(made, li, ELSEWHERE)
    assert container.single_sign_on.known(li) == now(container, made)
    linked = recorded(container, made)[-1]
    assert linked == facts.IdentityLinked(made.id, "https://id.example")
    assert linked.metadata.actor == ELSEWHERE.id
    assert [type(fact) for fact in recorded(container, made)].count(facts.IdentityLinked) == 1
    candidate = by_hand.make("somebody", OLD, Role.CANDIDATE)
    with pytest.raises(LinkedElsewhere):
        by_hand.link(candidate, li, ELSEWHERE)
    assert recorded(container, candidate) == [facts.AccountOpened(candidate.id, "name", "candidate")]


def test_a_code_passes_once_a_recovery_code_once_and_a_wrong_one_is_recorded(
    container: Container, reviewer: Account, clock: Clock
) -> None:
    service = container.second_factor_service
    assert not service.asked_of(reviewer)
    assert not service.passes(reviewer, "123456", "here")
    factor = pyotp.TOTP(service.to_enrol(reviewer).secret)
    assert service.confirm(reviewer, "000000") is None
    codes = service.confirm(reviewer, factor.at(clock()))
    assert codes is not None
    assert service.asked_of(reviewer)
    clock.advance(seconds=60)
    assert service.passes(reviewer, factor.at(clock()), "here")
    assert not service.passes(reviewer, factor.at(clock()), "here")
    assert recorded(container, reviewer)[-2:] == [
        facts.FactorChanged(reviewer.id, "used", 2),
        facts.SignInFailed(reviewer.id, "factor", "here"),
    ]
    assert (service.passes(reviewer, codes[0], ""), service.passes(reviewer, codes[0], "")) == (True, False)
    assert recorded(container, reviewer)[-2] == facts.FactorChanged(reviewer.id, "recovery", 3)
    assert not service.remove(reviewer, "000000", "here")
    assert service.remove(reviewer, codes[1], "here")
    assert not service.asked_of(reviewer)
    assert recorded(container, reviewer)[-1] == facts.FactorChanged(reviewer.id, "removed", 5)


def test_whoever_owes_a_code_is_known_by_the_name_that_the_browser_keeps(
    container: Container, reviewer: Account
) -> None:
    service = container.second_factor_service
    token = service.begin_second_factor(reviewer)
    assert service.pending_second_factor(token) == reviewer
    assert service.pending_second_factor("") is None
    service.end_half_way("nothing")
    assert service.pending_second_factor(token) == reviewer
    service.end_half_way(token)
    assert service.pending_second_factor(token) is None


def test_work_in_the_background_goes_on_for_whoever_still_has_the_right(
    container: Container, boss: Actor, reviewer: Account, clock: Clock
) -> None:
    actors = Actors(container.database, container.accounts, Integrations(container.database, clock))
    assert actors.reviewer(reviewer.id) == reviewer.actor
    assert actors.exporter(UUID(boss.id)) == boss
    assert actors.exporter(reviewer.id) is None
    assert (actors.reviewer(uuid4()), actors.exporter(uuid4())) == (None, None)
    container.staff_accounts.change(reviewer.id, wanted(StaffChange.DISABLE), boss)
    assert actors.reviewer(reviewer.id) is None


def test_names_in_office_are_those_of_accounts_and_others_stand_for_themselves(
    container: Container, boss: Actor, reviewer: Account
) -> None:
    unknown = str(uuid4())
    asked = [boss.id, str(reviewer.id), "clock", unknown]
    assert container.queries.accounts.names_in_office(asked) == {
        boss.id: "kaowu",
        str(reviewer.id): "shenhe",
        "clock": "clock",
        unknown: unknown,
    }
    assert container.queries.accounts.names_in_office(["clock"]) == {"clock": "clock"}


def test_the_owner_is_told_at_every_address(container: Container, boss: Actor) -> None:
    with_mail = container.accounts.add("shenhe", OLD, Role.REVIEWER, HERE)
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, with_mail, "email", "shenhe@example.com")
    container.staff_accounts.change(with_mail.id, wanted(StaffChange.PASSWORD), boss)
    assert letters(container)[0][0] == "shenhe@example.com"
