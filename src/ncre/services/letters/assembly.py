"""The services of letters, put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ncre.clients.messages import Mailer
from ncre.domain.letters.kinds import Channel
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Accounts
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.letters.addressing import Addressing
from ncre.services.letters.bounces import Bounces
from ncre.services.letters.choices import LetterChoices
from ncre.services.letters.log import LetterLog
from ncre.services.letters.planning import LetterPlanning
from ncre.services.letters.preview import LetterPreview
from ncre.services.letters.rendering import LetterContent
from ncre.services.letters.round_changes import RoundChanges
from ncre.services.letters.sending import LetterSending
from ncre.services.letters.texts_in_force import LetterTexts
from ncre.services.letters.tokens import LetterTokens
from ncre.store.keys import Keys


@dataclass(frozen=True)
class LetterServices:
    """The services of letters, built together."""

    planning: LetterPlanning
    addressing: Addressing
    sending: LetterSending
    texts: LetterTexts
    preview: LetterPreview
    choices: LetterChoices
    log: LetterLog
    bounces: Bounces
    tokens: LetterTokens

    def once(self) -> int:
        """A whole round: what came back, what the log says, what is due; how many attempts were made."""
        self.bounces.take_from_folder()
        self.planning.catch_up()
        return sum(self.sending.once(channel) for channel in Channel)


def letter_services(
    command_handler: CommandHandler,
    security: SecurityLog,
    accounts: Accounts,
    mailer: Mailer,
    keys: Keys,
    bounce_address: str,
    bounce_folder: Path | None,
    public_url: str,
) -> LetterServices:
    """Every service of letters over one mailer; `bounce_address` and `public_url` may be ""."""
    channels = frozenset(Channel) if mailer.reaches_phones else frozenset({Channel.MAIL})
    tokens = LetterTokens(keys.letter, bounce_address, public_url)
    changes, texts = RoundChanges(command_handler), LetterTexts(command_handler)
    content = LetterContent(command_handler, texts, changes, tokens)
    addressing = Addressing(command_handler, accounts, content, changes, keys.pepper)
    return LetterServices(
        LetterPlanning(command_handler, changes, channels),
        addressing,
        LetterSending(command_handler, addressing, mailer),
        texts,
        LetterPreview(command_handler, tokens),
        LetterChoices(command_handler, security, accounts, tokens, channels),
        LetterLog(command_handler, addressing),
        Bounces(command_handler, tokens, bounce_folder),
        tokens,
    )
