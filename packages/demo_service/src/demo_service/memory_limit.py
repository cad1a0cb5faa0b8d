"""The memory limit of this process, from its control group, and as the metric `process_memory_limit_bytes`.

A container has one; a process on a host usually has none, and then there is no series. The lowest
limit on the way up from the process's own group counts, as the kernel applies them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

#: Version 1 says "none" by a number near 2**63, rounded down to whole pages.
_NO_LIMIT = 1 << 60


def memory_limit(system: Path = Path("/")) -> int | None:
    """The limit in bytes, None if there is none or it cannot be known. `system` is where /proc and /sys are found."""
    limits = [limit for file in _limit_files(system) if (limit := _read(file)) is not None]
    return min(limits, default=None)


def resident_bytes() -> int:
    """What the process has in memory now, as `process_resident_memory_bytes` counts it (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit_files(system: Path) -> Iterator[Path]:
    """Of each group from the process's own up to the topmost that can be seen here, in both versions."""
    try:
        lines = (system / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        # In a container without a namespace of its own the path is the host's, and the mount's top is our group.
        if controllers == "":
            yield from _upwards(system / "sys/fs/cgroup", group, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _upwards(system / "sys/fs/cgroup/memory", group, "memory.limit_in_bytes")


def _upwards(top: Path, group: str, name: str) -> Iterator[Path]:
    inner = Path(group.lstrip("/"))
    if ".." not in inner.parts:
        yield from (top / part / name for part in (inner, *inner.parents))


def _read(file: Path) -> int | None:
    try:
        limit = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there; or the word "max"
        return None
    return limit if 0 < limit < _NO_LIMIT else None


class MemoryLimitCollector:
    """For prometheus_client's registry. The limit may change while the process runs."""

    def describe(self) -> Iterable[Metric]:
        """Its name, for the registry."""
        return [_metric(None)]

    def collect(self) -> Iterable[Metric]:
        """One number, or no series."""
        return [_metric(memory_limit())]


def _metric(value: int | None) -> Metric:
    return GaugeMetricFamily(
        "process_memory_limit_bytes", "Memory that the process may take, if there is a limit", value
    )
