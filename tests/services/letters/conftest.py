"""Letters over a mail server that tests look into, and a candidate who has paid and read everything so far."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.services.letters.assembly import LetterServices
from tests.services.letters.post import Server, letters_over, with_mail
from tests.support.people import Candidate, approved


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def post(container: Container, server: Server) -> LetterServices:
    return letters_over(container, server)


@pytest.fixture
def paid(container: Container, post: LetterServices, server: Server) -> Candidate:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    post.once()
    server.arrived.clear()
    return candidate
