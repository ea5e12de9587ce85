"""The pages of a house, for the tests that visit them."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.web.site import create_site


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)
