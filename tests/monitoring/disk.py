"""A small disk that can really be filled: a file system in a file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Bytes of the whole disk.
SIZE = 32 << 20


class Disk:
    """Mounted at `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filling = folder / "filling"

    def fill(self, share: float) -> None:
        """Use so much of what is free."""
        free = os.statvfs(self._folder)
        self._filling.write_bytes(b"\0" * int(free.f_bavail * free.f_frsize * share))

    def empty(self) -> None:
        """Take that back."""
        self._filling.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """An ext4 of 32 MiB, mounted until the block is left. Needs root."""
    image, mounted = folder / "disk.img", folder / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE)
    _run("mkfs.ext4", "-q", "-m", "0", str(image))
    _run("mount", "-o", "loop", str(image), str(mounted))
    try:
        yield Disk(mounted)
    finally:
        _run("umount", str(mounted))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
