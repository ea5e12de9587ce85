"""The parts of exports: jobs, their files, what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.bootstrap.foundation import Foundation
from ncre.identity.accounts import Accounts
from ncre.operational.export_jobs import ExportJobs
from ncre.outside import (
    photos_on,
)
from ncre.services.exports.exports import Exports
from ncre.services.exports.making import ExportMaker
from ncre.services.exports.rows import ExportRows


@dataclass(frozen=True)
class ExportParts:
    """Everything about exports."""

    exports: Exports
    maker: ExportMaker


def export_parts(base: Foundation, accounts: Accounts) -> ExportParts:
    """Everything about exports of the installation."""
    handler = base.command_handler
    jobs, files = ExportJobs(base.database, base.clock), photos_on(base.settings, "exports")
    rows = ExportRows(handler, base.people, accounts.name_in_office)
    exports = Exports(handler, jobs, rows, files, accounts)
    return ExportParts(exports, ExportMaker(handler, jobs, exports, rows, files, accounts))
