"""Our files to the exchange service, and those of other provinces from there: as often as asked, nothing twice.

Nothing is remembered besides the facts: the service says which file of ours it has, and the log which of the others were read.
So a sync that was cut off anywhere is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from ncre.clients.exchange_service import ExchangeEntry, ExchangeRefused, ExchangeService
from ncre.domain.bilingual import Bilingual
from ncre.domain.duplicates.exchange_file import ExchangeUnreadable
from ncre.domain.exam.plan import EXAM_TIME, Round
from ncre.handlers.command_handler import Act
from ncre.services.duplicates.duplicates import CLOCK, Duplicates

NO_ROUND: Final = "0"
"""Of which no province has files."""


class ExchangeIncomplete(Exception):
    """A sync that met problems; everything else of it was done."""


@dataclass
class Synced:
    """What a sync did. `sent` and `read` name provinces, `hits` are duplicates newly found."""

    sent: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    hits: int = 0
    problems: list[Bilingual] = field(default_factory=list)


class ExchangeSync:
    """`service` is None where no exchange service is set; `completed` is called after a sync that met no problem."""

    def __init__(
        self,
        duplicates: Duplicates,
        service: ExchangeService | None,
        completed: Callable[[], None] = lambda: None,
    ) -> None:
        self._duplicates = duplicates
        self._service = service
        self._completed = completed

    @property
    def takes_part(self) -> bool:
        """Whether a service and the key of the exchange are set."""
        return self._service is not None and self._duplicates.takes_part

    def is_due(self) -> bool:
        """Whether files go to and fro by themselves now: until the round is over."""
        round_ = self._duplicates.current_round() if self.takes_part else None
        return round_ is not None and self._duplicates.today() <= _last_day(round_)

    def ask(self) -> None:
        """Whether the service answers each of our tokens. Raises ExchangeUnavailable, ExchangeRefused."""
        if self._service is not None:
            for province in self._service.provinces:
                self._service.files(province, NO_ROUND)

    def run_due(self) -> None:
        """For the worker, until the round is over. Raises ExchangeIncomplete, ExchangeUnavailable."""
        if not self.is_due():
            return
        problems = self.once(Act(CLOCK)).problems
        if problems:
            raise ExchangeIncomplete("; ".join(f"{one.zh} / {one.en}" for one in problems))

    def once(self, act: Act) -> Synced:
        """Send what the service does not have, read what we have not. Raises ExchangeUnavailable, Refusal."""
        done, round_ = Synced(), self._duplicates.current_round()
        if self._service is None or round_ is None:
            return done
        ours = self._duplicates.provinces()
        known = [one for one in ours if self._service.has_token(one)]
        done.problems += [_without_token(one) for one in ours if one not in known]
        offered = dict[str, ExchangeEntry]()
        for province in known:
            try:
                listed = self._service.files(province, round_.code)
                offered |= {entry.province: entry for entry in listed.entries}
                self._send(self._service, act, round_, province, listed.own, done)
            except ExchangeRefused as refused:
                done.problems.append(_refused(province, refused))
        before = self._duplicates.imported(round_.code)
        for entry in offered.values():
            if entry.province not in ours and before.get(entry.province) != entry.digest:
                self._read(self._service, act, known[0], entry, done)
        if not done.problems:
            self._completed()
        return done

    def _send(
        self, service: ExchangeService, act: Act, round_: Round, province: str, there: str, done: Synced
    ) -> None:
        """Our file of a province, unless it is `there` already (a digest)."""
        file = self._duplicates.export_for_service(act, province, there)
        if file is not None:
            service.put(province, file, _last_day(round_))
            done.sent.append(province)

    def _read(
        self, service: ExchangeService, act: Act, reader: str, entry: ExchangeEntry, done: Synced
    ) -> None:
        """One file; what is wrong with it keeps no other from being read."""
        try:
            file, hits = self._duplicates.import_file(act, service.file(reader, entry.position), once=True)
        except ExchangeUnreadable as unreadable:
            zh, en = unreadable.words.zh, unreadable.words.en
            done.problems.append(
                Bilingual(f"省 {entry.province} 的文件：{zh}", f"the file of {entry.province}: {en}")
            )
        except ExchangeRefused as refused:
            done.problems.append(_refused(entry.province, refused))
        else:
            done.read.append(file.province)
            done.hits += hits


def _last_day(round_: Round) -> date:
    """The day on which the last window of a round closes."""
    windows = round_.plan.windows
    closes = max(one.closes for one in (windows.register, windows.review, windows.payment, windows.printing))
    return closes.astimezone(EXAM_TIME).date()


def _without_token(province: str) -> Bilingual:
    return Bilingual(
        f"NCRE_EXCHANGE_TOKENS 中没有省 {province} 的令牌，它的文件没有发送",
        f"NCRE_EXCHANGE_TOKENS has no token of province {province}: its file was not sent",
    )


def _refused(province: str, refused: ExchangeRefused) -> Bilingual:
    return Bilingual(
        f"跨省比对服务不接受（省 {province}）：{refused}",
        f"the exchange service refuses ({province}): {refused}",
    )
