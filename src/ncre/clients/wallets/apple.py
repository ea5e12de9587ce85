"""Apple Wallet: a signed .pkpass file (Wallet Passes, PassKit Bundle Format)."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ncre.clients.wallets.card import WalletCard, WalletUnusable

BLUE: Final = (11, 92, 173)
SIDES: Final = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
UNDATED: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ApplePassTerms:
    """`signer` is the PEM of the private key and of the certificate of the pass type, `intermediate` Apple's WWDR certificate."""

    pass_type: str
    team: str
    signer: str = field(repr=False)
    intermediate: str = ""


class AppleWallet:
    """Makes pass files."""

    mimetype: Final = "application/vnd.apple.pkpass"

    def __init__(self, terms: ApplePassTerms) -> None:
        """Raises WalletUnusable."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self._terms = terms
        try:
            self._key: Any = load_pem_private_key(terms.signer.encode(), None)
            self._certificate = x509.load_pem_x509_certificate(terms.signer.encode())
            self._intermediate = x509.load_pem_x509_certificate(terms.intermediate.encode())
        except (ValueError, TypeError) as error:
            raise WalletUnusable(f"{type(error).__name__}: {error}") from None

    def file(self, card: WalletCard) -> bytes:
        """The pass as a phone opens it."""
        files = {
            "pass.json": _json(self._content(card)),
            **{name: _icon(side) for name, side in SIDES.items()},
        }
        # Apple's format asks for SHA-1 in the list of files; what protects it is the signature over the list.
        manifest = _json(
            {name: sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()}
        )
        return _zipped({**files, "manifest.json": manifest, "signature": self._signed(manifest)})

    def _content(self, card: WalletCard) -> dict[str, Any]:
        first, last = card.sittings[0], card.sittings[-1]
        code = {"format": "PKBarcodeFormatQR", "message": card.code, "messageEncoding": "iso-8859-1"}
        back = [{"key": "address", "label": "地址 / Address", "value": f"{card.site} {card.address}".strip()}]
        for at, one in enumerate(card.sittings):
            when = f"{one.starts:%Y-%m-%d %H:%M}–{one.ends:%H:%M}"
            back.append({"key": f"sitting{at}", "label": one.subject, "value": f"{when}，{one.place}"})
        return {
            "formatVersion": 1,
            "passTypeIdentifier": self._terms.pass_type,
            "teamIdentifier": self._terms.team,
            "serialNumber": card.serial,
            "organizationName": "NCRE",
            "description": "全国计算机等级考试准考证 / NCRE admission ticket",
            "backgroundColor": f"rgb{BLUE}",
            "foregroundColor": "rgb(255, 255, 255)",
            "labelColor": "rgb(255, 255, 255)",
            "relevantDate": first.starts.isoformat(timespec="minutes"),
            "expirationDate": last.ends.isoformat(timespec="minutes"),
            "barcodes": [code],
            "eventTicket": {
                "headerFields": [{"key": "number", "label": "报名号", "value": card.number}],
                "primaryFields": [{"key": "subject", "label": card.title, "value": first.subject}],
                "secondaryFields": [
                    {"key": "when", "label": "时间 / Time", "value": f"{first.starts:%Y-%m-%d %H:%M}"},
                    {"key": "place", "label": "考场 / Hall", "value": first.place},
                ],
                "backFields": back,
            },
        }

    def _signed(self, manifest: bytes) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

        builder = PKCS7SignatureBuilder().set_data(manifest)
        builder = builder.add_signer(self._certificate, self._key, SHA256())
        builder = builder.add_certificate(self._intermediate)
        options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, UNDATED), data)
    return out.getvalue()


def _icon(side: int) -> bytes:
    """A square of one colour as PNG; a pass without an icon is not opened."""
    row = b"\0" + bytes(BLUE) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * side)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
