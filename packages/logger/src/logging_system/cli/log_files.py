"""Where log files lie, and their lines: plain or gzip, from the front or from the end, or standard input."""

from __future__ import annotations

import contextlib
import errno
import glob
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from logging_system.config.load import load_settings
from logging_system.sinks.file import log_file_path

#: The name that means standard input.
STDIN: Final = "-"
#: Bytes after which a line is taken in pieces, so that a file without line ends stays within memory.
LONGEST_LINE: Final = 16 * 1024 * 1024
_BLOCK: Final = 64 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"


def configured_file() -> str:
    """The log file of the configuration in force. Raises ConfigError when that is wrong."""
    settings = load_settings()
    return log_file_path(settings.log_dir, settings.service_name)


def with_rotated(path: str) -> list[str]:
    """`path` after its rotated files, oldest first; only what is there, and `path` itself if nothing is."""
    numbered = re.compile(re.escape(path) + r"\.(\d+)(?:\.gz)?")
    by_number: dict[int, str] = {}
    # A plain file beside its finished copy: the same records twice for a moment, so one of the two.
    for name in sorted(glob.glob(f"{glob.escape(path)}.*"), reverse=True):
        if match := numbered.fullmatch(name):
            by_number[int(match[1])] = name
    rotated = [by_number[number] for number in sorted(by_number, reverse=True)]
    return [*rotated, path] if os.path.exists(path) or not rotated else rotated


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open for reading; a gzip file, whatever its name, is read unpacked. Raises OSError with the path in it."""
    try:
        with contextlib.ExitStack() as stack:
            plain = sys.stdin.buffer if path == STDIN else stack.enter_context(open(path, "rb"))
            if isinstance(plain, io.BufferedReader) and plain.peek(2)[:2] == _GZIP_MAGIC:
                yield cast("BinaryIO", stack.enter_context(gzip.open(plain, "rb")))
            else:
                yield plain
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise OSError(errno.EIO, "is not a whole gzip file", path) from None


def is_compressed(stream: BinaryIO) -> bool:
    """Whether `opened` is unpacking it."""
    return isinstance(stream, gzip.GzipFile)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines with their line ends; the last may lack it. One beyond LONGEST_LINE comes in pieces."""
    return iter(lambda: stream.readline(LONGEST_LINE), b"")


def lines_from_the_end(stream: BinaryIO, end: int) -> Iterator[bytes]:
    """Lines before the offset `end`, last first, reading only as much as is asked for."""
    position, pieces, length = end, [b""], 0
    while position > 0:
        size = min(_BLOCK, position)
        position -= size
        stream.seek(position)
        block = stream.read(size)
        # What follows the block's last line end belongs to the line collected so far.
        head, *rest = block.split(b"\n")
        if rest:
            *whole, last = rest
            yield from _line(last, pieces)
            for line in reversed(whole):
                yield line + b"\n"
            pieces, length = [b"\n"], 0
        pieces.append(head)
        length += len(head)
        if length > LONGEST_LINE:
            yield from _line(b"", pieces)
            pieces, length = [b""], 0
    yield from _line(b"", pieces)


def _line(start: bytes, pieces: list[bytes]) -> Iterator[bytes]:
    """The line whose pieces were collected from its end to its start; none if there is nothing."""
    line = b"".join([start, *reversed(pieces)])
    if line:
        yield line
