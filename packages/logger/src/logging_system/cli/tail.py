"""`logging-system tail`: the last records of a log file as lines a person reads, and those to come.

Lines that are no records (torn by a crash, written by something else) are shown escaped, with a
marker; with a filter on what only records have, they are left out. `--json` writes records as they
are and other lines to standard error, so that what reads it gets JSON only.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from logging_system.cli import arguments as read
from logging_system.cli.follow import POLL_SECONDS, follow
from logging_system.cli.log_files import (
    STDIN,
    configured_file,
    is_growing,
    lines,
    lines_from_the_end,
    lines_of_rotated,
    opened,
    with_rotated,
)
from logging_system.cli.view import View
from logging_system.formatters import escape

if TYPE_CHECKING:
    from logging_system.cli.arguments import Subcommands

_EXAMPLES: Final = """examples:
  logging-system tail -n 5 --level ERROR                the last five errors
  logging-system tail -f --logger shop                  what the shop and those below it log from now on
  logging-system tail --correlation-id 4bf92f35 --json  one request, for another program
  docker logs -f shop | logging-system tail -f -        what a container prints
"""


def add_parser(subcommands: Subcommands) -> None:
    """Add the subcommand and its arguments."""
    parser = subcommands.add_parser(
        "tail",
        help="show the last records of a log file, and follow it",
        description="Show the last records of a log file that pass all filters.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="log file, also compressed; - is standard input (default: that of the configuration, with rotated ones)",
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
    rotated = [name for name in with_rotated(path) if name != path] if arguments.file is None else []
    view = View(arguments)
    if not arguments.follow:
        if rotated and not os.path.exists(path):  # rotated a moment ago, and nothing was logged since
            path = rotated.pop()
        with opened(path) as stream:
            view.show_all(_last(stream, arguments.lines, view.wants, rotated))
        return 0
    try:
        _wait_for(path)
        _follow(path, arguments.lines, view, rotated)
    except KeyboardInterrupt:
        sys.stdout.flush()
    return 0


def _wait_for(path: str) -> None:
    """Until there is a file, as a program that starts in a moment makes one."""
    if path == STDIN or os.path.lexists(path):
        return
    sys.stderr.write(f"logging-system: {escape(path)}: is not there yet; waiting for it\n")
    while not os.path.lexists(path):
        _check_reader()
        time.sleep(POLL_SECONDS)


def _follow(path: str, count: int, view: View, rotated: list[str]) -> None:
    with opened(path) as stream:
        if is_growing(stream):
            _follow_file(path, stream, count, view, rotated)
            return
        for line in lines(stream):  # a pipe ends by itself; what is packed or comes from one has no last lines yet
            if view.wants(line):
                view.show(line)
                sys.stdout.flush()


def _follow_file(path: str, stream: BinaryIO, count: int, view: View, rotated: list[str]) -> None:
    end = _end_of_last_line(stream)
    following = follow(path, end, stream)
    view.show_all(_last(stream, count, view.wants, rotated, end))
    sys.stdout.flush()
    for new in following:
        if new is None:
            sys.stdout.flush()
            _check_reader()
        elif view.wants(new):
            view.show(new)


def _check_reader() -> None:
    """End as a write would once nobody reads our output (`| head`), although there is nothing to write."""
    try:
        output = sys.stdout.fileno()
    except OSError:  # no file: the output is kept by whoever called us
        return
    poll = select.poll()
    poll.register(output, 0)
    if poll.poll(0):  # nothing was asked for, so it is an error or the other end is gone
        raise BrokenPipeError


def _last(
    stream: BinaryIO, count: int, wanted: Callable[[bytes], bool], rotated: list[str], end: int | None = None
) -> Iterable[bytes]:
    """The last `count` lines that are wanted, in their order; from rotated files what the file itself lacks."""
    if is_growing(stream):
        if end is None:
            end = stream.seek(0, os.SEEK_END)
        found = list(islice(filter(wanted, lines_from_the_end(stream, end)), count))[::-1]
    else:
        found = list(deque(filter(wanted, lines(stream)), maxlen=count))
    while rotated and len(found) < count:
        older = filter(wanted, lines_of_rotated(rotated.pop()))
        found[:0] = deque(older, maxlen=count - len(found))
    return found


def _end_of_last_line(stream: BinaryIO) -> int:
    """The offset behind the last line end: what follows it may be a write under way."""
    end = stream.seek(0, os.SEEK_END)
    last = next(lines_from_the_end(stream, end), b"\n")
    return end if last.endswith(b"\n") else end - len(last)
