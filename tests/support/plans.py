"""What a database would do for a statement: which tables it would walk from one end to the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from ncre.store.database import Database

Statement = tuple[str, Any]
"""As the driver gets it: text and parameters."""

FEW: Final = frozenset(
    {
        "payments_owed",
        "payments_reason",
        "payment_orders_payable",
        "payments_unexplained",
        "unbooked_items_open",
        "duplicates_waiting",
    }
)
"""Indexes that hold a few rows alone, whatever the table holds; they may be walked whole."""


@contextmanager
def listened() -> Iterator[dict[str, Any]]:
    """Every statement that reaches any database meanwhile, by its text, with parameters it once had."""
    heard: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", statement, re.IGNORECASE):
            heard.setdefault(statement, parameters[0] if isinstance(parameters, list) else parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def walked(database: Database, heard: dict[str, Any]) -> dict[str, set[str]]:
    """For each statement that walks tables whole, which."""
    found = {}
    with database.transaction() as connection:
        look = _on_sqlite if database.dialect == "sqlite" else _on_postgresql
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in heard.items():
            if tables := set(look(connection, statement, parameters)):
                found[statement] = tables
        connection.rollback()
    return found


def _on_sqlite(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    aliases = dict(re.findall(r'(?:FROM|JOIN) "?(\w+)"? AS "?(\w+)"?', statement))
    names = {alias: table for table, alias in aliases.items()}
    in_order = "LIMIT" in statement
    for *_, detail in plan:
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", detail)
        search = re.match(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \((\w+)=\?\)", detail)
        if search and search[2] not in FEW and f".{search[3]} IS NULL" in statement:
            yield names.get(search[1], search[1])  # what is not there yet may be missing everywhere
        if scan and scan[1] != "CONSTANT" and scan[2] not in FEW and not (scan[2] and in_order):
            yield names.get(scan[1], scan[1])


def _on_postgresql(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan = found if isinstance(found, list) else json.loads(found)
    yield from _nodes(plan[0]["Plan"], False)


def _nodes(node: dict[str, Any], in_order: bool) -> Iterator[str]:
    """An index read in its order until enough was found is no walk."""
    kind, index = node["Node Type"], node.get("Index Name")
    unbounded = kind == "Seq Scan" or (
        kind in {"Index Scan", "Index Only Scan"}
        and "Index Cond" not in node
        and index not in FEW
        and not in_order
    )
    if unbounded and "Relation Name" in node:
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _nodes(below, in_order or kind == "Limit")
