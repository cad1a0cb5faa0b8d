"""prometheus_client's multiprocess mode: several processes, such as gunicorn's workers, scraped as one.

With PROMETHEUS_MULTIPROC_DIR set, each process keeps its numbers in files of that directory, and
whoever is scraped adds up all files. Our numbers are copied there whenever they are added up. A
process opens its own files at its first copy, so a fork's child never writes into its parent's.
Without that variable this module is not even imported.
"""

from __future__ import annotations

import contextlib
import glob
import os
import struct
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Final, Protocol

from prometheus_client import Metric, multiprocess, values

from logging_system import diagnostics
from logging_system.metrics_pending import Labels
from logging_system.metrics_series import ExposedMetric, Number

_WRITING: Final = "metrics files"
_READING: Final = "metrics of all processes"
#: Seconds before another try to write files that could not be written.
RETRY_SECONDS: Final = 1.0
#: What prometheus_client raises for a file that is gone, still being made, or damaged.
_UNREADABLE: Final = (OSError, ValueError, RuntimeError, struct.error)


class _Value(Protocol):
    """A number in a file of this process."""

    def set(self, value: float) -> None:
        """Replace it."""

    def inc(self, amount: float) -> None:
        """Add to it."""


class ValueFiles:
    """The copies of `metrics` in the files of this process."""

    def __init__(self, metrics: Sequence[ExposedMetric]) -> None:
        self._metrics = metrics
        self._files: dict[tuple[str, Labels], _Value] = {}
        self._retry_at = 0.0
        self.restart()

    def restart(self) -> None:
        """In a fork's child nothing is copied yet; prometheus_client goes over to files of its own by itself."""
        self._copied: dict[tuple[str, Labels], float] = {}

    def copy(self) -> None:
        """Bring the files up to date; called inside `Pending.settle`. Never raises."""
        if _interrupts_prometheus_client() or time.monotonic() < self._retry_at:
            return
        try:
            for metric in self._metrics:
                self._copy(metric)
            diagnostics.forget(_WRITING)
        except Exception as error:  # the directory is gone, the disk is full
            self._retry_at = time.monotonic() + RETRY_SECONDS
            diagnostics.say(_WRITING, f"metrics: {error}; other processes do not see those of process {os.getpid()}")

    def _copy(self, metric: ExposedMetric) -> None:
        gone = {key for key in self._copied if key[0] == metric.name} if metric.kind == "gauge" else set()
        for number in metric.numbers():
            key = number.sample, number.labels
            gone.discard(key)
            before = self._copied.get(key)
            if number.value == before:
                continue
            file = self._files.get(key) or self._open(key, metric, number)
            try:
                if metric.kind == "gauge":
                    file.set(number.value)
                else:
                    # What a process of the same id left there is kept: counters must not go back.
                    file.inc(number.value - (before or 0.0))
            except Exception:
                del self._files[key]  # its file was closed half-way: opened anew at the next try
                raise
            self._copied[key] = number.value
        for key in gone:
            self._files[key].set(0.0)
            self._copied[key] = 0.0

    def _open(self, key: tuple[str, Labels], metric: ExposedMetric, number: Number) -> _Value:
        file: _Value = values.ValueClass(
            metric.kind,
            metric.name,
            number.sample,
            number.label_names,
            number.labels,
            metric.help_text,
            multiprocess_mode=metric.multiprocess_mode,
        )
        self._files[key] = file
        return file


def _interrupts_prometheus_client() -> bool:
    """Whether a signal handler or finaliser calls, in a thread that holds prometheus_client's lock of all values."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is vars(values):
            return True
        frame = frame.f_back
    return False


class AllProcesses:
    """Collector of the numbers of all processes; of this one alone (`own`) where the directory is gone."""

    def __init__(self, settle: Callable[[], object], own: Callable[[], Iterable[Metric]]) -> None:
        self._settle = settle
        self._own = own

    def collect(self) -> Iterable[Metric]:
        """Called at each scrape."""
        self._settle()
        directory = _directory()
        if not os.path.isdir(directory):
            diagnostics.say(_READING, f"metrics: {directory!r} (PROMETHEUS_MULTIPROC_DIR) is not a directory")
            return self._own()
        files = glob.glob(os.path.join(glob.escape(directory), "*.db"))
        try:
            return _merged(files)
        except _UNREADABLE:
            return _merged([file for file in files if _is_readable(file)])


def _merged(files: list[str]) -> Iterable[Metric]:
    return list(multiprocess.MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]


def _is_readable(file: str) -> bool:
    try:
        _merged([file])
    except _UNREADABLE as error:
        diagnostics.say(_READING, f"metrics: {file}: {error or type(error).__name__}; left out")
        return False
    return True


def _directory() -> str:
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR") or os.environ.get("prometheus_multiproc_dir", "")  # noqa: SIM112 - its old name


def mark_process_dead(pid: int) -> None:
    """Remove what says that the process `pid` lives. Never raises."""
    with contextlib.suppress(OSError):  # the directory is gone, or another process was quicker
        multiprocess.mark_process_dead(pid, _directory())  # type: ignore[no-untyped-call]
