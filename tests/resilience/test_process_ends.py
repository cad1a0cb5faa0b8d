"""How processes end and multiply, under load: SIGTERM, SIGKILL and a thousand forks."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from tests.resilience import accepted

Report = Callable[[str, str], None]
FLUSH_INTERVAL = 0.2
#: `make proof` does it more often than CI.
FULL = bool(os.environ.get("FULL_PROOF"))

LOAD = (
    accepted.NOTE
    + """
import threading
from logging_system import configure, get_logger
configure(console_output=False, handle_sigterm=True)
log = get_logger("load")
def work(path, pause):
    times = shared(path)
    for number in range(len(times)):
        log.info("x", path=path, number=number)
        times[number] = time.monotonic()
        if pause and number % 100 == 0: time.sleep(pause)
threads = [threading.Thread(target=work, args=(path, float(sys.argv[1]))) for path in sys.argv[2:]]
for thread in threads: thread.start()
print("ready", flush=True)
for thread in threads: thread.join()
"""
)


def _records(path: Path) -> Iterator[dict[str, object]]:
    """Every line must be a whole record."""
    with path.open("rb") as stream:
        for line in stream:
            assert line.endswith(b"\n"), "a torn line"
            yield orjson.loads(line)


def _start(folder: Path, paths: list[Path], pause: float) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOG_")}
    environment |= {"LOG_DIR": str(folder), "SERVICE_NAME": "app", "MAX_FILE_SIZE": "10GB"}
    environment |= {"LOG_OVERFLOW": "block", "LOG_FLUSH_INTERVAL": str(FLUSH_INTERVAL)}
    for path in paths:
        accepted.make(path)
    program = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(pause), *map(str, paths)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def _numbers(folder: Path, paths: list[Path]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {str(path): [] for path in paths}
    for record in _records(folder / "app.log"):
        numbers[str(record["path"])].append(int(str(record["number"])))
    return numbers


@pytest.mark.guarantee(8)
@pytest.mark.timeout(600)
def test_sigterm_under_load_loses_nothing(tmp_path: Path, report: Report) -> None:
    """Four threads at full speed; every record whose call had returned is in the file."""
    total = lost = 0
    chance = random.Random(8)
    rounds = 20 if FULL else 3
    for round_ in range(rounds):
        folder = tmp_path / str(round_)
        folder.mkdir()
        paths = [folder / f"accepted-{thread}" for thread in range(4)]
        program = _start(folder, paths, pause=0)
        time.sleep(chance.uniform(0.3, 0.8))  # how far it got by then is what is tested
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == -signal.SIGTERM
        numbers = _numbers(folder, paths)
        for path in paths:
            known = len(accepted.read(path))
            total += known
            lost += known - len(set(numbers[str(path)]) & set(range(known)))
            assert numbers[str(path)] == sorted(set(numbers[str(path)])), "doubled or out of order"
    report(f"SIGTERM under load, 4 threads, {rounds} times", f"{lost} of {total:,} accepted records lost")

    assert total > 10_000
    assert lost == 0


@pytest.mark.guarantee(9)
@pytest.mark.timeout(600)
def test_sigkill_loses_at_most_the_flush_interval_and_tears_nothing(tmp_path: Path, report: Report) -> None:
    """At a steady load: what was accepted longer ago than that is in the file; what a successor writes stays whole."""
    oldest = lost = total = 0.0
    chance = random.Random(9)
    paths = [tmp_path / f"accepted-{number}" for number in range(60 if FULL else 8)]
    for path in paths:
        program = _start(tmp_path, [path], pause=0.01)
        time.sleep(chance.uniform(0.5, 1.0))
        killed = time.monotonic()
        program.kill()
        program.wait(30)
        times = accepted.read(path)
        written = len(_numbers(tmp_path, paths)[str(path)])
        total += len(times)
        lost += max(0, len(times) - written)
        oldest = max(oldest, killed - times[written] if written < len(times) else 0.0)
    report(
        f"SIGKILL under load, {len(paths)} times on one file",
        f"{lost:,.0f} of {total:,.0f} records lost, the oldest {oldest * 1000:.0f} ms old "
        f"(flush interval {FLUSH_INTERVAL * 1000:.0f} ms), 0 lines torn",
    )

    assert total > 1_000
    # Beside the interval the write itself takes a moment, on a machine with other work to do.
    assert oldest <= FLUSH_INTERVAL + 0.05


FORKS = """
import os, sys, threading
from logging_system import configure, get_logger, flush
configure(console_output=False)
log, stop, count = get_logger("forks"), threading.Event(), 0
def work():
    global count
    while not stop.wait(0.0005):
        log.info("parent", number=count); count += 1
thread = threading.Thread(target=work); thread.start()
for first in range(0, 1000, 20):
    children = []
    for child in range(first, first + 20):
        pid = os.fork()
        if pid == 0:
            log.info("child", number=child)
            os._exit(0 if flush(20) else 1)
        children.append(pid)
    for pid in children:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
stop.set(); thread.join()
assert flush(20)
print(count)
"""


@pytest.mark.guarantee(1)
@pytest.mark.guarantee(2)
def test_a_thousand_forks_under_load_give_every_record_once(tmp_path: Path, report: Report) -> None:
    """Those of the parent, which logs all the time in another thread, and one of each child."""
    environment = {**os.environ, "LOG_DIR": str(tmp_path), "SERVICE_NAME": "app", "MAX_FILE_SIZE": "1GB"}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", FORKS], env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    seconds = time.monotonic() - started
    numbers: dict[str, list[int]] = {"parent": [], "child": []}
    for record in _records(tmp_path / "app.log"):
        numbers[str(record["message"])].append(int(str(record["number"])))
    count = int(done.stdout)
    report("1,000 forks under load", f"{count:,} + 1,000 records, each once, in {seconds:.1f} s")

    assert numbers["parent"] == list(range(count))
    assert sorted(numbers["child"]) == list(range(1000))
