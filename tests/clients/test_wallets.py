"""Tickets for wallets, signed with keys of the tests, read as Apple and Google read them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey
from PIL import Image

from ncre.clients.wallets.apple import ApplePassTerms, AppleWallet
from ncre.clients.wallets.card import CardSitting, WalletCard, WalletUnusable
from ncre.clients.wallets.google import SAVE, GoogleWallet, GoogleWalletTerms
from ncre.domain.bilingual import Bilingual

SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTS = datetime(2027, 3, 27, 8, 0, tzinfo=SHANGHAI)
CARD = WalletCard(
    "0" * 32,
    9,
    "78420019000001",
    Bilingual("2027年3月全国计算机等级考试", 'NCRE "March" 2027'),
    "420019 示范考点",
    "甲路 1 号",
    "T2.78420019000001.V9.0123456789ABCDEF.SIGNED",
    (
        CardSitting(
            Bilingual("66 Python语言程序设计", "66 Programming in Python"),
            STARTS,
            STARTS + timedelta(hours=2),
            Bilingual("第 1 考场（机房一）5 号", "hall 1 (机房一), seat 5"),
        ),
        CardSitting(
            Bilingual("67 WPS", "67 WPS"),
            STARTS + timedelta(hours=3),
            STARTS + timedelta(hours=5),
            Bilingual("第 7 考场（机房二）6 号", "hall 7 (机房二), seat 6"),
        ),
    ),
)
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pass.org.example.ncre")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 7, now, now + timedelta(days=3650))
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    own = certificate()
    terms = ApplePassTerms("pass.org.example.ncre", "TEAM123456", PEM + own, own)
    with ZipFile(BytesIO(AppleWallet(terms).file(CARD))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_apple_gets_every_file_in_the_list_and_a_signature_over_the_list(files: dict[str, bytes]) -> None:
    listed = json.loads(files["manifest.json"])
    assert listed.keys() == files.keys() - {"manifest.json", "signature"}
    assert listed == {name: sha1(files[name], usedforsecurity=False).hexdigest() for name in listed}
    signed = cms.ContentInfo.load(files["signature"])["content"]
    assert signed["encap_content_info"]["content"].native is None, "detached"
    assert len(signed["certificates"]) == 2, "its own and the intermediate"
    signer = signed["signer_infos"][0]
    attributes = {one["type"].native: one["values"][0].native for one in signer["signed_attrs"]}
    assert attributes["message_digest"] == sha256(files["manifest.json"]).digest()
    assert "signing_time" in attributes
    said = signer["signed_attrs"].untag().dump()
    KEY.public_key().verify(signer["signature"].native, said, padding.PKCS1v15(), SHA256())


def test_apple_shows_the_sittings_and_the_code(files: dict[str, bytes]) -> None:
    content = json.loads(files["pass.json"])
    assert content["barcodes"][0]["message"] == CARD.code
    assert content["relevantDate"] == "2027-03-27T08:00+08:00"
    assert content["expirationDate"] == "2027-03-27T13:00+08:00"
    assert content["eventTicket"]["primaryFields"][0]["value"] == "66 Python语言程序设计"
    assert "2027-03-27 11:00–13:00" in json.dumps(content, ensure_ascii=False)
    for name, side in (("icon.png", 29), ("icon@2x.png", 58), ("icon@3x.png", 87)):
        with Image.open(BytesIO(files[name])) as icon:
            icon.load()
            assert icon.size == (side, side)


def test_openssl_finds_the_signature_over_the_list_good(files: dict[str, bytes], tmp_path: Path) -> None:
    """What signed it and what reads it here have nothing in common."""
    (tmp_path / "list").write_bytes(files["manifest.json"])
    (tmp_path / "signature").write_bytes(files["signature"])
    (tmp_path / "own.pem").write_text(certificate(), encoding="ascii")
    openssl = shutil.which("openssl") or "/usr/bin/openssl"
    asked = [
        openssl, "cms", "-verify", "-inform", "DER", "-in", "signature", "-content", "list", "-binary",
        "-CAfile", "own.pem", "-purpose", "any", "-out", "verified",
    ]  # fmt: skip
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "verified").read_bytes() == files["manifest.json"]
    (tmp_path / "list").write_bytes(files["manifest.json"].replace(b"pass.json", b"Pass.json"))
    assert subprocess.run(asked, cwd=tmp_path, check=False, capture_output=True).returncode != 0


def strings_of(raw: bytes) -> dict[str, str]:
    found = re.findall(r'^"((?:[^"\\]|\\.)*)" = "((?:[^"\\]|\\.)*)";$', raw.decode("utf-16"), re.MULTILINE)
    return {one.replace('\\"', '"'): other.replace('\\"', '"') for one, other in found}


def test_apple_has_every_word_of_the_pass_in_english_and_in_chinese(files: dict[str, bytes]) -> None:
    content = json.loads(files["pass.json"])
    fields = [one for part in content["eventTicket"].values() for one in part]
    chinese = {text for one in fields for text in (one["label"], one["value"]) if re.search("[一-鿿]", text)}
    english = strings_of(files["en.lproj/pass.strings"])
    assert strings_of(files["zh-Hans.lproj/pass.strings"]).keys() == english.keys()
    own = {f"{CARD.site} {CARD.address}"}
    assert chinese - own <= english.keys(), "the name and address of a site have no English"
    assert english[content["description"]] == "NCRE admission ticket"
    assert english[CARD.title.zh] == 'NCRE "March" 2027'
    assert english["第 1 考场（机房一）5 号"] == "hall 1 (机房一), seat 5"


def signed_by(token: str) -> dict[str, object]:
    """The claims of a token, checked with nothing of the library that signed it. Raises where the signature is not good."""
    said, _, signature = token.rpartition(".")
    KEY.public_key().verify(_raw(signature), said.encode(), padding.PKCS1v15(), SHA256())
    claims: dict[str, object] = json.loads(_raw(said.partition(".")[2]))
    return claims


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_google_gets_a_link_that_its_issuer_signed() -> None:
    account = json.dumps({"client_email": "ncre@project.iam.example", "private_key": PEM})
    wallet = GoogleWallet(GoogleWalletTerms("3388", account, "https://exam.example"), lambda: STARTS)
    link = wallet.link(CARD)
    assert link.startswith(SAVE)
    token = jwt.decode(link.removeprefix(SAVE), RSAKey.import_key(PEM), algorithms=["RS256"])
    assert token.claims["aud"] == "google"
    assert token.claims["iss"] == "ncre@project.iam.example"
    assert token.claims["origins"] == ["https://exam.example"]
    [shown] = token.claims["payload"]["genericObjects"]
    assert shown["id"] == f"3388.{CARD.serial}"
    assert shown["barcode"]["value"] == CARD.code
    assert "2027-03-27 11:00–13:00" in json.dumps(shown, ensure_ascii=False)
    assert signed_by(link.removeprefix(SAVE)) == token.claims
    said = [
        shown["header"],
        shown["cardTitle"],
        *(one["localizedBody"] for one in shown["textModulesData"][:-1]),
    ]
    assert all(one["defaultValue"]["language"] == "zh-CN" for one in said)
    english = [one["translatedValues"][0]["value"] for one in said]
    assert english[:2] == ["66 Programming in Python", "NCRE admission ticket"]
    assert "hall 7 (机房二), seat 6" in english[-1]


@pytest.mark.parametrize("signer", ["", "no key", PEM])
def test_a_key_that_is_none_is_told_at_once(signer: str) -> None:
    with pytest.raises(WalletUnusable):
        AppleWallet(ApplePassTerms("pass.org.example.ncre", "TEAM123456", signer, certificate()))


@pytest.mark.parametrize("account", ["", "{}", '{"client_email": "a", "private_key": "b"}'])
def test_an_account_that_is_none_is_told_at_once(account: str) -> None:
    with pytest.raises(WalletUnusable):
        GoogleWallet(GoogleWalletTerms("3388", account), lambda: STARTS)
