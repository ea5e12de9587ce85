"""Every form keeps what is typed into it, or stands here with the reason why there is nothing to keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from tests.services.erasure.traces import Traced
from tests.support.people import SITE, approved, somebody
from tests.web.staff_members import Visitor, hidden, office, reviewer, visitor

PRESS: Final = "a press: nothing is typed"
SECRET: Final = "a password or a code: kept nowhere"
NOBODY: Final = "nobody is signed in, so it is kept for nobody"
SEARCH: Final = "what is searched for is kept nowhere"
FILE: Final = "a file stays on the disk of who sends it"
ONE: Final = "one short value, shown again where it is refused"
MACHINE: Final = "sent by a program"
NOT_KEPT: Final[dict[str, str]] = {
    **dict.fromkeys(("sign_in.sign_in", "sign_up.finish", "sign_up.reset", "sign_up.code"), SECRET),
    **dict.fromkeys(
        ("passport.change_password", "passport.confirm", "passport.close", "second_factor.code"), SECRET
    ),
    **dict.fromkeys(("second_factor.enrol", "second_factor.remove", "contacts.prove_code"), SECRET),
    **dict.fromkeys(("sign_up.register", "sign_up.recover", "payer.pay"), NOBODY),
    **dict.fromkeys(("desk.find", "bans.search", "erasures.find", "audit.find"), SEARCH),
    **dict.fromkeys(("audit_accounts.find", "admission.check", "admission.let_in", "admission.revoke"), SEARCH),
    **dict.fromkeys(("photo.send", "bans.upload", "bans.import_file", "duplicates.import_file"), FILE),
    **dict.fromkeys(("contacts.ask", "second_looks.set_rate", "round_drafts.add_site"), ONE),
    **dict.fromkeys(("own_letters.save", "bulk.prepare"), ONE),
    **dict.fromkeys(("seating.seat", "halls.seats", "audit_ledger.take", "duplicates.export"), ONE),
    **dict.fromkeys(("payment.notice", "ledger.cosign", "offline.people", "offline.sync"), MACHINE),
    **dict.fromkeys(("form_drafts.save", "form_drafts.newest", "form_drafts.throw_away"), MACHINE),
    **dict.fromkeys(
        (
            "sign_in.leave", "passport.end_session", "passport.end_others", "contacts.prove", "contacts.undo",
            "own_letters.works", "own_letters.unsubscribe", "erasure.ask", "erasure.take_back", "qq.confirm",
            "qq.unlink", "registration.request_review", "registration.take_back", "registration.withdraw",
            "agreement.answer", "details.use_former", "photo.adopt", "photo.again", "payment.pay", "payment.ask",
            "review.open_sheet", "review.open_case", "review.approve", "review.pass_on", "review.paper",
            "review.confirm", "bulk.go_on", "claims.take_over", "second_look.take", "cash.handed_back",
            "suspension.resume", "round_drafts.begin_revision", "round_drafts.take_out", "round_drafts.catch_up",
            "round_drafts.discard", "calling_off.go_on", "calling_off.again", "staff_accounts.decline",
            "staff_accounts.confirm",
            "bans.reason", "exports.take", "exports.remove", "exports.end", "office_payments.returned",
        ),
        PRESS,
    ),
}  # fmt: skip
TYPED: Final = "打到一半的理由"


def test_every_form_is_kept_or_says_why_not(site: Flask) -> None:
    sent = {
        rule.endpoint
        for rule in site.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api")
    }
    kept = {one for one in sent if hasattr(site.view_functions[one], "draft_form")}
    assert sent - kept - NOT_KEPT.keys() == set(), "keep it by @DRAFT.sent, or give the reason"
    assert NOT_KEPT.keys() - sent == set()
    assert kept & NOT_KEPT.keys() == set()
    assert len(kept) > 25


Form = tuple[Visitor, str, str, dict[str, str]]
"""Who types, the page, where its form goes, what is typed."""


def erasing(container: Container, site: Flask, way: str) -> Form:
    container.command_handler.photos = container.photos
    container.migrate()
    traced = Traced(container)
    traced.leaves_traces()
    container.erasures.requests.ask(traced.account)
    page = f"/office/erasures/{traced.account.id}"
    return visitor(container, site, "kaowu", Role.OFFICE), page, f"{page}/{way}", {"why": TYPED}


def carrying_out(container: Container, site: Flask) -> Form:
    return erasing(container, site, "carry-out")


def declining(container: Container, site: Flask) -> Form:
    return erasing(container, site, "decline")


def publishing(container: Container, site: Flask) -> Form:
    kaowu = office(container, site)
    draft = kaowu.post("/office/rounds/78/revise", page="/office/rounds").location
    assert kaowu.post(f"{draft}/sites/429901/remove", page=str(draft)).status_code == 303
    return kaowu, f"{draft}/preview", f"{draft}/publish", {"why": TYPED}


def handing_over(container: Container, site: Flask) -> Form:
    wenjing = somebody(container)
    wenjing.until_waiting()
    shenhe = reviewer(container, site)
    reviewer(container, site, name="colleague")
    page = f"/staff/cases/{wenjing.id}"
    return shenhe, page, f"{page}/hand-over", {"handover_note": TYPED}


def taking_cash(container: Container, site: Flask) -> Form:
    wenjing = somebody(container)
    wenjing.until_waiting()
    approved(container, wenjing)
    page = f"/staff/cases/{wenjing.id}"
    return reviewer(container, site), page, f"{page}/counter", {"amount": "160", "receipt": TYPED}


def resolving_a_ban(container: Container, site: Flask) -> Form:
    wenjing, kaowu = somebody(container), office(container, site)
    wenjing.until_waiting()
    approved(container, wenjing)
    wenjing.pays()
    details = container.people.details(wenjing.id, 2)
    assert details is not None
    ban = kaowu.post(
        "/office/bans",
        "/office/bans",
        kind=details.document_type,
        number=details.document_number,
        starts="2027-01-01",
        ends="2028-12-31",
        decision="鄂考罚〔2026〕31号",
        reason="替考",
    ).location
    return kaowu, str(ban), f"{ban}/registrations/{wenjing.id}", {"outcome": "keep", "why": TYPED}


def giving_a_second_verdict(container: Container, site: Flask) -> Form:
    """A reviewer's own reason why it should not have been approved."""
    wenjing, li = somebody(container), reviewer(container, site)
    wenjing.until_waiting()
    assert li.account is not None
    container.second_looks.set_rate(li.account, SITE, 1000)
    path = f"/staff/cases/{wenjing.id}"
    li.post(f"{path}/approve", page=path)
    wang = reviewer(container, site, name="wang")
    taken = wang.post("/staff/second-looks", page="/staff/second-looks").location
    assert taken is not None
    return wang, taken, taken, {"verdict": "reject", "reasons": "P01"}


