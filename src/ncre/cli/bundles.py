"""audit export, verify and witness: what proves the log to whoever does not trust us."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from ncre.cli.common import Misuse, actor, add_actor, find, open_container
from ncre.ledger import verifier
from ncre.ledger.export import NothingSealed
from ncre.services.audit.bundles import Scope, Wanted


def add_to(audit: Any) -> None:
    export_ = audit.add_parser(
        "export", help="a bundle that anybody can check: of the whole log, or of a part"
    )
    part = export_.add_mutually_exclusive_group()
    part.add_argument("--registration", metavar="ID", help="id, 报名号 or ticket number")
    part.add_argument("--site", metavar="CODE")
    part.add_argument("--round", metavar="CODE")
    export_.add_argument("--out", type=Path, required=True, metavar="FILE")
    add_actor(export_)
    export_.set_defaults(run=export)
    verify_ = audit.add_parser("verify", help="check a bundle; needs neither database nor network")
    verifier.add_arguments(verify_)
    verify_.set_defaults(run=verifier.run)


def export(args: Namespace) -> None:
    """Written beside its place and moved there when it is whole. Raises Misuse, Refusal."""
    fresh = args.out.with_name(f".{args.out.name}.part")
    with open_container() as container:
        wanted = _wanted(args, container)
        try:
            with fresh.open("wb") as out:
                sealed = container.audit_bundles.export(wanted, actor(container, args), out)
            fresh.replace(args.out)
        except NothingSealed:
            raise Misuse(
                "还没有检查点，请等 ncre worker 运行一分钟 / there is no checkpoint yet; let ncre worker run for a minute"
            ) from None
        except ValueError:
            raise Misuse(f"没有 {wanted} / there is nothing of {wanted}") from None
        except OSError as error:
            raise Misuse(f"{args.out} 不能写入 / cannot be written: {error.strerror}") from None
        finally:
            fresh.unlink(missing_ok=True)
    print(f"{args.out}: {wanted}, checkpoint {sealed.number} over {sealed.size} facts", file=sys.stderr)


def _wanted(args: Namespace, container: Any) -> Wanted:
    if args.registration:
        return Wanted(Scope.REGISTRATION, str(find(container, args.registration)["id"]))
    if args.site:
        return Wanted(Scope.SITE, args.site)
    return Wanted(Scope.ROUND, args.round) if args.round else Wanted(Scope.ALL)
