"""Which letters somebody wants: set on the page of the account, or by the link in a letter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from ncre.domain.letters.causes import BY_KIND, may_switch_off
from ncre.domain.letters.kinds import Channel, LetterKind, LetterLanguage
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.account import LetterLanguageChosen, LetterSwitched
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.identity.letters import choices
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.letters.tokens import LetterTokens

Switch = tuple[LetterKind, Channel]


@dataclass(frozen=True)
class LetterChoice:
    """One box of the page: `fixed` ones cannot be switched off."""

    kind: LetterKind
    channel: Channel
    wanted: bool
    fixed: bool


class LetterChoices:
    """The owner's wishes about letters."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        tokens: LetterTokens,
        channels: frozenset[Channel],
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._tokens = tokens
        self.channels = channels

    def of(self, account: Account) -> list[LetterChoice]:
        """Every kind by every channel that it goes by here."""
        with self._command_handler.database.reading() as connection:
            return self._choices(connection, account)

    def language_of(self, account: Account) -> LetterLanguage:
        """In which language letters go to the account."""
        with self._command_handler.database.reading() as connection:
            found = choices.language_of(connection, account.id)
        return LetterLanguage(found) if found else LetterLanguage.BOTH

    def set(self, account: Account, wanted: Collection[Switch], language: LetterLanguage) -> None:
        """All boxes of the page at once; what must be told stays on whatever was sent."""

        def chosen(connection: Connection) -> None:
            for choice in self._choices(connection, account):
                want = (choice.kind, choice.channel) in wanted
                if not choice.fixed and want != choice.wanted:
                    self._switch(connection, account, choice.kind, choice.channel, want, "page")
            if (choices.language_of(connection, account.id) or LetterLanguage.BOTH) != language:
                choices.set_language(connection, account.id, language.value)
                self._log.record(connection, account, LetterLanguageChosen(account.id, language.value))

        self._command_handler.run_in_transaction(chosen)

    def linked(self, token: str) -> tuple[Account, LetterKind, Channel] | None:
        """Whose letters a link switches off; None where it is none of ours, or its account is gone."""
        try:
            found = self._tokens.switched_off(token)
        except ValueError:
            return None
        if found is None:
            return None
        account = self._accounts.find(found[0])
        if account is None or self._accounts.is_closed(found[0]):
            return None
        return account, found[1], found[2]

    def switch_off(self, account: Account, kind: LetterKind, channel: Channel) -> None:
        """By the link in a letter; again, it is so already. Raises Refusal where it must be told."""
        if not may_switch_off(kind, channel, has_mail=bool(account.email)):
            raise Refusal(RefusalCode.LETTER_MUST_BE_TOLD)

        def off(connection: Connection) -> None:
            if (kind.value, channel.value) not in choices.declined(connection, account.id):
                self._switch(connection, account, kind, channel, False, "link")

        self._command_handler.run_in_transaction(off)

    def _choices(self, connection: Connection, account: Account) -> list[LetterChoice]:
        declined = choices.declined(connection, account.id)
        found = []
        for kind, cause in BY_KIND.items():
            for channel in sorted(cause.channels & self.channels):
                fixed = not may_switch_off(kind, channel, has_mail=bool(account.email))
                off = (kind.value, channel.value) in declined and not fixed
                found.append(LetterChoice(kind, channel, not off, fixed))
        return found

    def _switch(
        self,
        connection: Connection,
        account: Account,
        kind: LetterKind,
        channel: Channel,
        want: bool,
        way: str,
    ) -> None:
        choices.choose(connection, account.id, kind.value, channel.value, wanted=want)
        fact = LetterSwitched(account.id, kind.value, channel.value, want, way)
        self._log.record(connection, account, fact)
