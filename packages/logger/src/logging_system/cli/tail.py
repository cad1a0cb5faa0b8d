"""`logging-system tail`: the last records of a log file as lines a person reads, and those to come.

Lines that are no records (torn by a crash, written by something else) are shown escaped, with a
marker; with a filter on what only records have, they are left out. `--json` writes records as they
are and other lines to standard error, so that what reads it gets JSON only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from logging_system.cli import arguments as read
from logging_system.cli.follow import follow
from logging_system.cli.log_files import configured_file, is_compressed, lines, lines_from_the_end, opened
from logging_system.cli.records import LogRecord, read_record
from logging_system.formatters import escape, format_line

if TYPE_CHECKING:
    from logging_system.cli.arguments import Subcommands

#: Stands before a line that is no record.
NO_RECORD: Final = "[not a record]"
_DIM, _RESET = "\x1b[2m", "\x1b[0m"


def add_parser(subcommands: Subcommands) -> None:
    """Add the subcommand and its arguments."""
    parser = subcommands.add_parser(
        "tail",
        help="show the last records of a log file, and follow it",
        description="Show the last records of a log file. Filters come first: -n 5 --level ERROR is the last 5 errors.",
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="log file, may be gzip; - is standard input (default: the configured)"
    )
    parser.add_argument(
        "-n", "--lines", type=read.count, default=20, metavar="N", help="how many records (default: 20)"
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what is written, over rotations")
    parser.add_argument("--level", type=read.level, metavar="LEVEL", help="records of this level and above")
    parser.add_argument("--logger", metavar="NAME", help="records of this logger and those below it (NAME.…)")
    parser.add_argument("--correlation-id", metavar="ID", help="records of one request")
    parser.add_argument("--grep", metavar="TEXT", help="lines with this text anywhere in them, in any case")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="auto: on a terminal, unless NO_COLOR"
    )
    parser.add_argument("--json", action="store_true", help="the lines as they are in the file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the records. Returns when they are shown or, with `--follow`, at Ctrl-C."""
    path = arguments.file if arguments.file is not None else configured_file()
    view = _View(arguments)
    if not arguments.follow:
        with opened(path) as stream:
            view.show_all(_last(stream, arguments.lines, view.wants))
        return 0
    try:
        _follow(path, arguments.lines, view)
    except KeyboardInterrupt:
        sys.stdout.flush()
    return 0


def _follow(path: str, count: int, view: _View) -> None:
    with opened(path) as stream:
        if not _is_growing(stream):  # a pipe ends by itself; what is packed or comes from one has no last lines yet
            for line in lines(stream):
                view.show_all([line])
                sys.stdout.flush()
            return
        end = _end_of_last_line(stream)
        view.show_all(_last(stream, count, view.wants, end))
        sys.stdout.flush()
        for new in follow(path, end, stream):
            if new is None:
                sys.stdout.flush()
            elif view.wants(new):
                view.show(new)


def _is_growing(stream: BinaryIO) -> bool:
    return stream.seekable() and not is_compressed(stream)


def _last(stream: BinaryIO, count: int, wanted: Callable[[bytes], bool], end: int | None = None) -> Iterable[bytes]:
    """The last `count` lines that are wanted, in their order in the file."""
    if not _is_growing(stream):
        return deque(filter(wanted, lines(stream)), maxlen=count)
    if end is None:
        end = stream.seek(0, os.SEEK_END)
    return reversed(list(islice(filter(wanted, lines_from_the_end(stream, end)), count)))


def _end_of_last_line(stream: BinaryIO) -> int:
    """The offset behind the last line end: what follows it may be a write under way."""
    end = stream.seek(0, os.SEEK_END)
    last = next(lines_from_the_end(stream, end), b"\n")
    return end if last.endswith(b"\n") else end - len(last)


class _View:
    """What is shown, and how: the filters and the form of the lines."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._json: bool = arguments.json
        self._colored = _is_colored(arguments.color)
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
        for line in wanted:
            self.show(line)

    def show(self, line: bytes) -> None:
        """Write one line, or what stands for it."""
        line = line.rstrip(b"\r\n")
        is_record = read_record(line) is not None
        if self._json and is_record:
            sys.stdout.flush()
            sys.stdout.buffer.write(line + b"\n")
            return
        stream = sys.stderr if self._json else sys.stdout
        stream.write((self._formatted(line) if is_record else None) or self._foreign(line))

    def _formatted(self, line: bytes) -> str | None:
        try:
            return format_line(line, colored=self._colored)
        except (TypeError, ValueError, RecursionError):  # nested deeper than can be shown
            return None

    def _foreign(self, line: bytes) -> str:
        text = escape(line.decode(errors="backslashreplace"))
        marker = f"{_DIM}{NO_RECORD}{_RESET}" if self._colored and not self._json else NO_RECORD
        return f"{marker} {text}\n"


def _is_colored(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    # https://no-color.org: any value that is not empty turns colour off.
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


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
