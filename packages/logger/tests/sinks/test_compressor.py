"""Compression of rotated files: gzip and zstd, interrupted, doubled, refused."""

from __future__ import annotations

import fcntl
import gzip
import io
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from logging_system import ConfigError, configure
from logging_system.sinks.compression import open_zstd
from logging_system.sinks.file import FileSink
from logging_system.sinks.file_lock import lock_path
from packages.logger.tests.sinks.log_files import entry, names, numbers, rotated_here

pytestmark = pytest.mark.guarantee(57)
NewSink = Callable[..., FileSink]
Run = Callable[..., subprocess.CompletedProcess[str]]
LARGE = "x" * 900


def _rotated(log_path: Path, number: int, *records: int) -> Path:
    rotated_here(log_path)
    path = Path(f"{log_path}.{number}")
    path.write_bytes(b"".join(entry(record)[2] for record in records))
    path.chmod(0o640)
    return path


def test_a_quiet_moment_is_used_to_compress(new_sink: NewSink, log_path: Path) -> None:
    """What was rotated now, and what an earlier process left; owner, mode and time stay."""
    left = _rotated(log_path, 1, 1, 2)
    os.utime(left, ns=(10**18 + 1, 10**18 + 1))
    os.chown(left, os.getuid(), os.getgid())
    sink = new_sink(compress="gzip")
    sink.write([entry(3, text=LARGE), entry(4)])
    sink.idle()

    assert names(log_path) == ["app.log", "app.log.1.gz", "app.log.2.gz"]
    assert numbers(Path(f"{log_path}.2.gz")) == [1, 2]
    assert numbers(Path(f"{log_path}.1.gz")) == [3]
    status = Path(f"{log_path}.2.gz").stat()
    assert (status.st_mode & 0o777, status.st_mtime_ns) == (0o640, 10**18 + 1)
    assert not list(log_path.parent.glob("*.tmp"))


def test_a_busy_writer_compresses_slice_by_slice(new_sink: NewSink, log_path: Path) -> None:
    """Without a quiet moment; the next slice waits for a while."""
    sink = new_sink(compress="gzip")
    sink.write([entry(1, text=LARGE), entry(2)])
    assert names(log_path) == ["app.log", "app.log.1"]
    for number in range(3, 8):
        sink._upkeep._slice_due = 0.0
        sink.write([entry(number)])

    assert numbers(Path(f"{log_path}.1.gz")) == [1]
    assert numbers(log_path) == [2, 3, 4, 5, 6, 7]


