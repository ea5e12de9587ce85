"""Who I am, the current round, and its sites."""

from __future__ import annotations

from flask import Response

from ncre.domain.integration.scopes import Scope
from ncre.web.api import models
from ncre.web.api.access import me
from ncre.web.api.answers import answer
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.rounds import current_round


@pages.get("/me")
@operation("getMe", models.MeShape, tag="exam")
def myself() -> Response:
    """The integration of the token

    Its scopes and sites; the first call to make.
    """
    known = me()
    return answer(
        models.MeShape(id=known.id, name=known.name, scopes=sorted(known.scopes), sites=sorted(known.sites))
    )


@pages.get("/rounds/current")
@operation("getRound", models.RoundShape, Scope.EXAM_READ, tag="exam")
def round_() -> Response:
    """The current round

    Its agreement, subjects and fees, and when people may register.
    """
    known = current_round()
    subjects = [
        models.SubjectOfferedShape(code=one.code, name=one.name, level=one.level, fee=known.fee(one.code))
        for one in known.plan.subjects
    ]
    return answer(
        models.RoundShape(
            code=known.code,
            title=known.plan.title,
            agreement=known.plan.agreement,
            agreement_text=known.plan.agreement_text,
            subjects=subjects,
            register_opens=known.plan.windows.register.opens,
            register_closes=known.plan.windows.register.closes,
        )
    )


@pages.get("/sites")
@operation("listSites", models.SitesShape, Scope.EXAM_READ, tag="exam")
def sites() -> Response:
    """The sites of the current round

    What each offers and how it works; candidates choose among all of them.
    """
    known = current_round()
    found = container().queries.exams.sites(known.code)
    items = [
        models.SiteShape(
            code=one.code,
            name=one.plan.name,
            province=one.plan.province,
            city=one.plan.city,
            address=one.plan.address,
            reviews=one.plan.reviews,
            confirms=one.plan.confirms,
            audience=one.plan.audience,
            most_subjects=one.plan.most_subjects,
            subjects=sorted(one.offers),
        )
        for one in found
    ]
    return answer(models.SitesShape(items=items))
