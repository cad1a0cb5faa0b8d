"""Life cycle in real processes: exit, fork, lazy configuration, a broken file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
QUIET = "from logging_system import configure, get_logger, flush, shutdown\nconfigure(console_output=False)\n"


def _records(log_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]


def test_the_last_record_of_a_program_is_written(log_dir: Path, run_program: Run) -> None:
    """Without any call at the end, also after an error."""
    run_program(QUIET + "get_logger('a').info('last words')\nraise SystemExit(3)", status=3)

    assert [record["message"] for record in _records(log_dir)] == ["last words"]


def test_get_logger_alone_configures_from_the_environment(log_dir: Path, run_program: Run) -> None:
    """File and console, no call of `configure`."""
    done = run_program("from logging_system import get_logger\nget_logger('a').info('hello')", ENVIRONMENT="prod")

    [record] = _records(log_dir)
    assert record["context"] == {"service_name": "app", "version": "0.0.0", "environment": "prod"}
    assert json.loads(done.stdout) == record


@pytest.mark.guarantee(20)
def test_records_before_configure_go_where_it_says(tmp_path: Path, run_program: Run) -> None:
    """A record at import time must not leave a file in the default place."""
    run_program(
        "from logging_system import configure, get_logger\n"
        "get_logger('a').info('early')\nconfigure(log_dir='elsewhere', console_output=False)\n"
    )

    assert [record["message"] for record in _records(tmp_path / "elsewhere")] == ["early"]
    assert not (tmp_path / "logs").exists()


def test_a_broken_file_is_said_in_one_line_and_the_defaults_are_used(tmp_path: Path, run_program: Run) -> None:
    """A log call must not fail for it; `configure` would."""
    (tmp_path / "logging_config.yaml").write_text("logging: {levle: INFO}", encoding="utf-8")
    done = run_program("from logging_system import get_logger\nget_logger('a').info('hello')")

    assert done.stderr == (
        'logging_system: logging_config.yaml: logging.levle: unknown key; did you mean "level"?; '
        "the defaults are used\n"
    )
    assert "hello" in done.stdout


@pytest.mark.guarantee(20)
def test_importing_opens_and_starts_nothing(tmp_path: Path, run_program: Run) -> None:
    """No file, no thread, no port, no optional package."""
    source = "import sys, threading, logging_system\n"
    source += "assert threading.active_count() == 1\n"
    source += "assert not {'boto3', 'fastapi', 'asyncio'} & set(sys.modules), sorted(sys.modules)\n"
    run_program(source)

    assert not (tmp_path / "logs").exists()


def test_forked_children_write_their_own_records_once(log_dir: Path, run_program: Run) -> None:
    """While another thread logs: no record lost, none doubled, no child hangs."""
    source = (
        QUIET
        + """
import os, threading
log, stop = get_logger("fork"), threading.Event()
def work():
    number = 0
    while not stop.is_set():
        log.info("parent", number=number); number += 1
    log.info("count", count=number)
thread = threading.Thread(target=work); thread.start()
children = []
for child in range(50):
    pid = os.fork()
    if pid == 0:
        log.info("child", child=child)
        os._exit(0 if flush(10) else 1)
    children.append(pid)
assert all(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 for pid in children)
stop.set(); thread.join()
"""
    )
    run_program(source, LOG_OVERFLOW="block", MAX_FILE_SIZE="1GB")

    records = _records(log_dir)
    assert sorted(r["child"] for r in records if r["message"] == "child") == list(range(50))
    [count] = [r["count"] for r in records if r["message"] == "count"]
    assert [r["number"] for r in records if r["message"] == "parent"] == list(range(count))


def test_logging_from_atexit_and_destructors_is_written(log_dir: Path, run_program: Run) -> None:
    """They run after our own exit handler, when no thread can be started any more."""
    source = "import atexit\nfrom logging_system import configure, get_logger\n"
    source = "import atexit\natexit.register(lambda: get_logger('a').info('from atexit'))\n" + QUIET
    source += "get_logger('a').info('main')\n"
    source += "class Last:\n    def __del__(self, log=get_logger('a')): log.info('from __del__')\nlast = Last()\n"
    run_program(source)

    assert [record["message"] for record in _records(log_dir)] == ["main", "from atexit", "from __del__"]


@pytest.mark.guarantee(19)
def test_a_failed_configure_leaves_the_old_configuration(log_dir: Path, run_program: Run) -> None:
    """Hot reload with a broken file."""
    source = QUIET + "from logging_system import ConfigError\nget_logger('a').info('one')\n"
    source += "try:\n    configure(log_level='LOUD')\nexcept ConfigError: get_logger('a').info('two')\n"
    run_program(source)

    assert [record["message"] for record in _records(log_dir)] == ["one", "two"]


def test_the_tour_runs(log_dir: Path, run_program: Run) -> None:
    """`python -m logging_system`."""
    done = run_program("import runpy; runpy.run_module('logging_system', run_name='__main__')")

    assert len(_records(log_dir)) == len(done.stdout.splitlines()) >= 8
    assert "hunter2" not in done.stdout
