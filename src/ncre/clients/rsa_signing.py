"""RSA signatures as the payment channels want them: RSASSA-PKCS1-v1_5 with SHA-256, in base64.

Only this digest: an old library that takes any is fooled by a weaker one (payment facts §1.9).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from hashlib import md5

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)


class KeyUnusable(ValueError):
    """A key or certificate that cannot be read, or is not RSA; the message says which is expected."""


def private_key(text: str) -> RSAPrivateKey:
    """A key as PEM or as one line of base64, PKCS #1 or PKCS #8. Raises KeyUnusable."""
    try:
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.encode(), None)
        else:
            key = load_der_private_key(b64decode("".join(text.split()), validate=True), None)
    except (ValueError, TypeError, NotBase64, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"expected an RSA private key, PEM or base64 ({error})") from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable("expected an RSA private key, PEM or base64")
    return key


def public_key(text: str) -> RSAPublicKey:
    """A key as PEM or as one line of base64 (SubjectPublicKeyInfo). Raises KeyUnusable."""
    try:
        if "-----BEGIN CERTIFICATE" in text:
            key = x509.load_pem_x509_certificate(text.encode()).public_key()
        elif "-----BEGIN" in text:
            key = load_pem_public_key(text.encode())  # type: ignore[assignment]
        else:
            key = load_der_public_key(b64decode("".join(text.split()), validate=True))  # type: ignore[assignment]
    except (ValueError, TypeError, NotBase64, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"expected an RSA public key or certificate, PEM or base64 ({error})") from None
    if not isinstance(key, RSAPublicKey):
        raise KeyUnusable("expected an RSA public key or certificate, PEM or base64")
    return key


def signed(key: RSAPrivateKey, said: bytes) -> str:
    return b64encode(key.sign(said, PKCS1v15(), SHA256())).decode()


def genuine(key: RSAPublicKey, said: bytes, signature: str) -> bool:
    try:
        key.verify(b64decode(signature, validate=True), said, PKCS1v15(), SHA256())
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True


def same_key(one: RSAPublicKey, other: RSAPublicKey) -> bool:
    return one.public_numbers() == other.public_numbers()


def line_of(
    parameters: Mapping[str, str], without: Sequence[str] = ("sign",), charset: str = "utf-8"
) -> bytes:
    """The string to sign: what is not empty, by name, `name=value` joined by `&`, as it is before encoding."""
    kept = sorted((name, value) for name, value in parameters.items() if name not in without and value != "")
    return "&".join(f"{name}={value}" for name, value in kept).encode(charset)


def certificate_number(pem: str) -> str:
    """Alipay's serial number of a certificate: md5 of its issuer, innermost part first, and its decimal serial."""
    return _number(x509.load_pem_x509_certificate(pem.encode()))


def root_number(pem: str) -> str:
    """The numbers of the RSA-signed certificates of a bundle of roots, joined by `_`."""
    roots = x509.load_pem_x509_certificates(pem.encode())
    return "_".join(
        _number(root)
        for root in roots
        if root.signature_algorithm_oid.dotted_string.startswith("1.2.840.113549.1.1")
    )


def _number(certificate: x509.Certificate) -> str:
    parts = reversed(list(certificate.issuer))  # names as they are, a comma in one is not escaped
    issuer = ",".join(f"{part.rfc4514_attribute_name}={part.value!s}" for part in parts)
    said = f"{issuer}{certificate.serial_number}".encode()
    return md5(said, usedforsecurity=False).hexdigest()
