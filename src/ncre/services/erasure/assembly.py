"""The services of erasure, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ncre.clients.mail import MailFolder
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Accounts
from ncre.identity.forgetting import Forgetting
from ncre.identity.sessions import Sessions
from ncre.operational.tombstones import Tombstones
from ncre.photo.file_store import PhotoStore
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.documents.cache import DocumentCache
from ncre.services.erasure.cleanup import Cleanup
from ncre.services.erasure.erasing import Erasure
from ncre.services.erasure.people import PersonFinder
from ncre.services.erasure.reapplying import Reapplying
from ncre.services.erasure.requests import ErasureRequests
from ncre.services.erasure.retention import RetentionSchedule
from ncre.services.registration.changes import Changes


@dataclass(frozen=True)
class Places:
    """Where files of people lie. `outbox` is None where letters are mailed and no copy is kept."""

    photos: PhotoStore
    drafts: PhotoStore
    papers: DocumentCache
    outbox: MailFolder | None


@dataclass(frozen=True)
class ErasureServices:
    """The services of erasing, built together."""

    erasure: Erasure
    requests: ErasureRequests
    retention: RetentionSchedule
    reapplying: Reapplying
    cleanup: Cleanup
    tombstones: Tombstones


def erasure_services(
    command_handler: CommandHandler,
    changes: Changes,
    accounts: Accounts,
    sessions: Sessions,
    security: SecurityLog,
    forgetting: Forgetting,
    tombstones: Tombstones,
    places: Places,
    clock: Callable[[], datetime],
    exported: Callable[[], None] = lambda: None,
) -> ErasureServices:
    """The use cases of erasure over these parts."""
    finder = PersonFinder(command_handler)
    cleanup = Cleanup(
        command_handler.database,
        command_handler.store,
        tombstones,
        places.photos,
        places.drafts,
        places.papers,
        places.outbox,
        clock,
        exported,
    )
    mails = places.outbox is None
    erasure = Erasure(command_handler, changes, finder, forgetting, cleanup, accounts, security, mails)
    return ErasureServices(
        erasure,
        ErasureRequests(command_handler, security, accounts, erasure),
        RetentionSchedule(command_handler, erasure, cleanup, sessions),
        Reapplying(command_handler, tombstones, finder, erasure, cleanup),
        cleanup,
        tombstones,
    )
