"""A line of a log file to a record, or to None for anything that is none: torn, foreign, hostile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from logging_system.formatters import escape
from logging_system.levels import NUMBERS

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
#: Nested exceptions (cause, context, groups) deeper than any real one.
_DEEPEST: Final = 100


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A line that has the shape of the contract's record; `fields` is all of it."""

    time: datetime
    level: int
    logger: str
    message: str
    context: dict[str, Any]
    fields: dict[str, Any]


def read_time(text: str) -> datetime:
    """A time written as RFC 3339. Raises ValueError for anything else."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"got {text!r}, expected a time such as 2026-06-19T10:30:45.123Z")
    return datetime.fromisoformat(text)


def read_record(line: bytes) -> LogRecord | None:
    """The record in a line. Checks every key that showing it needs, since a file may hold anything."""
    try:
        fields = orjson.loads(line)
        time = read_time(fields["timestamp"])
        level, logger, message, context = (
            NUMBERS[fields["level"]],
            fields["logger"],
            fields["message"],
            fields["context"],
        )
        place = fields["module"], fields["line"]
        exception = fields.get("exception")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    texts = isinstance(logger, str) and isinstance(message, str) and isinstance(place[0], str)
    if not (texts and isinstance(place[1], int) and isinstance(context, dict)):
        return None
    if "exception" in fields and not _is_exception(exception):
        return None
    return LogRecord(time, level, logger, message, context, fields)


def _is_exception(value: object, depth: int = 0) -> bool:
    """Whether the formatter can show it, and shows nothing that drives a terminal."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return False
    if not value.get("stacktrace") and not {"type", "message"} <= value.keys():
        return False
    members = value.get("exceptions", [])
    if not isinstance(members, list):
        return False
    nested = [value[key] for key in ("cause", "context") if value.get(key)]
    nested += [member for member in members if not (isinstance(member, str) and escape(member) == member)]
    return all(_is_exception(other, depth + 1) for other in nested)
