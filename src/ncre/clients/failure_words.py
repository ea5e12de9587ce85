"""What a connection failed of, in few words: the kind of the error, and of a certificate what is wrong with it."""

from __future__ import annotations

import ssl


def failed_of(error: BaseException) -> str:
    """As "ConnectTimeout", or "SSLError: certificate has expired"; no address, which may hold a secret."""
    kind, seen = type(error).__name__, list[BaseException]()
    cause: object = error
    while isinstance(cause, BaseException) and cause not in seen:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{kind}: {cause.verify_message}"
        seen.append(cause)
        inner = next((one for one in cause.args if isinstance(one, BaseException)), None)
        cause = getattr(cause, "reason", None) or inner or cause.__cause__ or cause.__context__
    return kind
