"""The ledger for everybody: the newest checkpoint and the tree in tiles (C2SP tlog-tiles), hashes alone.

Nothing here looks at who asks. Tiles never change, so anybody may cache them; what the leaves are hashes of is not public.
"""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from ncre.ledger import tile_paths
from ncre.web.shared.auth import container
from ncre.web.shared.security_headers import signed_by_machine

pages = Blueprint("ledger", __name__)

FRESH: Final = "public, max-age=5"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
LONGEST_NOTE: Final = 20_000
"""Bytes of a checkpoint with its cosignatures."""


@pages.get("/ledger/checkpoint")
def checkpoint() -> Response:
    """The newest one, with the cosignatures that came for it; 404 before there is any."""
    note = container().queries.audit.checkpoint()
    if note is None:
        raise NotFound
    return _plain(note, FRESH)


@pages.get("/ledger/keys.json")
def keys() -> Response:
    """Every public key with the size from which on it signs, and the handover to it that both signed."""
    found = container().queries.audit.keys()
    rows = [
        {"key": key.text, "from": from_size, **({"handover": handover} if handover else {})}
        for from_size, key, handover in found
    ]
    answer = Response(json.dumps(rows), mimetype="application/json")
    answer.headers["Cache-Control"] = FRESH
    return answer


@pages.get("/ledger/tile/<int:level>/<path:number>")
def tile(level: int, number: str) -> Response:
    """256 hashes, or of the last tile as many as the address says."""
    read = tile_paths.read(number)
    if read is None:
        raise NotFound
    index, width = read
    hashes = container().queries.audit.tile(level, index, width)
    if hashes is None:
        raise NotFound
    answer = Response(hashes, mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = FOR_GOOD
    return answer


@pages.post("/ledger/cosignatures")
@signed_by_machine
def cosign() -> Response:
    """A checkpoint of ours as witnesses that we know cosigned it. 403 for others, 404 for a checkpoint that is none."""
    given = request.get_data(cache=False)
    if len(given) > LONGEST_NOTE:
        raise BadRequest
    try:
        kept = container().queries.audit.cosign(given.decode())
    except LookupError:
        raise NotFound from None
    except ValueError:
        raise BadRequest from None
    if not kept:
        raise Forbidden
    return Response(status=204)


def _plain(text: str, caching: str) -> Response:
    answer = Response(text, mimetype="text/plain", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = caching
    return answer
