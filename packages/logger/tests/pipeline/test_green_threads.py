"""gevent and eventlet: their patches replace threads and locks, before or after our import; sub-interpreters."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
IMPORT = "from logging_system import configure, flush, get_logger, shutdown\nlog = get_logger('green')\n"
GEVENT = "from gevent import monkey; monkey.patch_all()\n"
EVENTLET = "import warnings; warnings.simplefilter('ignore')\nimport eventlet; eventlet.monkey_patch()\n"
WORK = """
import threading, time
configure(console_output=False)
def work(name):
    for number in range(200):
        log.info("x", name=name, number=number)
        if number % 50 == 0:
            time.sleep(0.001)  # the other greenlets' turn
threads = [threading.Thread(target=work, args=(name,)) for name in range(10)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
#: The writer must not need the hub: the program goes on without ever giving it a turn.
BUSY = """
import os
log.info("busy")
end = time.monotonic() + 20
while not (os.path.exists("logs/app.log") and '"busy"' in open("logs/app.log").read()):
    assert time.monotonic() < end, "the writer starves"
log.info("last")
"""


def _messages(log_dir: Path) -> list[str]:
    return [json.loads(line)["message"] for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("patch", [GEVENT, EVENTLET], ids=["gevent", "eventlet"])
@pytest.mark.parametrize("order", ["patched first", "imported first"])
def test_greenlets_log_and_the_writer_does_not_starve(log_dir: Path, run_program: Run, patch: str, order: str) -> None:
    """Each record once, without a call of `flush`, and the end of the program is not held up."""
    start = patch + IMPORT if order == "patched first" else IMPORT + patch
    run_program(start + WORK + BUSY, LOG_OVERFLOW="block")

    messages = _messages(log_dir)
    assert messages.count("x") == 2000
    assert messages[-2:] == ["busy", "last"]


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("patch", [GEVENT, EVENTLET], ids=["gevent", "eventlet"])
def test_greenlets_flush_and_wait_for_space(log_dir: Path, run_program: Run, patch: str) -> None:
    """Other greenlets run meanwhile."""
    source = (
        patch
        + IMPORT
        + """
import threading, time
class Slow:
    name = "slow"
    def write(self, entries): time.sleep(0.005)
    def idle(self): pass
    def close(self): pass
configure(console_output=False, sinks=[Slow()], overflow="block", buffer_bytes=20_000)
ticks = 0
def tick():
    global ticks
    while not done: ticks += 1; time.sleep(0.001)
done = []
ticking = threading.Thread(target=tick); ticking.start()
for number in range(3000): log.info("x", number=number)
assert flush(20)
done.append(True); ticking.join()
assert ticks > 2, ticks
assert shutdown()
"""
    )
    run_program(source)

    assert _messages(log_dir).count("x") == 3000


@pytest.mark.guarantee(29)
def test_a_sub_interpreter_writes_its_records(log_dir: Path, run_program: Run) -> None:
    """Where it refuses threads, its callers write; the main interpreter is not disturbed."""
    source = (
        "import _xxsubinterpreters as interpreters\n"
        + IMPORT
        + "configure(console_output=False)\nlog.info('main')\n"
        + "inner = interpreters.create()\n"
        + "interpreters.run_string(inner, '''"
        + IMPORT
        + "configure(console_output=False)\nlog.info('inner'); assert flush(10)\nlog.info('inner last')\n''')\n"
        + "interpreters.destroy(inner)\nlog.info('main last')\n"
    )
    run_program(source)

    assert sorted(_messages(log_dir)) == ["inner", "inner last", "main", "main last"]


@pytest.mark.guarantee(29)
def test_where_threads_are_refused_callers_write(log_dir: Path, run_program: Run) -> None:
    """A limit of the system does the same as a sub-interpreter without threads; once there is one again it is used."""
    source = IMPORT + (
        "configure(console_output=False)\n"
        'def refuse(*_): raise RuntimeError("can\'t start new thread")\n'
        "from logging_system.pipeline import native\nreal = native._own['_thread', 'start_new_thread']\n"
        "native._own['_thread', 'start_new_thread'] = refuse\n"
        "log.info('one'); log.info('two')\n"
        "assert open('logs/app.log').read().count('\\n') == 2\n"
        "native._own['_thread', 'start_new_thread'] = real\nlog.info('three'); assert flush(10)\n"
    )
    done = run_program(source)

    assert _messages(log_dir) == ["one", "two", "three"]
    assert done.stderr.count("no thread can be started") == 1
