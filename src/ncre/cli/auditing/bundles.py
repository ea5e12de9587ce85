"""audit export, verify and witness: what proves the log to whoever does not trust us."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import suppress
from functools import partial
from pathlib import Path
from socket import gethostname
from typing import Any
from urllib.parse import urlsplit

from ncre.bootstrap import Container, utc_now
from ncre.cli.common import Misuse, actor, find, open_container, path_argument
from ncre.config.secret import make_secret, read_secret
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.ledger import verifier
from ncre.ledger.export import NothingSealed
from ncre.ledger.signing import NoteSigner
from ncre.ledger.witness import Unreachable, Witness, first_key, is_safe
from ncre.operational import private_files
from ncre.services.accounts.staff_provisioning import SHELL
from ncre.services.audit.bundles import BundleRequest, BundleScope


def add_to(audit: Any) -> None:
    export_ = audit.add_parser(
        "export", help="a bundle that anybody can check: of the whole log, or of a part"
    )
    part = export_.add_mutually_exclusive_group()
    part.add_argument("--registration", metavar="ID", help="id, 报名号 or ticket number")
    part.add_argument("--site", metavar="CODE", help="one site, in every round")
    part.add_argument("--round", metavar="CODE", help="one round, with its sites")
    export_.add_argument(
        "--out", type=path_argument, required=True, metavar="FILE", help="where the bundle is written"
    )
    export_.set_defaults(run=export)
    witness_ = audit.add_parser(
        "witness", help="see that the log of an exam office only grows, and cosign it"
    )
    witness_.add_argument("--url", required=True, help="of the ledger, as https://HOST/ledger")
    witness_.add_argument(
        "--key", type=path_argument, required=True, metavar="FILE", help="of the witness; made where missing"
    )
    witness_.add_argument(
        "--log", default="", metavar="PUBLIC", help="the ledger's public key; without it the first one met"
    )
    witness_.add_argument("--name", default="", help="of the witness, as its host name; kept beside its key")
    witness_.add_argument(
        "--keep", type=path_argument, default=Path("ncre-witness"), metavar="FOLDER", help="what was seen"
    )
    witness_.set_defaults(run=witness)
    verify_ = audit.add_parser("verify", help="check a bundle; needs neither database nor network")
    verifier.add_arguments(verify_)
    verify_.set_defaults(run=partial(verifier.run, name="ncre"))


def export(args: Namespace) -> None:
    """Written beside its place and moved there when it is whole. Raises Misuse, Refusal."""
    fresh = args.out.with_name(f".{args.out.name}.part")
    with open_container() as container:
        wanted, by = _wanted(args, container), _exporter(args, container)
        try:
            with fresh.open("wb") as out:
                sealed = container.audit_bundles.export(wanted, by, out)
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
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
    print(f"{args.out}: {wanted}, checkpoint {sealed.number} over {sealed.size} facts", file=sys.stderr)


def witness(args: Namespace) -> int:
    """One look. Ends with 1 where the log does not extend what was seen, with 2 where it cannot be asked."""
    url = args.url.rstrip("/")
    url = url if urlsplit(url).path else f"{url}/ledger"
    if not is_safe(url):
        raise Misuse(f"{url}：请用 https / use https")
    signer = _witness_key(args.key, args.name)
    try:
        log = _log_key(args.log, args.keep, url)
        seen = Witness(url, args.keep, signer, log, lambda: int(utc_now().timestamp())).look()
    except verifier.VerificationFailed as refused:
        print(f"REFUSED  {refused}", file=sys.stderr)
        return 1
    except Unreachable as unreachable:
        raise Misuse(f"现在不能查看 / cannot be seen now: {unreachable}") from None
    print(
        f"{seen.checkpoint.origin}: {seen.checkpoint.size} facts, {seen.grown_by} more than before, cosigned"
    )
    if not seen.kept:
        print(
            f"考务办公室没有登记这个见证人 / the exam office does not know this witness: {signer.verifier.text}"
        )
    return 0


def _log_key(given: str, folder: Path, url: str) -> verifier.VerifierKey:
    """As it is given; else as it was kept; else the first one, which is kept and to be compared. Raises Misuse."""
    kept = folder / "log.key"
    try:
        if given:
            return verifier.VerifierKey.read(given if "+" in given else Path(given).read_text("utf-8"))
        if kept.exists():
            return verifier.VerifierKey.read(kept.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise Misuse(f"账本的公钥不能使用 / the ledger's public key cannot be used: {error}") from None
    first = first_key(url)
    private_files.write(kept, first.text.encode())
    print(f"请与公布的公钥核对 / compare it with the published key: {first.text}", file=sys.stderr)
    return first


def _witness_key(file: Path, name: str) -> NoteSigner:
    """The key of a witness, made where its file is missing. Raises Misuse."""
    named = file.with_name(f"{file.name}.name")
    if not file.exists():
        make_secret(file)
        private_files.write(named, (name or f"witness.{gethostname()}").encode())
    seed = read_secret(None, file)
    try:
        return NoteSigner.of(name or named.read_text("utf-8").strip(), seed.value, verifier.WITNESS_KEY)
    except (ValueError, OSError) as error:
        raise Misuse(f"{file} 不能用作见证人的密钥 / is no key of a witness: {error}") from None


def _exporter(args: Namespace, container: Container) -> Actor:
    """The account named with --as, or whoever has the machine. Raises Refusal for a role that reads no archive."""
    if args.actor is None:
        return SHELL
    by = actor(container, args)
    if by.role not in (Role.AUDITOR, Role.OFFICE):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    return by


def _wanted(args: Namespace, container: Container) -> BundleRequest:
    if args.registration:
        return BundleRequest(BundleScope.REGISTRATION, str(find(container, args.registration)["id"]))
    if args.site:
        return BundleRequest(BundleScope.SITE, args.site)
    return BundleRequest(BundleScope.ROUND, args.round) if args.round else BundleRequest(BundleScope.ALL)
