"""What auditors look at is itself a fact, also on pages that are the office's own."""

from __future__ import annotations

from ncre.domain.registration.vocabulary import Role
from ncre.web.shared.auth import account, container


def record_look(page: str, of: str = "") -> None:
    """Before anything is shown; the exam office works on these pages and leaves none. Raises Refusal."""
    if account().role is Role.AUDITOR:
        record_export(page, of)


def record_export(page: str, of: str = "") -> None:
    """Before a file is sent, whoever takes it. Raises Refusal."""
    container().audit_bundles.record_audit(page, of, account().actor)
