"""Rotation by time, and what clocks do to it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system.sinks.file import CHECK_SECONDS, FileSink
from packages.logger.tests.sinks.log_files import entry, names, numbers

pytestmark = pytest.mark.guarantee(58)
NewSink = Callable[..., FileSink]
HOUR = 3600.0
#: A full hour.
NINE = 1_781_859_600.0


class Clock:
    """What the system says the time is; looking at the path is due whenever it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NINE
        self._steady = time.monotonic()
        monkeypatch.setattr(time, "time", lambda: self.now)
        monkeypatch.setattr(time, "monotonic", lambda: self._steady)

    def set(self, now: float) -> None:
        """Go to a time, back or forth."""
        self.now = now
        self._steady += CHECK_SECONDS + 0.01


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands until it is set."""
    return Clock(monkeypatch)


def test_records_of_the_next_hour_begin_a_new_file(new_sink: NewSink, log_path: Path, clock: Clock) -> None:
    """To the millisecond, also in the middle of a batch; late records stay where we are."""
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(1, at=NINE + 10), entry(2, at=NINE + 3599.999)])
    clock.set(NINE + HOUR)
    sink.write([entry(3, at=NINE + 3599.9), entry(4, at=NINE + 3600), entry(5, at=NINE + 3599.9)])
    sink.write([entry(6, at=NINE + 7200.5)])

    assert names(log_path) == ["app.log", "app.log.1", "app.log.2"]
    assert numbers(Path(f"{log_path}.2")) == [1, 2, 3]
    assert numbers(Path(f"{log_path}.1")) == [4, 5]
    assert numbers(log_path) == [6]


def test_a_quiet_file_is_rotated_too_but_an_empty_one_is_not(new_sink: NewSink, log_path: Path, clock: Clock) -> None:
    """A second after the boundary, because records of the time before may still come."""
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(1, at=NINE)])
    clock.set(NINE + HOUR + 0.9)
    sink.idle()
    assert names(log_path) == ["app.log"]

    for hour in range(1, 4):
        clock.set(NINE + hour * HOUR + 1.1)
        sink.idle()
    assert names(log_path) == ["app.log", "app.log.1"]
    assert numbers(Path(f"{log_path}.1")) == [1]

    sink.write([entry(2, at=clock.now), entry(3, at=clock.now + HOUR)])
    assert [numbers(Path(f"{log_path}.{n}")) for n in (2, 1)] == [[1], [2]]


def test_a_clock_set_back_neither_rotates_nor_overwrites(new_sink: NewSink, log_path: Path, clock: Clock) -> None:
    """One hour back over a boundary: the file goes on, and the boundary counts when it comes again."""
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(1, at=NINE + 3599)])
    sink.write([entry(2, at=NINE + 3601)])
    for back in range(20):
        clock.set(NINE + 10 + back)
        sink.write([entry(3, at=clock.now)])
        sink.idle()
    assert names(log_path) == ["app.log", "app.log.1"]

    sink.write([entry(4, at=NINE + 3600)])
    assert [numbers(Path(f"{log_path}.{n}"))[0] for n in (2, 1)] == [1, 2]
    assert numbers(log_path) == [4]


def test_a_clock_that_was_years_ahead_does_not_end_rotation(new_sink: NewSink, log_path: Path, clock: Clock) -> None:
    """Once for the jump; then the hours count as before, also after a restart."""
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(1, at=NINE)])
    clock.set(NINE + 10 * 365 * 24 * HOUR)
    sink.write([entry(2, at=clock.now)])
    clock.set(NINE + 60)
    sink.write([entry(3, at=clock.now)])
    sink.close()
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(4, at=clock.now)])
    clock.set(NINE + 61)
    sink.write([entry(5, at=clock.now), entry(6, at=NINE + HOUR)])

    assert [numbers(Path(f"{log_path}.{n}")) for n in (2, 1)] == [[1], [2, 3, 4, 5]]
    assert numbers(log_path) == [6]


@pytest.mark.parametrize("plain", [False, True])
def test_a_restart_after_a_boundary_rotates_first(new_sink: NewSink, log_path: Path, clock: Clock, plain: bool) -> None:
    """By the time of the first record in the file, not by when it was changed last."""
    clock.set(NINE + HOUR + 60)
    log_path.parent.mkdir()
    first = b"2026-06-19 09:00:10.123Z INFO     x\n" if plain else entry(1, at=NINE + 10)[2]
    log_path.write_bytes(first)
    os.utime(log_path, (clock.now, clock.now))
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    sink.write([entry(2, at=clock.now)])
    new_sink(max_size=10**6, rotate_every=HOUR).write([entry(3, at=clock.now)])

    assert Path(f"{log_path}.1").read_bytes() == first
    assert numbers(log_path) == [2, 3]


def test_a_file_without_a_time_in_it_counts_from_its_last_change(
    new_sink: NewSink, log_path: Path, clock: Clock
) -> None:
    """Whatever somebody wrote there."""
    log_path.parent.mkdir()
    log_path.write_text("no record\n", encoding="utf-8")
    os.utime(log_path, (NINE - 60, NINE - 60))
    sink = new_sink(max_size=10**6, rotate_every=HOUR)
    clock.set(NINE + 60)
    sink.write([entry(1, at=clock.now)])

    assert numbers(log_path) == [1]
    assert names(log_path) == ["app.log", "app.log.1"]


@pytest.mark.usefixtures("clock")
def test_only_one_of_several_processes_rotates_at_a_boundary(new_sink: NewSink, log_path: Path) -> None:
    """The others find a file of the new hour, or one that is still empty, and go on in it."""
    sinks = [new_sink(max_size=10**6, rotate_every=HOUR) for _ in range(3)]
    for number, sink in enumerate(sinks):
        sink.write([entry(number, at=NINE + 1)])
    for number, sink in enumerate(sinks, 10):
        sink.write([entry(number, at=NINE + HOUR + 1)])

    assert names(log_path) == ["app.log", "app.log.1"]
    assert numbers(Path(f"{log_path}.1")) == [0, 1, 2]
    assert numbers(log_path) == [10, 11, 12]
