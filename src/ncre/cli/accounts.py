"""user: accounts that sign in."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from ncre.bootstrap import Container
from ncre.cli.common import Misuse, actor, add_actor, open_container, plain_text
from ncre.cli.staff_accounts import add_by, add_to, by, known_account, office_actor, reason, waits
from ncre.clients.identity_provider import Identity
from ncre.domain.accounts.staff import OF_SITES, StaffChange, Wanted
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.domain.typed_text import account_name
from ncre.events.account import account_stream
from ncre.identity.account_refusals import NameTaken, PasswordRefused
from ncre.identity.accounts import LEAST_PASSWORD, LONGEST_ACCOUNT_NAME
from ncre.identity.external_identities import LinkedElsewhere
from ncre.identity.passwords import Weakness
from ncre.projections.audit import timeline
from ncre.services.accounts.staff_accounts import StaffAccountResult
from ncre.services.accounts.staff_provisioning import SHELL

SIGN_IN_ROLES = (Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.AUDITOR, Role.OFFICE)


def add(commands: Any) -> None:
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="WHAT")
    add_ = user.add_parser("add", help="make an account")
    add_.add_argument("name", help="name of the account")
    add_.add_argument(
        "--role",
        required=True,
        choices=[role.value for role in SIGN_IN_ROLES],
        help="what the account may do",
    )
    add_.add_argument("--site", action="append", default=[], metavar="CODE", help="a site of a reviewer")
    add_.add_argument("--why", default="", help="why they get a role of staff; kept in the account's history")
    _add_password(add_)
    add_by(add_)
    add_.set_defaults(run=make)
    role_ = user.add_parser("role", help="give another role, with who gave it and why; sessions end")
    role_.add_argument("name", help="name of the account")
    role_.add_argument(
        "--role",
        required=True,
        choices=[role.value for role in SIGN_IN_ROLES],
        help="what the account may do",
    )
    role_.add_argument("--site", action="append", default=[], metavar="CODE", help="a site of a reviewer")
    role_.add_argument("--why", required=True, help="kept in the account's security history")
    add_actor(role_)
    role_.set_defaults(run=give_role)
    history_ = user.add_parser("history", help="the security history of an account")
    history_.add_argument("name", help="name of the account")
    add_actor(history_)
    history_.set_defaults(run=history)
    link_ = user.add_parser("link", help="tie a member of staff to who they are at a provider")
    link_.add_argument("name", help="name of the account")
    link_.add_argument("--provider", required=True, help="its name in the file of NCRE_SIGN_ON")
    link_.add_argument("--subject", required=True, help="their `sub` there")
    add_actor(link_)
    link_.set_defaults(run=link)
    password_ = user.add_parser("password", help="set a new password")
    password_.add_argument("name", help="name of the account")
    _add_password(password_)
    add_by(password_)
    password_.set_defaults(run=set_password)
    add_to(user)


def _add_password(parser: Any) -> None:
    parser.add_argument(
        "--password-file", metavar="FILE", help="where the password stands; - for standard input"
    )


def make(args: Namespace) -> None:
    role = Role(args.role)
    if role in OF_SITES and not args.site:
        raise Misuse(
            "审核员和考点管理员须指定考点 --site / a reviewer or site administrator needs at least one --site"
        )
    if role is not Role.CANDIDATE and not args.why.strip():
        raise Misuse("请用 --why 写明原因 / say why with --why")
    name = plain_text(args.name, LONGEST_ACCOUNT_NAME, "账号名")
    if not account_name(name):
        raise Misuse("账号名不能为空", "the account needs a name that can be seen")
    password, shown = _password(args)
    with open_container() as container:
        try:
            outcome = _made(container, name, password, args)
        except NameTaken:
            raise Misuse(f"账号 {args.name} 已存在 / the account {args.name} exists already") from None
        except PasswordRefused as refused:
            raise Misuse(_refused(refused)) from None
    print(f"{args.name} {role.value}" + (f" {password}" if shown else "") + waits(args.name, outcome))


def _made(container: Container, name: str, password: str, args: Namespace) -> StaffAccountResult:
    """Accounts of staff by their rules; candidates' need no reason."""
    role, sites, who = Role(args.role), frozenset(args.site), by(container, args)
    if role is Role.CANDIDATE:
        container.staff_provisioning.make(name, password, role, sites, args.why.strip(), who)
        return StaffAccountResult(True)
    wanted = Wanted(StaffChange.ROLE, reason(args), role, sites)
    return container.staff_accounts.make(name, password, wanted, who)[1]


