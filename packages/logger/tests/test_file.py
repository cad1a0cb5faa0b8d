"""The file: rotation by size, compression, and coming back after others touched it."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger, shutdown

Wait = Callable[[Callable[[], object]], None]
Run = Callable[..., subprocess.CompletedProcess[str]]
logger = get_logger("file")


def _configure(log_dir: Path, **settings: Any) -> None:
    configure(log_dir=log_dir, console_output=False, service_name="app", **settings)


def _numbers(path: Path) -> list[int]:
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return [record["number"] for record in records if "number" in record]  # not what the log tells of itself


def test_files_rotate_by_size_and_nothing_is_lost(log_dir: Path) -> None:
    """Oldest in the highest number, compressed, each below the size, all records once and in order."""
    _configure(log_dir, max_file_size=20_000, backup_count=50, overflow="block")
    for number in range(2000):
        logger.info("x", number=number)
    assert shutdown()

    rotated = sorted(log_dir.glob("app.log.*.gz"), key=lambda path: -int(path.name.split(".")[2]))
    assert len(rotated) > 10
    assert not list(log_dir.glob("*.tmp"))
    assert [number for path in [*rotated, log_dir / "app.log"] for number in _numbers(path)] == list(range(2000))
    assert all(len(gzip.decompress(path.read_bytes())) <= 20_000 for path in rotated)


def test_only_backup_count_files_are_kept(log_dir: Path) -> None:
    """The oldest go."""
    _configure(log_dir, max_file_size=10_000, backup_count=2, overflow="block")
    for number in range(1000):
        logger.info("x", number=number)
    assert shutdown()

    assert sorted(path.name for path in log_dir.glob("app*")) == ["app.log", "app.log.1.gz", "app.log.2.gz"]
    assert _numbers(log_dir / "app.log")[-1] == 999


def test_rotated_files_stay_plain_without_compression(log_dir: Path, tmp_path: Path) -> None:
    """`compress: none`."""
    config = tmp_path / "c.yaml"
    config.write_text("handlers: {file: {compress: none, max_size: 5000, backup_count: 1}}", encoding="utf-8")
    configure(config, log_dir=log_dir, console_output=False, service_name="app", overflow="block")
    for number in range(200):
        logger.info("x", number=number)
    assert shutdown()

    assert sorted(path.name for path in log_dir.glob("app*")) == ["app.log", "app.log.1"]


def test_a_record_larger_than_the_file_is_kept(log_dir: Path) -> None:
    """It gets a file of its own."""
    _configure(log_dir, max_file_size=1000, backup_count=5)
    logger.info("small", number=1)
    logger.info("large", number=2, text="x" * 5000)
    logger.info("small", number=3)
    assert shutdown()

    assert _numbers(log_dir / "app.log") == [3]
    assert _numbers(log_dir / "app.log.1.gz") == [2]


@pytest.mark.guarantee(54)
def test_a_deleted_or_renamed_file_is_opened_anew(log_dir: Path, wait_until: Wait) -> None:
    """logrotate, or a person, took it away; records go on within a second."""
    _configure(log_dir)
    logger.info("x", number=1)
    assert flush()
    (log_dir / "app.log").rename(log_dir / "taken")

    def appears() -> bool:
        logger.info("x", number=2)
        return flush() and (log_dir / "app.log").exists()

    wait_until(appears)
    assert _numbers(log_dir / "taken")[0] == 1
    assert set(_numbers(log_dir / "app.log")) == {2}


@pytest.mark.guarantee(9)
def test_a_torn_line_of_a_killed_process_is_ended(log_dir: Path) -> None:
    """The next record must not be glued to it."""
    log_dir.mkdir()
    (log_dir / "app.log").write_text('{"half', encoding="utf-8")
    _configure(log_dir)
    logger.info("x", number=1)
    assert flush()

    half, whole = (log_dir / "app.log").read_text(encoding="utf-8").splitlines()
    assert half == '{"half'
    assert json.loads(whole)["number"] == 1


@pytest.mark.guarantee(52)
def test_a_file_that_cannot_be_written_is_said_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wait_until: Wait
) -> None:
    """One line on stderr, `flush` says False, and records come when it can be written again."""
    blocker = tmp_path / "blocked"
    blocker.write_text("a file where the directory should be", encoding="utf-8")
    _configure(blocker)
    logger.info("x", number=1)

    assert not flush()
    assert f"logging_system: sink file: {blocker}/app.log: " in capsys.readouterr().err

    blocker.unlink()

    def works() -> bool:
        logger.info("x", number=2)
        return flush()

    wait_until(works)
    assert _numbers(blocker / "app.log")[-1] == 2


def test_plain_text_can_be_written(log_dir: Path, tmp_path: Path) -> None:
    """`structured: false`, as the seed's file has it."""
    config = tmp_path / "c.yaml"
    config.write_text("logging: {structured: false}", encoding="utf-8")
    configure(config, log_dir=log_dir, console_output=False, service_name="app")
    logger.info("hello", number=1)
    assert flush()

    line = (log_dir / "app.log").read_text(encoding="utf-8")
    assert "INFO     hello number=1" in line


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".hidden", "ü", "/"])
def test_a_service_name_cannot_leave_the_directory(log_dir: Path, name: str) -> None:
    """It becomes part of a file's name."""
    configure(log_dir=log_dir, console_output=False, service_name=name)
    logger.info("x", number=1)
    assert flush()

    [path] = log_dir.iterdir()
    assert path.suffix == ".log"


@pytest.mark.guarantee(55)
def test_several_processes_append_to_one_file_without_torn_lines(log_dir: Path, run_program: Run) -> None:
    """One write for each batch, at the end of the file."""
    source = """
import subprocess, sys
program = '''
from logging_system import configure, get_logger
configure(console_output=False, overflow="block")
for number in range(3000):
    get_logger("many").info("x" * 100, number=number)
'''
children = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
sys.exit(max(child.wait() for child in children))
"""
    run_program(source)

    numbers = _numbers(log_dir / "app.log")
    assert sorted(numbers) == sorted(list(range(3000)) * 4)


def test_a_log_line_is_whole_json(log_dir: Path) -> None:
    """UTF-8, one object each."""
    _configure(log_dir)
    logger.info("Grüße \u2028 🎉", number=1)
    assert flush()

    raw = (log_dir / "app.log").read_bytes()
    record: dict[str, Any] = json.loads(raw.decode("utf-8"))
    assert record["message"] == "Grüße \u2028 🎉"
    assert raw.count(b"\n") == 1
