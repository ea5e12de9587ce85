"""The body of an answer, read whole or not at all: what breaks off or never ends is silence."""

from __future__ import annotations

from typing import Final

import requests

from ncre.clients.payment_channel import ChannelUnavailable

LARGEST: Final = 64 * 1024 * 1024
"""Bytes; a channel has nothing larger to say."""


def whole_body(answer: requests.Response) -> bytes:
    """The bytes of an answer that was asked for with `stream`. Raises ChannelUnavailable."""
    read = bytearray()
    try:
        for piece in answer.iter_content(65536):
            read += piece
            if len(read) > LARGEST:
                raise ChannelUnavailable("larger than anything a channel has to say")
    except requests.RequestException as error:
        raise ChannelUnavailable(f"broken off: {type(error).__name__}") from error
    finally:
        answer.close()
    return bytes(read)
