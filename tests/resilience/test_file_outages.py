"""Log files under real processes: many writers, a full disk, logrotate, SIGKILL."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.resilience.file_records import Found, read_files, start_writer, wait_for, wait_for_line

Report = Callable[[str, str], None]
#: Small enough for a rotation every few thousand records, and room for all rotated files.
ROTATING = {"MAX_FILE_SIZE": "200KB", "BACKUP_COUNT": "10000"}
NO_ROTATION = {"MAX_FILE_SIZE": "1GB"}


@pytest.fixture
def log_dir(tmp_path: Path) -> Path:
    """The directory the writers log to."""
    return tmp_path / "logs"


def _expect_each_once(found: Found, writers: dict[str, int]) -> None:
    """All records of the writers, numbered from 0, once each."""
    assert {key: count for key, count in found.records.items() if count != 1} == {}
    expected = {(name, number) for name, count in writers.items() for number in range(count)}
    assert expected - found.records.keys() == set()
    assert found.records.keys() - expected == set()


@pytest.mark.guarantee(55)
def test_eight_processes_rotate_one_file_and_lose_nothing(log_dir: Path, report: Report) -> None:
    """Eight processes log 50,000 records each: every record once, no line torn."""
    writers = {f"writer-{number}": 50_000 for number in range(8)}
    processes = [start_writer(log_dir, ROTATING, name, count) for name, count in writers.items()]
    results = [process.communicate() for process in processes]

    assert [stderr for _, stderr in results] == [""] * 8
    assert all(json.loads(stdout)["whole"] for stdout, _ in results)
    found = read_files(log_dir)
    assert found.torn == []
    _expect_each_once(found, writers)
    assert found.files > 20
    report(
        "8 processes, one rotating file",
        f"{len(found.records):,} records in {found.files} files: 0 lost, 0 doubled, 0 torn",
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a tmpfs of 64 MB can be mounted only by root")
    path = tmp_path / "disk"
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(1 << 20))
        except OSError:
            pass


@pytest.mark.guarantee(52)
def test_a_disk_that_was_full_is_used_again_and_the_sum_is_exact(small_disk: Path, report: Report) -> None:
    """Logged = in the files + dropped; said once; no rotated file is given up for it."""
    log_dir, ballast = small_disk / "logs", small_disk / "ballast"
    process = start_writer(log_dir, {"MAX_FILE_SIZE": "1MB", "BACKUP_COUNT": "20"}, "disk", 0, 100)
    log = log_dir / "app.log"
    wait_for(lambda: (log_dir / "app.log.2.gz").exists())
    rotated = {path.name for path in log_dir.glob("app.log.*")}
    _fill(ballast)
    assert process.stdout is not None
    for _ in range(5):
        wait_for_line(process.stdout, "lost")
    assert {path.name for path in log_dir.glob("app.log.*")} >= rotated
    ballast.unlink()
    wait_for_line(process.stdout, "flushed")
    stdout, stderr = process.communicate()

    result = json.loads(stdout.splitlines()[-1])
    found = read_files(log_dir)
    assert stderr == f"logging_system: sink file: {log}: No space left on device; records are dropped and counted\n"
    assert found.torn == []
    assert result["dropped"] > 0
    assert max(found.records.values()) == 1
    assert len(found.records) + result["dropped"] == result["logged"]
    assert ("disk", result["logged"] - 1) in found.records
    report(
        "disk full, then not",
        f"{result['logged']:,} logged = {len(found.records):,} in the files + {result['dropped']:,} dropped; said once",
    )


def _logrotate(log_dir: Path, times: int, *directives: str) -> None:
    """Run it as often, some hundredths of a second apart."""
    config = log_dir.parent / "logrotate.conf"
    text = "\n".join(["su root root" if os.geteuid() == 0 else "", "rotate 1000", "nocompress", *directives])
    config.write_text(f"{log_dir}/app.log {{\n{text}\n}}\n", encoding="utf-8")
    config.chmod(0o644)
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("logrotate is not installed")
    for _ in range(times):
        subprocess.run([program, "--force", "--state", str(log_dir.parent / "state"), str(config)], check=True)
        wait_for(lambda: _size(log_dir / "app.log") > 100_000)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.guarantee(53)
@pytest.mark.parametrize("create", ["create 0640", "nocreate"])
def test_logrotate_renames_under_load_and_nothing_is_lost(log_dir: Path, report: Report, create: str) -> None:
    """Without a signal to us: the real program, our own rotation off, all else as it is by default."""
    process = start_writer(log_dir, NO_ROTATION, "writer", 0, 200)
    wait_for(lambda: _size(log_dir / "app.log") > 100_000)
    _logrotate(log_dir, 10, create)
    stdout, stderr = process.communicate()

    logged = json.loads(stdout.splitlines()[-1])["logged"]
    found = read_files(log_dir)
    assert stderr == ""
    assert found.torn == []
    assert found.files == 11
    _expect_each_once(found, {"writer": logged})
    report(
        f"logrotate, rename, {create.split()[0]}", f"{logged:,} records over 10 rotations: 0 lost, 0 doubled, 0 torn"
    )


@pytest.mark.guarantee(53)
def test_logrotate_copies_and_truncates_and_only_the_moment_between_is_lost(log_dir: Path, report: Report) -> None:
    """No NULs, no doubles, and each loss is one gap at the end of a copy."""
    process = start_writer(log_dir, NO_ROTATION, "writer", 0, 200)
    wait_for(lambda: _size(log_dir / "app.log") > 100_000)
    _logrotate(log_dir, 10, "copytruncate")
    stdout, stderr = process.communicate()

    logged = json.loads(stdout.splitlines()[-1])["logged"]
    found = read_files(log_dir)
    numbers = sorted(number for _, number in found.records)
    gaps = sum(1 for one, two in itertools.pairwise(numbers) if two != one + 1)
    assert stderr == ""
    assert max(found.records.values()) == 1
    assert not any(b"\0" in path.read_bytes() for path in log_dir.glob("app.log*"))
    assert gaps <= 10
    assert len(found.torn) <= 10
    assert all(line.startswith(b"{") and not line.endswith(b"\n") for _, line in found.torn)
    assert numbers[0] == 0
    assert numbers[-1] == logged - 1
    report(
        "logrotate, copytruncate",
        f"{logged:,} records over 10 rotations: {logged - len(numbers)} lost between copy and cut, no NULs",
    )


@pytest.mark.guarantee(9)
@pytest.mark.guarantee(57)
def test_processes_killed_while_they_rotate_and_compress_lose_nothing_that_was_flushed(
    log_dir: Path, report: Report
) -> None:
    """Eight times SIGKILL at a random moment, the last one ends by itself: nothing torn, doubled or left half made."""
    moments = random.Random(4)
    flushed: dict[str, int] = {}
    for number in range(8):
        flushed[f"killed-{number}"] = _run_and_kill(log_dir, f"killed-{number}", moments.random() * 0.3)
    last = start_writer(log_dir, ROTATING, "last", 1000)
    last.communicate()
    flushed["last"] = 1000

    found = read_files(log_dir)
    assert [line for line in found.torn if not line[1].endswith(b"\n")] == []
    assert {key: count for key, count in found.records.items() if count != 1} == {}
    missing = {(name, n) for name, count in flushed.items() for n in range(count)} - found.records.keys()
    assert missing == set()
    for name in flushed:
        numbers = [number for writer, number in found.records if writer == name]
        assert len(numbers) == max(numbers) + 1  # what is missing was the newest
    assert [path.name for path in log_dir.iterdir() if path.name.endswith(".tmp")] == []
    report(
        "8 x SIGKILL while rotating",
        f"{sum(flushed.values()):,} flushed records in {found.files} files: 0 lost, 0 doubled; "
        f"{len(found.torn)} half lines, each on a line of its own",
    )


def _run_and_kill(log_dir: Path, name: str, after: float) -> int:
    """Kill it `after` seconds from its first flush. Returns how many records it had flushed by then."""
    process = start_writer(log_dir, ROTATING, name, 0, 500)
    assert process.stdout is not None
    first = process.stdout.readline()
    end = time.monotonic() + after
    wait_for(lambda: time.monotonic() >= end)
    process.kill()
    stdout, stderr = process.communicate()
    assert stderr == ""
    return max(int(line.split()[1]) for line in [first, *stdout.splitlines()] if line.startswith("flushed"))


@pytest.mark.guarantee(9)
@pytest.mark.guarantee(55)
def test_siblings_of_a_killed_process_lose_no_record(log_dir: Path, report: Report) -> None:
    """Three processes go on while four others are killed in their midst; a half line spoils none of theirs."""
    survivors = [start_writer(log_dir, ROTATING, f"survivor-{number}", 0, 100) for number in range(3)]
    flushed = {f"killed-{number}": _run_and_kill(log_dir, f"killed-{number}", 0.05 * number) for number in range(4)}
    for process in survivors:
        stdout, stderr = process.communicate()
        assert stderr == ""
        flushed[f"survivor-{survivors.index(process)}"] = json.loads(stdout.splitlines()[-1])["logged"]

    found = read_files(log_dir)
    missing = {(name, n) for name, count in flushed.items() for n in range(count)} - found.records.keys()
    assert missing == set()
    assert max(found.records.values()) == 1
    report(
        "4 of 7 writers killed",
        f"{sum(flushed.values()):,} records of survivors and flushed ones: 0 lost, {len(found.torn)} half lines",
    )
