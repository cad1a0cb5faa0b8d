"""The space-delimited form of the filter grammar: `[ip, user, status=4*, size > 1000, ...]`.

A column of the event is a word, or what stands in double quotes or square brackets. `...` stands for any
number of columns; conditions on one column are joined with `&&` and `||`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COLUMN = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_CONDITION = re.compile(r"\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*(\"[^\"]*\"|%[^%]+%|[^\s&|]+)\s*")

_Test = Callable[[str], bool]


def compile_columns(pattern: str) -> Callable[[str], bool]:
    """The test of a whole event; a ValueError where the pattern does not parse."""
    if not pattern.endswith("]"):
        raise ValueError("no closing bracket")
    columns = [column.strip() for column in pattern[1:-1].split(",")]
    if columns.count("...") > 1 or not all(columns):
        raise ValueError("a column without a name, or more than one ellipsis")
    split = columns.index("...") if "..." in columns else len(columns)
    head = [_column(text) for text in columns[:split]]
    tail = [_column(text) for text in columns[split + 1 :]]
    open_ended = "..." in columns

    def match(message: str) -> bool:
        values = [next(part for part in found if part) if any(found) else "" for found in _COLUMN.findall(message)]
        if len(values) < len(head) + len(tail) or (not open_ended and len(values) > len(head)):
            return False
        pairs = [*zip(head, values, strict=False)]
        pairs += [*zip(tail, values[len(values) - len(tail) :], strict=True)]
        return all(test(value) for test, value in pairs)

    return match


def _column(text: str) -> _Test:
    if re.fullmatch(r"\w+", text):
        return lambda _: True
    alternatives = [[_condition(part) for part in group.split("&&")] for group in text.split("||")]
    return lambda value: any(all(test(value) for test in group) for group in alternatives)


def _condition(text: str) -> _Test:
    match = _CONDITION.fullmatch(text)
    if not match:
        raise ValueError(f"not a condition: {text!r}")
    _, operator, operand = match.groups()
    if operator in ("=", "!="):
        equal = _equality(operand)
        return equal if operator == "=" else lambda value: not equal(value)
    limit = float(operand)

    def compare(value: str) -> bool:
        try:
            number = float(value)
        except ValueError:
            return False
        return {"<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}[operator]

    return compare


def _equality(operand: str) -> _Test:
    if operand.startswith("%"):
        compiled = re.compile(operand[1:-1])
        return lambda value: compiled.search(value) is not None
    parts = operand.strip('"').split("*")
    pattern = re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)
    return lambda value: pattern.fullmatch(value) is not None
