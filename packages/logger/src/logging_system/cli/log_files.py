"""Where log files lie, and their lines: plain or compressed, from the front or from the end, or standard input."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from logging_system.config.load import load_settings
from logging_system.errors import ConfigError
from logging_system.sinks.compression import SUFFIXES, ZSTD_MAGIC, open_zstd
from logging_system.sinks.file import log_file_path
from logging_system.sinks.rotation import is_copy, rotated_files

#: The name that means standard input.
STDIN: Final = "-"
#: Bytes after which a line is taken in pieces, so that a file without line ends stays within memory.
LONGEST_LINE: Final = 16 * 1024 * 1024
_BLOCK: Final = 64 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"


def configured_file() -> str:
    """The log file of the configuration in force. Raises ConfigError when that is wrong, or has no file of records."""
    settings = load_settings()
    if not settings.file_output:
        raise ConfigError("configuration", "handlers.file.enabled", "the file sink is off; name a log file")
    if settings.file_format != "json":
        raise ConfigError("configuration", "handlers.file.format", "the log file holds plain text, expected json")
    return log_file_path(settings.log_dir, settings.service_name)


def with_rotated(path: str) -> list[str]:
    """`path` after its rotated files, oldest first; only what is there, and `path` itself if nothing is."""
    try:
        files = [file for file in rotated_files(path) if os.path.isfile(file.path)]
    except OSError:
        return [path]
    # A plain file beside its finished copy: the same records twice for a moment, so one of the two.
    compressed = {file.number: file.path for file in files if file.suffix}
    names = [
        file.path
        for file in reversed(files)
        if file.suffix or file.number not in compressed or not _is_copy(file.path, compressed[file.number])
    ]
    return [*names, path] if os.path.exists(path) or not names else names


def _is_copy(plain: str, compressed: str) -> bool:
    try:
        return is_copy(plain, compressed)
    except OSError:  # one of them is gone
        return True


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open for reading; a compressed file, whatever its name, is read unpacked. Raises OSError with the path in it."""
    try:
        with contextlib.ExitStack() as stack:
            plain = sys.stdin.buffer if path == STDIN else stack.enter_context(open(path, "rb"))
            start = plain.peek(len(ZSTD_MAGIC)) if isinstance(plain, io.BufferedReader) else b""
            if start.startswith(_GZIP_MAGIC):
                yield cast("BinaryIO", stack.enter_context(gzip.open(plain, "rb")))
            elif start.startswith(ZSTD_MAGIC):
                yield stack.enter_context(open_zstd(plain))
            else:
                yield plain
    except ImportError:
        raise OSError(errno.ENOTSUP, "zstd needs a package: pip install 'logging-system[zstd]'", path) from None
    except _damage():
        raise OSError(errno.EIO, "is not a whole compressed file", path) from None


def _damage() -> tuple[type[Exception], ...]:
    """What is raised for a file that is damaged or ends early; of a zstd package only if it was imported to read."""
    packages = [sys.modules.get(name) for name in ("zstandard", "compression.zstd")]
    return (EOFError, zlib.error, gzip.BadGzipFile, *(package.ZstdError for package in packages if package is not None))


def is_growing(stream: BinaryIO) -> bool:
    """Whether it is a plain file, to which records may be appended."""
    return stream.seekable() and isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines with their line ends; the last may lack it. One beyond LONGEST_LINE comes in pieces."""
    return iter(lambda: stream.readline(LONGEST_LINE), b"")


def lines_of_rotated(path: str) -> Iterator[bytes]:
    """Lines of a rotated file, which may have been compressed since it was listed."""
    for suffix in SUFFIXES.values():
        try:
            with opened(f"{path}{suffix}") as stream:
                yield from lines(stream)
            return
        except FileNotFoundError:
            continue
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


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
