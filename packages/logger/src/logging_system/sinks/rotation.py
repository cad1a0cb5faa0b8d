"""Names of rotated files: `app.log` becomes `app.log.1`, `.1.gz` becomes `.2.gz`, and so on.

Everything here is done by one process at a time, under `file_lock.names_lock`.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

#: Five digits: `app.log.20260619` is somebody else's.
_NUMBER_AND_SUFFIX = r"\.([1-9][0-9]{0,4})(\.gz|\.zst)?"


class RotatedFile(NamedTuple):
    """`suffix` is empty while it is not compressed."""

    number: int
    suffix: str
    path: str


def rotated_files(path: str) -> list[RotatedFile]:
    """The rotated files of the log at `path`, newest first; what only looks like one, such as a folder, too."""
    directory, name = os.path.split(path)
    pattern = re.compile(re.escape(name) + _NUMBER_AND_SUFFIX)
    found = [(entry, pattern.fullmatch(entry)) for entry in os.listdir(directory or ".")]
    return sorted(
        RotatedFile(int(match[1]), match[2] or "", os.path.join(directory, entry)) for entry, match in found if match
    )


def first_free_number(files: Sequence[RotatedFile]) -> int:
    """The end of the unbroken run of numbers that starts at 1."""
    taken = {file.number for file in files}
    number = 1
    while number in taken:
        number += 1
    return number


def move_away(path: str) -> None:
    """Rename the log at `path` to `.1`, after the older ones up to the first gap; nothing is overwritten."""
    files = remove_finished_originals(rotated_files(path))
    numbered: defaultdict[int, list[RotatedFile]] = defaultdict(list)
    for file in files:
        numbered[file.number].append(file)
    for number in range(first_free_number(files) - 1, 0, -1):
        for file in numbered[number]:
            os.rename(file.path, f"{path}.{number + 1}{file.suffix}")
    os.rename(path, f"{path}.1")


def remove_finished_originals(files: Sequence[RotatedFile]) -> list[RotatedFile]:
    """Delete each plain file whose compressed copy is complete: its process was killed between the two steps."""
    compressed = {file.number: file for file in files if file.suffix}
    kept = []
    for file in files:
        if not file.suffix and file.number in compressed and is_copy(file.path, compressed[file.number].path):
            os.remove(file.path)
        else:
            kept.append(file)
    return kept


def is_copy(plain: str, compressed: str) -> bool:
    """Whether `compressed` was made of `plain`: copies get their name when they are whole, and carry its time."""
    return os.stat(plain).st_mtime_ns == os.stat(compressed).st_mtime_ns
