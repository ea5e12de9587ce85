"""A form whose text is not lost: a view declares it, and everything else happens here.

DRAFT = DraftForm("details", (one.name for one in FORM_FIELDS))

opened = DRAFT.opened(case.id)      where the form is shown: the draft to go on with, and the signed page
@DRAFT.sent                         where it is sent: a redirect ends the draft, any other answer keeps it
taken()                             for a page that answers at once, because it shows a secret once: ends the draft
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec
from uuid import UUID, uuid5

from flask import Flask, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ncre.events.bounds import OutOfBounds, integer
from ncre.identity.form_drafts import LARGEST, FormDraft, SaveResult
from ncre.store.outages import DatabaseFailure
from ncre.store.sealing import PersonKeyDestroyed
from ncre.web.drafts.draft_page import SignedPage, fresh_page, sent_page
from ncre.web.shared.auth import Answer, account, container
from ncre.web.shared.forms import sent_form, typed_field

log = logging.getLogger("ncre.web")

P = ParamSpec("P")

_FORMS: Final[dict[str, DraftForm]] = {}
"""By name: every form that was declared."""

_THINGS: Final = UUID("5f0c6f5e-3f0e-5c36-9d1b-8f4f3e0d7a61")

_OF_THE_PAGE: Final = frozenset({"csrf_token", "draft", "seen", "command_id", "close", "confirmed", "edit"})
"""Fields that say something of the page or of the button, not what somebody typed."""

PART: Final = ":"
"""Between the name of a form and the part of it."""

_ENDS: Final = 303
"""Where a form leads to when it was taken."""


@dataclass(frozen=True)
class OpenForm:
    """A form as it is shown: what its template needs. `draft` stands in it; `others` are of other tabs."""

    page: SignedPage
    draft: FormDraft | None
    others: tuple[FormDraft, ...]
    is_sent: bool = False
    """Whether it is the form of this request, which was refused."""

    @property
    def text(self) -> str:
        """For the hidden field."""
        return self.page.text

    @property
    def fields(self) -> MultiDict[str, str]:
        """What stands in the form: as it was sent, or as its draft holds it."""
        if self.is_sent:
            return MultiDict(list(sent_form().items(multi=True)))
        return MultiDict(self.draft.fields) if self.draft else MultiDict()

    @property
    def is_begun(self) -> bool:
        """Whether anything of it was typed before this page."""
        return self.is_sent or self.draft is not None

    def value(self, name: str, known: str = "") -> str:
        """What stands in a field; `known` where nobody has typed yet."""
        return self.fields.get(name, "") if self.is_begun else known

    def over(self, known: dict[str, str], names: Iterable[str]) -> dict[str, str]:
        """What stood in the fields of these names where there is a draft, else what is known."""
        return {name: self.fields.get(name, "") for name in names} if self.draft else known


def thing(*names: str) -> UUID:
    """What a form is about where that has no id of its own: a letter, a part of a draft, a site of a round."""
    return uuid5(_THINGS, "|".join(names))


class DraftForm:
    """`fields` are the names that are kept: never a password, never what the page itself says. Without them, a form whose
    fields are known only when it is shown: all that it sends. `largest`: bytes of a draft.
    """

    def __init__(self, name: str, fields: Iterable[str] | None = None, largest: int = LARGEST) -> None:
        self.name = name
        self.fields = frozenset(fields) if fields is not None else frozenset()
        self.largest = largest
        self._keeps_all = fields is None
        _FORMS[name] = self

    def keeps(self, name: str) -> bool:
        """Whether what stands in this field is kept."""
        return name not in _OF_THE_PAGE if self._keeps_all else name in self.fields

    def opened(self, about: UUID | None = None, part: str = "", path: str = "") -> OpenForm:
        """The newest draft, or the one that the address names; after a form was sent, its own page goes on.

        `part` tells forms of this name about the same thing apart; `path` leads to the form where the address alone does not.
        """
        form = f"{self.name}{PART}{part}" if part else self.name
        drafts = [one for one in _drafts(about) if one.form == form]
        sent = sent_page() if request.method == "POST" else None
        if sent is not None and (sent.page.form, sent.page.account, sent.page.about) == (
            form,
            account().id,
            about,
        ):
            return OpenForm(sent, None, _others(drafts, sent.page.page, sent.page.origin), is_sent=True)
        asked = request.args.get("draft", "")
        named = next((one for one in drafts if one.page.hex == asked), None)
        newest = drafts[0] if drafts and request.method == "GET" else None
        draft = named or newest
        page = fresh_page(form, about, draft, path)
        return OpenForm(page, draft, _others(drafts, draft.page if draft else None))

    def begin(self, fields: Mapping[str, str]) -> None:
        """A draft that somebody else than the keyboard begins, for the page that the request's form stood on."""
        sent = sent_page()
        if sent is not None and (sent.page.form, sent.page.account) == (self.name, account().id):
            kept = [(name, value) for name, value in fields.items() if self.keeps(name)]
            container().form_drafts.keep(sent.page, kept, _seen(), self.largest)

    def sent(self, view: Callable[P, Answer]) -> Callable[P, Answer]:
        """A view that takes the form. Its redirect (303) says that it was taken."""

        @wraps(view)
        def taking(*positional: P.args, **named: P.kwargs) -> Answer:
            answer = view(*positional, **named)
            if isinstance(answer, Response) and answer.status_code == _ENDS:
                taken()
            return answer

        taking.__dict__["draft_form"] = self
        return taking


def install(site: Flask) -> None:
    """After every area: what was sent and not taken is kept, whatever refused it."""
    endpoints = {name for name, view in site.view_functions.items() if hasattr(view, "draft_form")}

    def keep_refused(answer: Response) -> Response:
        if request.method == "POST" and request.endpoint in endpoints:
            keep_sent()
        return answer

    site.after_request(keep_refused)


def keep_sent() -> SaveResult | None:
    """Keep what the request's form holds for the owner of its page, once a request; None where it says no page."""
    if "draft_kept" not in g:
        g.draft_kept = _keep()
    return g.draft_kept


def is_kept() -> bool:
    """Keep what was sent and was not taken; whether that was done."""
    return keep_sent() is SaveResult.SAVED


def _keep() -> SaveResult | None:
    with suppress(HTTPException, DatabaseFailure, PersonKeyDestroyed):
        sent = sent_page()
        form = _FORMS.get(sent.page.form.partition(PART)[0]) if sent else None
        if sent is None or form is None:
            return None
        fields = [(name, value) for name, value in sent_form().items(multi=True) if form.keeps(name)]
        return container().form_drafts.keep(sent.page, fields, _seen(), form.largest)
    return None


def taken() -> None:
    """What was taken is no draft any more. Where that fails, the draft is offered once more and can be thrown away."""
    g.draft_kept = None
    sent = sent_page()
    if sent is None:
        return
    try:
        container().form_drafts.finish(sent.page)
    except DatabaseFailure:
        log.warning("the draft of a form that was taken is still there")


def _seen() -> int:
    """The version that the page showed; 0 where it says none."""
    try:
        return integer(typed_field("seen"), least=0)
    except OutOfBounds:
        return 0


def _drafts(about: UUID | None) -> list[FormDraft]:
    """Asked once a request, however many forms a page has; the last saved first."""
    if "form_drafts" not in g:
        g.form_drafts = container().form_drafts.of_account(account().id)
    return [one for one in g.form_drafts if one.about == about]


def _others(drafts: Iterable[FormDraft], *but: UUID | None) -> tuple[FormDraft, ...]:
    return tuple(one for one in drafts if one.page not in but)
