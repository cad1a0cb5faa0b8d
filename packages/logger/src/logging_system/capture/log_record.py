"""A `logging.LogRecord` to the parts of our record, for capturing and for `stdlib.StructuredFormatter`.

Nothing here raises for what is in the record: a message that cannot be formatted keeps its parts,
an attribute that is missing or of another kind is replaced. Reading a record changes nothing in it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Container, Mapping
from typing import Final, NamedTuple

from logging_system.callsite import encode_place
from logging_system.exceptions import current_exception
from logging_system.levels import INFO, NAMES, level_number
from logging_system.record import encode_text
from logging_system.reentry import LEFT_OUT, showing
from logging_system.texts import safe_text

#: What every LogRecord has, with what formatters and newer Pythons add: no fields of the caller.
OWN_ATTRIBUTES: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
#: What libraries put on records for formatters of their own: a coloured copy of the message (uvicorn),
#: the ids that stand in the context as `trace_id` and `span_id` (OpenTelemetry's instrumentation).
_NOISE: Final = frozenset("color_message otelTraceID otelSpanID otelTraceSampled otelServiceName".split())
#: Milliseconds since 1970 at the end of the year 9999, which a time stamp can still hold.
_LAST_MILLISECOND: Final = 253_402_300_799_999
#: Places kept encoded.
_MAX_PLACES: Final = 10_000
_places: dict[tuple[object, object, object], bytes] = {}


class ForeignRecord(NamedTuple):
    """What `AdvancedLogger.write_foreign` takes."""

    level: int
    message: object
    #: Since 1970; 0 if the record does not say.
    milliseconds: int
    fields: dict[str, object]
    place: bytes
    error: BaseException | None


def translate(record: logging.LogRecord) -> ForeignRecord:
    """Read `record`."""
    level = level_of(record)
    message, fields = message_of(record)
    fields.update(extras_of(record))
    if level != record.levelno:
        fields.setdefault("level", record.levelname)
    if record.stack_info:
        fields["stack_info"] = record.stack_info
    error = current_exception(record.exc_info)
    if error is None and record.exc_text:  # it comes from another process, or through a QueueHandler
        fields["exc_text"] = record.exc_text
    return ForeignRecord(level, message, milliseconds_of(record), fields, place_of(record), error)


def level_of(record: logging.LogRecord) -> int:
    """The level among our five; a number between two counts as the lower one."""
    number = record.levelno
    if type(number) is int and number in NAMES:
        return number
    try:
        return level_number(number)
    except ValueError:
        return INFO


def message_of(record: logging.LogRecord) -> tuple[object, dict[str, object]]:
    """The message, and the fields that come with it.

    A dict logged in the place of a message is fields, as python-json-logger has it, and its
    `message` the message. What `%` cannot format is kept as it is, with `args` and `format_error`.
    """
    if isinstance(record.msg, dict) and not record.args:
        fields = {name if isinstance(name, str) else safe_text(name): value for name, value in record.msg.items()}
        return fields.pop("message", ""), fields
    if showing.is_too_deep():
        return record.msg, {"args": LEFT_OUT} if record.args else {}
    try:
        with showing.running():
            return record.getMessage(), {}
    except Exception as error:
        return record.msg, {"args": record.args, "format_error": f"{type(error).__name__}: {safe_text(error)}"}


def extras_of(record: logging.LogRecord, left_out: Container[str] = ()) -> dict[str, object]:
    """What the caller gave as `extra`, without what is known to be no information."""
    return {
        name: value
        for name, value in record.__dict__.items()
        if name not in OWN_ATTRIBUTES and name not in left_out and not _is_noise(name, value)
    }


def milliseconds_of(record: logging.LogRecord) -> int:
    """When it was made; 0 if that is no time that a time stamp can hold."""
    try:
        # `created` as a float may lie just below the millisecond that `msecs` says.
        milliseconds = int(record.created) * 1000 + int(record.msecs)
    except (TypeError, ValueError, OverflowError):
        return 0
    return milliseconds if 0 < milliseconds <= _LAST_MILLISECOND else 0


def place_of(record: logging.LogRecord) -> bytes:
    """Module, function and line, encoded."""
    key = (record.pathname, record.funcName, record.lineno)
    try:
        place = _places.get(key)
        if place is None:
            if len(_places) >= _MAX_PLACES:
                _places.clear()
            place = _places[key] = encode_source(*key)
        return place
    except Exception:  # attributes of other kinds than the standard library's
        return encode_place(None)


def encode_source(path: str, function: str | None, line: int) -> bytes:
    """A place given by the path of its file, encoded as `callsite.encode_place` does."""
    if path == "(unknown file)":
        return encode_place(None)
    module = os.path.splitext(os.path.basename(path))[0]
    name = b"null" if function is None else encode_text(function)
    return b',"module":%b,"function":%b,"line":%d,' % (encode_text(module), name, line)


def _is_noise(name: str, value: object) -> bool:
    """Also the connection and the ASGI scope, which servers hand over whole."""
    if name == "scope":
        return isinstance(value, Mapping) and "asgi" in value
    return name in _NOISE or (name == "websocket" and type(value).__module__.partition(".")[0] == "websockets")
