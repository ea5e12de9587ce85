"""The OpenAPI 3.1 document: what spectree says of models and addresses, and what all operations have in common."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Final

from spectree import SpecTree

from ncre.web.api.problems import PROBLEM
from ncre.web.api.spec import OPERATIONS, Operation

KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names this operation: sent twice under one key it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag as it was read; an outdated one is refused (412).",
    "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
}
LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "zh or en: the language of `detail`.",
    "schema": {"type": "string"},
}
ETAG: Final = {"ETag": {"description": "The version, to send back.", "schema": {"type": "string"}}}
VERSIONED: Final = frozenset({"Registration", "Draft", "DraftPart", "SiteParts"})
"""Models that are answered with their version as ETag."""
LIMITS: Final = {
    name: {"description": words, "schema": {"type": "integer"}}
    for name, words in (
        ("RateLimit-Limit", "Calls in each minute."),
        ("RateLimit-Remaining", "What is left of them."),
        ("RateLimit-Reset", "Seconds until the next minute."),
    )
}
WORDS: Final = {
    "200": "Done, or so already.",
    "400": "The request cannot be read.",
    "401": "No valid token.",
    "403": "The scope, the role or the time does not allow it.",
    "404": "There is no such thing for this integration.",
    "405": "Not this method.",
    "409": "As things stand it cannot be done.",
    "410": "The person was erased.",
    "412": "It changed meanwhile: read it again.",
    "413": "Too large.",
    "415": "Another media type is taken here.",
    "422": "What was sent breaks a rule; `faults` names the fields.",
    "428": "If-Match is missing.",
    "429": "Too many calls: wait for Retry-After seconds.",
    "500": "An error of the service.",
    "503": "Not now: try again after Retry-After seconds.",
    "507": "The store is full.",
}


TAGS: Final = {
    "exam": "The round that is open, its sites, notices and seating, and what the caller may do.",
    "registrations": "Registrations as they stand, their history, and their private details upon a reason.",
    "applying": "A whole registration of one of the caller's own candidates.",
    "deciding": "What staff decide, at the sites of the caller, one by one or many in a run.",
    "sites": "What administrators change of their own sites, and the papers of its halls.",
    "rounds": "Drafts of rounds, edited part by part, looked at and published; sites called off.",
    "payments": "What came in, what is owed, and what somebody has to look into.",
    "statistics": "Counts of the current round.",
    "exports": "Files of many registrations, made in the background.",
    "bans": "Who may not register, and what becomes of those who have paid already.",
    "duplicates": "People registered in two provinces.",
    "letters": "What letters to candidates say.",
    "admission": "At the door of an examination.",
    "events": "What happened, in the order of the log, and the shape of every event.",
}


def completed(spec: SpecTree) -> dict[str, Any]:
    """The whole document."""
    found = deepcopy(spec.spec)
    found["openapi"] = "3.1.0"
    found["info"] |= {
        "description": "Registrations for the National Computer Rank Examination, for the office's other systems.",
        "license": {"name": "MIT", "identifier": "MIT"},
        "contact": {"name": "The exam office that runs this installation"},
    }
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A secret of the integration."}
    }
    found["security"] = [{"token": []}]
    for tag in found["tags"]:
        tag["description"] = TAGS[tag["name"]]
    for path in found["paths"].values():
        for method, one in path.items():
            if method in ("get", "post"):
                _complete(one, OPERATIONS[one["operationId"]])
    _drop_unused(found)
    return found


def _drop_unused(found: dict[str, Any]) -> None:
    """Models of queries, whose fields stand as parameters, are referred to by nothing."""
    schemas, text = found["components"]["schemas"], json.dumps(found)
    for name in [name for name in schemas if f'"#/components/schemas/{name}"' not in text]:
        del schemas[name]


def _complete(one: dict[str, Any], operation: Operation) -> None:
    extra = [LANGUAGE, *([KEY] if operation.command else []), *([IF_MATCH] if operation.versioned else [])]
    one["parameters"] = [*one.get("parameters", []), *deepcopy(extra)]
    if operation.scope is not None:
        sites = " For integrations of all sites." if operation.everywhere else ""
        one["description"] = (
            f"{one.get('description', '')}\n\nScope: `{operation.scope.value}`.{sites}".strip()
        )
    if operation.binary:
        body = {operation.binary: {"schema": {"type": "string", "format": "binary"}}}
        one["requestBody"] = {"required": True, "content": body}
    elif "requestBody" in one:
        one["requestBody"]["required"] = True
    for status, answered in one["responses"].items():
        answered["description"] = WORDS[status]
        answered["headers"] = deepcopy(LIMITS if status != "401" else {})
        if status == "200" and operation.media:
            answered["content"] = {operation.media: {"schema": {"type": "string", "format": "binary"}}}
        elif status == "200":
            if operation.scope and _model(answered) in VERSIONED:
                answered["headers"] |= deepcopy(ETAG)
        else:
            answered["content"] = {PROBLEM: answered["content"]["application/json"]}


def _model(answered: dict[str, Any]) -> str:
    schema = answered["content"]["application/json"]["schema"]
    return str(schema.get("$ref", "")).rpartition("/")[2]
