"""Cutting a record that is too long for a receiver, so that what tells it from others is kept.

First the long texts are cut, all to the same length, each with a note of how long it was. When that
is not enough, because a record has very many values, containers and exceptions keep their first
few, then the caller's own fields go, and `cut_fields` says how many. Keys keep their order. The
walks keep stacks of their own: they must work close to the caller's recursion limit.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any, Final

from orjson import OPT_APPEND_NEWLINE, JSONDecodeError, dumps, loads

from logging_system.record import CUT_FIELDS
from logging_system.texts import cut_marker

#: Encoded bytes of a marker: `…[cut, 999999999999 characters]`.
_MARKER: Final = 33
#: Encoded bytes that cut texts keep besides their marker, as long as something else can be left out.
_SHORTEST: Final = 64
#: Members that containers keep, and exceptions in a chain, one try after the other.
_MEMBERS: Final = (1000, 300, 100, 30, 10, 3)
_MORE: Final = re.compile(r"<(\d+) more>")

_HEAD: Final = ("timestamp", "level", "logger", "message", "module", "function", "line", "context", "duration_ms")
#: What the library adds to the context stands at its end, behind a marker of what was cut.
_LAST_IN_CONTEXT: Final = ("service_name", "version", "environment", "trace_id", "span_id")
_CONTEXT: Final = ("correlation_id", *_LAST_IN_CONTEXT)

Object = dict[str, Any]


def cut_record(line: bytes, limit: int) -> bytes:
    """The record on `line` (with its newline) in at most `limit` bytes, which are 1 kB or more."""
    record: Object = loads(line)
    if not _cut_texts(record, limit - 1, _SHORTEST):
        for most in _MEMBERS:
            record = _with_fewer_members(loads(line), most)
            if _cut_texts(record, limit - 1, _SHORTEST):
                break
        else:
            record = _smallest(loads(line))
            _cut_texts(record, limit - 1, 0)
    return dumps(record, option=OPT_APPEND_NEWLINE)


def _cut_texts(record: Object, limit: int, shortest: int) -> bool:
    """Cut the longest texts of `record` until it fits; leave it alone and return False if that does not do."""
    excess = len(dumps(record)) - limit
    texts = _texts_longer_than(record, shortest + _MARKER)
    texts.sort(key=lambda found: found[0], reverse=True)
    longest, together = 0, 0
    # The first few are cut to one length; it is right when all that follow are shorter than it.
    for number, (size, _, _) in enumerate(texts, 1):
        together += size
        longest = (together - excess) // number
        if number == len(texts) or longest >= texts[number][0]:
            break
    if excess > 0 and longest < shortest + _MARKER:
        return False
    for size, container, key in texts:
        if excess > 0 and size > longest:
            container[key] = _cut(container[key], longest - _MARKER, in_the_middle=key == "stacktrace")
    return True


def _texts_longer_than(record: Object, size: int) -> list[tuple[int, Any, Any]]:
    """Texts of more encoded bytes: how many, and where each stands."""
    found: list[tuple[int, Any, Any]] = []
    containers: list[Any] = [record]
    while containers:
        container = containers.pop()
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(value, dict | list):
                containers.append(value)
            # A character takes six bytes at most: `\u0000`.
            elif isinstance(value, str) and len(value) * 6 > size:
                encoded = len(dumps(value)) - 2
                if encoded > size:
                    found.append((encoded, container, key))
    return found


def _cut(text: str, size: int, *, in_the_middle: bool) -> str:
    """What fits into `size` encoded bytes, and a marker. Of a stack trace both ends are worth most."""
    if in_the_middle:
        return _beginning(text, size // 2) + cut_marker(text) + _beginning(text[::-1], size - size // 2)[::-1]
    return _beginning(text, size) + cut_marker(text)


def _beginning(text: str, size: int) -> str:
    size = max(size, 0)
    encoded = dumps(text[:size])[1:-1][:size]
    # The cut may lie in an escape of up to six bytes or in a character of up to four.
    for end in range(len(encoded), len(encoded) - 6, -1):
        try:
            return str(loads(b'"%b"' % encoded[: max(end, 0)]))
        except JSONDecodeError:
            continue
    return ""


def _with_fewer_members(record: Object, most: int) -> Object:
    exception = record.pop("exception", None)
    containers: list[Any] = [value for value in record.values() if isinstance(value, dict | list)]
    while containers:
        container = containers.pop()
        if container is record["context"]:
            _shorten(container, most, kept=_CONTEXT)
            for key in _LAST_IN_CONTEXT:
                if key in container:
                    container[key] = container.pop(key)
        elif isinstance(container, dict):
            _shorten(container, most)
        elif len(container) > most + 1:
            container[most:] = [f"<{len(container) - most - 1 + _counted(container[-1])} more>"]
        inner = container.values() if isinstance(container, dict) else container
        containers += [value for value in inner if isinstance(value, dict | list)]

    own = [key for key in record if key not in _HEAD and key != CUT_FIELDS]
    for key in own[most:]:
        del record[key]
    _count_cut_fields(record, len(own[most:]))
    if exception is not None:
        record["exception"] = _with_fewer_exceptions(exception, most)
    return record


def _shorten(members: Object, most: int, kept: tuple[str, ...] = ()) -> None:
    """Leave the first `most` members, those `kept` by name, and a marker that counts the others."""
    marker = members.pop("…", None)
    others = [key for key in members if key not in kept]
    for key in others[most:]:
        del members[key]
    left_out = len(others[most:]) + (0 if marker is None else _counted(marker))
    if left_out:
        members["…"] = f"<{left_out} more>"


def _counted(member: object) -> int:
    """How many members this one stands for."""
    marker = _MORE.fullmatch(member) if isinstance(member, str) else None
    return int(marker[1]) if marker else 1


def _count_cut_fields(record: Object, cut: int) -> None:
    """Add to the number that the encoding may have left, or that the record holds by chance."""
    if cut:
        before = record.pop(CUT_FIELDS, 0)
        record[CUT_FIELDS] = cut + before if isinstance(before, int) else cut + 1


def _with_fewer_exceptions(exception: Object, most: int) -> Object:
    """The first `most`, breadth first, whole; those next to them without what belongs to them in turn."""
    waiting = deque([exception])
    left = most
    while waiting:
        structure = waiting.popleft()
        left -= 1
        for key in ("cause", "context"):
            if isinstance(structure.get(key), dict):
                structure[key] = _kept_or_bare(structure[key], waiting, left)
        if structure.get("exceptions"):
            members = structure["exceptions"]
            structure["exceptions"] = [_kept_or_bare(member, waiting, left) for member in members[:most]]
            if len(members) > most:
                left_out = len(members) - most - 1 + _counted(members[-1]["message"])
                structure["exceptions"].append({**_bare(members[-1]), "type": "…", "message": f"<{left_out} more>"})
        if len(structure.get("notes") or ()) > most:
            structure["notes"] = structure["notes"][:most]
    return exception


def _kept_or_bare(structure: Object, waiting: deque[Object], left: int) -> Object:
    if len(waiting) < left:
        waiting.append(structure)
        return structure
    return _bare(structure)


def _bare(structure: Object) -> Object:
    """With its type and message only, and empty where more would stand."""
    bare = {**structure, "stacktrace": "", "cause": None, "context": None, "notes": []}
    return {**bare, "exceptions": []} if "exceptions" in bare else bare


def _smallest(record: Object) -> Object:
    """What every reader needs, whatever it was worth."""
    smallest: Object = {key: record[key] for key in _HEAD if key in record}
    smallest["context"] = {
        key: "<cut>" if isinstance(value, dict | list) else value
        for key, value in record["context"].items()
        if key in _CONTEXT
    }
    cut = [key for key in record if key not in _HEAD and key not in ("exception", CUT_FIELDS)]
    if CUT_FIELDS in record:
        smallest[CUT_FIELDS] = record[CUT_FIELDS]
    _count_cut_fields(smallest, len(cut))
    if "exception" in record:
        smallest["exception"] = {**_bare(record["exception"]), "stacktrace": record["exception"]["stacktrace"]}
    return smallest
