"""The statistics page: plots with their numbers beside them, for the office and auditors, nothing from elsewhere."""

from __future__ import annotations

import re

from flask import Flask

from ncre.bootstrap import Container
from tests.support.people import SITE, rejected, somebody
from tests.web.staff_members import auditor, office, reviewer

PAGE = "/office/statistics"


def test_an_empty_round_has_a_page(container: Container, site: Flask) -> None:
    assert "还没有数据" in office(container, site).get(PAGE)


def test_every_plot_has_its_numbers_in_a_table(container: Container, site: Flask) -> None:
    wenjing = somebody(container)
    wenjing.until_waiting()
    rejected(container, wenjing)
    kaowu = office(container, site)
    text = kaowu.get(PAGE)
    assert "共 1 份报名" in text
    assert text.count('role="img" aria-label=') == 2
    for words in ("每小时报名", "审核未通过", "P01", "1 小时内", "没有发现问题", SITE):
        assert words in text, words
    assert not re.search(r"<script(?![^>]*src=\"/static/)", text)
    assert 'style="' not in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    at_site = kaowu.get(f"{PAGE}?site={SITE}")
    assert "各考点人数" not in at_site
    kaowu.get(f"{PAGE}?site=999999", 404)
    assert (
        "Registration statistics"
        in kaowu.client.get(
            f"/language/en?next={PAGE}", base_url="https://localhost", follow_redirects=True
        ).text
    )


def test_it_is_for_the_office_and_auditors(container: Container, site: Flask) -> None:
    auditor(container, site).get(PAGE)
    reviewer(container, site).get(PAGE, 403)
