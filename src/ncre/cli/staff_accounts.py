"""user disable, enable, factor, confirm, decline, list: what the exam office does to accounts of staff."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.bootstrap import Container
from ncre.cli.common import Misuse, actor, add_actor, open_container, plain_text
from ncre.domain.accounts.staff import LONGEST_WHY, StaffChange, Wanted
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.domain.wording import ROLES
from ncre.identity.accounts import Account
from ncre.services.accounts.staff_accounts import StaffAccountResult
from ncre.services.accounts.staff_provisioning import SHELL


def add_to(user: Any) -> None:
    """The commands that change accounts of staff, beside the others of `user`."""
    for name, change, says in (
        ("disable", StaffChange.DISABLE, "nobody signs in with it; its sessions end"),
        ("enable", StaffChange.ENABLE, "let somebody sign in again"),
        ("factor", StaffChange.FACTOR, "take the second factor of somebody who lost it away"),
    ):
        one = user.add_parser(name, help=says)
        one.add_argument("name", help="name of the account")
        if change is StaffChange.FACTOR:
            one.add_argument(
                "--reset", action="store_true", required=True, help="the next sign-in enrols another"
            )
        one.add_argument("--why", required=True, help="kept in the account's security history")
        add_by(one)
        one.set_defaults(run=_changes(change))
    for name, run, says in (
        ("confirm", confirm, "the second person: carry out what a colleague asked for"),
        ("decline", decline, "take back or refuse what was asked for"),
    ):
        one = user.add_parser(name, help=says)
        one.add_argument("name", help="name of the account")
        add_actor(one)
        one.set_defaults(run=run)
    list_ = user.add_parser("list", help="the accounts of staff, and what waits for a second person")
    add_by(list_)
    list_.set_defaults(run=show_all)


def add_by(parser: Any) -> None:
    parser.add_argument("--as", dest="actor", metavar="NAME", help="the account of the office that does it")


def by(container: Container, args: Namespace) -> Actor:
    """Who does it: an account of the office where one was named, else whoever has the machine. Raises Refusal."""
    return office_actor(container, args) if args.actor else SHELL


def office_actor(container: Container, args: Namespace) -> Actor:
    """The account of the exam office that was named. Raises Refusal for any other."""
    who = actor(container, args)
    if who.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    return who


def known_account(container: Container, name: str) -> Account:
    """Raises Misuse where nobody has this name."""
    found = container.accounts.named(name)
    if found is None:
        raise Misuse(f"没有账号 {name} / there is no account {name}")
    return found


def reason(args: Namespace) -> str:
    """Raises Misuse where there is none."""
    why = plain_text(args.why.strip(), LONGEST_WHY, "--why")
    if not why:
        raise Misuse("请用 --why 写明原因 / say why with --why")
    return why


def waits(name: str, outcome: StaffAccountResult) -> str:
    """What is printed behind a change that a second person has to confirm; "" where it was done."""
    if outcome.done:
        return ""
    return f"\n等待第二人确认 / a second person has to confirm: ncre user confirm {name} --as NAME"


def confirm(args: Namespace) -> None:
    with open_container() as container:
        outcome = container.staff_accounts.confirm(
            known_account(container, args.name).id, office_actor(container, args)
        )
    print(f"{args.name} 已确认 / confirmed" + (f" {outcome.password}" if outcome.password else ""))


def decline(args: Namespace) -> None:
    with open_container() as container:
        container.staff_accounts.decline(
            known_account(container, args.name).id, office_actor(container, args)
        )
    print(f"{args.name} 未通过 / declined")


def show_all(args: Namespace) -> int:
    """Ends with 1 where there is nobody."""
    with open_container() as container:
        by(container, args)
        found = container.staff_accounts.all()
    for one in found:
        account = one.account
        marks = [
            *(["停用/disabled"] if account.is_disabled else []),
            *(["无两步验证/no second factor"] if not one.has_factor else []),
            *([f"待确认/to confirm: {one.request.wanted.change.value}"] if one.request else []),
        ]
        sites = " ".join(sorted(account.sites))
        print(f"{account.name}  {ROLES[account.role].say(args.lang)}  {sites}  {', '.join(marks)}".rstrip())
    return 0 if found else 1


def _changes(change: StaffChange) -> Any:
    def run(args: Namespace) -> None:
        why = reason(args)
        with open_container() as container:
            account = known_account(container, args.name)
            outcome = container.staff_accounts.change(account.id, Wanted(change, why), by(container, args))
        print(f"{account.name} {change.value}{waits(account.name, outcome)}")

    return run
