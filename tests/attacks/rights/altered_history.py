"""Strangers and candidates at the ledger: lines that nobody may read, cosignatures that nobody gave, proofs of others."""

from __future__ import annotations

from uuid import UUID

from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.verifier import WITNESS_KEY
from tests.attacks.target import Target

PRIVATE = (
    "/ledger/tile/entries/000",
    "/ledger/tile/0/000.p/0",
    "/ledger/tile/0/x000/000",
    "/ledger/tile/0/../../../ncre.sqlite",
    "/ledger/log.jsonl",
)
STAFF = ("/audit/ledger", "/audit/ledger?before=1")


def findings(target: Target) -> list[str]:
    stranger, found = target.browser(), []
    for path in PRIVATE:
        status = stranger.ask("GET", path)[0]
        if status not in (400, 404):
            found.append(f"{path} answers {status} to a stranger")
    text = checkpoint_text("localhost/ledger", 1, bytes(32))
    forged = text + "\n" + NoteSigner.of("stranger.example", bytes(32), WITNESS_KEY).cosignature(text, 1)
    if stranger.ask("POST", "/ledger/cosignatures", {"note": forged})[0] not in (400, 403, 404):
        found.append("a stranger's cosignature was taken")
    candidate = target.signed_in("kaosheng")
    for path in STAFF:
        if candidate.ask("GET", path)[0] != 403:
            found.append(f"a candidate opens {path}")
    if candidate.ask("POST", "/audit/ledger/bundle", {"scope": "all"})[0] not in (400, 403):
        found.append("a candidate takes a bundle of the whole log")
    if candidate.ask("GET", f"/registrations/{UUID(int=1)}/proof.zip")[0] not in (403, 404):
        found.append("a proof of a registration that is not theirs")
    return found
