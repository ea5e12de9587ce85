"""user: accounts that sign in."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from ncre.bootstrap import House
from ncre.domain.commands import Actor
from ncre.domain.exam import in_words
from ncre.domain.lifecycle import Role
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.passport import stream_of
from ncre.passport.accounts import LEAST_PASSWORD, LONGEST_ACCOUNT_NAME, Account, NameTaken, PasswordRefused
from ncre.passport.identities import LinkedElsewhere
from ncre.passport.passwords import Weakness
from ncre.passport.sign_on import Identity
from ncre.projections import timeline
from ncre.services.staffing import SHELL
from ncre.shell.common import Misuse, actor, add_actor, house, plain_text

SIGN_IN_ROLES = (Role.CANDIDATE, Role.REVIEWER, Role.AUDITOR, Role.OFFICE)


def add(commands: Any) -> None:
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="WHAT")
    add_ = user.add_parser("add", help="make an account")
    add_.add_argument("name")
    add_.add_argument("--role", required=True, choices=[role.value for role in SIGN_IN_ROLES])
    add_.add_argument("--site", action="append", default=[], metavar="CODE", help="a site of a reviewer")
    add_.add_argument("--why", default="", help="why they get a role of staff; kept in the account's history")
    _add_password(add_)
    _add_by(add_)
    add_.set_defaults(run=make)
    role_ = user.add_parser("role", help="give another role, with who gave it and why; sessions end")
    role_.add_argument("name")
    role_.add_argument("--role", required=True, choices=[role.value for role in SIGN_IN_ROLES])
    role_.add_argument("--site", action="append", default=[], metavar="CODE", help="a site of a reviewer")
    role_.add_argument("--why", required=True, help="kept in the account's security history")
    add_actor(role_)
    role_.set_defaults(run=give_role)
    history_ = user.add_parser("history", help="the security history of an account")
    history_.add_argument("name")
    add_actor(history_)
    history_.set_defaults(run=history)
    link_ = user.add_parser("link", help="tie a member of staff to who they are at a provider")
    link_.add_argument("name")
    link_.add_argument("--provider", required=True, help="its name in the file of NCRE_SIGN_ON")
    link_.add_argument("--subject", required=True, help="their `sub` there")
    add_actor(link_)
    link_.set_defaults(run=link)
    password_ = user.add_parser("password", help="set a new password")
    password_.add_argument("name")
    _add_password(password_)
    _add_by(password_)
    password_.set_defaults(run=set_password)


def _add_by(parser: Any) -> None:
    parser.add_argument("--as", dest="actor", metavar="NAME", help="the account of the office that does it")


def _add_password(parser: Any) -> None:
    parser.add_argument(
        "--password-file", metavar="FILE", help="where the password stands; - for standard input"
    )


def make(asked: Namespace) -> None:
    role = Role(asked.role)
    if role is Role.REVIEWER and not asked.site:
        raise Misuse("审核员须指定考点 --site / a reviewer needs at least one --site")
    if role is not Role.CANDIDATE and not asked.why.strip():
        raise Misuse("请用 --why 写明原因 / say why with --why")
    name = plain_text(asked.name, LONGEST_ACCOUNT_NAME, "账号名 / name")
    password, shown = _password(asked)
    with house() as in_house:
        try:
            in_house.staffing.make(
                name, password, role, frozenset(asked.site), asked.why.strip(), _by(in_house, asked)
            )
        except NameTaken:
            raise Misuse(f"账号 {asked.name} 已存在 / the account {asked.name} exists already") from None
        except PasswordRefused as refused:
            raise Misuse(_refused(refused)) from None
    print(f"{asked.name} {role.value}" + (f" {password}" if shown else ""))


def give_role(asked: Namespace) -> None:
    """Only the exam office gives roles, and nobody to themselves."""
    role = Role(asked.role)
    if role is Role.REVIEWER and not asked.site:
        raise Misuse("审核员须指定考点 --site / a reviewer needs at least one --site")
    if not asked.why.strip():
        raise Misuse("请用 --why 写明原因 / say why with --why")
    with house() as in_house:
        who = _office(in_house, asked)
        known = _known(in_house, asked.name)
        if who.id == str(known.id):
            raise Misuse("不能修改自己的权限 / nobody changes their own role")
        in_house.staffing.give_role(known, role, frozenset(asked.site), asked.why.strip(), who)
    print(f"{asked.name} {role.value} {' '.join(sorted(asked.site))}".rstrip())


def link(asked: Namespace) -> None:
    """For staff whose provider brings no new people: only the exam office, and never by a name alone."""
    with house() as in_house:
        who = _office(in_house, asked)
        known = _known(in_house, asked.name)
        provider = next((one for one in in_house.providers if one.name == asked.provider), None)
        if provider is None:
            raise Misuse(f"没有配置 {asked.provider} / {asked.provider} is not configured (NCRE_SIGN_ON)")
        if known.role is Role.CANDIDATE:
            raise Misuse(f"{asked.name} 不是工作人员 / {asked.name} is no member of staff")
        try:
            identity = Identity(provider.sign_on.issuer, asked.subject, asked.name)
            in_house.staffing.link(known, identity, who)
        except LinkedElsewhere:
            raise Misuse("已绑定另一个账号 / it is linked to another account already") from None
    print(f"{asked.name} {provider.label} {asked.subject}")


def history(asked: Namespace) -> None:
    """For auditors and the exam office."""
    with house() as in_house:
        if actor(in_house, asked).role not in (Role.AUDITOR, Role.OFFICE):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        known = _known(in_house, asked.name)
        with in_house.database.reading() as connection:
            story = timeline.story(connection, stream_of(known.id))
    for told in story:
        print(f"{in_words(told['at'])}  {told[asked.lang]}  {told['actor']}")


def _office(in_house: House, asked: Namespace) -> Actor:
    """The account of the exam office that was named. Raises Refusal for any other."""
    who = actor(in_house, asked)
    if who.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    return who


def _by(in_house: House, asked: Namespace) -> Actor:
    """Who does it: an account of the office where one was named, else whoever has the machine."""
    return _office(in_house, asked) if asked.actor else SHELL


def _known(in_house: House, name: str) -> Account:
    known = in_house.accounts.named(name)
    if known is None:
        raise Misuse(f"没有账号 {name} / there is no account {name}")
    return known


def set_password(asked: Namespace) -> None:
    password, shown = _password(asked)
    with house() as in_house:
        try:
            in_house.staffing.set_password(_known(in_house, asked.name), password, _by(in_house, asked))
        except PasswordRefused as refused:
            raise Misuse(_refused(refused)) from None
    if shown:
        print(password)


def _password(asked: Namespace) -> tuple[str, bool]:
    """The password, and whether it was made here and must be shown."""
    if asked.password_file == "-":
        return sys.stdin.readline().rstrip("\n"), False
    if asked.password_file:
        try:
            return Path(asked.password_file).read_text(encoding="utf-8").rstrip("\n"), False
        except OSError as error:
            raise Misuse(f"{asked.password_file}: {error.strerror}") from None
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
