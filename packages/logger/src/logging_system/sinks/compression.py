"""How rotated files are compressed: gzip, or zstd where a package for it is installed."""

from __future__ import annotations

import importlib.util
import sys
from typing import Literal, TypeAlias

Compression: TypeAlias = Literal["none", "gzip", "zstd"]


def is_available(compression: Compression) -> bool:
    """Whether what it needs is installed: zstd is part of Python from 3.14 on, `zstandard` before."""
    return compression != "zstd" or sys.version_info >= (3, 14) or importlib.util.find_spec("zstandard") is not None
