"""The parts of a record as bytes: field objects, context and exception.

A record is one JSON object on one line; `logger.py` joins its parts in the order of the schema.
Fields are encoded in the caller, so a later change of a mutable value cannot reach the record. The
fast way is one `orjson.dumps`; whatever it cannot take, or takes wrongly, goes through `values.py`.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from typing import Final

import orjson

from logging_system.exceptions import exception_to_json
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.values import add_member, key_text, safe_text

#: Top-level keys of the schema; a caller's field of such a name is kept under that name plus `_`.
RESERVED: Final = frozenset("timestamp level logger message module function line context duration_ms exception".split())
#: Keys that the library itself adds at the end of `context`.
RESERVED_CONTEXT: Final = frozenset(["service_name", "version", "environment"])

_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATACLASS
#: Names seen that are neither reserved nor secret: one set operation clears a record's keys.
_plain_names: set[str] = set()
_MAX_PLAIN_NAMES: Final = 4096


def encode_fields(fields: Mapping[str, object]) -> bytes:
    """Encode a record's own fields as a JSON object; the caller's order is kept."""
    if _plain_names.issuperset(fields) or _names_are_plain(fields):
        encoded = _encode_plain(fields)
        if encoded is not None:
            return encoded
    return _encode_checked(fields, RESERVED)


def encode_context(fields: Mapping[str, object]) -> bytes:
    """Encode context fields as members followed by commas (`"a":1,`), the correlation id first."""
    if not fields:
        return b""
    ordered = dict(fields)
    if "correlation_id" in ordered:
        ordered = {"correlation_id": ordered.pop("correlation_id"), **ordered}
    return _encode_checked(ordered, RESERVED_CONTEXT)[1:-1] + b","


def encode_static_context(service_name: str, version: str, environment: str) -> bytes:
    """Encode what every record's context ends with, closing brace included."""
    return orjson.dumps({"service_name": service_name, "version": version, "environment": environment})[1:]


def encode_exception(error: BaseException) -> bytes:
    """Encode an exception as the value of the record's `exception` key."""
    return orjson.dumps(exception_to_json(error))


def encode_message(message: object) -> bytes:
    """Encode a record's message as a JSON string, redacted."""
    written = active.redactor.leaf("message", safe_text(message))
    return encode_text("" if written is REMOVED else written)


def encode_text(value: object) -> bytes:
    """Encode a name as a JSON string, whatever it is."""
    try:
        return orjson.dumps(value if type(value) is str else safe_text(value))
    except TypeError:  # a lone surrogate
        return orjson.dumps(safe_text(value))


def _names_are_plain(fields: Mapping[str, object]) -> bool:
    for name in fields:
        if name in RESERVED or active.redactor.hides_key(name):
            return False
    if len(_plain_names) >= _MAX_PLAIN_NAMES:
        _plain_names.clear()
    _plain_names.update(name for name in fields if len(name) < 100)
    return True


def _encode_plain(fields: Mapping[str, object]) -> bytes | None:
    """One call of orjson, or None where its answer would be wrong or might hold a secret.

    A second brace or a bracket tells of a nested value, whose keys have to be looked at; orjson
    writes NaN and infinities as null, so a null asks for a look at the values. Either sign inside
    a string only costs the slow way.
    """
    try:
        encoded = orjson.dumps(fields, None, _OPTIONS)
    except (TypeError, RecursionError):
        return None
    if encoded.rfind(b"{") > 0 or b"[" in encoded:
        return None
    if b"null" in encoded and not all(map(_is_written_truly, fields.values())):
        return None
    return None if active.redactor.suspects(encoded) else encoded


def _is_written_truly(value: object) -> bool:
    return math.isfinite(value) if isinstance(value, float) else not isinstance(value, enum.Enum)


def _encode_checked(fields: Mapping[str, object], reserved: frozenset[str]) -> bytes:
    checked: dict[str, object] = {}
    for key, value in fields.items():
        add_member(checked, key_text(key), value, reserved=reserved)
    return orjson.dumps(checked)


def forget_names() -> None:
    """The redaction rules have changed: what was a harmless name may be one no more."""
    _plain_names.clear()
