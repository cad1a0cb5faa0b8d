"""How rotated files are compressed: gzip, or zstd where a package for it is installed."""

from __future__ import annotations

import importlib.util
import io
import sys
import zlib
from typing import BinaryIO, Literal, Protocol, TypeAlias

Compression: TypeAlias = Literal["none", "gzip", "zstd"]

SUFFIXES: dict[Compression, str] = {"none": "", "gzip": ".gz", "zstd": ".zst"}
#: First bytes of a zstd file (RFC 8878).
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
#: zlib's level 6 takes three times as long for 10 % less.
_GZIP_LEVEL = 3
_GZIP_WINDOW_BITS = 31
_ZSTD_LEVEL = 3


class Encoder(Protocol):
    """Takes bytes, gives compressed ones when it has some."""

    def compress(self, data: bytes, /) -> bytes:
        """Compress."""

    def flush(self) -> bytes:
        """The last bytes."""


def is_available(compression: Compression) -> bool:
    """Whether what it needs is installed: zstd is part of Python from 3.14 on, `zstandard` before."""
    return compression != "zstd" or sys.version_info >= (3, 14) or importlib.util.find_spec("zstandard") is not None


def new_encoder(compression: Compression) -> Encoder:
    """An encoder for one file."""
    if compression != "zstd":
        return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW_BITS)
    if sys.version_info >= (3, 14):  # pragma: no cover - the tests run with an older Python
        from compression import zstd

        parameter = zstd.CompressionParameter
        return zstd.ZstdCompressor(options={parameter.compression_level: _ZSTD_LEVEL, parameter.checksum_flag: 1})
    import zstandard  # an extra

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()


def open_zstd(stream: BinaryIO) -> BinaryIO:
    """Read the zstd file that `stream` gives. Raises ImportError where its package is missing."""
    if sys.version_info >= (3, 14):  # pragma: no cover - the tests run with an older Python
        from compression import zstd

        return io.BufferedReader(zstd.ZstdFile(stream))
    import zstandard  # an extra

    return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True))
