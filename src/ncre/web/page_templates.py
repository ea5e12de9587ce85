"""The pages' templates, compiled once for each language: what `_('…')` says is looked up then, not while a page is drawn.

A template is written as ever. In the compiled one a sentence without a gap is text like the markup around it, and one
with gaps is filled in as Jinja's newstyle gettext would: values are escaped, the sentence is not.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache
from gettext import NullTranslations
from types import FunctionType, MethodType
from typing import Any, Final

from flask import Flask, has_request_context
from flask.templating import Environment
from jinja2 import BytecodeCache, Template, nodes
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer

from ncre.web.shared.language import catalogue, language

PLAIN: Final = (FunctionType, MethodType)


class PageContext(Context):
    """Calls macros and functions without looking twice for what they might want of their context; a page calls seventy."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja names them
        if type(__obj) is Macro:
            args = (__self.eval_ctx, *args)
        elif type(__obj) not in PLAIN or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


class PageEnvironment(Environment):
    """Hands out the template of the reader's language. It has an environment for each; filters and globals are shared."""

    context_class = PageContext

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.catalogue: NullTranslations | None = None
        self._spoken: dict[str, PageEnvironment] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        if self.catalogue is None and has_request_context():
            return self._of(language()).get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Those of the environment themselves, where a template brings none: each macro that is imported asks which differ."""
        return super().make_globals(d) if d else self.globals

    def _of(self, code: str) -> PageEnvironment:
        if code not in self._spoken:
            spoken: PageEnvironment = self.overlay(bytecode_cache=_compiled_in(code))
            spoken.catalogue = catalogue(code)
            self._spoken[code] = spoken
        return self._spoken[code]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        return _Folding(self.catalogue.gettext).visit(parsed) if self.catalogue is not None else parsed


class _CompiledOnce(BytecodeCache):
    """The compiled templates of one language, in memory: the sites of several tenants in a process share them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


@cache
def _compiled_in(code: str) -> _CompiledOnce:
    return _CompiledOnce()


class _Folding(NodeTransformer):
    """Puts what is said in place of each call that asks for it by a literal sentence."""

    def __init__(self, said: Callable[[str], str]) -> None:
        self._said = said

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        self.generic_visit(call)
        if not (
            isinstance(call.node, nodes.Name)
            and call.node.name in ("_", "gettext")
            and len(call.args) == 1
            and isinstance(call.args[0], nodes.Const)
            and not call.dyn_args
            and not call.dyn_kwargs
        ):
            return call
        said = self._said(call.args[0].value)
        if not call.kwargs:
            return _at(call, nodes.MarkSafeIfAutoescape(nodes.Const(said % {})))
        gaps = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in call.kwargs])
        return _at(call, nodes.Mod(nodes.MarkSafeIfAutoescape(nodes.Const(said)), gaps))


def _at(call: nodes.Call, node: nodes.Node) -> nodes.Node:
    """A node made here, at the line and in the environment of the call that it stands for."""
    assert call.environment is not None, "the parser sets it"
    return node.set_lineno(call.lineno, override=True).set_environment(call.environment)