def making_an_account(container: Container, site: Flask) -> Form:
    typed = {"name": "lishen", "role": "reviewer", "sites": SITE, "why": TYPED}
    return office(container, site), "/office/accounts", "/office/accounts", typed


def changing_an_account(container: Container, site: Flask) -> Form:
    page = f"/office/accounts/{reviewer(container, site).account.id}"  # type: ignore[union-attr]
    return office(container, site), page, f"{page}/role", {"role": "auditor", "sites": "", "why": TYPED}


def integration(container: Container, kaowu: Visitor) -> str:
    assert kaowu.account is not None
    act = Act(kaowu.account.actor, uuid4())
    made, _secret = container.integrations.make(
        act, "省平台", ("registrations:read",), frozenset({SITE}), "省里的接入"
    )
    return f"/office/integrations/{made}"


def making_an_integration(container: Container, site: Flask) -> Form:
    typed = {"name": "省平台", "scopes": "registrations:read", "sites": SITE, "why": TYPED}
    return office(container, site), "/office/integrations", "/office/integrations", typed


def changing_an_integration(container: Container, site: Flask) -> Form:
    kaowu = office(container, site)
    page = integration(container, kaowu)
    return kaowu, page, f"{page}/scope", {"scopes": "registrations:read", "sites": "*", "why": TYPED}


def ending_a_secret(container: Container, site: Flask) -> Form:
    kaowu = office(container, site)
    page = integration(container, kaowu)
    return kaowu, page, f"{page}/revoke_secret", {"why": TYPED}


def beginning_the_next_round(container: Container, site: Flask) -> Form:
    typed = {"source": "78", "code": TYPED, "begins": "2027-06-20"}
    return office(container, site), "/office/rounds", "/office/rounds/next", typed


def opening_details(container: Container, site: Flask) -> Form:
    wenjing = somebody(container)
    wenjing.until_waiting()
    return office(container, site), f"/audit/{wenjing.id}", f"/audit/{wenjing.id}/open", {"why": TYPED}


