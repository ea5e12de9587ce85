"""Events sent to other systems: signed, in order for each registration, again where nobody took them, never lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from standardwebhooks import Webhook as Reference

from ncre.bootstrap import Container
from ncre.clients.webhook_sender import Sent, WebhookSender
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE, Withdraw
from ncre.handlers.command_handler import Act
from ncre.services.integration.dispatcher import DELAYS, TAKEN_FOR, Dispatcher
from ncre.services.integration.webhooks import WebhookService
from tests.support.people import NOW, OFFICE, SITE, WENJING, Clock, somebody
from tests.support.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Sending:
    """A webhook to the receiver, and whoever sends to it."""

    def __init__(self, container: Container, receiver: Receiver, sender: WebhookSender | None = None) -> None:
        handler, key = container.command_handler, bytes(32)
        self.hooks = WebhookService(handler, container.integrations, key, lambda _url: True)
        self.id, _ = container.integrations.make(Act(OFFICE), "省平台", ("events:read",), EVERY_SITE, "公函")
        self.hooks.set(Act(OFFICE), self.id, receiver.url, "公函")
        sender = sender or WebhookSender(lambda _address: True)
        self.dispatcher = Dispatcher(
            handler, container.integrations, self.hooks, container.event_feed, sender
        )

    @property
    def counts(self) -> dict[str, int]:
        return self.hooks.of(self.id)[2]


def told_of(receiver: Receiver, registration: UUID) -> list[int]:
    return [one["version"] for one in receiver.events if one["stream"] == str(registration)]


def test_events_are_those_of_the_feed_and_the_reference_accepts_their_signature(
    container: Container, receiver: Receiver
) -> None:
    sending, candidate = Sending(container, receiver), somebody(container)
    candidate.until_waiting()
    sending.dispatcher.once()
    assert told_of(receiver, candidate.id) == [1, 2, 3, 4, 5]
    webhook = sending.hooks.of(sending.id)[0]
    assert webhook is not None
    reference = Reference(sending.hooks.signing_secret(webhook))
    for headers, body in receiver.got:
        reference._Webhook__verify_timestamp = lambda _at: NOW  # type: ignore[attr-defined]
        verified = reference.verify(body, headers)
        assert verified["id"] == headers["webhook-id"]
        assert headers["content-type"] == "application/cloudevents+json"
    assert WENJING.document_number.encode() not in b"".join(body for _, body in receiver.got)


def test_what_was_before_the_webhook_is_not_sent_and_nothing_twice(
    container: Container, receiver: Receiver
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    sending = Sending(container, receiver)
    candidate.fills()
    for _ in range(3):
        sending.dispatcher.once()
    assert told_of(receiver, candidate.id) == [2]


def test_a_failure_holds_up_its_own_registration_alone(
    container: Container, receiver: Receiver, clock: Clock
) -> None:
    sending = Sending(container, receiver)
    first, second = somebody(container), somebody(container, "liqiang")
    first.agrees()
    first.fills()
    second.agrees()
    receiver.answers = [500]
    sending.dispatcher.once()
    assert (told_of(receiver, first.id), told_of(receiver, second.id)) == ([], [1])
    waiting = sorted((one.position, one.tries, one.answer) for one in sending.hooks.of(sending.id)[1])
    assert [one[1:] for one in waiting] == [(1, "HTTP 500"), (0, "")]
    clock.advance(seconds=DELAYS[0].total_seconds())
    sending.dispatcher.once()
    assert told_of(receiver, first.id) == [1, 2]
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == f"{first.id}/1"
    assert ids.count(f"{first.id}/1") == 2


def test_delays_grow_and_what_is_never_taken_is_a_dead_letter_that_can_be_sent_again(
    container: Container, receiver: Receiver, clock: Clock
) -> None:
    sending, candidate = Sending(container, receiver), somebody(container)
    candidate.agrees()
    receiver.answers = [503] * (len(DELAYS) + 1)
    for attempt, delay in enumerate(DELAYS, start=1):
        sending.dispatcher.once()
        assert len(receiver.got) == attempt
        clock.advance(seconds=delay.total_seconds() - 1)
        sending.dispatcher.once()
        assert len(receiver.got) == attempt, "not before its time"
        clock.advance(seconds=1)
    sending.dispatcher.once()
    assert sending.counts == {"dead": 1}
    dead = sending.hooks.of(sending.id)[1][0]
    assert (dead.answer, dead.topic) == ("HTTP 503", "registration.agreement_accepted")
    sending.hooks.resend(Act(OFFICE), sending.id, dead.position)
    sending.dispatcher.once()
    assert told_of(receiver, candidate.id) == [1]
    assert sending.counts == {"done": 1}


def test_a_redirect_is_not_followed(container: Container, receiver: Receiver) -> None:
    with receiving() as inner:
        sending = Sending(container, receiver)
        somebody(container).agrees()
        receiver.answers, receiver.location = [307], inner.url
        sending.dispatcher.once()
        assert inner.got == []
    assert sending.hooks.of(sending.id)[1][0].answer == "HTTP 307"


def test_paused_nothing_is_sent_and_nothing_is_lost(container: Container, receiver: Receiver) -> None:
    sending, candidate = Sending(container, receiver), somebody(container)
    sending.hooks.pause(Act(OFFICE), sending.id, True)
    candidate.agrees()
    sending.dispatcher.once()
    assert receiver.got == []
    sending.hooks.pause(Act(OFFICE), sending.id, False)
    sending.dispatcher.once()
    assert told_of(receiver, candidate.id) == [1]


def test_after_a_change_of_keys_both_sign_for_a_day(
    container: Container, receiver: Receiver, clock: Clock
) -> None:
    sending, candidate = Sending(container, receiver), somebody(container)
    sending.hooks.rotate(Act(OFFICE), sending.id)
    candidate.agrees()
    sending.dispatcher.once()
    clock.advance(days=1)
    candidate.fills()
    sending.dispatcher.once()
    assert [len(headers["webhook-signature"].split(" ")) for headers, _ in receiver.got] == [2, 1]


def test_revoked_it_gets_nothing_more(container: Container, receiver: Receiver) -> None:
    sending = Sending(container, receiver)
    somebody(container).agrees()
    container.integrations.revoke(Act(OFFICE), sending.id, "下线")
    sending.dispatcher.once()
    assert receiver.got == []


class Killed(BaseException):
    """The process ends here."""


class DyingSender(WebhookSender):
    """Sends, and is killed at random: before it sends, or after it was answered and before that is noted."""

    def __init__(self, kills: int) -> None:
        super().__init__(lambda _address: True)
        self.kills, self._chance = kills, Random(18)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        die = self.kills > 0 and self._chance.random() < 0.3
        self.kills -= die
        if die and self._chance.random() < 0.5:
            raise Killed
        sent = super().send(url, headers, body)
        if die:
            raise Killed
        return sent


def test_fifty_kills_lose_nothing_and_keep_the_order(
    container: Container, receiver: Receiver, clock: Clock
) -> None:
    sender = DyingSender(50)
    sending, candidates = Sending(container, receiver, sender), []
    for number in range(40):
        details = replace(WENJING, document_number=f"G{number:08d}", document_type="passport")
        candidates.append(somebody(container, f"p{number}", details))
        candidates[-1].agrees()
        candidates[-1].fills()
        candidates[-1].does(Withdraw)
    while sender.kills:
        with suppress(Killed):
            sending.dispatcher.once()
        clock.advance(seconds=TAKEN_FOR.total_seconds())
    sending.dispatcher.once()
    first = defaultdict(list)
    for event in receiver.events:
        if event["version"] not in first[event["stream"]]:
            first[event["stream"]].append(event["version"])
    assert {stream: first[stream] for stream in map(str, (one.id for one in candidates))} == {
        str(one.id): [1, 2, 3] for one in candidates
    }
    assert set(sending.counts) == {"done"}


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example.org/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://169.254.169.254/latest",
        "https://localhost/hook",
        "https://intranet/hook",
        "https://portal.internal/hook",
        "https://user@portal.example.org/hook",
        "https://portal.example.org:22/hook",
        "https://portal.example.org/#x",
        "https://portal.example.org/a b",
        "https://portal.example.org/" + "x" * 500,
        "ftp://portal.example.org/",
    ],
)
def test_an_address_that_nobody_should_be_sent_to_is_refused(container: Container, url: str) -> None:
    identity, _ = container.integrations.make(Act(OFFICE), "x", ("events:read",), frozenset({SITE}), "x")
    with pytest.raises(Refusal) as refused:
        container.webhooks.set(Act(OFFICE), identity, url, "x")
    assert refused.value.code is RefusalCode.WEBHOOK_ADDRESS
    assert container.webhooks.of(identity)[0] is None


def test_a_fit_address_is_taken_and_the_first_attempt_comes_at_once(container: Container) -> None:
    identity, _ = container.integrations.make(Act(OFFICE), "x", ("events:read",), frozenset({SITE}), "x")
    container.webhooks.set(Act(OFFICE), identity, "https://portal.example.org/hook", "x")
    webhook = container.webhooks.of(identity)[0]
    assert webhook is not None
    assert webhook.position == container.command_handler.store.settled() - 1
    assert timedelta(days=1) <= sum(DELAYS, timedelta()) <= timedelta(days=3)