def test_a_busy_writer_that_rotates_often_compresses_all_the_same(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rotation finds work left by the one before."""
    seconds = itertools.count(start=int(time.monotonic()), step=0.02)
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    sink = new_sink(compress="gzip")
    for number in range(60):
        sink.write([entry(number, text="x" * 600)])

    assert any(name.endswith(".gz") for name in names(log_path))
    found = [Path(f"{log_path.parent}/{name}") for name in names(log_path)]
    assert sorted(number for path in found for number in numbers(path)) == list(range(60))


def test_zstd_files_hold_the_same_records(new_sink: NewSink, log_path: Path) -> None:
    """With a checksum, readable by others and by us."""
    sink = new_sink(compress="zstd")
    sink.write([entry(1, text=LARGE), entry(2)])
    sink.close()

    packed = Path(f"{log_path}.1.zst").read_bytes()
    assert zstandard.get_frame_parameters(packed).has_checksum
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == entry(1, text=LARGE)[2]
    with open_zstd(io.BytesIO(packed + packed)) as stream:
        assert [json.loads(line)["number"] for line in stream] == [1, 1]


def test_zstd_without_its_package_is_a_mistake_in_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ConfigError, match=r"zstd needs a package: pip install 'logging-system\[zstd\]'"):
        configure(file_compress="zstd", console_output=False)


def test_what_a_killed_process_left_half_made_is_deleted(new_sink: NewSink, log_path: Path) -> None:
    """But not what a living one is at, nor files of others."""
    _rotated(log_path, 1, 1)
    dead, living, older = (log_path.parent / f"{n}.gz.tmp" for n in (".app.log.11", ".app.log.12", "app.log.1"))
    others = log_path.parent / "other.tmp"
    for path in (dead, living, older, others):
        path.write_bytes(b"half")
    with living.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sink = new_sink()
        sink.write([entry(2)])
        sink.idle()
        assert {path.name for path in log_path.parent.glob("*.tmp")} == {living.name, others.name}


def test_an_original_whose_copy_is_complete_is_deleted(new_sink: NewSink, log_path: Path) -> None:
    """Killed between the two steps: the records are there once."""
    plain = _rotated(log_path, 1, 1)
    copy = Path(f"{plain}.gz")
    copy.write_bytes(gzip.compress(plain.read_bytes()))
    os.utime(copy, ns=(0, plain.stat().st_mtime_ns))
    for number in (1, 2):
        if number == 2:
            plain.write_bytes(b"")
            os.utime(plain, ns=(0, copy.stat().st_mtime_ns))
        sink = new_sink(compress="gzip")
        sink.write([entry(2)])
        if number == 1:
            sink.idle()
            assert names(log_path) == ["app.log", "app.log.1.gz"]
        else:
            sink.write([entry(3, text=LARGE)])
            assert names(log_path) == ["app.log", "app.log.1", "app.log.2.gz"]


def test_two_different_files_of_one_number_are_both_kept(new_sink: NewSink, log_path: Path) -> None:
    """Another program rotates as well: nothing is overwritten, and both move up."""
    plain = _rotated(log_path, 1, 1)
    copy = Path(f"{plain}.gz")
    copy.write_bytes(gzip.compress(entry(2)[2]))
    os.utime(copy, (1, 1))
    sink = new_sink(compress="gzip")
    sink.write([entry(3, text=LARGE)])
    sink.idle()
    sink.write([entry(4, text=LARGE)])
    sink.close()

    assert names(log_path) == ["app.log", "app.log.1.gz", "app.log.2", "app.log.2.gz"]
    assert numbers(Path(f"{log_path}.2")) == [1]
    assert numbers(Path(f"{log_path}.2.gz")) == [2]


def test_a_file_that_grows_under_its_copy_stays_as_it_is(new_sink: NewSink, log_path: Path) -> None:
    """Somebody without our locks appends to it: the copy is made again from the start."""
    plain = _rotated(log_path, 1, 1)
    sink = new_sink(compress="gzip")
    sink.write([entry(9)])
    assert sink._upkeep.compressor.step(str(log_path), locks=True)
    with plain.open("ab") as stranger:
        stranger.write(entry(2)[2])
    sink.close()

    assert numbers(Path(f"{plain}.gz")) == [1, 2]


def test_a_file_that_grows_after_its_copy_was_made_is_copied_again(new_sink: NewSink, log_path: Path) -> None:
    """While the copy waited for its name, because another process was renaming."""
    plain = _rotated(log_path, 1, 1)
    sink = new_sink(compress="gzip")
    sink.write([entry(9)])
    compressor = sink._upkeep.compressor
    with Path(lock_path(str(log_path))).open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert compressor.step(str(log_path), locks=True)
        assert compressor.step(str(log_path), locks=True)
        with plain.open("ab") as stranger:
            stranger.write(entry(2)[2])
    sink.close()

    assert numbers(Path(f"{plain}.gz")) == [1, 2]


def test_a_file_that_is_deleted_under_its_copy_is_gone(new_sink: NewSink, log_path: Path) -> None:
    """The copy goes as well."""
    plain = _rotated(log_path, 1, 1)
    sink = new_sink(compress="gzip")
    sink.write([entry(9)])
    assert sink._upkeep.compressor.step(str(log_path), locks=True)
    plain.unlink()
    sink.close()

    assert names(log_path) == ["app.log"]
    assert not list(log_path.parent.glob("*.tmp"))


def test_a_name_that_was_taken_meanwhile_is_not_overwritten(new_sink: NewSink, log_path: Path) -> None:
    """The original stays."""
    plain = _rotated(log_path, 1, 1)
    sink = new_sink(compress="gzip")
    sink.write([entry(9)])
    assert sink._upkeep.compressor.step(str(log_path), locks=True)
    Path(f"{plain}.gz").write_bytes(b"mine")
    sink.close()

    assert Path(f"{plain}.gz").read_bytes() == b"mine"
    assert numbers(plain) == [1]


def test_one_process_compresses_a_file_at_a_time(new_sink: NewSink, log_path: Path) -> None:
    """A second finds it in use, and a file whose copy somebody has locked."""
    plain = _rotated(log_path, 1, 1)
    inode = plain.stat().st_ino
    with (log_path.parent / f".app.log.{inode}.gz.tmp").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sink = new_sink(compress="gzip")
        sink.write([entry(9)])
        sink.close()
        assert names(log_path) == ["app.log", "app.log.1"]
    first, second = new_sink(compress="gzip"), new_sink(compress="gzip")
    first.write([entry(10)])
    second.write([entry(11)])
    assert first._upkeep.compressor.step(str(log_path), locks=True)
    assert not second._upkeep.compressor.step(str(log_path), locks=True)
    second.close()
    assert names(log_path) == ["app.log", "app.log.1"]
    first.close()
    assert names(log_path) == ["app.log", "app.log.1.gz"]


def test_a_copy_that_cannot_be_written_is_said_and_tried_again_later(
    new_sink: NewSink, log_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file stays plain, records go on."""
    plain = _rotated(log_path, 1, 1)
    blocker = log_path.parent / f".app.log.{plain.stat().st_ino}.gz.tmp"
    blocker.mkdir()
    sink = new_sink(compress="gzip")
    for number in range(3):
        sink.write([entry(number)])
        sink.idle()

    said = f"logging_system: {log_path}: compressing a rotated file: Is a directory; it stays plain for now\n"
    assert capsys.readouterr().err == said
    assert numbers(log_path) == [0, 1, 2]
    blocker.rmdir()
    sink._upkeep.compressor._due = 0.0
    sink.idle()
    assert names(log_path) == ["app.log", "app.log.1.gz"]
