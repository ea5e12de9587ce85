"""The list of a site for a door without a network: exported and signed, checked before it is believed."""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from ncre.documents.codes.ticket_token import TicketKey, is_genuine
from ncre.domain.admission import ADMITS, BY_A_PERSON, ENTRY_CLOSES, ENTRY_OPENS, HALTS, VERDICT_WORDS
from ncre.domain.registration.commands import Actor
from ncre.domain.scanned_code import LONGEST
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.seating import tickets
from ncre.services.admission.verification import Expected, TicketVerifier

log = logging.getLogger("ncre.door_lists")

PURPOSE: Final = "door-list"
"""What looks at the people of an exported list are recorded as: it leaves the service, unlike a check at the door."""

KIND: Final = "ncre door list 1"

_PAGE: Final = files("ncre") / "services/admission/offline_list.html"

_STATIC: Final = files("ncre") / "web" / "static"
_SHARED: Final = {
    "SCANNER": "staff/scanner.js",
    "DOUBLE_SCAN": "staff/double_scan.js",
    "TICKET": "offline/ticket.js",
    "RULING": "offline/ruling.js",
}
"""Which keys come from a scanner, what a code is worth and what it admits to; the pages of the site read the same files."""

FACE: Final = (165, 240)
"""Pixels of a photo on the list: enough to compare a face, and a site's list stays in megabytes."""


class AdmissionListUnusable(Exception):
    """A file that is no door list, or not ours, or was altered; the message says which."""


class OfflineAdmissionLists:
    """Lists with which a door checks tickets without a network."""

    def __init__(self, command_handler: CommandHandler, door: TicketVerifier, key: TicketKey) -> None:
        self._command_handler = command_handler
        self._door = door
        self._key = key

    @property
    def public(self) -> str:
        """The public key under which lists and tickets are signed, in hex."""
        return self._key.public

    def people(self, round_code: str, site: str) -> list[UUID]:
        """The registrations that belong on the list of a site."""
        with self._command_handler.database.reading() as connection:
            return tickets.registrations_at(connection, round_code, site)

    def entries(self, registrations: list[UUID], actor: Actor) -> Iterator[Expected | None]:
        """Each of them as a door needs it, None for one that has no seat; looks are recorded."""
        for registration in registrations:
            expected = self._door.expected(registration)
            if expected is None or not expected.seated:
                yield None
                continue
            self._door.look(registration, actor, PURPOSE)
            yield with_small_photo(expected)

    def signed(self, round_code: str, site: str, entries: list[Expected]) -> bytes:
        """The list as a file: JSON, one person a line, under a signature of the whole."""
        body = self._body(round_code, site, entries)
        signed = {"list": body, "signature": self._key.signature(_canonical(body))}
        return json.dumps(signed, ensure_ascii=False, indent=0).encode()

    def page(self, round_code: str, site: str, entries: list[Expected]) -> bytes:
        """The list as a page that needs nothing else: a phone opens the file and scans, without a network."""
        told = {
            "list": self._body(round_code, site, entries),
            "words": {verdict.value: (words.zh, words.en) for verdict, words in VERDICT_WORDS.items()},
            "admits": sorted(ADMITS),
            "halted": sorted(HALTS),
            "by_a_person": sorted(BY_A_PERSON),
            "opens": ENTRY_OPENS // timedelta(milliseconds=1),
            "closes": ENTRY_CLOSES // timedelta(milliseconds=1),
        }
        # "<" as an escape: no name may end the script element that the list stands in.
        text = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
        page = _PAGE.read_text(encoding="utf-8").replace("LONGEST", str(LONGEST), 1)
        for mark, name in _SHARED.items():
            script = (_STATIC / name).read_text(encoding="utf-8")
            page = page.replace(f"\n{mark}\n", "\n" + script.replace('"use strict";', "", 1), 1)
        return page.replace("LIST", text, 1).encode()

    def _body(self, round_code: str, site: str, entries: list[Expected]) -> dict[str, Any]:
        return {
            "kind": KIND,
            "round": round_code,
            "site": site,
            "made_at": self._command_handler.clock().isoformat(),
            "public_key": self._key.public,
            "people": [expected_as_json(entry) for entry in entries],
        }


def with_small_photo(expected: Expected) -> Expected:
    """The photo as lists show it; none where it is no picture."""
    from ncre.photo.lab.picture import smaller

    if expected.photo is None:
        return expected
    try:
        return replace(expected, photo=smaller(expected.photo, FACE))
    except OSError:
        log.error("the photo of %s is no picture that can be shown", expected.number)
        return replace(expected, photo=None)


@dataclass(frozen=True)
class AdmissionList:
    """A list that was read and found genuine: a book for doors."""

    public: str
    round: str
    site: str
    made_at: datetime
    people: dict[str, Expected]
    """By registration number and by each ticket number."""

    def find(self, number: str) -> Expected | None:
        """Who is expected under a ticket number."""
        return self.people.get(number)


def faceless(entries: Iterable[Expected]) -> list[str]:
    """Who is on a list without a photo ("number name"): a list that leaves faces out says so."""
    return [f"{entry.number} {entry.name}" for entry in entries if entry.photo is None]


def read_door_list(path: Path, public: str | None = None) -> AdmissionList:
    """Read an exported list. Raises DoorListUnusable.

    `public` is the key that the list must be signed with; without it the list's own key is believed,
    which finds damage and not forgery.
    """
    try:
        told = json.loads(path.read_bytes())
        body, signature = told["list"], str(told["signature"])
        own = str(body["public_key"])
        if body["kind"] != KIND:
            raise AdmissionListUnusable(f"{path} is not a door list of this release")
        if not is_genuine(_canonical(body), signature, public or own):
            raise AdmissionListUnusable(
                f"{path} was altered after it was exported, or is not from this service"
            )
        people = [_from_json(entry) for entry in body["people"]]
        by_number = {entry.number: entry for entry in people}
        by_number |= {seat.ticket: entry for entry in people for seat in entry.seats}
        made_at = datetime.fromisoformat(body["made_at"])
        return AdmissionList(own, str(body["round"]), str(body["site"]), made_at, by_number)
    except OSError as error:
        raise AdmissionListUnusable(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, RecursionError, msgspec.ValidationError):
        raise AdmissionListUnusable(f"{path} is not a door list") from None


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def expected_as_json(entry: Expected) -> Any:
    """Somebody on the list as its file says it, the photo in Base64."""
    return msgspec.to_builtins(entry, builtin_types=(bytes,), enc_hook=str) | {
        "photo": b64encode(entry.photo).decode("ascii") if entry.photo is not None else None
    }


def _from_json(entry: dict[str, Any]) -> Expected:
    photo = b64decode(entry["photo"]) if entry["photo"] is not None else None
    return replace(msgspec.convert(entry | {"photo": None}, Expected), photo=photo)
