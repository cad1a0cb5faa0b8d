"""The pipeline: bounds, overflow policies, sinks that fail or hang, and the sum of what was accepted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import configure, flush, get_logger, shutdown
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected, RetryLater

Wait = Callable[[Callable[[], object]], None]
Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("pipeline")


class Collecting:
    """A sink that keeps what it gets; `trouble` may raise or wait first."""

    name = "collecting"

    def __init__(self, trouble: Callable[[Sequence[Entry]], None] = lambda _: None) -> None:
        self.lines: list[bytes] = []
        self.trouble = trouble

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep them."""
        self.trouble(entries)
        self.lines += [entry[2] for entry in entries]

    def idle(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def _dropped(sink: str, reason: str) -> float:
    return REGISTRY.get_sample_value("log_records_dropped_total", {"sink": sink, "reason": reason}) or 0.0


def _configure(log_dir: Path, **settings: Any) -> None:
    configure(log_dir=log_dir, console_output=False, service_name="app", **settings)


def test_threads_lose_and_double_nothing(log_lines: Lines, log_dir: Path) -> None:
    """Eight threads, each record once, each thread's in order."""
    _configure(log_dir, overflow="block")

    def work(thread: int) -> None:
        for number in range(2000):
            logger.info("x", thread=thread, number=number)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    records = log_lines()
    for number in range(8):
        assert [r["number"] for r in records if r["thread"] == number] == list(range(2000))


@pytest.mark.parametrize("overflow", ["drop_newest", "drop_oldest"])
def test_what_does_not_fit_is_dropped_counted_and_said(
    log_dir: Path, overflow: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accepted = delivered + dropped, `flush` says False once, and the next one True."""
    gate = threading.Event()
    sink = Collecting(lambda _: (gate.wait(30), None)[1])
    _configure(log_dir, sinks=[sink], file_output=False, buffer_bytes=50_000, overflow=overflow)
    before = sum(_dropped(name, "overflow") for name in ("collecting", "buffer"))
    for number in range(2000):
        logger.info("x", number=number)
    gate.set()

    assert not flush(30)
    assert flush(30)
    dropped = sum(_dropped(name, "overflow") for name in ("collecting", "buffer")) - before
    assert dropped > 0
    delivered = len([line for line in sink.lines if b'"number"' in line])
    # The notices that tell of what was lost are records too, and may be lost themselves.
    assert 2000 <= delivered + dropped <= 2003
    assert shutdown()
    del capsys


def test_block_waits_and_loses_nothing(log_dir: Path) -> None:
    """Callers are as slow as the sink, because they asked for it."""
    sink = Collecting(lambda _: (threading.Event().wait(0.001), None)[1])
    _configure(log_dir, sinks=[sink], file_output=False, buffer_bytes=20_000, overflow="block")
    for number in range(3000):
        logger.info("x", number=number)

    assert flush(30)
    assert len(sink.lines) == 3000


@pytest.mark.guarantee(26)
def test_a_sink_that_hangs_does_not_stall_the_file(log_dir: Path) -> None:
    """Nor the callers."""
    gate = threading.Event()
    _configure(log_dir, sinks=[Collecting(lambda _: (gate.wait(30), None)[1])])
    logger.info("x")

    assert not flush(0.3)
    assert "x" in (log_dir / "app.log").read_text(encoding="utf-8")
    gate.set()
    assert flush(30)


@pytest.mark.guarantee(17)
def test_a_sink_that_raises_loses_its_batch_only(log_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others go on; it is counted, said once, and used again."""
    failing = [True]

    def fail(_: Sequence[Entry]) -> None:
        if failing[0]:
            raise ValueError("broken sink")

    sink = Collecting(fail)
    _configure(log_dir, sinks=[sink])
    before = _dropped("collecting", "error")
    logger.info("one")
    assert not flush()
    failing[0] = False
    logger.info("two")
    assert flush()

    assert _dropped("collecting", "error") == before + 1
    assert len(sink.lines) == 1
    assert capsys.readouterr().err.count("sink collecting: broken sink; 1 records lost") == 1
    assert len((log_dir / "app.log").read_text(encoding="utf-8").splitlines()) == 2


def test_a_sink_may_ask_for_another_try(log_dir: Path) -> None:
    """What it took before it asked is not delivered twice."""
    tries = [0]

    def fail_twice(entries: Sequence[Entry]) -> None:
        tries[0] += 1
        if tries[0] == 1:
            raise RetryLater("not now")
        if tries[0] == 2:
            sink.lines += [entries[0][2]]
            raise RetryLater("not now", delivered=1)

    sink = Collecting(fail_twice)
    _configure(log_dir, sinks=[sink])
    for number in range(3):
        logger.info("x", number=number)

    assert flush(20)
    assert len(sink.lines) == 3
    assert len(set(sink.lines)) == 3


def test_records_that_a_receiver_refuses_are_counted(log_dir: Path) -> None:
    """And `flush` does not call that delivered."""

    def refuse_one(_: Sequence[Entry]) -> None:
        raise Rejected("too old", count=1)

    before = _dropped("collecting", "rejected")
    _configure(log_dir, sinks=[Collecting(refuse_one)])
    logger.info("x")

    assert not flush()
    assert _dropped("collecting", "rejected") == before + 1


def test_records_are_written_without_flush_within_the_interval(log_dir: Path, wait_until: Wait) -> None:
    """A quiet program's last record must not wait for the next one."""
    logger.info("alone")

    wait_until(lambda: (log_dir / "app.log").exists() and "alone" in (log_dir / "app.log").read_text(encoding="utf-8"))


def test_after_shutdown_records_are_still_written(log_lines: Lines) -> None:
    """atexit handlers of others run after ours."""
    logger.info("before")
    assert shutdown()
    logger.info("after")
    assert shutdown()

    assert [record["message"] for record in log_lines()] == ["before", "after"]


def test_large_records_are_bounded_too(log_dir: Path) -> None:
    """The bound is in bytes: a thousand records of 100 kB must not take 100 MB."""
    gate = threading.Event()
    _configure(log_dir, sinks=[Collecting(lambda _: (gate.wait(30), None)[1])], file_output=False, buffer_bytes="1MB")
    for _ in range(1000):
        logger.info("x", text="x" * 100_000)
    waiting = REGISTRY.get_sample_value("log_buffer_bytes")
    gate.set()

    assert waiting is not None
    assert waiting < 2_000_000
    flush(30)
