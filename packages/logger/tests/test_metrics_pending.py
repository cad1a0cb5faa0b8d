"""Counting without a lock: exact with many threads, and nothing hangs that interrupts, is collected, or forks."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from logging_system import configure, flush, get_logger, metrics_pending
from logging_system.metrics_pending import Pending

Run = Callable[..., subprocess.CompletedProcess[str]]
PRELUDE = """
import gc, os, signal, sys, threading
import prometheus_client
from logging_system import configure, flush, get_logger, metrics
configure(console_output=False)
log = get_logger("m")
def value(name, **labels): return prometheus_client.REGISTRY.get_sample_value(name, labels)
"""


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs without coverage, whose own lock a fork or an asynchronous exception leaves taken for ever."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)


@pytest.mark.guarantee(28)
def test_counts_are_exact_with_eight_threads(log_dir: object) -> None:
    """Contexts, durations, drops by sampling and records, counted at once and scraped meanwhile."""
    configure(log_dir=str(log_dir), console_output=False, service_name="app", sample_rate=0.5)
    logger = get_logger("threads")
    names = ("active_contexts", "log_records_sampled_out_total")
    series = {"operation": "work", "outcome": "ok"}
    levels = [{"level": level} for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")]
    flush()
    before = [_value(name) for name in names]
    records = sum(_value("log_messages_total", **level) for level in levels)
    done = threading.Event()

    def work() -> None:
        for number in range(500):
            with logger.context(number=number), logger.timer("work"):
                logger.info("x")

    def scrape() -> None:
        while not done.is_set():
            _value("active_contexts")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        scraper = threading.Thread(target=scrape)
        scraper.start()
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        scraper.join()
    finally:
        sys.setswitchinterval(interval)
    assert flush()

    accepted = sum(_value("log_messages_total", **level) for level in levels) - records
    active, sampled_out = (_value(name) - value for name, value in zip(names, before, strict=True))
    assert active == 0
    assert _value("operation_duration_seconds_count", **series) == 4000
    assert accepted + sampled_out == 8000


def test_a_signal_handler_may_count_whatever_it_interrupts(run_program: Run) -> None:
    """It logs, enters contexts and scrapes while the main thread scrapes and enters contexts without a pause."""
    done = run_program(
        PRELUDE
        + """
calls = 0
def handler(*_):
    global calls
    calls += 1
    with log.context(call=calls), log.timer("in handler"):
        log.info("x")
    if calls % 10 == 0: metrics.collector.collect()  # not the registry: its lock is prometheus_client's
signal.signal(signal.SIGALRM, handler)
turn = 0
while calls < 600:
    turn += 1
    signal.setitimer(signal.ITIMER_REAL, 0.00002 * (turn % 50 + 1))
    with log.context(): pass
    prometheus_client.generate_latest()
signal.setitimer(signal.ITIMER_REAL, 0)
assert flush()
print(value("active_contexts"))
print(calls - value("operation_duration_seconds_count", operation="in handler", outcome="ok"))
""",
        LOG_LEVEL="ERROR",
    )

    assert done.stdout == "0.0\n0.0\n"


def test_finalisers_may_count_whatever_they_interrupt(run_program: Run) -> None:
    """Objects in cycles, collected in the middle of counting, of scraping and of the writer's work."""
    done = run_program(
        PRELUDE
        + """
collected = 0
class Last:
    def __init__(self): self.itself = self
    def __del__(self):
        global collected
        with log.context(), log.timer("in finaliser"): log.info("x")
        collected += 1
gc.set_threshold(20, 2, 2)
for number in range(3000):
    Last()
    if number % 50 == 0: prometheus_client.generate_latest()
gc.collect()
assert flush()
print(value("active_contexts"))
print(collected - value("operation_duration_seconds_count", operation="in finaliser", outcome="ok"), collected)
"""
    )

    assert done.stdout == "0.0\n0.0 3000\n"


@pytest.mark.usefixtures("unmeasured")
def test_a_forked_child_starts_at_zero_and_never_hangs(run_program: Run) -> None:
    """Forked while other threads count and scrape; it counts for itself and the parent's numbers stay right."""
    done = run_program(
        PRELUDE
        + """
stop, turns = threading.Event(), 0
def scrape():
    while not stop.is_set(): prometheus_client.generate_latest()
def count():
    global turns
    while not stop.is_set():
        with log.context(), log.timer("parent"): turns += 1
threads = [threading.Thread(target=work, daemon=True) for work in (scrape, count)]
for thread in threads: thread.start()
log.info("x")
for _ in range(40):
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        own = {(s.name, *s.labels.values()): s.value for m in metrics.collector.collect() for s in m.samples}
        assert own["log_messages_total", "INFO"] == own["active_contexts",] == 0, own
        with log.context(), log.timer("child"): log.info("y")
        assert flush()
        own = {(s.name, *s.labels.values()): s.value for m in metrics.collector.collect() for s in m.samples}
        assert own["log_messages_total", "INFO"] == 2, own
        assert own["operation_duration_seconds_count", "child", "ok"] == 1, own
        assert ("operation_duration_seconds_count", "parent", "ok") not in own
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
stop.set()
for thread in threads: thread.join()
print(value("active_contexts"), turns - value("operation_duration_seconds_count", operation="parent", outcome="ok"))
""",
        MAX_FILE_SIZE="1GB",
    )

    assert done.stdout == "0.0 0.0\n", done.stderr


