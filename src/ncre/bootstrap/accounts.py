"""The parts of accounts: who signs in and how, what is sent to them, who works here."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.bootstrap.foundation import Foundation
from ncre.clients.mail import MailFolder
from ncre.clients.messages import Mailer
from ncre.clients.openid import OpenIDClient
from ncre.identity.accounts import Accounts
from ncre.identity.external_identities import Identities
from ncre.identity.form_drafts import FormDrafts
from ncre.identity.human_check import HumanCheck
from ncre.identity.one_time_tokens import OneTimeTokens
from ncre.identity.proofs import CODE_LIVES, Proofs
from ncre.identity.second_factor_store import SecondFactorStore
from ncre.identity.sending_limits import SendingLimits
from ncre.identity.sessions import Sessions
from ncre.identity.sign_in_delays import SignInDelays
from ncre.identity.staff_directory import StaffDirectory
from ncre.identity.staff_requests import StaffRequests
from ncre.outside import (
    post_office,
)
from ncre.services.accounts.account_service import AccountService
from ncre.services.accounts.contacts import Contacts
from ncre.services.accounts.profiles import Profiles
from ncre.services.accounts.second_factor import SecondFactorService
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.accounts.single_sign_on import Provider, SingleSignOnService
from ncre.services.accounts.staff_accounts import StaffAccounts
from ncre.services.accounts.staff_provisioning import StaffProvisioning


@dataclass(frozen=True)
class AccountParts:
    """Everything about accounts, over one mailer; `outbox` takes the letters where no server mails."""

    outbox: MailFolder
    mailer: Mailer
    accounts: Accounts
    sessions: Sessions
    proofs: Proofs
    identities: Identities
    human_check: HumanCheck
    sign_in_delays: SignInDelays
    sending_limits: SendingLimits
    form_drafts: FormDrafts
    security_log: SecurityLog
    account_service: AccountService
    contacts: Contacts
    profiles: Profiles
    second_factor_service: SecondFactorService
    single_sign_on: SingleSignOnService
    staff_provisioning: StaffProvisioning
    staff_accounts: StaffAccounts


def account_parts(base: Foundation) -> AccountParts:
    """Everything about accounts of the installation."""
    settings, clock, database = base.settings, base.clock, base.database
    handler = base.command_handler
    outbox = MailFolder(settings.outbox, clock)
    post = post_office(settings, outbox, clock)
    accounts, sessions, proofs = (
        Accounts(database, clock),
        Sessions(database, clock),
        Proofs(database, clock),
    )
    identities, factors = Identities(database, clock), SecondFactorStore(base.store)
    delays, security = SignInDelays(database, clock), SecurityLog(handler, post)
    second_factor = SecondFactorService(handler, security, accounts, proofs, factors)
    provisioning = StaffProvisioning(handler, security, accounts, sessions, identities)
    begun = OneTimeTokens(database, clock, base.keys.sign_on.hex(), "sign-on", CODE_LIVES)
    return AccountParts(
        outbox=outbox,
        mailer=post,
        accounts=accounts,
        sessions=sessions,
        proofs=proofs,
        identities=identities,
        human_check=HumanCheck(database, clock, base.keys.work.hex()),
        sign_in_delays=delays,
        sending_limits=SendingLimits(database, clock, settings.sending),
        form_drafts=FormDrafts(database, base.store, clock),
        security_log=security,
        account_service=AccountService(
            handler, security, accounts, sessions, proofs, identities, factors, delays, post
        ),
        contacts=Contacts(handler, security, accounts, sessions, proofs, post),
        profiles=Profiles(handler, security, base.people),
        second_factor_service=second_factor,
        single_sign_on=SingleSignOnService(
            handler, security, provisioning, accounts, proofs, identities, begun
        ),
        staff_provisioning=provisioning,
        staff_accounts=StaffAccounts(
            handler,
            security,
            accounts,
            sessions,
            second_factor,
            StaffRequests(clock),
            StaffDirectory(clock),
        ),
    )


def sign_in_providers(base: Foundation) -> tuple[Provider, ...]:
    """The other systems by which people sign in, as the settings name them."""
    return tuple(
        Provider(
            terms.name,
            terms.label,
            OpenIDClient(terms.issuer, base.clock),
            terms.provision,
            terms.issuer.everybody,
        )
        for terms in base.settings.providers
    )
