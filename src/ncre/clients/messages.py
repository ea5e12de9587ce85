"""Short messages to phones: handed over to the installation's own relay, which knows its operator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ncre.clients.failure_words import failed_of
from ncre.clients.mail import Carrier, Mail, MailNotSent

SECONDS: Final = 10.0


@dataclass(frozen=True)
class RelayTerms:
    """Where messages are handed over: JSON {"to": number, "text": words} by POST, with a bearer token."""

    url: str
    token: str = field(repr=False)


class Relay:
    def __init__(self, terms: RelayTerms) -> None:
        self._terms = terms

    def send(self, mail: Mail) -> None:
        """Raises MailNotSent."""
        import requests  # late: a setting that names a relay is read by every command

        terms = self._terms
        try:
            answer = requests.post(
                terms.url,
                json={"to": mail.to, "text": mail.short},
                headers=_headers(terms, mail),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise MailNotSent(f"the relay of messages: {failed_of(error)}") from None
        if answer.status_code // 100 != 2:
            raise MailNotSent(f"the relay of messages answered {answer.status_code}")


def _headers(terms: RelayTerms, mail: Mail) -> dict[str, str]:
    """A relay that knows the key sends a message once, however often it is handed over."""
    headers = {"Authorization": f"Bearer {terms.token}"}
    if mail.envelope.message_id:
        headers["Idempotency-Key"] = mail.envelope.message_id.strip("<>")
    return headers


class Mailer:
    """Letters go by mail, and what is for a phone number as a message, where there is a way."""

    def __init__(self, mail: Carrier, messages: Carrier | None) -> None:
        self._mail = mail
        self._messages = messages

    @property
    def reaches_phones(self) -> bool:
        return self._messages is not None

    def send(self, mail: Mail) -> None:
        """Raises MailNotSent."""
        carrier = self._mail if "@" in mail.to else self._messages
        if carrier is None:
            raise MailNotSent("no relay of messages to phones is set (NCRE_MESSAGES_URL)")
        carrier.send(mail)
