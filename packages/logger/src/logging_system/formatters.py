"""Encoded record to a line a person reads: plain or coloured.

Works on the encoded record, so that sinks stay free of the caller's objects. Control characters
never reach a terminal raw: whatever could drive it, or show a text in another order than it has, is
shown as an escape.
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
#: C0 and C1 controls, DEL, bidi controls, line and paragraph separators, byte order mark, and the marks and
#: tags that have no picture of their own (a language tag can hide a whole text).
_UNSAFE_ABOVE_ASCII: Final = (
    "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_UNSAFE: Final = re.compile(f"[\x00-\x1f{_UNSAFE_ABOVE_ASCII}]")
#: What JSON allows in its texts although a terminal obeys it.
_UNSAFE_IN_JSON: Final = re.compile(f"[{_UNSAFE_ABOVE_ASCII}]")
#: Keys and values that are shown without quotes.
_KEY: Final = re.compile(r'[^\s"=]+')
_WORD: Final = re.compile(r'[^\s"]+')
_HEAD: Final = frozenset("timestamp level logger message module function line context exception".split())
_STATIC_CONTEXT: Final = frozenset(["service_name", "version", "environment"])


def escape(text: str) -> str:
    """Show unprintable characters as escapes such as \\x1b, so that data cannot drive a terminal."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def escape_json(text: str) -> str:
    """The same for lines of JSON, with JSON's own escapes: they mean what they meant, and line ends stay.

    JSON demands escapes for C0 only; a terminal that gets records as they are would obey the others.
    """
    return _UNSAFE_IN_JSON.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def format_line(line: bytes, *, colored: bool) -> str:
    """One record as text with its newline; a stack trace follows on lines of its own."""
    record: dict[str, Any] = orjson.loads(line)
    level = record["level"]
    # `2026-06-19T10:30:45.123Z` is shown as UTC, as in the file, so that both can be compared.
    time = record["timestamp"].replace("T", " ")
    own = [field for field in record.items() if field[0] not in _HEAD]
    context = [field for field in record["context"].items() if field[0] not in _STATIC_CONTEXT]
    fields = " ".join(f"{_shown(key, _KEY)}={_shown(value, _WORD)}" for key, value in own + context)

    message, place = escape(record["message"]), f"{record['logger']} {record['module']}:{record['line']}"
    if colored:
        head = f"{_DIM}{time}{_RESET} {_COLOURS[level]}{level:<8}{_RESET} {message}"
        text = f"{head} {_DIM}{fields}{' ' if fields else ''}({escape(place)}){_RESET}\n"
    else:
        text = f"{time} {level:<8} {message} {fields}{' ' if fields else ''}({escape(place)})\n"
    if "exception" in record:
        text += _stack_traces(record["exception"])
    return text


def _shown(value: Any, unquoted: re.Pattern[str]) -> str:
    if isinstance(value, str) and unquoted.fullmatch(value):
        return escape(value)
    return escape(orjson.dumps(value).decode())


def _stack_traces(exception: dict[str, Any], relation: str = "") -> str:
    lines = str(exception.get("stacktrace") or f"{exception['type']}: {exception['message']}").split("\n")
    text = "".join(f"    {escape(line)}\n" for line in [*([relation] if relation else []), *lines])
    for key, words in (("cause", "caused by:"), ("context", "while handling:")):
        if exception.get(key):
            text += _stack_traces(exception[key], words)
    for member in exception.get("exceptions", []):
        text += _stack_traces(member, "group member:") if isinstance(member, dict) else f"    {escape(str(member))}\n"
    return text
