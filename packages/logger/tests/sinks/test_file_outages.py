"""Limits of the system reached: size of files, descriptors, disks that fail. Full disks are in tests/resilience."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from logging_system.sinks.base import Rejected
from logging_system.sinks.file import FileSink
from packages.logger.tests.sinks.log_files import entry, names, numbers

pytestmark = pytest.mark.guarantee(52)
NewSink = Callable[..., FileSink]
Run = Callable[..., subprocess.CompletedProcess[str]]
LARGE = "x" * 900


def test_a_full_device_is_an_error_for_each_batch_and_nothing_else(new_sink: NewSink, log_path: Path) -> None:
    """It works again when there is a place to write to."""
    log_path.parent.mkdir()
    log_path.symlink_to("/dev/full")
    sink = new_sink()
    for number in range(3):
        with pytest.raises(OSError, match=f"^{log_path}: No space left on device$"):
            sink.write([entry(number)])
        sink.idle()
    log_path.unlink()
    sink.write([entry(3)])

    assert numbers(log_path) == [3]


class Disk:
    """A file system with `free` bytes: writing beyond answers as the system does, with a short write first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int = errno.ENOSPC) -> None:
        self.free = 10**9
        self.writes = 0
        self._number = number
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "fstatvfs", lambda _: SimpleNamespace(f_bfree=self.free, f_frsize=1))

    def write(self, descriptor: int, data: bytes) -> int:
        """Write what fits."""
        self.writes += 1
        if self.free == 0:
            raise OSError(self._number, os.strerror(self._number))
        written = self._write(descriptor, data[: self.free])
        self.free -= written
        return written


