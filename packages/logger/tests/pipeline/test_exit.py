"""The end of a process: exit handlers, finalisers, daemon threads, `flush` and `shutdown` that tell the truth."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger, shutdown
from logging_system.pipeline.entry import Entry

Run = Callable[..., subprocess.CompletedProcess[str]]
QUIET = "from logging_system import configure, get_logger, flush, shutdown\nconfigure(console_output=False)\n"


def _messages(log_dir: Path) -> list[str]:
    text = (log_dir / "app.log").read_text(encoding="utf-8")
    return [json.loads(line)["message"] for line in text.splitlines()]


class HangingSink:
    """A sink that takes nothing until `gate` is set."""

    name = "hanging"

    def __init__(self) -> None:
        self.gate = threading.Event()

    def write(self, _entries: Sequence[Entry]) -> None:
        """Wait."""
        self.gate.wait(30)

    def idle(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


@pytest.mark.guarantee(13)
def test_the_first_record_may_come_when_the_interpreter_ends(log_dir: Path, run_program: Run) -> None:
    """No thread may be started then: Python 3.11 would wait for it for ever, later ones refuse."""
    source = QUIET + (
        "import atexit\n"
        "class Last:\n    def __del__(self, log=get_logger('a')): log.info('finaliser')\n"
        "import builtins; builtins.last = Last()\n"
    )
    run_program(source)

    assert _messages(log_dir) == ["finaliser"]


@pytest.mark.guarantee(13)
@pytest.mark.guarantee(14)
def test_exit_handlers_that_run_after_ours_may_log_and_configure(log_dir: Path, run_program: Run) -> None:
    """Registered earlier means called later."""
    source = (
        "import atexit\n"
        "atexit.register(lambda: (configure(console_output=False), get_logger('b').info('two')))\n"
        "atexit.register(lambda: get_logger('a').info('one'))\n" + QUIET + "get_logger('a').info('main')\n"
    )
    run_program(source)

    assert _messages(log_dir) == ["main", "one", "two"]


@pytest.mark.guarantee(15)
def test_a_daemon_thread_that_logs_to_the_end_does_not_hang_the_exit(log_dir: Path, run_program: Run) -> None:
    """It is stopped wherever it is, perhaps while it writes."""
    source = QUIET + (
        "import threading, time\nlog = get_logger('a')\n"
        "def work():\n    while True: log.info('daemon')\n"
        "for _ in range(3): threading.Thread(target=work, daemon=True).start()\n"
        "time.sleep(0.3)\nlog.info('last of main')\n"
    )
    run_program(source, MAX_FILE_SIZE="1GB", LOG_OVERFLOW="block")

    assert "last of main" in _messages(log_dir)


@pytest.mark.guarantee(15)
@pytest.mark.guarantee(16)
def test_the_exit_waits_for_a_hanging_sink_for_some_seconds_and_says_so(log_dir: Path, run_program: Run) -> None:
    """The file has everything by then."""
    source = (
        "from logging_system import configure, get_logger\nimport threading\n"
        "class Hanging:\n    name = 'hanging'\n    def write(self, entries): threading.Event().wait()\n"
        "    def idle(self): pass\n    def close(self): pass\n"
        "configure(console_output=False, sinks=[Hanging()])\nget_logger('a').info('x')\n"
    )
    done = run_program(source)

    assert _messages(log_dir) == ["x", "records dropped"][: len(_messages(log_dir))]
    assert "not every record reached every sink" in done.stderr


@pytest.mark.guarantee(16)
def test_flush_says_true_only_when_everything_accepted_before_has_arrived(log_dir: Path) -> None:
    """In the sink that takes its time too."""
    sink = HangingSink()
    configure(log_dir=log_dir, console_output=False, service_name="app", sinks=[sink])
    get_logger("exit").info("x")

    assert not flush(0.05)
    sink.gate.set()
    assert flush(10)
    assert flush(0)
    assert shutdown()
    assert shutdown()


@pytest.mark.guarantee(16)
def test_flush_and_shutdown_may_be_called_by_a_sink(log_dir: Path) -> None:
    """It cannot wait for itself: False, at once."""
    answers: list[bool] = []

    class Flushing(HangingSink):
        def write(self, _entries: Sequence[Entry]) -> None:
            answers.append(flush(20))

    configure(log_dir=log_dir, console_output=False, service_name="app", sinks=[Flushing()])
    get_logger("exit").info("x")

    assert flush(10)
    assert answers == [False]


@pytest.mark.guarantee(16)
def test_flush_of_many_threads_while_others_log(log_dir: Path) -> None:
    """Each sees what it logged before, however much comes after."""
    configure(log_dir=log_dir, console_output=False, service_name="app", overflow="block", max_file_size="1GB")
    stop = threading.Event()
    missing: list[Any] = []

    def flood() -> None:
        while not stop.is_set():
            get_logger("exit").info("flood")

    def check(thread: int) -> None:
        for number in range(5):
            get_logger("exit").info(f"mine {thread} {number}")
            if not flush(20) or f"mine {thread} {number}" not in (log_dir / "app.log").read_text(encoding="utf-8"):
                missing.append((thread, number))

    flooding = threading.Thread(target=flood)
    checking = [threading.Thread(target=check, args=(thread,)) for thread in range(3)]
    for started in [flooding, *checking]:
        started.start()
    for ended in checking:
        ended.join()
    stop.set()
    flooding.join()

    assert missing == []


@pytest.mark.guarantee(18)
def test_a_level_can_be_made_to_wait_until_it_is_written(log_dir: Path, run_program: Run) -> None:
    """`os._exit` and `os.exec` give nobody a chance to write what waits; documented, with this way out."""
    source = QUIET.replace("False)", "False, flush_level='ERROR', flush_interval=60)") + (
        "import os\nget_logger('a').error('kept')\nget_logger('a').info('lost')\nos._exit(0)\n"
    )
    run_program(source)

    assert _messages(log_dir) == ["kept"]


def test_a_writer_that_hangs_in_the_file_is_left_alone_by_a_new_configuration(log_dir: Path, run_program: Run) -> None:
    """As on a network file system that does not answer: the records that follow have another place to go."""
    source = QUIET + (
        "import os, threading, time\n"
        "log = get_logger('a')\nlog.info('one'); assert flush()\n"
        "real, gate = os.write, threading.Event()\n"
        # The system call is what hangs, and only for the first file.
        "def hang(number, data):\n"
        "    if not gate.is_set() and b'stuck' in bytes(data): gate.wait(60)\n"
        "    return real(number, data)\n"
        "os.write = hang\n"
        "log.info('stuck'); assert not flush(0.2)\n"
        "configure(console_output=False, log_dir='elsewhere')\n"
        "log.info('two'); assert flush(5) in (True, False)\n"
        "text = open('elsewhere/app.log').read(); assert 'two' in text, text\n"
        "gate.set()\nend = time.monotonic() + 10\n"
        "while 'stuck' not in open('logs/app.log').read(): assert time.monotonic() < end; time.sleep(0.01)\n"
    )
    run_program(source)

    assert "stuck" in _messages(log_dir)
