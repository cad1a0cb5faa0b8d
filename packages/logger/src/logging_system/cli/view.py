"""What `tail` shows of the lines of a log, and how: filters, colours, JSON, and lines that are no records."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from logging_system.cli.records import LogRecord, read_record
from logging_system.formatters import escape, escape_json, format_line

#: Stands before a line that is no record.
NO_RECORD: Final = "[not a record]"
_DIM, _RESET = "\x1b[2m", "\x1b[0m"


class View:
    """Made from the arguments of `tail`."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._json: bool = arguments.json
        self._colored = _is_colored(arguments.color)
        self._on_terminal = sys.stdout.isatty()
        self._needles = _needles(arguments.grep) if arguments.grep else []
        self._conditions = list(_conditions(arguments))

    def wants(self, line: bytes) -> bool:
        """Whether a line passes the filters; empty lines never do."""
        if not line.strip():
            return False
        if self._needles:
            text = line.decode(errors="replace").casefold()
            if not any(needle in text for needle in self._needles):
                return False
        if not self._conditions:
            return True
        record = read_record(line)
        return record is not None and all(condition(record) for condition in self._conditions)

    def show_all(self, wanted: Iterable[bytes]) -> None:
        """Write several lines."""
        for line in wanted:
            self.show(line)

    def show(self, line: bytes) -> None:
        """Write one line, or what stands for it."""
        line = line.rstrip(b"\r\n")
        is_record = read_record(line) is not None
        if self._json and is_record:
            self._show_json(line)
        else:
            stream = sys.stderr if self._json else sys.stdout
            stream.write((self._formatted(line) if is_record else None) or self._foreign(line))

    def _show_json(self, line: bytes) -> None:
        if self._on_terminal:  # which would obey what JSON lets pass
            sys.stdout.write(f"{escape_json(line.decode())}\n")
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(line + b"\n")

    def _formatted(self, line: bytes) -> str | None:
        try:
            return format_line(line, colored=self._colored)
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError):  # not shaped as ours inside
            return None

    def _foreign(self, line: bytes) -> str:
        text = escape(line.decode(errors="backslashreplace"))
        marker = f"{_DIM}{NO_RECORD}{_RESET}" if self._colored and not self._json else NO_RECORD
        return f"{marker} {text}\n"


def _is_colored(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    # https://no-color.org: any value that is not empty turns colour off.
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _needles(text: str) -> list[str]:
    """The text as it is, and as JSON writes it: with escapes for quotes, and for all that is not ASCII."""
    forms = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return [form.casefold() for form in forms]


def _conditions(arguments: argparse.Namespace) -> Iterator[Callable[[LogRecord], bool]]:
    level, name, correlation_id = arguments.level, arguments.logger, arguments.correlation_id
    if level is not None:
        yield lambda record: record.level >= level
    if name is not None:
        yield lambda record: record.logger == name or record.logger.startswith(f"{name}.")
    if correlation_id is not None:
        yield lambda record: record.context.get("correlation_id") == correlation_id
