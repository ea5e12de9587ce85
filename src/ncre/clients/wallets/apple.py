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

from ncre.clients.wallets.card import ADDRESS, TITLE, WalletCard, WalletUnusable
from ncre.domain.bilingual import Bilingual

BLUE: Final = (11, 92, 173)
SIDES: Final = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
LANGUAGES: Final = {"zh": "zh-Hans.lproj", "en": "en.lproj"}
"""The folder of each language in a pass."""

NUMBER: Final = Bilingual("报名号", "Number")
WHEN: Final = Bilingual("时间", "Time")
PLACE: Final = Bilingual("考场", "Hall")

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
            **{f"{folder}/pass.strings": _strings(card, tongue) for tongue, folder in LANGUAGES.items()},
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
        back = [{"key": "address", "label": ADDRESS.zh, "value": f"{card.site} {card.address}".strip()}]
        for at, one in enumerate(card.sittings):
            back.append({"key": f"sitting{at}", "label": one.subject.zh, "value": one.said.zh})
        return {
            "formatVersion": 1,
            "passTypeIdentifier": self._terms.pass_type,
            "teamIdentifier": self._terms.team,
            "serialNumber": card.serial,
            "organizationName": "NCRE",
            "description": TITLE.zh,
            "backgroundColor": f"rgb{BLUE}",
            "foregroundColor": "rgb(255, 255, 255)",
            "labelColor": "rgb(255, 255, 255)",
            "relevantDate": first.starts.isoformat(timespec="minutes"),
            "expirationDate": last.ends.isoformat(timespec="minutes"),
            "barcodes": [code],
            "eventTicket": {
                "headerFields": [{"key": "number", "label": NUMBER.zh, "value": card.number}],
                "primaryFields": [{"key": "subject", "label": card.title.zh, "value": first.subject.zh}],
                "secondaryFields": [
                    {"key": "when", "label": WHEN.zh, "value": f"{first.starts:%Y-%m-%d %H:%M}"},
                    {"key": "place", "label": PLACE.zh, "value": first.place.zh},
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


def _strings(card: WalletCard, language: str) -> bytes:
    """What the Chinese words of the pass are in a language: a phone looks each of them up, and shows it as it is where none fits."""
    every = [TITLE, NUMBER, WHEN, PLACE, ADDRESS, card.title]
    every += [words for one in card.sittings for words in (one.subject, one.place, one.said)]
    lines = {f"{_quoted(words.zh)} = {_quoted(words.say(language))};" for words in every}
    return "\n".join(sorted(lines)).encode("utf-16")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


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
