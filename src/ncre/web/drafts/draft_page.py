"""Which page a form stood on: signed into the form, so that what was typed is kept for its owner alone.

The signature speaks for the account also where the session is over or the form's token is none of ours: then the text
is kept, and nothing else is done. Reading a draft always takes the session of its owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from ncre.identity.form_drafts import LIFE, DraftPage, FormDraft
from ncre.web.shared.auth import account, container
from ncre.web.shared.forms import typed_field

FIELD: Final = "draft"
"""The hidden field of the form that holds it."""

LONGEST: Final = 1_000
"""Characters of a signed page."""


@dataclass(frozen=True)
class SignedPage:
    """`path` leads to the form again; `shown_at` is when it was shown."""

    page: DraftPage
    path: str
    shown_at: datetime

    @property
    def before_draft(self) -> str:
        """The path as far as the number of a draft that it is to show."""
        return f"{self.path}{'&' if '?' in self.path else '?'}draft="

    @property
    def text(self) -> str:
        one = self.page
        said = {
            "p": one.page.hex,
            "a": one.account.hex,
            "f": one.form,
            "r": one.about.hex if one.about else "",
            "o": one.origin.hex if one.origin else "",
            "v": one.origin_revision,
            "w": self.path,
            "t": int(self.shown_at.timestamp()),
        }
        return _signer().dumps(said)


def fresh_page(form: str, about: UUID | None, draft: FormDraft | None, path: str = "") -> SignedPage:
    """A page of the form that is shown now to whoever is signed in, begun with this draft."""
    page = DraftPage(
        uuid4(),
        account().id,
        form,
        about,
        draft.page if draft else None,
        draft.revision if draft else 0,
    )
    return SignedPage(page, path or request.path, container().clock())


def sent_page() -> SignedPage | None:
    """The page that the request's form stood on; None where it says none, or it is older than a draft lives."""
    text = typed_field(FIELD)
    if not text or len(text) > LONGEST:
        return None
    try:
        found = _read(_signer().loads(text))
    except (BadData, ValueError, KeyError, TypeError):
        return None
    return found if container().clock() - found.shown_at < LIFE else None


def _read(said: dict[str, Any]) -> SignedPage:
    page = DraftPage(
        UUID(said["p"]),
        UUID(said["a"]),
        said["f"],
        UUID(said["r"]) if said["r"] else None,
        UUID(said["o"]) if said["o"] else None,
        int(said["v"]),
    )
    return SignedPage(page, said["w"], datetime.fromtimestamp(said["t"], container().clock().tzinfo))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="form-draft")
