"""The fixture `captured_records`, in test runs of their own and in this one."""

from __future__ import annotations

import logging
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, get_logger, shutdown
from logging_system.pipeline import lifecycle
from logging_system.testing import CapturedRecords, capture_records

#: Plugins of this environment that the runs need not load.
OTHERS = [option for name in ("hypothesispytest", "pytest_cov", "anyio", "timeout") for option in ("-p", f"no:{name}")]
Run = Callable[..., subprocess.CompletedProcess[str]]
Lines = Callable[[], list[dict[str, Any]]]


def _run_tests(run_program: Run, tmp_path: Path, source: str, *options: str, status: int = 0) -> str:
    """Run pytest, as a user of the installed library does, on this file."""
    (tmp_path / "test_user.py").write_text(source, encoding="utf-8")
    return run_program(
        f"import pytest, sys\nsys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *{[*OTHERS, *options]!r}]))",
        status=status,
    ).stdout


def test_the_plugin_gives_the_fixture_and_writes_no_file(run_program: Run, tmp_path: Path) -> None:
    """Without a line of set-up; each test sees its own records."""
    out = _run_tests(
        run_program,
        tmp_path,
        "from logging_system import configure, get_logger\n"
        "def test_one(captured_records):\n"
        "    get_logger('shop').debug('charged', order_id=7)\n"
        "    assert captured_records.messages == ['charged']\n"
        "def test_two(captured_records):\n"
        "    configure(log_dir='elsewhere')\n"
        "    get_logger('shop').info('other')\n"
        "    assert captured_records.messages == ['other']\n",
    )

    assert "2 passed" in out
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["test_user.py"]


def test_a_run_that_does_not_ask_for_it_does_not_import_the_library(run_program: Run, tmp_path: Path) -> None:
    """Every run of pytest loads the plugins of everything that is installed."""
    source = "import sys\ndef test_it(): assert 'logging_system' not in sys.modules\n"
    assert "1 passed" in _run_tests(run_program, tmp_path, source)


def test_it_can_be_named_as_a_plugin_too(run_program: Run, tmp_path: Path) -> None:
    """With the name of the module that documents it."""
    source = "def test_it(captured_records): assert captured_records == []\n"
    options = ("-p", "no:logging_system", "-p", "logging_system.testing")
    assert "1 passed" in _run_tests(run_program, tmp_path, source, *options)


def test_the_module_works_where_pytest_is_not_installed(run_program: Run) -> None:
    """`capture_records` serves unittest."""
    run_program(
        "import sys\nsys.modules['pytest'] = None\n"
        "from logging_system import get_logger\nfrom logging_system.testing import capture_records\n"
        "with capture_records() as records:\n"
        "    get_logger('a').info('hello')\n"
        "    assert records.messages == ['hello']\n"
    )


def test_records_of_all_loggers_levels_and_threads_are_there(captured_records: CapturedRecords) -> None:
    """Parsed, in order."""
    log = get_logger("shop")
    with log.context(correlation_id="c"):
        log.debug("first", order_id=7)
    thread = threading.Thread(target=lambda: get_logger("other").error("second"))
    thread.start()
    thread.join()

    assert [(record["level"], record["message"]) for record in captured_records] == [
        ("DEBUG", "first"),
        ("ERROR", "second"),
    ]
    assert captured_records[0]["context"]["correlation_id"] == "c"
    assert captured_records[-1:] == captured_records.at_level("error")
    assert len(captured_records) == 2


def test_records_are_found_by_message_and_fields(captured_records: CapturedRecords) -> None:
    """At the top of the record and in its context."""
    log = get_logger("shop")
    with log.context(correlation_id="c"):
        log.info("charged", order_id=7, note=None)
    log.info("charged", order_id=8)

    [record] = captured_records.find(message="charged", order_id=7)
    assert captured_records.find(correlation_id="c", logger="shop", level="INFO") == [record]
    assert captured_records.find("charge") == []
    assert len(captured_records.find(re.compile("^charge"))) == 2
    assert captured_records.find(note=None) == [record]
    assert captured_records.find(absent=None) == []


def test_clearing_forgets_what_was_before(captured_records: CapturedRecords) -> None:
    """The next records count from there; it shows itself readably and equals a list."""
    get_logger("shop").info("before")
    captured_records.clear()
    assert captured_records == []
    get_logger("shop").info("after")

    assert repr(captured_records) == "<CapturedRecords ['INFO shop: after']>"
    assert captured_records != "after"
    assert captured_records != 5


def test_an_unknown_level_is_an_error(captured_records: CapturedRecords) -> None:
    """A misspelt one must not pass as "no such records"."""
    with pytest.raises(ValueError, match="LOUD"):
        captured_records.at_level("LOUD")


def test_the_level_can_be_set_for_the_test_and_comes_back(log_lines: Lines) -> None:
    """For all loggers or one."""
    log = get_logger("levels.of.a.test", log_level="ERROR")
    with capture_records() as records:
        records.set_level("DEBUG", logger="levels.of.a.test")
        records.set_level("INFO", logger="levels.of.a.test")
        records.set_level("WARNING")
        log.info("seen")
        get_logger("others").info("not seen")
        assert records.messages == ["seen"]
    log.warning("not written")
    get_logger("others").info("written")

    assert [record["message"] for record in log_lines()] == ["written"]
    log.set_level(None)


def test_sampling_and_limits_hide_nothing_from_a_test(log_dir: Path) -> None:
    """Redaction and context stay those of the program."""
    configure(log_dir=log_dir, console_output=False, service_name="mine", sample_rate=0.0, rate_limit=1)
    with capture_records() as records:
        for _ in range(3):
            get_logger("shop").info("hello", password="hunter2")
    assert len(records) == 3
    assert records[0]["context"]["service_name"] == "mine"
    assert records[0]["password"] == "***"


def test_afterwards_the_configuration_is_the_one_from_before(log_lines: Lines, log_dir: Path) -> None:
    """Also if the program configured the library or shut it down meanwhile; nothing of the test is written."""
    before = lifecycle.current_settings()
    get_logger("shop").info("before")
    with capture_records() as records:
        configure(log_dir=log_dir, service_name="other", console_output=False)
        get_logger("shop").info("inside")
        shutdown()
        get_logger("shop").info("after shutdown")
        assert records.messages == ["inside", "after shutdown"]
    get_logger("shop").info("after")

    assert lifecycle.current_settings() == before
    assert [record["message"] for record in log_lines()] == ["before", "after"]
    assert [path.name for path in log_dir.iterdir() if path.suffix == ".log"] == ["app.log"]


def test_records_of_logging_are_there_when_the_program_captures_them(log_dir: Path) -> None:
    """What is captured is up to the configuration."""
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    with capture_records() as records:
        logging.getLogger("theirs").info("hello")
    configure(log_dir=log_dir, console_output=False, service_name="app")

    assert records.messages == ["hello"]
