"""A certificate's signature on a finished PDF, for offices that must hand out signed papers. Optional.

It is put on after everything else, as an appended update: the bytes before it stay those of the page,
while the signed file differs each time, since it carries the time of signing.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any


class SigningUnusable(Exception):
    """The certificate cannot be used; the message says why and what to do."""


class Certificate:
    """A key with its certificate out of a PKCS #12 file (.p12, .pfx)."""

    def __init__(self, file: Path, passphrase: str) -> None:
        """Raises SigningUnusable."""
        try:
            from pyhanko.sign import signers
        except ImportError:
            raise SigningUnusable(
                "signing needs pyHanko; install it with: pip install 'ncre[sign]'"
            ) from None
        if not file.is_file():
            raise SigningUnusable(f"the certificate file {file} is not there")
        load: Any = signers.SimpleSigner.load_pkcs12  # pyHanko leaves it without types
        self._signer = load(str(file), passphrase=passphrase.encode())
        if self._signer is None:
            raise SigningUnusable(f"{file} does not open with this passphrase, or is no PKCS #12 file")

    def signed(self, pdf: bytes) -> bytes:
        """The file with a detached CMS signature over all of it (PAdES)."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import SigSeedSubFilter

        about = signers.PdfSignatureMetadata(field_name="ncre", subfilter=SigSeedSubFilter.PADES)
        out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), about, signer=self._signer)
        return bytes(out.getvalue())
