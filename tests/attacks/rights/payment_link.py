"""A link to pay is guessed, altered, used to read a registration, or opened a thousand times."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from ncre.bootstrap import build_container
from ncre.config import read_settings
from ncre.domain.registration.vocabulary import Role
from ncre.web.site import create_site
from tests.attacks.target import Target
from tests.support.people import WENJING, Candidate

NAME = "payment-link"


def findings(target: Target) -> list[str]:
    case, link = _waits_for_payment(target)
    stranger = target.browser()
    status, _, told = stranger.ask("GET", link)
    if status != 200:
        return [f"the link of a registration that waits for payment was answered {status}"]
    secrets = (WENJING.name, WENJING.document_number, "13800138000", WENJING.address, case)
    problems = [f"the link shows {one}" for one in secrets if one in told]
    problems += [
        f"{page} opens by the link" for page in ("", "/pay", "/check", "/photo.jpg", "/form.pdf")
        if stranger.ask("GET", f"/registrations/{case}{page}")[0] == 200
    ]  # fmt: skip
    problems += [
        f"an altered link opens: {one}" for one in _altered(link) if stranger.ask("GET", one)[0] == 200
    ]
    form = stranger.hidden(link)
    if stranger.ask("POST", link, {**form, "csrf_token": "forged"})[0] < 400:
        problems.append("a forged form opens an order")
    answers = [stranger.ask("POST", link, form)[0] for _ in range(12)]
    if 429 not in answers:
        problems.append(f"a link is opened again and again: {answers}")
    return problems


def _altered(link: str) -> list[str]:
    token = link.rpartition("/")[2]
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    changed = [bytes([*raw[:place], raw[place] ^ 128, *raw[place + 1 :]]) for place in range(len(raw))]
    return [f"/p/{urlsafe_b64encode(one).decode().rstrip('=')}" for one in changed]


def _waits_for_payment(target: Target) -> tuple[str, str]:
    """A registration of this attack alone, at a site without review, whose fee is open; and its link."""
    container = build_container(read_settings(target.environment))
    account = container.accounts.add(NAME, "a password of the attacked", Role.CANDIDATE)
    candidate = Candidate(container, account)
    candidate.agrees()
    candidate.fills()
    candidate.submits("429901", ("67",))
    candidate.uploads()
    row = container.queries.cases.row(candidate.id)
    case = container.queries.cases.with_rules(row) if row else None
    assert case is not None
    with create_site(container).test_request_context(base_url="http://localhost"):
        link = container.payment_links.link_of(case, container.clock())
    container.close()
    return str(candidate.id), f"/p/{link.token}"
