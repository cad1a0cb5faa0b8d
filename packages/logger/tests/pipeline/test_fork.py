"""Fork, prefork servers, multiprocessing and spawn, in real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
QUIET = "from logging_system import configure, get_logger, flush, shutdown\nconfigure(console_output=False)\n"


def _records(log_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]


def _numbers(log_dir: Path, message: str) -> list[int]:
    return [record["number"] for record in _records(log_dir) if record["message"] == message]


@pytest.mark.guarantee(1)
@pytest.mark.guarantee(3)
def test_a_fork_under_load_neither_hangs_nor_loses_nor_doubles(log_dir: Path, run_program: Run) -> None:
    """Two threads log, one with records beyond the bound, so that some fork while a caller waits for space."""
    source = (
        QUIET
        + """
import os, threading
log, stop, counts = get_logger("fork"), threading.Event(), []
def work(name):
    number = 0
    while not stop.is_set() and number < 20_000:
        log.info(name, number=number, text="x" * 200); number += 1
    counts.append((name, number))
threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
for thread in threads: thread.start()
children = []
for child in range(40):
    pid = os.fork()
    if pid == 0:
        log.info("child", number=child)
        os._exit(0 if flush(10) else 1)
    children.append(pid)
assert all(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 for pid in children)
stop.set()
for thread in threads: thread.join()
for name, count in counts: log.info("count of " + name, number=count)
"""
    )
    run_program(source, LOG_OVERFLOW="block", LOG_BUFFER_BYTES="200KB", MAX_FILE_SIZE="1GB")

    assert sorted(_numbers(log_dir, "child")) == list(range(40))
    for name in ("one", "two"):
        [count] = _numbers(log_dir, f"count of {name}")
        assert _numbers(log_dir, name) == list(range(count))


@pytest.mark.guarantee(2)
def test_what_waits_at_the_fork_is_written_by_the_parent_alone(log_dir: Path, run_program: Run) -> None:
    """Three children that end in the ordinary way, each with the parent's buffer in its copy of the memory."""
    source = QUIET + (
        "import os, sys\nlog = get_logger('a')\nlog.info('of the parent', number=1)\n"
        "for child in range(3):\n"
        "    if os.fork() == 0:\n"
        "        log.info('of a child', number=child); sys.exit()\n"
        "for child in range(3): os.wait()\n"
    )
    run_program(source, LOG_FLUSH_INTERVAL="30")

    assert _numbers(log_dir, "of the parent") == [1]
    assert sorted(_numbers(log_dir, "of a child")) == [0, 1, 2]


@pytest.mark.guarantee(4)
def test_the_process_has_one_thread_when_it_forks(run_program: Run) -> None:
    """Python 3.12 warns otherwise, and `-W error` makes the program's own fork fail."""
    source = (
        "import os\nthreads = []\n"
        # Hooks run in the opposite order, so that ours, registered first, sees what the library leaves.
        "os.register_at_fork(before=lambda: threads.append(len(os.listdir('/proc/self/task'))))\n"
        "from logging_system import get_logger, flush\n"
        "get_logger('a').info('x'); flush()\n"
        "assert len(os.listdir('/proc/self/task')) == 3, 'a writer and the console'\n"
        "pid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)\n"
        "assert threads == [1], threads\n"
        "get_logger('a').info('y'); assert flush()\n"
    )
    done = run_program(source)

    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["x", "y"]


