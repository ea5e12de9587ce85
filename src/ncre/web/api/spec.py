"""What an operation is: a scope, the models of what it is asked and answers, and the problems it may end with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, cast

from flask import Blueprint
from flask import Response as Answer
from pydantic import BaseModel, ValidationError
from spectree import Response, SpecTree
from spectree._types import ModelAdapterType
from spectree.model_adapter.protocol import SchemaMode
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter
from spectree.plugins.flask_plugin import FlaskPlugin

from ncre.domain.integration.scopes import Scope
from ncre.web.api import access
from ncre.web.api.models import SHAPE, ProblemShape, documented_name

pages = Blueprint("api", __name__)

View = Callable[..., Answer]

VERSION: Final = "1.2.0"


class NotAsDescribed(Exception):
    """What was sent is not what the operation takes; `faults` by the names of fields."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


def _refuse(_request: Any, _answer: Any, error: Exception | None, *_: Any) -> None:
    if isinstance(error, ValidationError):
        named = {".".join(str(part) for part in one["loc"]) or "body": one["msg"] for one in error.errors()}
        raise NotAsDescribed(named)


class Checks(FlaskPlugin):
    """Checks what comes in. What goes out was made of its model just before, and is not read again."""

    def validate_response(self, resp: Any, *_: Any, **__: Any) -> tuple[Any, None]:
        return resp, None


class Models(PydanticModelAdapter):
    """Pydantic, which describes a model once: most operations name the same ones, and each would have them described anew."""

    def __init__(self) -> None:
        super().__init__()
        self._described: dict[tuple[type[Any], str, str], dict[str, Any]] = {}

    def json_schema(
        self, model: type[Any], *, ref_template: str, mode: SchemaMode = "validation"
    ) -> dict[str, Any]:
        key = (model, ref_template, mode)
        if key not in self._described:
            self._described[key] = super().json_schema(model, ref_template=ref_template, mode=mode)
        return self._described[key]


spec = SpecTree(
    backend=Checks,
    model_adapter=cast(ModelAdapterType, Models()),
    title="NCRE registration",
    version=VERSION,
    mode="strict",
    annotations=False,
    before=_refuse,
    validation_error_model=ProblemShape,
    naming_strategy=documented_name,
    nested_naming_strategy=lambda _parent, child: child.removesuffix(SHAPE),
)


@dataclass(frozen=True)
class Operation:
    """What the documentation says of an operation beside its models."""

    scope: Scope | None
    command: bool
    versioned: bool
    binary: str
    body: bool
    media: str
    everywhere: bool


OPERATIONS: Final[dict[str, Operation]] = {}


def operation(
    name: str,
    answers: type[BaseModel] | None,
    scope: Scope | None = None,
    *,
    status: int = 200,
    query: type[BaseModel] | None = None,
    json: type[BaseModel] | None = None,
    command: bool = False,
    versioned: bool = False,
    binary: str = "",
    media: str = "application/pdf",
    everywhere: bool = False,
    tag: str = "registrations",
) -> Callable[[View], View]:
    """A view of `/api/v1`. A command carries an Idempotency-Key; `versioned` ones say which version they saw.

    One that answers no model answers a file of `media`. One for `everywhere` is for integrations of all sites.
    """
    file = media if answers is None else ""
    OPERATIONS[name] = Operation(scope, command, versioned, binary, json is not None, file, everywhere)
    codes = {f"HTTP_{status}": answers} | {f"HTTP_{code}": ProblemShape for code in _problems(name)}

    def wrap(view: View) -> View:
        checked = spec.validate(
            query=query,
            json=json,
            resp=Response(**codes),
            tags=(tag,),
            operation_id=name,
            security={"token": []},
        )(view)

        @wraps(checked)
        def guarded(*positional: Any, **named: Any) -> Answer:
            access.require_scope(scope)
            if everywhere:
                access.require_all_sites()
            if json is not None:
                access.require_json()
            if command:
                access.require_key()
            answer: Answer = checked(*positional, **named)
            return answer

        return guarded

    return wrap


def _problems(name: str) -> list[int]:
    one = OPERATIONS[name]
    always = [400, 401, 403, 404, 405, 422, 429, 500, 503]
    if one.command or one.body:
        always += [413, 415]
    if one.command or one.body or one.media or one.everywhere:
        always += [409, 410]
    if one.command:
        always += [
            412,
            507,
        ]  # what it names may have changed, whether the version came as If-Match or in the body
    return sorted([*always, 428] if one.versioned else always)
