"""SIGTERM and SIGHUP, and what interrupts the library itself: handlers, finalisers, asynchronous exceptions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
START = """
import os, signal, threading, time
from logging_system import configure, get_logger, flush, shutdown
configure(console_output=False, handle_sigterm=True)
log = get_logger("signals")
"""


def _messages(log_dir: Path) -> list[str]:
    return [record["message"] for record in _records(log_dir)]


def _records(log_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]


@pytest.mark.guarantee(8)
def test_sigterm_writes_what_waits_and_ends_the_process_as_before(log_dir: Path, run_program: Run) -> None:
    """The exit status still says that it was killed by the signal."""
    source = START + "for number in range(3000): log.info('x')\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(30)"
    run_program(source, status=-15, LOG_FLUSH_INTERVAL="60")

    assert len(_messages(log_dir)) == 3000


@pytest.mark.guarantee(8)
def test_sigterm_goes_on_to_the_handler_that_was_there(log_dir: Path, run_program: Run) -> None:
    """It may log for as long as it likes."""
    source = START.replace(
        "configure(", "signal.signal(signal.SIGTERM, lambda *_: (log.info('draining'), exit(7)))\nconfigure(", 1
    )
    run_program(source + "log.info('x'); os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)", status=7)

    assert _messages(log_dir) == ["x", "draining"]


@pytest.mark.guarantee(8)
def test_sigterm_that_was_ignored_stays_ignored(log_dir: Path, run_program: Run) -> None:
    """What waits is written all the same."""
    source = START.replace("configure(", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nconfigure(", 1)
    source += "log.info('one'); os.kill(os.getpid(), signal.SIGTERM)\n"
    source += "assert 'one' in open('logs/app.log').read(); log.info('two')"
    run_program(source, LOG_FLUSH_INTERVAL="60")

    assert _messages(log_dir) == ["one", "two"]


@pytest.mark.guarantee(8)
def test_sigterm_in_the_middle_of_writing_waits_for_its_end(log_dir: Path, run_program: Run) -> None:
    """After `shutdown` callers write themselves; the line under way must not be torn."""
    source = START + (
        "log.info('first'); shutdown()\nreal = os.write\n"
        "def write(number, data):\n"
        "    if b'last' in bytes(data) and not done: done.append(1); os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return real(number, data)\n"
        "done = []\nos.write = write\nlog.info('last')\ntime.sleep(30)\n"
    )
    run_program(source, status=-15)

    assert _messages(log_dir) == ["first", "last"]


@pytest.mark.guarantee(8)
def test_the_handler_goes_when_it_is_no_longer_wanted(run_program: Run) -> None:
    """The one before is back; a handler set meanwhile by the program is left alone."""
    source = START + (
        "assert callable(signal.getsignal(signal.SIGTERM))\nconfigure(console_output=False)\n"
        "assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL\n"
        "configure(console_output=False, handle_sigterm=True)\n"
        "mine = lambda *_: None\nsignal.signal(signal.SIGTERM, mine)\nconfigure(console_output=False)\n"
        "assert signal.getsignal(signal.SIGTERM) is mine\n"
        "done = []\nthread = threading.Thread(target=lambda: done.append(configure(console_output=False, "
        "handle_sigterm=True)))\nthread.start(); thread.join()\nassert done == [None]\n"
    )
    done = run_program(source)

    assert "SIGTERM can only be handled by the main thread" in done.stderr


@pytest.mark.guarantee(10)
def test_a_handler_that_logs_in_the_middle_of_logging_loses_nothing(log_dir: Path, run_program: Run) -> None:
    """Thousands of interruptions, wherever they fall."""
    source = START + (
        "import itertools\nhandled = itertools.count()\n"
        "def handle(*_): log.info('handler', number=next(handled))\n"
        "signal.signal(signal.SIGALRM, handle)\nsignal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)\n"
        "main = 0\nend = time.monotonic() + 1\n"
        "while time.monotonic() < end:\n    log.info('main', number=main); main += 1\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\nassert flush(20)\nprint(main, next(handled))\n"
    )
    done = run_program(source, measured=False, LOG_OVERFLOW="block", MAX_FILE_SIZE="1GB")
    main, handled = map(int, done.stdout.split())

    records = _records(log_dir)
    assert handled > 100
    assert [r["number"] for r in records if r["message"] == "main"] == list(range(main))
    # A handler may itself be interrupted by the next one, which is then the first to log.
    assert sorted(r["number"] for r in records if r["message"] == "handler") == list(range(handled))


@pytest.mark.guarantee(10)
@pytest.mark.guarantee(16)
def test_flush_and_log_from_a_handler_that_interrupts_synchronous_writing(log_dir: Path, run_program: Run) -> None:
    """After shutdown records are written by their callers: a handler inside of that must not wait for itself."""
    source = START + (
        "import itertools\nlog.info('first'); shutdown()\nhandled = itertools.count()\n"
        "def handle(*_):\n    log.info('handler', number=next(handled)); flush(0.01)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.001)\n"
        "signal.signal(signal.SIGALRM, handle)\nsignal.setitimer(signal.ITIMER_REAL, 0.001)\n"
        "main = 0\nend = time.monotonic() + 1\n"
        "while time.monotonic() < end:\n    log.info('main', number=main); main += 1\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\nlog.info('last')\nprint(main, next(handled))\n"
    )
    done = run_program(source, MAX_FILE_SIZE="1GB")
    main, handled = map(int, done.stdout.split())

    records = _records(log_dir)
    assert handled > 10
    assert sorted(r["number"] for r in records if r["message"] == "main") == list(range(main))
    assert sorted(r["number"] for r in records if r["message"] == "handler") == list(range(handled))


@pytest.mark.guarantee(11)
def test_finalisers_that_log_in_the_middle_of_logging_lose_nothing(log_dir: Path, run_program: Run) -> None:
    """The collector runs on any allocation, also on those of the library."""
    source = START + (
        "import gc, itertools\ngc.set_threshold(5)\nfinalised = itertools.count()\n"
        "class Node:\n    def __init__(self): self.me = self\n"
        "    def __del__(self): log.info('finaliser', number=next(finalised))\n"
        "for number in range(20_000):\n    Node(); log.info('main', number=number)\n"
        "gc.disable()\nassert flush(20)\nprint(next(finalised))\n"
    )
    finalised = int(run_program(source, measured=False, LOG_OVERFLOW="block", MAX_FILE_SIZE="1GB").stdout)

    records = _records(log_dir)
    assert finalised > 1000
    assert [r["number"] for r in records if r["message"] == "main"] == list(range(20_000))
    # Those that are left at the end are finalised, and written, then.
    numbers = {r["number"] for r in records if r["message"] == "finaliser"}
    assert numbers >= set(range(finalised))
    assert len(numbers) == len([r for r in records if r["message"] == "finaliser"])


@pytest.mark.guarantee(12)
def test_asynchronous_exceptions_leave_nothing_stuck(log_dir: Path, run_program: Run) -> None:
    """As time limits of task queues raise them, at any point of the library."""
    source = START + (
        "import ctypes, random\nclass Late(BaseException): pass\n"
        "threading.excepthook = lambda args: None\n"
        "def work():\n"
        "    while True: log.info('x', text='x' * 100)\n"
        "random.seed(1)\n"
        "for _ in range(60):\n"
        "    thread = threading.Thread(target=work)\n    thread.start()\n    time.sleep(random.random() / 100)\n"
        "    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Late))\n"
        "    thread.join(20)\n    assert not thread.is_alive()\n"
        "log.info('afterwards')\nassert flush(20), 'what was accepted must arrive'\n"
    )
    run_program(source, measured=False, LOG_OVERFLOW="block", MAX_FILE_SIZE="1GB")

    assert _messages(log_dir)[-1] == "afterwards"


@pytest.mark.guarantee(19)
def test_sighup_reads_the_file_again_and_a_broken_one_changes_nothing(log_dir: Path, run_program: Run) -> None:
    """One ERROR record and stderr say what is wrong where."""
    source = (
        START.replace("configure(", "configure(handle_sighup=True, ").replace("import os", "import json, os")
        + """
