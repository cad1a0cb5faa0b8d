"""Questions about parsed PromQL that more than one check asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

import promql_parser as promql

COMPARISONS = frozenset([">", ">=", "<", "<=", "==", "!="])
SET_OPERATORS = frozenset(["and", "or", "unless"])
_COUNTER_ENDINGS = ("_total", "_count", "_bucket", "_sum")


def nodes_of(query: promql.Expr) -> list[promql.Expr]:
    """All nodes, each before its children."""
    found: list[promql.Expr] = []
    promql.walk(query, found.append)
    return found


def series_of(query: promql.Expr) -> Iterator[promql.VectorSelector]:
    """Every selector of series; those of ranges included."""
    return (node for node in nodes_of(query) if isinstance(node, promql.VectorSelector))


def unwrapped(query: promql.Expr) -> promql.Expr:
    """Without parentheses around the whole."""
    while isinstance(query, promql.ParenExpr):
        query = query.expr
    return query


def is_comparison(query: promql.Expr) -> TypeGuard[promql.BinaryExpr]:
    """Whether it filters by comparing: `bool` would not filter."""
    return (
        isinstance(query, promql.BinaryExpr)
        and str(query.op) in COMPARISONS
        and not (query.modifier and query.modifier.return_bool)
    )


def is_counter(name: str | None) -> bool:
    """Whether a raw series counts up, by its name; a recorded one (with colons) never does."""
    return name is not None and ":" not in name and name.endswith(_COUNTER_ENDINGS)


def is_age_limit(query: promql.Expr) -> TypeGuard[promql.BinaryExpr]:
    """Whether it is `time() - … < seconds`: the one place where a duration is written as a number."""
    if not is_comparison(query):
        return False
    age = unwrapped(query.lhs)
    return (
        isinstance(age, promql.BinaryExpr)
        and str(age.op) == "-"
        and isinstance(age.lhs, promql.Call)
        and age.lhs.func.name == "time"
        and isinstance(query.rhs, promql.NumberLiteral)
    )