def give_role(args: Namespace) -> None:
    """Only the exam office gives roles, and nobody to themselves."""
    role = Role(args.role)
    if role in OF_SITES and not args.site:
        raise Misuse(
            "审核员和考点管理员须指定考点 --site / a reviewer or site administrator needs at least one --site"
        )
    if not args.why.strip():
        raise Misuse("请用 --why 写明原因 / say why with --why")
    with open_container() as container:
        who = office_actor(container, args)
        account = known_account(container, args.name)
        if who.id == str(account.id):
            raise Misuse("不能修改自己的权限 / nobody changes their own role")
        wanted = Wanted(StaffChange.ROLE, reason(args), role, frozenset(args.site))
        outcome = container.staff_accounts.change(account.id, wanted, who)
    print(f"{args.name} {role.value} {' '.join(sorted(args.site))}".rstrip() + waits(args.name, outcome))


def link(args: Namespace) -> None:
    """For staff whose provider brings no new people: only the exam office, and never by a name alone."""
    with open_container() as container:
        who = office_actor(container, args)
        account = known_account(container, args.name)
        provider = next((one for one in container.providers if one.name == args.provider), None)
        if provider is None:
            raise Misuse(f"没有配置 {args.provider} / {args.provider} is not configured (NCRE_SIGN_ON)")
        if account.role is Role.CANDIDATE:
            raise Misuse(f"{args.name} 不是工作人员 / {args.name} is no member of staff")
        try:
            identity = Identity(provider.sign_on.issuer, args.subject, args.name)
            container.staff_provisioning.link(account, identity, who)
        except LinkedElsewhere:
            raise Misuse("已绑定另一个账号 / it is linked to another account already") from None
    print(f"{args.name} {provider.label} {args.subject}")


def history(args: Namespace) -> int:
    """For auditors and the exam office. Ends with 1 where nothing is recorded."""
    with open_container() as container:
        if actor(container, args).role not in (Role.AUDITOR, Role.OFFICE):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        account = known_account(container, args.name)
        with container.database.reading() as connection:
            story = timeline.story(connection, account_stream(account.id))
    for told in story:
        print(f"{exam_time_in_words(told['at'])}  {timeline.sentence_in(told, args.lang)}  {told['actor']}")
    return 0 if story else 1


def set_password(args: Namespace) -> None:
    password, shown = _password(args)
    with open_container() as container:
        account, who = known_account(container, args.name), by(container, args)
        if account.role is Role.OFFICE and who != SHELL:
            raise Misuse(
                "考务办公室账号须两人办理，请在网页“工作人员账号”中申请 / accounts of the office take two people: "
                "ask for it on the page of staff accounts"
            )
        try:
            container.staff_provisioning.set_password(account, password, who)
        except PasswordRefused as refused:
            raise Misuse(_refused(refused)) from None
    if shown:
        print(password)


def _password(args: Namespace) -> tuple[str, bool]:
    """The password, and whether it was made here and must be shown."""
    if args.password_file == "-":
        return sys.stdin.readline().rstrip("\n"), False
    if args.password_file:
        try:
            return Path(args.password_file).read_text(encoding="utf-8").rstrip("\n"), False
        except OSError as error:
            raise Misuse(f"{args.password_file}: {error.strerror}") from None
    if not sys.stdin.isatty():
        return token_urlsafe(12), True
    first = getpass(
        f"密码（至少 {LEAST_PASSWORD} 个字符，不要常见的，不要由账号组成）/ "
        f"password (at least {LEAST_PASSWORD} characters, not a common one, not made of the account's name): "
    )
    if first != getpass("再输入一次 / again: "):
        raise Misuse("两次输入不一致 / the two differ")
    return first, False


def _refused(refused: PasswordRefused) -> str:
    if refused.weakness is Weakness.SHORT:
        return f"密码至少 {LEAST_PASSWORD} 个字符 / a password has at least {LEAST_PASSWORD} characters"
    return "密码太常见、太长或由账号组成，请换一个 / too common, too long or made of the account's name; choose another"
