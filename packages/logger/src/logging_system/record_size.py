"""Cutting a record that is too long for a receiver: its longest texts, with a note of how long they were."""

from __future__ import annotations

from typing import Any

import orjson

#: Never shorter: below it a cut text is of no use.
_SHORTEST = 32


def cut_record(line: bytes, limit: int) -> bytes:
    """The record on `line` (with its newline) in at most `limit` bytes, with the same keys.

    Texts are cut to half the length, and half again, until it fits; `…[cut, 70000 characters]` tells
    how long one was. A record of very many short values loses its own fields, and says so in `cut_fields`.
    """
    record = orjson.loads(line)
    longest = limit // 2
    while longest >= _SHORTEST:
        shorter = orjson.dumps(_cut(record, longest)) + b"\n"
        if len(shorter) <= limit:
            return shorter
        longest //= 2
    kept = ("timestamp", "level", "logger", "message", "module", "function", "line", "context", "duration_ms")
    smallest = {key: _cut(record[key], _SHORTEST) for key in kept if key in record}
    if len(orjson.dumps(smallest)) > limit - 64:
        context = smallest["context"]
        smallest["context"] = {key: context[key] for key in context if isinstance(context[key], str | int)}
        while len(orjson.dumps(smallest)) > limit - 64 and len(smallest["context"]) > 4:
            smallest["context"].pop(list(smallest["context"])[1])
    smallest["cut_fields"] = len(record) - len(smallest)
    return orjson.dumps(smallest) + b"\n"


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}…[cut, {len(value)} characters]"
    if isinstance(value, dict):
        return {key: _cut(item, longest) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, longest) for item in value]
    return value
