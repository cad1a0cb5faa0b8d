"""Exceptions that nobody caught, and warnings: records with a place, hooks that chain and are given back."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from logging_system import configure

Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.guarantee(23)
CAPTURE = "import logging, sys, threading, warnings\nfrom logging_system import configure, get_logger\n"
QUIET = CAPTURE + "configure(capture_stdlib=True, console_output=False)\n"
SHOWN = CAPTURE + "configure(capture_stdlib=True, file_output=False, console_format='json')\n"


def _records(log_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]


def test_an_exception_that_ends_the_program_is_a_critical_record(run_program: Run, log_dir: Path) -> None:
    """With the place where it was raised; Python prints it as well where our console does not show it."""
    done = run_program(QUIET + "def work():\n    try:\n        1 / 0\n    finally:\n        pass\nwork()\n", status=1)

    [record] = _records(log_dir)
    assert (record["level"], record["logger"], record["message"]) == ("CRITICAL", "uncaught", "uncaught exception")
    assert (record["function"], record["line"]) == ("work", 6)
    assert record["exception"]["type"] == "ZeroDivisionError"
    assert "Traceback" in done.stderr


def test_with_our_console_on_it_is_shown_once(run_program: Run) -> None:
    """As one line of JSON, and nothing beside it."""
    done = run_program(SHOWN + "raise LookupError('gone')\n", status=1)

    assert [json.loads(line)["exception"]["message"] for line in done.stdout.splitlines()] == ["gone"]
    assert done.stderr == ""


def test_an_exception_in_a_thread_names_the_thread(run_program: Run, log_dir: Path) -> None:
    """`sys.exit` in a thread is none."""
    run_program(
        QUIET + "for work in (lambda: 1 / 0, sys.exit):\n"
        "    thread = threading.Thread(target=work, name='worker')\n"
        "    thread.start(); thread.join()\n"
    )

    [record] = _records(log_dir)
    assert (record["level"], record["thread"], record["exception"]["type"]) == (
        "CRITICAL",
        "worker",
        "ZeroDivisionError",
    )


def test_with_our_console_on_threads_and_finalisers_are_shown_once(run_program: Run) -> None:
    """One line of JSON each."""
    done = run_program(
        SHOWN + "thread = threading.Thread(target=lambda: 1 / 0)\nthread.start(); thread.join()\n"
        "class Broken:\n    def __del__(self): raise ValueError('in del')\n"
        "Broken()\n"
    )

    assert [json.loads(line)["exception"]["type"] for line in done.stdout.splitlines()] == [
        "ZeroDivisionError",
        "ValueError",
    ]
    assert done.stderr == ""


def test_an_exception_in_a_finaliser_is_an_error_record(run_program: Run, log_dir: Path) -> None:
    """Python can only print it; what was finalised is named and not kept."""
    done = run_program(QUIET + "class Broken:\n    def __del__(self): raise ValueError('in del')\nBroken()\n")

    [record] = _records(log_dir)
    assert (record["level"], record["object"], record["function"]) == ("ERROR", "Broken.__del__", "__del__")
    assert "Exception ignored in" in done.stderr


def test_an_error_that_python_reports_without_an_exception_is_a_record_too(run_program: Run) -> None:
    """With the words that it has for it, and no place."""
    done = run_program(
        SHOWN + "sys.unraisablehook(type('Args', (), {'exc_type': ValueError, 'exc_value': None,\n"
        "    'exc_traceback': None, 'err_msg': 'while saving', 'object': 5})())\n"
    )

    record = json.loads(done.stdout)
    assert (record["message"], record["object"], record["function"]) == ("while saving", "int", None)


def test_ctrl_c_is_no_fault_of_the_program(run_program: Run, log_dir: Path) -> None:
    """It ends as ever, without a CRITICAL record."""
    run_program(QUIET + "get_logger('a').info('before')\nraise KeyboardInterrupt\n", status=-2)

    assert [record["message"] for record in _records(log_dir)] == ["before"]


def test_hooks_of_the_program_are_called_as_well(run_program: Run, log_dir: Path) -> None:
    """Also with our console on, and whether they were set before or call ours."""
    done = run_program(
        "import sys, threading\n"
        "sys.excepthook = lambda *args: print('hook', args[1], file=sys.stderr)\n"
        "threading.excepthook = lambda args: print('hook', args.exc_value, file=sys.stderr)\n"
        "sys.unraisablehook = lambda args: print('hook', args.exc_value, file=sys.stderr)\n"
        + CAPTURE
        + "configure(capture_stdlib=True)\n"
        "ours = sys.excepthook\n"
        "sys.excepthook = lambda *args: (print('outer hook', file=sys.stderr), ours(*args))\n"
        "class Broken:\n    def __del__(self): raise ValueError('in del')\n"
        "Broken()\n"
        "def work(): raise LookupError('in thread')\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
        "raise LookupError('in main')\n",
        status=1,
    )

    assert done.stderr.splitlines() == ["hook in del", "hook in thread", "outer hook", "hook in main"]
    assert len(_records(log_dir)) == 3


def _unraisable(error: BaseException | None) -> Any:
    values = {"exc_type": ValueError, "exc_value": error, "exc_traceback": None, "err_msg": None, "object": _unraisable}
    return SimpleNamespace(**values)


def _raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as raised:
        return raised


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> Iterator[list[str]]:
    """Capturing over hooks of the program, which note here that they were called."""
    called: list[str] = []
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, lambda *_, called_as=f"{owner.__name__}.{name}": called.append(called_as))
    monkeypatch.setattr(warnings, "showwarning", lambda *_: called.append("warnings.showwarning"))
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    yield called
    configure(log_dir=log_dir, console_output=False, service_name="app")


def test_each_hook_writes_one_record_and_calls_the_one_before(log_lines: Lines, hooks: list[str]) -> None:
    """Called as the interpreter calls them."""
    error = _raised(LookupError("gone"))
    sys.excepthook(LookupError, error, error.__traceback__)
    for thread in (threading.current_thread(), None):
        threading.excepthook(SimpleNamespace(exc_type=LookupError, exc_value=error, exc_traceback=None, thread=thread))  # type: ignore[arg-type]
    sys.unraisablehook(_unraisable(error))
    warnings.showwarning("old way", UserWarning, "/srv/shop.py", 7)

    main, thread_record, nameless, finaliser, warning = log_lines()
    assert main["function"] == "_raised"
    assert (thread_record["thread"], nameless["thread"], finaliser["object"]) == ("MainThread", None, "_unraisable")
    assert (warning["module"], warning["line"]) == ("shop", 7)
    assert hooks == [
        "sys.excepthook",
        "threading.excepthook",
        "threading.excepthook",
        "sys.unraisablehook",
        "warnings.showwarning",
    ]


def test_what_is_no_fault_goes_to_the_hook_before_only(log_lines: Lines, hooks: list[str]) -> None:
    """Ctrl-C, `sys.exit` in a thread, a warning for a file of its own."""
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    threading.excepthook(SimpleNamespace(exc_type=SystemExit, exc_value=None, exc_traceback=None, thread=None))  # type: ignore[arg-type]
    warnings.showwarning("old way", UserWarning, "x.py", 7, io.StringIO())
    logging.getLogger("a").warning("only this")

    assert [record["message"] for record in log_lines()] == ["only this"]
    assert hooks == ["sys.excepthook", "threading.excepthook", "warnings.showwarning"]


def test_pythons_own_hooks_rest_while_our_console_shows_the_record(
    log_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They would print the same on the same terminal."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    configure(log_dir=log_dir, file_output=False, console_format="json", capture_stdlib=True)
    error = _raised(LookupError("gone"))
    sys.excepthook(LookupError, error, error.__traceback__)
    threading.excepthook(SimpleNamespace(exc_type=LookupError, exc_value=error, exc_traceback=None, thread=None))  # type: ignore[arg-type]
    sys.unraisablehook(_unraisable(error))
    configure(log_dir=log_dir, console_output=False, service_name="app")

    out, err = capsys.readouterr()
    assert (len(out.splitlines()), err) == (3, "")


def test_turning_it_off_gives_the_hooks_back(log_dir: Path) -> None:
    """The very functions; where somebody has put theirs over ours, ours only passes on."""
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    assert sys.excepthook is not before[0]
    configure(log_dir=log_dir, console_output=False, service_name="app")

    assert (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning) == before


def test_a_hook_that_is_covered_by_another_passes_on_when_capturing_is_off(run_program: Run, log_dir: Path) -> None:
    """It cannot be taken out of the chain; it writes nothing any more."""
    done = run_program(
        QUIET + "ours = sys.excepthook\nsys.excepthook = lambda *args: ours(*args)\n"
        "get_logger('a').info('before')\n"
        "configure(console_output=False)\nraise LookupError('gone')\n",
        status=1,
    )

    assert [record["message"] for record in _records(log_dir)] == ["before"]
    assert "LookupError: gone" in done.stderr


def test_a_warning_is_a_record_with_its_category_and_place(run_program: Run, log_dir: Path) -> None:
    """And is not printed; one that is meant for a file of its own still goes there."""
    done = run_program(
        QUIET + "import io\nwarnings.warn('old way', FutureWarning)\nfile = io.StringIO()\n"
        "warnings.showwarning(UserWarning('to a file'), UserWarning, 'x.py', 1, file)\n"
        "assert 'to a file' in file.getvalue()\n"
    )

    [record] = _records(log_dir)
    assert (record["logger"], record["level"], record["message"]) == ("py.warnings", "WARNING", "old way")
    assert (record["category"], record["filename"], record["lineno"]) == ("FutureWarning", "<string>", 5)
    assert (record["module"], record["function"], record["line"]) == ("<string>", None, 5)
    assert done.stderr == ""


@pytest.mark.parametrize("first", ["logging.captureWarnings(True)", ""])
def test_a_warning_that_goes_through_logging_is_still_one_record(run_program: Run, log_dir: Path, first: str) -> None:
    """`logging.captureWarnings`, before or after capturing."""
    run_program("import logging\n" + first + "\n" + QUIET + "logging.captureWarnings(True)\nwarnings.warn('old way')\n")

    [record] = _records(log_dir)
    assert record["logger"] == "py.warnings"
    assert "old way" in record["message"]


def test_a_program_that_shows_warnings_itself_still_does(run_program: Run, log_dir: Path) -> None:
    """Its function is called after ours."""
    done = run_program(
        "import warnings, sys\nwarnings.showwarning = lambda message, *_: print('shown:', message, file=sys.stderr)\n"
        + QUIET
        + "warnings.warn('old way')\n"
    )

    assert done.stderr == "shown: old way\n"
    assert [record["message"] for record in _records(log_dir)] == ["old way"]


def test_tests_that_record_warnings_still_do(log_lines: Lines, log_dir: Path) -> None:
    """`catch_warnings(record=True)` and `pytest.warns` take them first."""
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    with pytest.warns(UserWarning, match="recorded"):
        warnings.warn("recorded", stacklevel=1)
    logging.getLogger("a").warning("only this")

    assert [record["message"] for record in log_lines()] == ["only this"]


def test_an_error_in_a_task_that_nobody_awaits_is_a_record(run_program: Run, log_dir: Path) -> None:
    """asyncio reports it to its logger."""
    run_program(
        QUIET + "import asyncio\nasync def fail(): raise LookupError('gone')\n"
        "async def main():\n"
        "    task = asyncio.create_task(fail())\n"
        "    await asyncio.sleep(0)\n"
        "    del task\n"
        "asyncio.run(main())\n"
    )

    [record] = _records(log_dir)
    assert (record["logger"], record["level"]) == ("asyncio", "ERROR")
    assert record["exception"]["message"] == "gone"
