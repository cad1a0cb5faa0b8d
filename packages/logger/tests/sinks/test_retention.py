"""Which rotated files are deleted, and which are nobody's business."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system.sinks.file import FileSink
from logging_system.sinks.file_lock import lock_path
from packages.logger.tests.sinks.log_files import entry, names, numbers, rotated_here

NewSink = Callable[..., FileSink]


def _rotated(log_path: Path, *suffixes: str, size: int = 100, age: float = 0.0) -> None:
    rotated_here(log_path)
    for suffix in suffixes:
        path = Path(f"{log_path}{suffix}")
        path.write_bytes(b"x" * (size - 1) + b"\n")
        os.utime(path, (time.time() - age, time.time() - age))


def test_fewer_files_are_kept_after_the_count_was_lowered(new_sink: NewSink, log_path: Path) -> None:
    """With the next rotation; without one they may be logrotate's, which has a count of its own."""
    _rotated(log_path, ".1", ".2.gz", ".3.zst", ".4", ".5.gz")
    sink = new_sink(backup_count=2)
    sink.write([entry(1, text="x" * 900)])
    sink.idle()
    assert len(names(log_path)) == 6

    sink.write([entry(2, text="x" * 900)])
    assert names(log_path) == ["app.log", "app.log.1", "app.log.2"]


@pytest.mark.guarantee(53)
def test_files_that_logrotate_made_are_left_to_it(new_sink: NewSink, log_path: Path) -> None:
    """Where we never rotated nothing is compressed or deleted, however old or large."""
    _rotated(log_path, ".1", ".2", ".3.gz", size=1000, age=100)
    Path(lock_path(str(log_path))).unlink()
    sink = new_sink(backup_count=1, max_age=1, max_total_size=1, compress="gzip")
    sink.write([entry(1)])
    sink.idle()
    sink._upkeep._slice_due = 0.0
    sink.write([entry(2)])
    sink.close()

    assert names(log_path) == ["app.log", "app.log.1", "app.log.2", "app.log.3.gz"]
    assert not Path(lock_path(str(log_path))).exists()


def test_no_rotated_file_is_kept_with_a_count_of_zero(new_sink: NewSink, log_path: Path) -> None:
    """What was in it is gone."""
    sink = new_sink(backup_count=0)
    sink.write([entry(1, text="x" * 900)])
    sink.write([entry(2, text="x" * 900)])

    assert names(log_path) == ["app.log"]
    assert numbers(log_path) == [2]


def test_the_oldest_go_beyond_the_total_size(new_sink: NewSink, log_path: Path) -> None:
    """Of rotated files; the one that is written does not count."""
    _rotated(log_path, ".1", ".2.gz", ".3.gz", ".4.gz", size=1000)
    sink = new_sink(max_total_size=2999)
    sink.write([entry(1)])
    sink.idle()

    assert names(log_path) == ["app.log", "app.log.1", "app.log.2.gz"]


def test_the_oldest_go_beyond_the_age(new_sink: NewSink, log_path: Path) -> None:
    """Counted from the last record in the file, which compressing does not change."""
    _rotated(log_path, ".1", ".2", age=50)
    _rotated(log_path, ".3.gz", ".4", age=150)
    sink = new_sink(max_age=100, compress="gzip")
    sink.write([entry(1)])
    sink.close()
    assert names(log_path) == ["app.log", "app.log.1.gz", "app.log.2.gz"]

    sink = new_sink(max_age=20)
    sink.write([entry(2)])
    sink.idle()
    assert names(log_path) == ["app.log"]


@pytest.mark.guarantee(57)
def test_what_only_looks_like_a_rotated_file_is_left_alone(
    new_sink: NewSink, log_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither deleted nor counted nor compressed; folders and links move up with the others."""
    strange = [".2026", ".20260619", ".bak", ".1.old", ".01", ".2.gz.txt", "-20260619.gz", ".2.xz"]
    _rotated(log_path, *strange, age=10**6, size=1000)
    Path(f"{log_path}.2").mkdir()
    target = log_path.parent / "elsewhere"
    target.write_text("mine\n", encoding="utf-8")
    Path(f"{log_path}.1").symlink_to(target)
    sink = new_sink(backup_count=3, max_age=1, max_total_size=1, compress="gzip")
    sink.write([entry(1, text="x" * 900)])
    sink.idle()
    sink.write([entry(2, text="x" * 900)])
    sink.close()

    assert names(log_path) == sorted(["app.log", *(f"app.log{name}" for name in strange), "app.log.2", "app.log.3"])
    assert Path(f"{log_path}.2").is_symlink()
    assert Path(f"{log_path}.2").read_text(encoding="utf-8") == "mine\n"
    assert Path(f"{log_path}.3").is_dir()
    assert capsys.readouterr().err == ""


def test_a_gap_in_the_numbers_is_filled_instead_of_shifting_all(new_sink: NewSink, log_path: Path) -> None:
    """Somebody deleted one."""
    _rotated(log_path, ".1.gz", ".3.gz")
    sink = new_sink()
    sink.write([entry(1, text="x" * 900)])
    sink.write([entry(2, text="x" * 900)])

    assert names(log_path) == ["app.log", "app.log.1", "app.log.2.gz", "app.log.3.gz"]


def test_while_another_process_renames_nothing_is_deleted(new_sink: NewSink, log_path: Path) -> None:
    """A second later it is tried again."""
    _rotated(log_path, ".1", ".2", age=100)
    sink = new_sink(max_age=10)
    sink.write([entry(1)])
    with Path(lock_path(str(log_path))).open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sink.idle()
        assert names(log_path) == ["app.log", "app.log.1", "app.log.2"]
    sink._upkeep._retention_due = 0.0
    sink.idle()
    assert names(log_path) == ["app.log"]
