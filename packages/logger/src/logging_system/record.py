"""The parts of a record as bytes: field objects, context, message and exception.

A record is one JSON object on one line; `logger.py` joins its parts in the order of the schema.
Fields are encoded in the caller, so a later change of a mutable value cannot reach the record. The
fast way is one call of orjson (`plain.py`); whatever it cannot take, or takes wrongly, goes through
`values.py`. Only that runs code of the caller's, see `reentry.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from types import NoneType
from typing import Final

from orjson import dumps

from logging_system import limits, names
from logging_system.exceptions import bare_exception, exception_to_json
from logging_system.leaves import plain_value, text_leaf
from logging_system.limits import MAX_ITEMS, Budget
from logging_system.names import RESERVED, RESERVED_CONTEXT
from logging_system.plain import encode_plain, with_texts
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.reentry import LEFT_OUT, encoding
from logging_system.texts import NO_ROOM, bounded_name, safe_text, valid_text
from logging_system.values import Json, fields_to_json

#: How many fields were left out of a record, when some were.
CUT_FIELDS: Final = "cut_fields"
#: What is written close to the caller's recursion limit, where nothing can be called any more.
_ALL_CUT: Final = b'{"cut_fields":%d}'
_ONLY_TYPE: Final = (
    b'{"type":%b,"module":"","message":"' + NO_ROOM.encode() + b'",'
    b'"stacktrace":"","cause":null,"context":null,"notes":[]}'
)
_CONSTANTS: Final = frozenset([str, int, float, bool, NoneType])


def encode_fields(fields: Mapping[str, object]) -> bytes:
    """Encode a record's own fields as a JSON object; the caller's order is kept."""
    try:
        if names.are_plain(fields):
            encoded = encode_plain(fields, fields.values()) or _encode_with_texts(fields)
            if encoded is not None:
                return encoded
    except Exception:  # a name that is a text of the caller's own kind, a rule that fails, no room on the stack
        encoded = None
    return _encode_checked(fields, RESERVED) or _ALL_CUT % len(fields)


def _encode_with_texts(fields: Mapping[str, object]) -> bytes | None:
    changed = with_texts(fields)
    return None if changed is None else encode_plain(changed, changed.values())


def encode_context(fields: Mapping[str, object]) -> bytes:
    """Encode context fields as members followed by commas (`"a":1,`), the correlation id first."""
    if not fields:
        return b""
    ordered = dict(fields)
    if "correlation_id" in ordered:
        ordered = {"correlation_id": ordered.pop("correlation_id"), **ordered}
    encoded = _encode_checked(ordered, RESERVED_CONTEXT)
    return b"" if encoded == b"{}" else (encoded or _ALL_CUT % len(fields))[1:-1] + b","


def encode_static_context(service_name: str, version: str, environment: str) -> bytes:
    """Encode what every record's context ends with, closing brace included."""
    return b'"service_name":%b,"version":%b,"environment":%b}' % (
        encode_text(service_name),
        encode_text(version),
        encode_text(environment),
    )


def encode_exception(error: BaseException) -> bytes:
    """Encode an exception as the value of the record's `exception` key."""
    try:
        if encoding.is_too_deep():
            return dumps(bare_exception(error, LEFT_OUT))
        with encoding.running():
            return dumps(exception_to_json(error))
    except RecursionError:
        return _ONLY_TYPE % dumps(type(error).__name__)


def encode_message(message: object) -> bytes:
    """Encode a record's message as a JSON string, redacted."""
    if type(message) is str and len(message) <= limits.record_size:
        try:
            encoded = dumps(message)
            if not active.redactor.suspects(encoded, 0):
                return encoded
        except Exception:  # a lone surrogate, or a rule that fails
            encoded = b""
    return _encode_checked_message(message)


def encode_text(value: object) -> bytes:
    """Encode a name as a JSON string, whatever it is."""
    return dumps(bounded_name(safe_text(value)))


def _encode_checked_message(message: object) -> bytes:
    try:
        if encoding.is_too_deep():
            return dumps(LEFT_OUT)
        with encoding.running():
            written = text_leaf("message", safe_text(message), Budget())
        return dumps("" if written is REMOVED else safe_text(written))
    except RecursionError:
        return dumps(NO_ROOM)


def _encode_checked(fields: Mapping[str, object], reserved: frozenset[str]) -> bytes | None:
    """One by one. None if the stack has no room even for that."""
    try:
        if encoding.is_too_deep():
            return _encode_without_callers_code(fields, reserved)
        taken = names.reserved_among(fields, reserved)
        pairs: Iterable[tuple[object, object]] = fields.items()
        if len(fields) > MAX_ITEMS:
            pairs = [*islice(pairs, MAX_ITEMS), (CUT_FIELDS, len(fields) - MAX_ITEMS)]
        with encoding.running():
            return dumps(fields_to_json(pairs, Budget(len(fields)), taken))
    except RecursionError:
        return None


def _encode_without_callers_code(fields: Mapping[str, object], reserved: frozenset[str]) -> bytes:
    """Only numbers, constants and texts under harmless names, and these only if no rule wants to see them."""
    shown = {name: value for name, value in islice(fields.items(), MAX_ITEMS) if type(name) is str}
    taken = names.reserved_among(shown, reserved)
    checked: dict[str, Json] = {}
    for name, value in shown.items():
        known = type(value) in _CONSTANTS and not names.hides(name)
        checked[bounded_name(valid_text(name)) + "_" * (name in taken)] = plain_value(value) if known else LEFT_OUT
    encoded = dumps(checked)
    return dumps(dict.fromkeys(checked, LEFT_OUT)) if active.redactor.suspects(encoded) else encoded


def forget_names() -> None:
    """The redaction rules have changed: what was a harmless name may be one no more."""
    names.forget()
