"""Google Wallet: a link that carries the pass, signed by the service account of the issuer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ncre.clients.wallets.card import ADDRESS, TITLE, WalletCard, WalletUnusable
from ncre.domain.bilingual import Bilingual

SAVE: Final = "https://pay.google.com/gp/v/save/"


@dataclass(frozen=True)
class GoogleWalletTerms:
    """`account` is the JSON file of the service account, `origin` the address of the pages."""

    issuer: str
    account: str = field(repr=False)
    origin: str = ""


class GoogleWallet:
    """Makes links by which a pass is saved."""

    def __init__(self, terms: GoogleWalletTerms, clock: Callable[[], datetime]) -> None:
        """Raises WalletUnusable."""
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        self._terms = terms
        self._clock = clock
        try:
            account = json.loads(terms.account)
            self._mail = str(account["client_email"])
            self._key = RSAKey.import_key(account["private_key"])
        except (ValueError, KeyError, TypeError, JoseError) as error:
            raise WalletUnusable(f"{type(error).__name__}: {error}") from None

    def link(self, card: WalletCard) -> str:
        from joserfc import jwt

        claims = {
            "iss": self._mail,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(self._clock().timestamp()),
            "origins": [self._terms.origin] if self._terms.origin else [],
            "payload": {"genericObjects": [self._object(card)]},
        }
        return SAVE + jwt.encode({"alg": "RS256"}, claims, self._key)

    def _object(self, card: WalletCard) -> dict[str, Any]:
        first, last = card.sittings[0], card.sittings[-1]
        texts = [
            {
                "id": f"sitting{at}",
                "localizedHeader": _said(one.subject),
                "localizedBody": _said(one.said),
            }
            for at, one in enumerate(card.sittings)
        ]
        address = f"{card.site} {card.address}".strip()
        texts.append({"id": "address", "localizedHeader": _said(ADDRESS), "body": address})
        return {
            "id": f"{self._terms.issuer}.{card.serial}",
            "classId": f"{self._terms.issuer}.ncre_ticket",
            "version": str(card.version),
            "state": "ACTIVE",
            "cardTitle": _said(TITLE),
            "header": _said(first.subject),
            "subheader": _said(card.title),
            "hexBackgroundColor": "#0b5cad",
            "barcode": {"type": "QR_CODE", "value": card.code, "alternateText": card.number},
            "textModulesData": texts,
            "validTimeInterval": {"end": {"date": last.ends.isoformat(timespec="seconds")}},
        }


def _said(words: Bilingual) -> dict[str, Any]:
    english = {"language": "en", "value": words.en}
    return {"defaultValue": {"language": "zh-CN", "value": words.zh}, "translatedValues": [english]}
