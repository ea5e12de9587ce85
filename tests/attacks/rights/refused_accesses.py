"""Whoever tried the doors of others left no trace: refused accesses stand in the log, with account and object."""

from __future__ import annotations

from uuid import uuid4

from tests.attacks.target import Target


def findings(target: Target) -> list[str]:
    unseen, shenji = uuid4(), target.signed_in("shenji")
    shenji.ask("GET", "/staff/queue")
    shenji.ask("POST", f"/audit/{unseen}/open", {"why": "only to see"})
    expected = (
        "refused 403 forbidden",
        "review.queue",
        "role=auditor",
        f"object=registration:{unseen}",
        "csrf",
    )
    return [f"the log does not say {one}" for one in expected if one not in target.log]
