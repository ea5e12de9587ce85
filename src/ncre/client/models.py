"""What the interface answers, as far as the client names it; everything that was answered stands in `raw`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")


class Problem(Exception):
    """The interface refused; `code` is stable, `detail` is for people, `faults` are by field."""

    def __init__(self, status: int, answered: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {answered.get('code', '')}: {answered.get('detail', '')}")
        self.status = status
        self.code = str(answered.get("code", ""))
        self.detail = str(answered.get("detail", ""))
        self.faults: dict[str, str] = dict(answered.get("faults") or {})
        self.offers: list[dict[str, str]] = list(answered.get("offers") or [])


@dataclass(frozen=True)
class Registration:
    """Where a registration stood when it was answered; `version` goes back with each command."""

    id: str
    version: int
    status: str
    number: str | None
    site: str | None
    candidate: str
    amount: int
    steps: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> Self:
        return cls(
            answered["id"],
            answered["version"],
            answered["status"],
            answered["number"],
            answered["site"],
            answered["candidate"],
            answered["amount"],
            tuple(answered["steps"]),
            answered,
        )


@dataclass(frozen=True)
class Event:
    """One CloudEvent of the feed."""

    position: int
    id: str
    type: str
    subject: str
    sealed: tuple[str, ...]
    data: Mapping[str, Any]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> Self:
        sealed = tuple(name for name in answered["sealed"].split(",") if name)
        return cls(
            int(answered["position"]),
            answered["id"],
            answered["type"],
            answered["subject"],
            sealed,
            answered["data"],
            answered,
        )


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items, and where to go on: a cursor or a position; None on the last page of a list."""

    items: tuple[Item, ...]
    next: Any
