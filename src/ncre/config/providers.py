"""The OpenID Connect providers of the TOML file that NCRE_SIGN_ON names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ncre.clients.openid import Issuer, Post
from ncre.config.environment import problem_of_variable
from ncre.config.settings import ProviderTerms
from ncre.domain.registration.vocabulary import Role

Read = tuple[tuple[ProviderTerms, ...], list[str], list[tuple[str, Path]]]
"""Providers, problems, and the files of secrets that were read."""


def read_providers(file: Path | None, public: str) -> Read:
    """What the file says; without a usable file no provider and a problem."""
    if file is None:
        return (), [], []
    if not public:
        needed = problem_of_variable(
            "NCRE_PUBLIC_URL",
            "单点登录还需要它",
            "single sign-on also needs it: where it leads people back to",
        )
        return (), [needed], []
    secrets: list[tuple[str, Path]] = []
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(_provider(name, one, public, secrets) for name, one in written.items()), [], secrets
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        why = f"missing {error}" if isinstance(error, KeyError) else str(error)
        zh = f"{file} 不能使用（{why}），见 docs/operations.md"
        return (
            (),
            [
                problem_of_variable(
                    "NCRE_SIGN_ON", zh, f"{file} cannot be used ({why}); see docs/operations.md"
                )
            ],
            secrets,
        )


def _provider(
    name: str, written: Mapping[str, Any], public: str, secrets: list[tuple[str, Path]]
) -> ProviderTerms:
    posts = {
        value: Post(Role(one["role"]), frozenset(one.get("sites", ())))
        for value, one in written.get("posts", {}).items()
    }
    secret_file = Path(written["client_secret_file"])
    secrets.append((f"NCRE_SIGN_ON [{name}] client_secret_file", secret_file))
    issuer = Issuer(
        url=written["issuer"],
        client_id=written["client_id"],
        client_secret=secret_file.read_text(encoding="utf-8").strip(),
        redirect_uri=f"{public}/sso/{name}/back",
        claim=written["claim"] if posts else "",
        posts=posts,
        everybody=bool(written.get("candidates", False)),
        scopes=tuple(written.get("scopes", ("openid", "profile"))),
        acr=_texts(written, "acr"),
        amr=_texts(written, "amr"),
    )
    if not issuer.url.startswith("https://"):
        raise ValueError("the issuer is reached over https alone")
    if not posts and not issuer.everybody:
        raise ValueError("posts or candidates: somebody must get a role")
    provision = bool(written.get("provision", issuer.everybody))
    return ProviderTerms(name, written.get("label", name), issuer, provision)


def _texts(written: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = written.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise ValueError(f"{name}: a list of values")
    return tuple(given)
