"""A signed paper: the page untouched below an appended signature that an independent check accepts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

# Not late, though no other test needs them: they add names to asn1crypto, which it takes in before its first use alone.
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.pdf.signature import Certificate, SigningUnusable
from tests.documents.examples import ticket

PASSPHRASE = "of this test"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate of its own making, as .p12 and as .cer."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "考务办")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    sealed = pkcs12.serialize_key_and_certificates(
        b"ncre", key, certificate, None, BestAvailableEncryption(PASSPHRASE.encode())
    )
    (folder / "office.p12").write_bytes(sealed)
    (folder / "office.cer").write_bytes(certificate.public_bytes(Encoding.DER))
    return folder


def test_a_signed_ticket_is_intact_valid_and_wholly_covered(files: Path) -> None:
    pdf = admission_ticket(ticket()).pdf
    signed = Certificate(files / "office.p12", PASSPHRASE).signed(pdf)
    assert signed.startswith(pdf)
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    trusted = ValidationContext(trust_roots=[load_cert_from_pemder(str(files / "office.cer"))])
    status = validate_pdf_signature(signature, trusted)
    assert (status.intact, status.valid, status.coverage.name) == (True, True, "ENTIRE_FILE")


def test_a_byte_changed_after_signing_is_noticed(files: Path) -> None:
    pdf = admission_ticket(ticket()).pdf
    signed = bytearray(Certificate(files / "office.p12", PASSPHRASE).signed(pdf))
    place = signed.index(b"/MediaBox")
    signed[place + 12] ^= 1
    (signature,) = PdfFileReader(BytesIO(bytes(signed))).embedded_signatures
    assert not validate_pdf_signature(signature).intact


@pytest.mark.parametrize(
    ("file", "passphrase", "why"),
    [
        ("office.p12", "wrong", "passphrase"),
        ("office.cer", PASSPHRASE, "PKCS"),
        ("none.p12", "", "not there"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused_with_words(
    files: Path, file: str, passphrase: str, why: str
) -> None:
    with pytest.raises(SigningUnusable, match=why):
        Certificate(files / file, passphrase)
