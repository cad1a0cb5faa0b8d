"""The fast way: fields, or the contents of a list, that one call of orjson writes truly and completely.

A look at the types comes first. It keeps orjson from what it would write without asking: secrets in
nested values, and structures that are short in memory and endless as text.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import pathlib
import uuid
from collections.abc import Callable, Collection, Mapping
from types import NoneType
from typing import Any, Final

from orjson import dumps

from logging_system import limits
from logging_system.redact import active

#: Exactly these; a subclass may be anything.
_KINDS: Final = frozenset([str, int, float, bool, NoneType, uuid.UUID, dt.date])
#: Characters from which a text is cut before it is encoded, if it has to be.
_LONG_TEXT: Final = 65_536
#: Of zones whose methods are not the caller's.
_KNOWN_ZONES: Final = frozenset(["builtins", "datetime", "zoneinfo"])


def encode_plain(container: Collection[object], values: Collection[object]) -> bytes | None:
    """A dict with harmless names or a list, and its `values`, as JSON.

    None where that would be wrong, too long, or might hold a secret: the values then need `values.py`.
    """
    # For a few fields this loop is as quick as one set operation on their types, which could not see the lengths.
    for value in values:
        kind = type(value)
        if kind is str:
            if len(value) > _LONG_TEXT:  # type: ignore[arg-type]  # a str, as its type says
                return None
        elif kind not in _KINDS and not (kind is dt.datetime and _is_written_exactly(value)):  # type: ignore[arg-type]
            return None
    try:
        encoded = dumps(container, None, limits.orjson_options)
    except TypeError:  # a lone surrogate, or an integer of too many bits
        return None
    # orjson writes NaN and infinities as null. (`find` takes half the time of `in` here.)
    if encoded.find(b"null") >= 0 and not all(map(_is_written_truly, values)):
        return None
    members = len(container) if type(container) is dict else 0
    return None if len(encoded) > limits.record_size or active.redactor.suspects(encoded, members) else encoded


def with_texts(fields: Mapping[str, object]) -> dict[str, object] | None:
    """The fields with dates, decimals and paths as text; None if there are none, or others that are not plain."""
    if _TEXT_OF.keys().isdisjoint(map(type, fields.values())):
        return None
    changed: dict[str, object] = {}
    for name, value in fields.items():
        kind = type(value)
        if kind in _KINDS:
            changed[name] = value
        elif kind in _TEXT_OF:
            changed[name] = _TEXT_OF[kind](value)
        else:
            return None
    return changed


def _is_written_exactly(time: dt.datetime) -> bool:
    # orjson would round the offset of other zones to minutes, and call the methods of a caller's zone.
    return time.tzinfo is None or time.tzinfo is dt.UTC


def _is_written_truly(value: object) -> bool:
    return type(value) is not float or math.isfinite(value)


def _time_text(value: dt.datetime | dt.time) -> object:
    return value.isoformat() if type(value.tzinfo).__module__ in _KNOWN_ZONES else value


_TEXT_OF: Final[dict[type, Callable[[Any], object]]] = {
    dt.datetime: _time_text,
    dt.time: _time_text,
    dt.timedelta: str,
    decimal.Decimal: str,
    type(pathlib.Path()): str,
}