@pytest.mark.guarantee(4)
def test_two_threads_may_fork_at_once(log_dir: Path, run_program: Run) -> None:
    """Each takes what it has to hold back again."""
    source = (
        QUIET
        + """
import os, threading
log = get_logger("fork")
def work(thread):
    for number in range(20):
        log.info("parent", number=thread * 20 + number)
        pid = os.fork()
        if pid == 0: os._exit(0)
        os.waitpid(pid, 0)
threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    )
    run_program(source)

    assert sorted(_numbers(log_dir, "parent")) == list(range(80))


@pytest.mark.guarantee(5)
def test_gunicorn_with_preload_writes_the_records_of_master_and_workers(
    log_dir: Path, tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    """Also when workers are replaced after a few requests, and at its end."""
    (tmp_path / "program.py").write_text(
        "import os\nfrom logging_system import configure, get_logger\nconfigure(console_output=False)\n"
        "log = get_logger('web')\nlog.info('loaded', pid=os.getpid())\n"
        "def app(environ, start_response):\n"
        "    log.info('request', number=int(environ['QUERY_STRING']), pid=os.getpid())\n"
        "    start_response('200 OK', [('Content-Length', '0')])\n    return [b'']\n",
        encoding="utf-8",
    )
    socket = tmp_path / "port"
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--max-requests", "10"]
    command += ["--bind", "127.0.0.1:0", "--pid", str(socket), "program:app"]
    with (tmp_path / "gunicorn.txt").open("w+", encoding="utf-8") as output:
        environment = {**os.environ, "LOG_DIR": str(log_dir), "SERVICE_NAME": "app"}
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=output, stdout=output)
        try:
            text = tmp_path / "gunicorn.txt"
            wait_until(lambda: "Listening at: " in text.read_text(encoding="utf-8"))
            url = text.read_text(encoding="utf-8").partition("Listening at: ")[2].split()[0]
            for number in range(40):
                urllib.request.urlopen(f"{url}/?{number}", timeout=10).close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)

    records = _records(log_dir)
    assert sorted(_numbers(log_dir, "request")) == list(range(40))
    assert [r["pid"] for r in records if r["message"] == "loaded"] == [server.pid]
    assert len({r["pid"] for r in records if r["message"] == "request"}) > 2


@pytest.mark.guarantee(6)
@pytest.mark.guarantee(7)
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_write_their_last_record(log_dir: Path, tmp_path: Path, method: str) -> None:
    """Without a flush; a logger may be handed to them as an argument."""
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing\nfrom logging_system import get_logger\n"
        "def work(log, number):\n    log.info('child', number=number)\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context('{method}')\n"
        "    log = get_logger('a').bind(component='billing')\n    log.info('parent', number=0)\n"
        "    children = [context.Process(target=work, args=(log, number)) for number in range(3)]\n"
        "    for child in children: child.start()\n"
        "    for child in children: child.join()\n"
        "    assert [child.exitcode for child in children] == [0, 0, 0]\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "LOG_DIR": str(log_dir), "SERVICE_NAME": "app", "LOG_FLUSH_INTERVAL": "30"}
    subprocess.run([sys.executable, program], env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)

    assert _numbers(log_dir, "parent") == [0]
    assert sorted(_numbers(log_dir, "child")) == [0, 1, 2]
    assert {record["context"]["component"] for record in _records(log_dir)} == {"billing"}


@pytest.mark.guarantee(1)
def test_a_fork_does_not_wait_long_for_a_sink_that_hangs(log_dir: Path, run_program: Run) -> None:
    """A second for the first fork, nothing for those that follow."""
    source = (
        "from logging_system import configure, get_logger, flush\nimport os, time\n"
        "class Hanging:\n    name = 'hanging'\n    def write(self, entries): time.sleep(60)\n"
        "    def idle(self): pass\n    def close(self): pass\n"
        "configure(console_output=False, sinks=[Hanging()])\nlog = get_logger('a')\n"
        "log.info('x', number=1); flush(0.2)\nstarted = time.monotonic()\n"
        "for child in range(50):\n    pid = os.fork()\n    if pid == 0: os._exit(0)\n    os.waitpid(pid, 0)\n"
        "print(time.monotonic() - started)\nlog.info('x', number=2); flush(0.2)\nos._exit(0)\n"
    )
    started = time.monotonic()
    done = run_program(source)

    assert float(done.stdout) < 20, "fifty waits of a second"
    assert time.monotonic() - started < 50
    assert _numbers(log_dir, "x") == [1, 2]
