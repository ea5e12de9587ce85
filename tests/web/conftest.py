"""The pages of a house, for the tests that visit them."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.web.site import create_site
from tests.support.people import Candidate, somebody
from tests.web.visitor import Visitor, signed_in


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    """Somebody who has accepted the agreement."""
    candidate = somebody(container)
    candidate.agrees()
    return candidate


@pytest.fixture
def visitor(site: Flask, wenjing: Candidate) -> Visitor:
    """Their browser, signed in."""
    return signed_in(site, wenjing)
