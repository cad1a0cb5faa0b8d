"""Stack traces: as Python writes them, folded, without locals, and never an error of their own."""

from __future__ import annotations

import gc
import linecache
import traceback
import weakref
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("stacktrace")
pytestmark = pytest.mark.guarantee(48)


def fail(number: int = 0) -> float:
    """Divide by zero."""
    return (number + 1) / number


def recurse(depth: int) -> float:
    """Fail, `depth` calls down."""
    return recurse(depth - 1) if depth else fail()


def ping(depth: int) -> float:
    """Fail, with two functions that call each other."""
    return pong(depth - 1)


def pong(depth: int) -> float:
    """The other one."""
    return ping(depth - 1) if depth > 0 else fail()


def run_source(source: str, filename: str) -> None:
    """Run a program that fails, as if it stood in `filename`, and log it."""
    try:
        exec(compile(source, filename, "exec"), {"__name__": "program"})
    except ZeroDivisionError:
        logger.exception("x")


def test_a_stack_trace_reads_as_python_writes_it(log_lines: Lines) -> None:
    """With the source, the marks below it, the module of the exception's class, and notes."""

    class OwnError(Exception):
        """Not of the builtins."""

    try:
        try:
            fail()
        except ZeroDivisionError as error:
            error.add_note("a note")
            logger.exception("x")
            raise OwnError from None
    except OwnError as error:
        expected_own = traceback.format_exception(error)
        logger.exception("x")
    try:
        fail()
    except ZeroDivisionError as error:
        error.add_note("a note")
        expected = "".join(traceback.format_exception(error)).splitlines()

    first, own = (record["exception"]["stacktrace"] for record in log_lines())
    assert first.splitlines()[2:] == expected[2:]
    assert "^^^" in first or "~~~" in first
    assert own == "".join(expected_own).rstrip("\n")


def test_repeated_frames_are_folded_and_long_ones_cut_in_the_middle(log_lines: Lines) -> None:
    """Ten thousand calls deep; the outermost and the innermost frames stay."""
    for function in (recurse, ping):
        try:
            function(800)
        except ZeroDivisionError:
            logger.exception("x")

    folded, cut = (record["exception"]["stacktrace"] for record in log_lines())
    assert "  [Previous line repeated 799 more times]\n" in folded
    assert folded.count("in recurse") == 2
    assert folded.splitlines()[-1] == cut.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert "in test_repeated_frames_are_folded" in cut
    assert cut.count('  File "') == 100
    assert "  … 704 frames left out …\n" in cut
    assert cut.splitlines()[-4].endswith("in fail")


def test_ten_thousand_frames_make_a_short_record(run_program: Any, tmp_path: Path) -> None:
    """The recursion limit raised, two functions in turn."""
    run_program(
        "import sys\n"
        "from logging_system import get_logger\n"
        "sys.setrecursionlimit(20_000)\n"
        "def even(n): return odd(n - 1)\n"
        "def odd(n): return even(n - 1) if n > 0 else 1 / 0\n"
        "try: even(9_999)\n"
        "except ZeroDivisionError: get_logger('x').exception('x')\n",
        LOG_FORMAT="json",
    )

    line = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError: division by zero" in line
    assert len(line) < 20_000


def test_a_missing_changed_or_broken_source_costs_only_its_lines(log_lines: Lines, tmp_path: Path) -> None:
    """No such file, a file that is no text, a name that is none, and one that is shorter now."""
    binary = tmp_path / "binary.py"
    binary.write_bytes(b"\xff\xfe\x00" * 100)
    shorter = tmp_path / "shorter.py"
    shorter.write_text("\n\n1 / 0\n", encoding="utf-8")
    run_source("\n\n1 / 0", str(shorter))
    shorter.write_text("", encoding="utf-8")
    run_source("\n\n1 / 0", str(shorter))
    for filename in ("gone.py", str(binary), "", "<string>", "\udcff.py"):
        run_source("\n\n1 / 0", filename)

    traces = [record["exception"]["stacktrace"] for record in log_lines()]
    assert len(traces) == 7
    assert all("line 3, in <module>" in trace for trace in traces)
    assert all(trace.endswith("ZeroDivisionError: division by zero") for trace in traces)
    assert 'File "\\udcff.py"' in traces[-1]
    assert "    1 / 0" in traces[0]


def test_the_source_of_a_module_in_a_zip_file_is_found(
    log_lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loader is asked."""
    with zipfile.ZipFile(tmp_path / "library.zip", "w") as library:
        library.writestr("zipped_module.py", "def fail():\n    return 1 / 0  # from the zip\n")
    monkeypatch.syspath_prepend(str(tmp_path / "library.zip"))
    linecache.clearcache()
    import zipped_module  # type: ignore[import-not-found]

    try:
        zipped_module.fail()
    except ZeroDivisionError:
        logger.exception("x")

    assert "return 1 / 0  # from the zip" in log_lines()[0]["exception"]["stacktrace"]


def test_a_loader_that_fails_costs_only_the_source(log_lines: Lines) -> None:
    """Whatever it raises."""

    class Loader:
        def get_source(self, name: str) -> str:
            raise RuntimeError(name)

    try:
        exec(compile("1 / 0", "loaded.py", "exec"), {"__name__": "loaded", "__loader__": Loader()})
    except ZeroDivisionError:
        logger.exception("x")

    assert 'File "loaded.py", line 1, in <module>\nZeroDivisionError' in log_lines()[0]["exception"]["stacktrace"]


def test_no_local_is_written_and_no_frame_is_kept(log_lines: Lines) -> None:
    """What the frames held is free once the exception is gone."""

    class Held:
        """Something large."""

    def work() -> None:
        held = Held()
        held_by.append(weakref.ref(held))
        password = "hunter2"
        raise ValueError(str(len(password)))

    held_by: list[weakref.ref[Held]] = []
    gc.collect()
    gc.disable()
    try:
        try:
            work()
        except ValueError:
            logger.exception("x")
        assert held_by[0]() is None
    finally:
        gc.enable()

    record = log_lines()[0]
    assert "hunter2" not in str(record).replace('password = "hunter2"', "")
    assert "Held object" not in str(record)
