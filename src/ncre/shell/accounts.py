"""user: accounts that sign in."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from ncre.domain.lifecycle import Role
from ncre.passport.accounts import LEAST_PASSWORD, NameTaken, PasswordTooShort
from ncre.shell.common import Misuse, house

SIGN_IN_ROLES = (Role.CANDIDATE, Role.REVIEWER, Role.AUDITOR, Role.OFFICE)


def add(commands: Any) -> None:
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="WHAT")
    add_ = user.add_parser("add", help="make an account")
    add_.add_argument("name")
    add_.add_argument("--role", required=True, choices=[role.value for role in SIGN_IN_ROLES])
    add_.add_argument("--site", action="append", default=[], metavar="CODE", help="a site of a reviewer")
    _add_password(add_)
    add_.set_defaults(run=make)
    password_ = user.add_parser("password", help="set a new password")
    password_.add_argument("name")
    _add_password(password_)
    password_.set_defaults(run=set_password)


def _add_password(parser: Any) -> None:
    parser.add_argument(
        "--password-file", metavar="FILE", help="where the password stands; - for standard input"
    )


def make(asked: Namespace) -> None:
    role = Role(asked.role)
    if role is Role.REVIEWER and not asked.site:
        raise Misuse("审核员须指定考点 --site / a reviewer needs at least one --site")
    password, shown = _password(asked)
    with house() as in_house:
        try:
            in_house.accounts.add(asked.name, password, role, frozenset(asked.site))
        except NameTaken:
            raise Misuse(f"账号 {asked.name} 已存在 / the account {asked.name} exists already") from None
        except PasswordTooShort:
            raise Misuse(_too_short()) from None
    print(f"{asked.name} {role.value}" + (f" {password}" if shown else ""))


def set_password(asked: Namespace) -> None:
    password, shown = _password(asked)
    with house() as in_house:
        try:
            if not in_house.accounts.set_password(asked.name, password):
                raise Misuse(f"没有账号 {asked.name} / there is no account {asked.name}")
        except PasswordTooShort:
            raise Misuse(_too_short()) from None
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
    first = getpass("密码 / password: ")
    if first != getpass("再输入一次 / again: "):
        raise Misuse("两次输入不一致 / the two differ")
    return first, False


def _too_short() -> str:
    return f"密码至少 {LEAST_PASSWORD} 个字符 / a password has at least {LEAST_PASSWORD} characters"