def test_a_full_disk_takes_no_part_of_a_batch_and_loses_no_rotated_file(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written in part is taken back; then the disk is asked for room first, so small batches do not flap."""
    disk = Disk(monkeypatch)
    sink = new_sink(backup_count=1)
    sink.write([entry(1, text=LARGE), entry(2, text="x" * 500)])
    disk.free = 100
    for number in range(3, 8):
        with pytest.raises(OSError, match=f"^{log_path}: No space left on device$"):
            sink.write([entry(number, text="x" * 200), entry(number)])
        sink.idle()
        disk.free = 100
    assert disk.writes == 4  # two before, the one in part, and the one that said so
    assert numbers(log_path) == [2]

    disk.free = 10**6
    sink.write([entry(8)])
    assert numbers(Path(f"{log_path}.1")) == [1]
    assert numbers(log_path) == [2, 8]


def test_a_quota_is_asked_by_writing(new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The free space of the file system says nothing about it."""
    disk = Disk(monkeypatch, errno.EDQUOT)
    sink = new_sink()
    disk.free = 0
    for number in range(3):
        with pytest.raises(OSError, match="quota"):
            sink.write([entry(number)])
    disk.free = 1000
    sink.write([entry(4)])

    assert numbers(log_path) == [4]


def test_a_limit_on_the_size_of_files_is_a_size_to_rotate_at(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below `max_size`: the system says so once, for one batch."""
    disk = Disk(monkeypatch, errno.EFBIG)
    sink = new_sink(max_size=10**6)
    sink.write([entry(1, text=LARGE)])
    disk.free = 10
    with pytest.raises(OSError, match="File too large"):
        sink.write([entry(2)])
    disk.free = 1000
    sink.write([entry(3)])

    assert numbers(Path(f"{log_path}.1")) == [1]
    assert numbers(log_path) == [3]


def test_a_limit_on_the_size_of_files_cuts_no_line_and_rotates_from_then_on(log_dir: Path, run_program: Run) -> None:
    """The part of a batch that fitted is taken back, so that lost and written add up."""
    program = """
import resource, signal
from logging_system.sinks.file import FileSink
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
sink = FileSink("logs/app.log", max_size=1_000_000, backup_count=50, compress="none")
lost = 0
for number in range(0, 400, 10):
    try:
        sink.write([(20, 0, b'{"number":%d}\\n' % n, None) for n in range(number, number + 10)])
    except OSError as error:
        assert str(error) == "logs/app.log: File too large", error
        lost += 10
print(lost)
"""
    lost = int(run_program(program).stdout)

    found = sorted(number for path in log_dir.glob("app.log*") for number in numbers(path))
    assert lost == 10
    assert len(found) == len(set(found)) == 390
    assert names(log_dir / "app.log") == ["app.log", "app.log.1"]


def test_without_descriptors_records_are_dropped_and_counted_until_there_are_some(
    log_dir: Path, run_program: Run
) -> None:
    """And an open file goes on, though it cannot be rotated: nothing is lost then."""
    program = """
import json, os, resource
from prometheus_client import REGISTRY
from logging_system import configure, flush, get_logger
configure(console_output=False, max_file_size=3000, backup_count=100)
log = get_logger("x")
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
def exhaust():
    taken = []
    while True:
        try:
            taken.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            return taken
taken = exhaust()
log.info("x", number=0)
assert not flush()
for number in taken: os.close(number)
for number in range(1, 10): log.info("x", number=number)
assert flush()
taken = exhaust()
for number in range(10, 100): log.info("x", number=number); flush()
assert flush()
for number in taken: os.close(number)
print(REGISTRY.get_sample_value("log_records_dropped_total", {"sink": "file", "reason": "error"}))
"""
    done = run_program(program)

    assert done.stdout == "1.0\n"
    assert (
        "logging_system: sink file: logs/app.log: Too many open files; records are dropped and counted" in done.stderr
    )
    assert "logging_system: logs/app.log: not rotated: Too many open files; it grows for now" in done.stderr
    lines = [line for path in log_dir.glob("app.log*") for line in path.read_bytes().splitlines()]
    records = [json.loads(line) for line in lines]
    assert sorted(r["number"] for r in records if "number" in r) == list(range(1, 100))


def test_a_new_file_that_cannot_be_opened_leaves_us_the_old_one(new_sink: NewSink, log_path: Path) -> None:
    """Renamed by logrotate, and no descriptor free: the records go on into what we have."""
    sink = new_sink()
    sink.write([entry(1)])
    moved = log_path.with_name("moved")
    log_path.rename(moved)
    taken: list[int] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        while True:
            try:
                taken.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                break
        sink._look_due = 0.0
        sink.write([entry(2)])
        sink.write([entry(3, text=LARGE)])
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    sink._look_due = sink._rotation_due = 0.0
    sink.write([entry(4)])

    assert numbers(moved) == [1, 2, 3]
    assert numbers(log_path) == [4]


def test_a_batch_that_fails_after_a_rotation_says_how_much_of_it_was_lost(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written and lost add up."""
    sink = new_sink(fsync=True)
    broken = False

    def fsync(_: int) -> None:
        if broken or Path(f"{log_path}.1").exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(Rejected, match=f"^{log_path}: Input/output error$") as caught:
        sink.write([entry(1, text=LARGE), entry(2), entry(3)])

    assert caught.value.count == 2
    assert numbers(Path(f"{log_path}.1")) == [1]
    assert log_path.read_bytes() == b""


def test_what_could_not_be_forced_to_the_disk_is_taken_back(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG_FSYNC and a disk that fails: the batch counts as lost, so it is not in the file; nothing is rotated."""
    sink = new_sink(fsync=True)
    sink.write([entry(1)])
    real = os.fsync

    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    for number in range(2, 5):
        with pytest.raises(OSError, match=f"^{log_path}: Input/output error$"):
            sink.write([entry(number, text="x" * 500 * (number - 2))] * number)
        sink.idle()
        sink.close()
    monkeypatch.setattr(os, "fsync", real)
    sink.write([entry(5)])

    assert numbers(log_path) == [1, 5]
    assert names(log_path) == ["app.log"]


def test_each_batch_is_forced_to_the_disk_if_that_is_asked_for(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the name of a new file with it."""
    forced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        forced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    sink = new_sink(fsync=True)
    sink.write([entry(1)])
    sink.write([entry(2)])

    assert forced == [str(log_path.parent), str(log_path), str(log_path)]


def test_half_a_batch_that_cannot_be_taken_back_ends_with_its_line(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process appended behind it, so nothing may be cut: only the half line is spoilt."""
    sink = new_sink(fsync=True)
    sink.write([entry(1)])

    def fail(_: int) -> None:
        with log_path.open("ab") as other:
            other.write(entry(3)[2])
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        sink.write([entry(2)])
    monkeypatch.undo()
    sink.write([entry(4)])

    assert numbers(log_path) == [1, 2, 3, 4]