OF_THE_OFFICE: Final = (
    making_an_account, changing_an_account, making_an_integration, changing_an_integration, ending_a_secret,
    beginning_the_next_round, opening_details,
)  # fmt: skip
FORMS: Final = (
    *OF_THE_OFFICE,
    carrying_out,
    declining,
    publishing,
    handing_over,
    taking_cash,
    resolving_a_ban,
)


@pytest.mark.parametrize("begins", FORMS, ids=lambda one: one.__name__)
def test_what_was_typed_stands_in_the_form_again_until_it_is_taken(
    container: Container, site: Flask, begins: object
) -> None:
    who, page, action, typed = begins(container, site)  # type: ignore[operator]
    sent = {**hidden(who.get(page), action), **typed}
    assert who.send("/drafts", sent).get_json() == {"kept": True}
    text = who.get(page)
    assert f'value="{TYPED}"' in text
    assert "开始填写，还没有保存" in text
    assert who.account is not None
    assert len(container.form_drafts.of_account(who.account.id)) == 1


@pytest.mark.parametrize("begins", [making_an_account, making_an_integration], ids=lambda one: one.__name__)
def test_what_answers_with_a_secret_ends_its_draft(
    container: Container, site: Flask, begins: Callable[[Container, Flask], Form]
) -> None:
    """It is no redirect, for the secret is shown once; no draft is left, and the secret stands in none."""
    kaowu, page, action, typed = begins(container, site)
    sent = {**hidden(kaowu.get(page), action), **typed}
    assert kaowu.send("/drafts", sent).status_code == 200
    answer = kaowu.send(action, sent)
    assert answer.status_code == 200
    assert "只显示这一次" in answer.text
    assert kaowu.account is not None
    assert container.form_drafts.of_account(kaowu.account.id) == []
    assert kaowu.send("/drafts", sent).status_code == 410, "a late save does not bring it back"


def test_what_is_chosen_stands_again_as_it_was(container: Container, site: Flask) -> None:
    somebody(container).until_waiting()
    kaowu, page = office(container, site), "/office/exports"
    typed = {"columns": "paid", "site": SITE, "form": "csv", "at": "06:3"}
    text = kaowu.get(f"{page}?what=money")
    assert kaowu.send("/drafts", {**hidden_of_columns(text), **typed}).status_code == 200
    assert "还没有保存" not in kaowu.get(page), "the columns of candidates are another form"
    text = kaowu.get(f"{page}?what=money")
    assert "还没有保存" in text
    assert 'name="columns" value="paid" checked' in text
    assert 'value="06:3"' in text
    assert f'<option value="{SITE}" selected>' in text
    assert len(re.findall(r'name="columns" value="\w+" checked', text)) == 1
    away = kaowu.send("/drafts/throw-away", hidden(text, "/drafts/throw-away"))
    assert away.location == f"{page}?what=money"


def hidden_of_columns(text: str) -> dict[str, str]:
    """Of the form that asks for a file, which goes where the choice of data goes."""
    return hidden(text[text.rindex("<form", 0, text.index('name="columns"')) :], "/office/exports")


def test_a_second_verdict_stands_in_the_form_again(container: Container, site: Flask) -> None:
    wang, page, action, typed = giving_a_second_verdict(container, site)
    sent = {**hidden(wang.get(page), action), **typed}
    assert wang.send("/drafts", sent).status_code == 200
    text = wang.get(page)
    assert re.search(r'value="reject" checked', text)
    assert re.search(r'value="P01" checked', text)
    assert wang.send(action, {**sent, **hidden(text, action)}).status_code == 303
    assert wang.account is not None
    assert container.form_drafts.of_account(wang.account.id) == []


def test_a_reason_that_was_refused_stays_in_its_own_form(container: Container, site: Flask) -> None:
    """Two forms of the same name on one page: what was sent by one does not stand in the other."""
    kaowu, page, action, _ = resolving_a_ban(container, site)
    refused = kaowu.post(action, page, why=TYPED)
    assert refused.status_code == 422
    assert refused.text.count(f'value="{TYPED}"') == 1


def test_what_staff_wrote_about_an_account_goes_with_it(container: Container, site: Flask) -> None:
    kaowu, page, action, typed = carrying_out(container, site)
    sent = {**hidden(kaowu.get(page), action), **typed}
    assert kaowu.send("/drafts", sent).status_code == 200
    assert kaowu.send(action, {**sent, "why": "来信 2027-15"}).status_code == 303
    assert kaowu.account is not None
    assert container.form_drafts.of_account(kaowu.account.id) == []