def test_a_child_that_leaves_what_its_parent_entered_has_no_context_less(run_program: Run) -> None:
    """`with logger.context(): os.fork()` leaves the block in both."""
    done = run_program(
        PRELUDE
        + """
with log.context():
    if os.fork() == 0:
        with log.context(): print("inside", value("active_contexts"), flush=True)
    else:
        os.wait()
print(value("active_contexts"), flush=True)
"""
    )

    assert done.stdout == "inside 1.0\n0.0\n0.0\n"


def test_contexts_that_nobody_scrapes_take_bounded_memory(run_program: Run) -> None:
    """No record is written and nobody scrapes: the callers add up themselves."""
    done = run_program(
        PRELUDE
        + """
import tracemalloc
tracemalloc.start()
for _ in range(20_000):
    with log.context(): pass
print(tracemalloc.get_traced_memory()[0] < 1_000_000, value("active_contexts"))
"""
    )

    assert done.stdout == "True 0.0\n"


@pytest.mark.usefixtures("unmeasured")
def test_metrics_go_on_when_an_asynchronous_exception_ends_whoever_adds_up(run_program: Run) -> None:
    """Time limits of task queues raise anywhere, also between taking a lock and noting it."""
    done = run_program(
        PRELUDE
        + """
import ctypes
class TimeLimit(BaseException): pass
stop = threading.Event()
def work():
    while not stop.is_set():
        try:
            while not stop.is_set(): metrics.settle()
        except TimeLimit: pass
thread = threading.Thread(target=work); thread.start()
sys.setswitchinterval(1e-6)
for number in range(3000):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeLimit))
    with log.context(): pass
stop.set()
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), None)
thread.join()
with log.timer("after"): pass
print(value("operation_duration_seconds_count", operation="after", outcome="ok"))
"""
    )

    assert done.stdout == "1.0\n"


# -- the lock of those who add up ----------------------------------------------------------------


class _Sum:
    """A metric whose `add` can do something in the middle of adding up."""

    def __init__(self) -> None:
        self.value = 0.0
        self.meanwhile: Callable[[], object] | None = None

    def add(self, labels: tuple[str, ...], amount: float, source: object) -> None:  # noqa: ARG002
        self.value += amount
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()


def test_whoever_interrupts_the_adding_up_does_not_wait_for_it() -> None:
    """A handler that scrapes, or forks, in the thread that adds up: the outer call counts everything, once."""
    pending, total = Pending(), _Sum()

    def interrupt() -> None:
        pending.add(total, (), 10)
        pending.settle(wait=True)
        pending.hold_for_fork()
        pending.release_after_fork()

    total.meanwhile = interrupt
    pending.add(total, (), 1)
    pending.settle()
    assert total.value == 1
    pending.settle()
    assert total.value == 11


def test_a_fork_waits_until_nobody_adds_up() -> None:
    """And nobody does while the process is copied; whoever only counts goes on."""
    pending, total = Pending(), _Sum()
    pending.hold_for_fork()
    pending.add(total, (), 1)
    pending.settle()
    assert total.value == 0

    pending.release_after_fork()
    pending.settle()
    assert total.value == 1


def test_a_lock_that_nobody_will_release_is_replaced_by_the_next_scrape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its holder was ended by an asynchronous exception before it could note that it has the lock."""
    monkeypatch.setattr(metrics_pending, "PATIENCE", 0.01)
    pending, total = Pending(), _Sum()
    pending.hold_for_fork()
    pending.add(total, (), 1)
    pending.settle(wait=True)

    assert total.value == 1


def test_a_lock_that_nobody_will_release_takes_bounded_memory() -> None:
    """Nobody scrapes: the callers replace it."""
    pending, total = Pending(), _Sum()
    pending.hold_for_fork()
    for _ in range(50_000):
        pending.add(total, (), 1)
    pending.settle()

    assert total.value == 50_000


def test_a_holder_that_was_only_slow_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lock was replaced and another thread has done its work when it goes on."""
    monkeypatch.setattr(metrics_pending, "PATIENCE", 0.01)
    pending, total = Pending(), _Sum()
    in_the_middle, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        in_the_middle.set()
        go_on.wait(10)

    total.meanwhile = pause
    for _ in range(3):
        pending.add(total, (), 1)
    slow = threading.Thread(target=pending.settle)
    slow.start()
    assert in_the_middle.wait(10)
    pending.settle(wait=True)
    go_on.set()
    slow.join()
    assert total.value == 3
