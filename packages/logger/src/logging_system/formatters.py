"""Encoded record to a line a person reads: plain or coloured.

Works on the encoded record, so that sinks stay free of the caller's objects. Control characters
never reach a terminal raw: whatever is not printable is shown as an escape.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

_RESET: Final = "\x1b[0m"
_DIM: Final = "\x1b[2m"
_COLOURS: Final = {
    "DEBUG": "\x1b[36m",
    "INFO": "\x1b[32m",
    "WARNING": "\x1b[33m",
    "ERROR": "\x1b[31m",
    "CRITICAL": "\x1b[1;37;41m",
}
#: C0 and C1 controls, DEL, bidi controls, line and paragraph separators, byte order mark.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_HEAD: Final = frozenset("timestamp level logger message module function line context exception".split())
_STATIC_CONTEXT: Final = frozenset(["service_name", "version", "environment"])


def escape(text: str) -> str:
    """Show unprintable characters as escapes such as \\x1b, so that data cannot drive a terminal."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def format_line(line: bytes, *, colored: bool) -> str:
    """One record as text with its newline; a stack trace follows on lines of its own."""
    record: dict[str, Any] = orjson.loads(line)
    level = record["level"]
    # `2026-06-19T10:30:45.123Z` is shown as UTC, as in the file, so that both can be compared.
    time = record["timestamp"].replace("T", " ")
    context = {key: value for key, value in record["context"].items() if key not in _STATIC_CONTEXT}
    own = {key: value for key, value in record.items() if key not in _HEAD}
    fields = " ".join(f"{escape(key)}={_shown(value)}" for key, value in {**own, **context}.items())

    message, place = escape(record["message"]), f"{record['logger']} {record['module']}:{record['line']}"
    if colored:
        head = f"{_DIM}{time}{_RESET} {_COLOURS[level]}{level:<8}{_RESET} {message}"
        text = f"{head} {_DIM}{fields}{' ' if fields else ''}({escape(place)}){_RESET}\n"
    else:
        text = f"{time} {level:<8} {message} {fields}{' ' if fields else ''}({escape(place)})\n"
    if "exception" in record:
        text += _stack_traces(record["exception"])
    return text


def _shown(value: Any) -> str:
    if isinstance(value, str) and value and " " not in value and '"' not in value:
        return escape(value)
    return escape(orjson.dumps(value).decode())


def _stack_traces(exception: dict[str, Any], relation: str = "") -> str:
    lines = str(exception.get("stacktrace") or f"{exception['type']}: {exception['message']}").splitlines()
    text = "".join(f"    {escape(line)}\n" for line in [*([relation] if relation else []), *lines])
    for key, words in (("cause", "caused by:"), ("context", "while handling:")):
        if exception.get(key):
            text += _stack_traces(exception[key], words)
    for member in exception.get("exceptions", []):
        text += _stack_traces(member, "group member:") if isinstance(member, dict) else f"    {member}\n"
    return text
