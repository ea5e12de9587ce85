"""Sign-ins beside the bare hash, and what a session costs a page."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web import create_site

SIGN_INS = 40
CHECKS = 2_000
PAGES = 200
HERE = "https://localhost"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class PassportCost:
    """Sign-ins a second, the share of them that the hash takes, CPU milliseconds of a session check,

    and pages a second to somebody who is signed in, each with its check.
    """

    sign_ins: float
    share: float
    session: float
    pages: float


def measure(container: Container) -> PassportCost:
    container.accounts.add("bench", PASSWORD, Role.CANDIDATE)
    account_service, passwords = container.account_service, container.accounts.passwords
    kept = passwords.hash(PASSWORD)
    ours, bare = [], []
    for _ in range(SIGN_INS):
        begun = perf_counter()
        account = account_service.proved("bench", PASSWORD, "203.0.113.0/24")
        assert account is not None
        token = account_service.start_session(account, "password", "203.0.113.0/24", "Chrome Android")
        ours.append(perf_counter() - begun)
        begun = perf_counter()
        assert passwords.right(kept, PASSWORD)
        bare.append(perf_counter() - begun)
    begun = process_time()
    for _ in range(CHECKS):
        assert account_service.sessions.find(token) is not None
    check = 1000 * (process_time() - begun) / CHECKS
    return PassportCost(1 / median(ours), median(bare) / median(ours), check, _pages(container, token))


def _pages(container: Container, token: str) -> float:
    """Welcome pages a second, in this process and without a network between."""
    client = create_site(container).test_client()
    with client.session_transaction(base_url=HERE) as session:
        session["token"] = token
    begun = perf_counter()
    for _ in range(PAGES):
        assert client.get("/welcome", base_url=HERE).status_code == 200
    return PAGES / (perf_counter() - begun)
