"""Builds the house from its settings. The only place that knows every part, and picks the parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ncre.application import Application
from ncre.config import Misconfigured, Settings, refusals
from ncre.events.claimbook import ClaimBook
from ncre.events.database import CONNECTIONS, Database
from ncre.events.inbox import Inbox
from ncre.events.key_checks import KeyChecks
from ncre.events.keys import Keys
from ncre.events.store import FactStore
from ncre.gateways.channel import PaymentChannel
from ncre.gateways.clock import WatchedClock
from ncre.gateways.errands import Errands
from ncre.gateways.mail import MailFolder, Smtp
from ncre.gateways.messages import PostOffice, Relay
from ncre.gateways.paper_shelf import PaperShelf
from ncre.gateways.photo_bucket import BucketUnusable, PhotoBucket
from ncre.gateways.photo_lab.lab import LabHere, LabInWorkers
from ncre.gateways.photo_store import PhotoFolder, PhotoStore
from ncre.gateways.refused_notices import RefusedNotices
from ncre.gateways.signing import KeyUnusable
from ncre.passport.accounts import Accounts
from ncre.passport.factors import Factors
from ncre.passport.human_check import HumanCheck
from ncre.passport.identities import Identities
from ncre.passport.one_time import OneTimeTokens
from ncre.passport.proofs import CODE_LIVES, Proofs
from ncre.passport.qq import QQ
from ncre.passport.sending import Sending
from ncre.passport.sessions import Sessions
from ncre.passport.single_sign_on import SingleSignOn
from ncre.passport.throttle import Throttle
from ncre.printing.signature import Certificate, SigningUnusable
from ncre.printing.stamp import StampKey
from ncre.projections import all_projections
from ncre.services.changes import Changes
from ncre.services.contacts import Contacts
from ncre.services.counter import Counter
from ncre.services.door import Door
from ncre.services.door_list import DoorLists
from ncre.services.hall_lists import HallLists
from ncre.services.money import Money
from ncre.services.moving import Moving
from ncre.services.office import Office
from ncre.services.paper_cases import PaperCases
from ncre.services.papers import Papers
from ncre.services.passports import Passports
from ncre.services.paying import Paying
from ncre.services.people import People
from ncre.services.photo_inspection import PhotoInspection
from ncre.services.photo_turns import PhotoTurns
from ncre.services.photos import PhotoRoom
from ncre.services.profiles import Profiles
from ncre.services.reconciliation import Reconciliation
from ncre.services.second_step import SecondStep
from ncre.services.security_log import SecurityLog
from ncre.services.sign_ons import Provider, SignOns
from ncre.services.staffing import Staffing
from ncre.services.takings import Takings
from ncre.services.unmatched import Unmatched
from ncre.worker import Worker


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """Everything that the pages, the shell and the worker call."""

    settings: Settings
    session_key: str
    clock: Callable[[], datetime]
    database: Database
    key_checks: KeyChecks
    application: Application
    accounts: Accounts
    passports: Passports
    contacts: Contacts
    second_step: SecondStep
    sign_ons: SignOns
    staffing: Staffing
    profiles: Profiles
    moving: Moving
    post: PostOffice
    outbox: MailFolder | None
    human: HumanCheck
    throttle: Throttle
    sending: Sending
    qq: QQ | None
    providers: tuple[Provider, ...]
    people: People
    photos: PhotoRoom
    photo_inspection: PhotoInspection
    money: Money
    unmatched: Unmatched
    paying: Paying
    changes: Changes
    counter: Counter
    reconciliation: Reconciliation
    takings: Takings
    errands: Errands
    refused_notices: RefusedNotices
    office: Office
    papers: Papers
    hall_lists: HallLists
    door: Door
    door_lists: DoorLists
    worker: Worker

    def migrate(self) -> None:
        """Bring the tables to this release, and leave the check values of the keys. Raises WrongSecret."""
        self.key_checks.migrate()

    def assert_ready(self) -> None:
        """Raises NotMigrated, or WrongSecret where the data belong to another secret."""
        self.database.assert_migrated()
        self.key_checks.assert_right()

    def close(self) -> None:
        self.photos.close()
        self.database.close()


def build(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    channels: Mapping[str, PaymentChannel] | None = None,
) -> House:
    """A house ready to use; the schema must stand already (`ncre migrate`, or `house.migrate()`).

    `channels` stand in for the payment channels of the settings, `clock` for the machine's. Raises Misconfigured.
    """
    if problems := refusals(settings):
        raise Misconfigured(*problems)
    watched = WatchedClock(utc_now) if clock is None else None
    clock = clock or watched or utc_now
    database = Database(settings.database_url, settings.connections or CONNECTIONS)
    keys = Keys.derived_from(settings.secret)
    store = FactStore(database, keys)
    lab = LabInWorkers(settings.photo_workers) if settings.photo_workers else LabHere()
    turns = PhotoTurns(max(1, settings.photo_workers))
    kept = _photos(settings, "kept")
    photos = PhotoRoom(database, store, kept, _photos(settings, "drafts"), lab, turns)
    application = Application(database, store, ClaimBook(database), all_projections(), clock, photos)
    people = People(application, keys)
    stamps = StampKey(keys.stamp)
    accounts = Accounts(database, clock)
    cases = PaperCases(application, people, photos, stamps, accounts.name_in_office)
    door = Door(application, cases, stamps)
    papers = Papers(application, cases, PaperShelf(settings.papers), _certificate(settings))
    sessions, proofs = Sessions(database, clock), Proofs(database, clock)
    outbox = MailFolder(settings.outbox, clock)
    post = _post_office(settings, outbox, clock)
    identities = Identities(database, clock)
    security, factors = SecurityLog(application, post), Factors(store)
    throttle = Throttle(database, clock)
    sending = Sending(database, clock, settings.sending)
    passports = Passports(
        application, security, accounts, sessions, proofs, identities, factors, throttle, post
    )
    profiles = Profiles(application, security, people)
    staffing = Staffing(application, security, accounts, sessions, identities)
    human = HumanCheck(database, clock, keys.work.hex())
    begun = OneTimeTokens(database, clock, keys.sign_on.hex(), "sign-on", CODE_LIVES)
    errands = Errands(database)
    lines = _channels(settings, clock) if channels is None else channels
    refused = RefusedNotices(database)
    unmatched = Unmatched(application)
    money = Money(application, lines, Inbox(database), errands, refused, unmatched)
    paying = Paying(application, money, errands)
    changes = Changes(application, money, paying)
    reconciliation = Reconciliation(application, money, errands)
    return House(
        settings=settings,
        session_key=keys.session.hex(),
        clock=clock,
        database=database,
        key_checks=KeyChecks(database, keys),
        application=application,
        accounts=accounts,
        passports=passports,
        contacts=Contacts(application, security, accounts, sessions, proofs, post),
        second_step=SecondStep(application, security, accounts, proofs, factors),
        sign_ons=SignOns(application, security, staffing, accounts, proofs, identities, begun),
        staffing=staffing,
        profiles=profiles,
        moving=Moving(application, changes, security, accounts, profiles),
        post=post,
        outbox=None if settings.smtp else outbox,
        human=human,
        throttle=throttle,
        sending=sending,
        qq=QQ(settings.qq) if settings.qq else None,
        providers=tuple(
            Provider(
                terms.name,
                terms.label,
                SingleSignOn(terms.issuer, clock),
                terms.provision,
                terms.issuer.everybody,
            )
            for terms in settings.providers
        ),
        people=people,
        photos=photos,
        photo_inspection=PhotoInspection(database, store, kept),
        money=money,
        unmatched=unmatched,
        paying=paying,
        changes=changes,
        counter=Counter(application, money, paying),
        reconciliation=reconciliation,
        takings=Takings(application),
        errands=errands,
        refused_notices=refused,
        office=Office(application),
        papers=papers,
        hall_lists=HallLists(application, people, photos),
        door=door,
        door_lists=DoorLists(application, door, stamps),
        worker=Worker(
            application,
            money,
            paying,
            reconciliation,
            (
                papers.sweep,
                photos.sweep,
                errands.tidy,
                sessions.tidy,
                proofs.tidy,
                human.tidy,
                throttle.tidy,
                sending.tidy,
            ),
            watched.trusted if watched else lambda: True,
        ),
    )


def _post_office(settings: Settings, outbox: MailFolder, clock: Callable[[], datetime]) -> PostOffice:
    """Letters and messages as the settings say; all into the outbox where no server mails."""
    messages = Relay(settings.messages) if settings.messages else None
    if settings.smtp is None:
        return PostOffice(outbox, messages or outbox)
    return PostOffice(Smtp(settings.smtp, clock), messages)


def _channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, PaymentChannel]:
    """The payment channels of the settings, the usual one first. Raises Misconfigured."""
    lines: dict[str, PaymentChannel] = {}
    try:
        if settings.alipay:
            from ncre.gateways.alipay import Alipay

            lines[Alipay.name] = Alipay(settings.alipay, clock)
        if settings.wechat:
            from ncre.gateways.wechat import WeChat

            lines[WeChat.name] = WeChat(settings.wechat, clock)
    except KeyUnusable as unusable:
        raise Misconfigured(f"支付渠道的密钥不能使用 / a payment channel's key: {unusable}") from None
    return lines


def _certificate(settings: Settings) -> Certificate | None:
    """What signs the papers, where the installation has it. Raises Misconfigured."""
    if settings.certificate is None:
        return None
    try:
        return Certificate(settings.certificate, settings.passphrase)
    except SigningUnusable as unusable:
        raise Misconfigured(str(unusable)) from None


def _photos(settings: Settings, shelf: str) -> PhotoStore:
    """Where the photos of a shelf lie; in a bucket both shelves do, as any node may answer. Raises Misconfigured."""
    if not settings.photo_store:
        return PhotoFolder(settings.drafts if shelf == "drafts" else settings.photos)
    try:
        return PhotoBucket(f"{settings.photo_store.rstrip('/')}/{shelf}", settings.s3_endpoint)
    except BucketUnusable as unusable:
        raise Misconfigured(str(unusable)) from None
