"""Random requests: every route and method, addresses and forms half right and half absurd."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from werkzeug.routing import Rule

import ncre.web
from ncre.domain.registration.disclosure import REASONS
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.projections.payment import orders
from ncre.projections.registration import registrations
from tests.soak.world import ANYBODY, World
from tests.support.people import ROUND, SITE, form_of_details, portrait

TEMPLATES: Final = sorted(Path(ncre.web.__file__).parent.glob("*/templates/**/*.html"))

ABSURD: Final = (
    "",
    " ",
    "0",
    "-1",
    "9" * 19,
    "9" * 400,
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59+14:00",
    "1e300",
    "NaN",
    "１２３４５",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\u202e\u200b\ufeff",
    "🙂" * 60,
    "x" * 300,
    "字" * 2100,
    "%00%s%n{{7*7}}",
    "'; DROP TABLE facts; --",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A0",
    "../../etc/passwd",
    "//evil.example",
    "=?utf-8?q?a?=@x.example",
    "null",
    "[]",
    "\ud83d".encode("utf-8", "replace").decode(),
    "é" * 128,
    "a@b.example",
    "true",
)

RARELY: Final = frozenset(
    {
        "sign_in.sign_in",
        "sign_up.register",
        "sign_up.recover",
        "passport.change_password",
        "passport.close",
        "static",
    }
)
"""What costs a hash of a password, or nothing at all: one in ten of what chance would give them."""

QUERY: Final = (
    "at",
    "from",
    "to",
    "first",
    "last",
    "page",
    "seed",
    "site",
    "next",
    "by",
    "error",
    "state",
    "code",
    "iss",
)


def _names() -> list[str]:
    """Every field of every form there is."""
    assert TEMPLATES, "there are none where this looks"
    found: set[str] = set()
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        found |= set(re.findall(r'name="(\w+)"', text)) | set(re.findall(r"field\('(\w+)'", text))
    return sorted(found | set(form_of_details()) - {"csrf_token"})


NAMES: Final = _names()


@dataclass(frozen=True)
class Attributed:
    """One request, as it can be told: who, how, where, and what the form held."""

    number: int
    who: str
    method: str
    path: str
    form: Mapping[str, Any]

    def told(self) -> str:
        form = {
            name: value if not isinstance(value, bytes) else f"{len(value)} bytes"
            for name, value in self.form.items()
        }
        return f"#{self.number} {self.who or 'anybody'} {self.method} {self.path[:200]!r} {str(form)[:400]}"


class Requests:
    """Made from a seed: the same seed asks for the same."""

    def __init__(self, world: World, seed: int) -> None:
        self.rng = Random(seed)
        self._world = world
        self._rules = [rule for rule in world.site.url_map.iter_rules() if rule.endpoint != "static"]
        self._face = portrait()

    def one(self, number: int) -> Attributed:
        rng, rule = self.rng, self._rule()
        who = rng.choice((ANYBODY, *self._world.accounts))
        mine = self._world.registrations.get(who) or rng.choice(list(self._world.registrations.values()))
        path = "".join(
            part if not dynamic else self._part(part, mine) for dynamic, part in rule._trace if part != "|"
        )
        if rng.random() < 0.4:
            path += "?" + "&".join(
                f"{rng.choice(QUERY)}={_quoted(self._value('', mine))}" for _ in range(rng.randint(1, 2))
            )
        methods = sorted((rule.methods or set()) & {"GET", "POST"})
        method = rng.choice(methods)
        return Attributed(number, who, method, path, self._form(mine) if method == "POST" else {})

    def _rule(self) -> Rule:
        while True:
            rule = self.rng.choice(self._rules)
            if rule.endpoint not in RARELY or self.rng.random() < 0.1:
                return rule

    def _part(self, name: str, mine: str) -> str:
        if self.rng.random() < 0.12:
            return _quoted(self.rng.choice(ABSURD) or "x")
        return _quoted(self._right(name, mine))

    def _right(self, name: str, mine: str) -> str:
        """A value that some page would have put there."""
        row = self._row(mine)
        with self._world.container.database.reading() as connection:
            numbers = [order["number"] for order in orders.of_registration(connection, UUID(mine))]
        right = {
            "registration": mine,
            "identity": str(self.rng.choice(list(self._world.accounts.values())).id),
            "code": SITE,
            "batch": str(self.rng.randint(1, 4)),
            "order": numbers[-1] if numbers else "N1",
            "digest": row["photo"]["digest"] if row and row["photo"] else "a" * 64,
            "kind": self.rng.choice(("csv", "xlsx", "guide", "announcement", "email", "phone")),
            "channel": "till",
            "token": "t" * 43,
            "name": "h" * 32,
        }
        return str(right.get(name, "x"))

    def _row(self, mine: str) -> dict[str, Any] | None:
        with self._world.container.database.reading() as connection:
            return registrations.one(connection, UUID(mine))

    def _form(self, mine: str) -> dict[str, Any]:
        rng, row = self.rng, self._row(mine)
        form: dict[str, Any] = {}
        if rng.random() < 0.9:
            form |= {
                "seen": str(row["version"] if row else 1),
                "command_id": str(UUID(int=rng.getrandbits(128), version=4)),
            }
        if rng.random() < 0.7:
            form |= self._usual(row)
        for _ in range(rng.choice((0, 0, 1, 2, 5))):
            form[rng.choice(NAMES)] = self._value(rng.choice(NAMES), mine)
        if rng.random() < 0.05:
            form["photo"] = rng.choice((self._face, b"\xff\xd8\xff" + rng.randbytes(400), b"x", b""))
        return form

    def _usual(self, row: dict[str, Any] | None) -> dict[str, Any]:
        """What a person would have filled in, whatever the form."""
        rng = self.rng
        return {
            **form_of_details(),
            "answer": "agree",
            "agreed": "yes",
            "agreement": "2027-03",
            "site": rng.choice((SITE, "429901")),
            "subjects": rng.choice((["66"], ["66", "67"], ["14"])),
            "declared": "yes",
            "reasons": [rng.choice(list(REVIEW_REASONS))],
            "note": "请更换照片",
            "why": "考生申请更正信息",
            "opening": rng.choice(list(REASONS)),
            "to": rng.choice(list(self._world.accounts)),
            "evidence": "核对了身份证原件",
            "receipt": f"R-{rng.randint(1, 50)}",
            "channel": "till",
            "kind": "guide",
            "title": "标题",
            "title_en": "title",
            "body": "正文",
            "body_en": "text",
            "seed": str(rng.randint(0, 9999)),
            "q": (row or {}).get("number") or ROUND,
            "code": (row or {}).get("number") or "123456",
            "draft": "a" * 64,
        }

    def _value(self, name: str, mine: str) -> Any:
        if self.rng.random() < 0.5:
            return self.rng.choice(ABSURD)
        if name in form_of_details():
            return form_of_details()[name]
        return self._right(name, mine)


def sent(world: World, asked: Attributed) -> int:
    """The status of the answer. Whoever was signed out by it comes in again."""
    world.clock.now += timedelta(milliseconds=200)
    client = world.clients[asked.who]
    data = {
        name: (BytesIO(value), "a.jpg") if isinstance(value, bytes) else value
        for name, value in asked.form.items()
    }
    answer = client.open(
        asked.path,
        method=asked.method,
        base_url="https://localhost",
        headers={"Referer": "https://localhost/"},
        data=data if asked.method == "POST" else None,
    )
    answer.get_data()
    if asked.who != ANYBODY and (answer.location or "").startswith("/sign-in"):
        world.signs_in(asked.who)
    return answer.status_code


def _quoted(text: Any) -> str:
    return quote(str(text), safe="")