def write(text):
    with open("new.yaml", "w") as stream: stream.write(text)
    os.replace("new.yaml", "logging_config.yaml")
def hang_up_until(condition):
    os.kill(os.getpid(), signal.SIGHUP)
    end = time.monotonic() + 10
    while not condition(): assert time.monotonic() < end; time.sleep(0.01)
def last():
    flush(); return [json.loads(line) for line in open("logs/app.log")][-1]
log.debug("one"); log.info("two")
write("logging: {level: DEBUG}")
hang_up_until(lambda: log.is_enabled_for("DEBUG"))
log.debug("three")
write("logging: {level: LOUD}")
hang_up_until(lambda: last()["message"] == "configuration not reloaded")
log.debug("four")
os.remove("logging_config.yaml")
hang_up_until(lambda: not log.is_enabled_for("DEBUG"))
log.debug("five"); log.info("six")
"""
    )
    (log_dir.parent / "logging_config.yaml").write_text("logging: {level: INFO}", encoding="utf-8")
    done = run_program(source)

    records = _records(log_dir)
    assert [r["message"] for r in records] == ["two", "three", "configuration not reloaded", "four", "six"]
    assert records[2]["level"] == "ERROR"
    assert (records[2]["source"], records[2]["setting"]) == ("logging_config.yaml", "logging.level")
    assert 'logging.level: got "LOUD", expected DEBUG' in done.stderr
