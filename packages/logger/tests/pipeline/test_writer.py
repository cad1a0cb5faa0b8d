"""The writer and the sinks' threads: replaced when they die, never waiting for themselves."""

from __future__ import annotations

import ctypes
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import configure, flush, get_logger, shutdown
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import RetryLater

Lines = Callable[[], list[dict[str, Any]]]
Wait = Callable[[Callable[[], object]], None]
logger = get_logger("writer")


class Sink:
    """Does what `act` does with each batch, and keeps it."""

    name = "own"

    def __init__(self, act: Callable[[Sequence[Entry]], None] = lambda _: None) -> None:
        self.act = act
        self.lines: list[bytes] = []

    def write(self, entries: Sequence[Entry]) -> None:
        """See the class."""
        self.act(entries)
        self.lines += [entry[2] for entry in entries]

    def idle(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def use_sink(log_dir: Path) -> Iterator[Callable[..., None]]:
    """Configure the library with a sink of the test's own."""

    def use(sink: Sink, **settings: Any) -> None:
        configure(log_dir=log_dir, console_output=False, service_name="app", sinks=[sink], **settings)

    yield use
    configure(log_dir=log_dir, console_output=False, service_name="app")


def _metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.guarantee(17)
def test_a_writer_that_dies_is_replaced_by_the_next_record(log_lines: Lines, wait_until: Wait) -> None:
    """Killed from outside, in the middle of its work or its sleep."""
    before = _metric("log_sink_errors_total", sink="writer")
    others = set(sys._current_frames())
    logger.info("one")
    assert flush()
    [writer] = set(sys._current_frames()) - others
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(writer), ctypes.py_object(SystemExit))
    wait_until(lambda: writer not in sys._current_frames())
    logger.info("two")

    assert [record["message"] for record in log_lines()] == ["one", "two"]
    assert _metric("log_sink_errors_total", sink="writer") == before + 1


@pytest.mark.guarantee(17)
def test_a_sink_whose_thread_dies_gets_another(use_sink: Callable[..., None], wait_until: Wait) -> None:
    """MemoryError and the like lose the batch; an exit of the thread does not even lose that."""

    def die_once(_: Sequence[Entry]) -> None:
        sink.act = lambda _: None
        raise SystemExit

    sink = Sink(die_once)
    use_sink(sink)
    logger.info("one")
    flush(0.5)
    logger.info("two")

    wait_until(lambda: flush(1) or len(sink.lines) == 2)
    assert [json.loads(line)["message"] for line in sink.lines] == ["one", "two"]


@pytest.mark.guarantee(21)
def test_what_a_sink_logs_goes_to_the_file_and_not_to_itself(
    use_sink: Callable[..., None], log_lines: Lines, wait_until: Wait
) -> None:
    """Client libraries log about each call; sent on, each record would make another."""
    import logging

    def log(_: Sequence[Entry]) -> None:
        logging.getLogger("client").warning("request sent")
        with logger.context(request="r1"):
            logger.info("record of the sink")

    sink = Sink(log)
    use_sink(sink, capture_stdlib=True)
    logger.info("one")
    assert flush(10)
    logger.info("two")
    assert flush(10)
    wait_until(lambda: len(log_lines()) >= 6)

    assert [json.loads(line)["message"] for line in sink.lines] == ["one", "two"]
    messages = [record["message"] for record in log_lines()]
    assert messages.count("request sent") == 2
    assert messages.count("record of the sink") == 2


@pytest.mark.guarantee(21)
def test_a_sink_that_logs_without_end_is_limited(use_sink: Callable[..., None], log_lines: Lines) -> None:
    """A thousand records a second; the rest is counted."""

    def log(_: Sequence[Entry]) -> None:
        for number in range(10_000):
            logger.info("noise", number=number)

    before = _metric("log_records_dropped_total", sink="buffer", reason="sink_logs")
    use_sink(Sink(log))
    logger.info("one")
    flush(10)
    noise = [record for record in log_lines() if record["message"] == "noise"]
    dropped = _metric("log_records_dropped_total", sink="buffer", reason="sink_logs") - before

    assert len(noise) + dropped == 10_000
    assert 0 < len(noise) <= 5000


@pytest.mark.guarantee(25)
def test_block_does_not_stop_an_event_loop(use_sink: Callable[..., None]) -> None:
    """The loop may be what empties the sink: it drops and counts instead."""
    import asyncio

    gate = threading.Event()

    async def main() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while not gate.is_set():
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        for number in range(2000):
            logger.info("x" * 100, number=number)
            if number % 100 == 0:
                await asyncio.sleep(0)
        gate.set()  # what the sink waits for comes from the loop
        await ticking
        return ticks

    sink = Sink(lambda _: (gate.wait(30), None)[1])
    before = _metric("log_records_dropped_total", sink="buffer", reason="overflow")
    use_sink(sink, overflow="block", buffer_bytes=20_000, block_timeout=60, file_output=False)

    assert asyncio.run(main()) >= 20
    assert not flush(10)
    assert _metric("log_records_dropped_total", sink="buffer", reason="overflow") > before


@pytest.mark.guarantee(25)
def test_block_ends_after_its_time_and_then_drops(use_sink: Callable[..., None]) -> None:
    """A disk that hangs for ever must not take the service with it."""
    gate = threading.Event()
    sink = Sink(lambda _: (gate.wait(30), None)[1])
    use_sink(sink, overflow="block", buffer_bytes=20_000, block_timeout=0.1, file_output=False)
    lost = ("buffer", "own")
    before = sum(_metric("log_records_dropped_total", sink=name, reason="overflow") for name in lost)
    for number in range(2000):
        logger.info("x" * 100, number=number)
    gate.set()
    flush(10)
    flush(10)
    dropped = sum(_metric("log_records_dropped_total", sink=name, reason="overflow") for name in lost) - before
    written = [line for line in sink.lines if b'"number"' in line]

    assert dropped > 0
    assert len(written) + dropped == 2000


@pytest.mark.guarantee(26)
def test_lost_records_are_told_in_the_log_when_there_is_space_again(
    use_sink: Callable[..., None], log_lines: Lines, wait_until: Wait
) -> None:
    """One record with their number, beside the metric."""
    gate = threading.Event()
    sink = Sink(lambda _: (gate.wait(30), None)[1])
    use_sink(sink, buffer_bytes=50_000)
    for number in range(2000):
        logger.info("x" * 100, number=number)
        if number % 100 == 0:
            flush(0.001)
    gate.set()

    def is_told() -> bool:
        logger.info("y")
        flush(10)
        return any(record["message"] == "records dropped" for record in log_lines())

    flush(10)
    wait_until(is_told)
    told = [record for record in log_lines() if record["message"] == "records dropped"]

    assert {(record["level"], record["logger"], record["reason"]) for record in told} == {
        ("WARNING", "logging_system", "overflow")
    }
    delivered = [line for line in sink.lines if b'"number"' in line]
    in_file = [record for record in log_lines() if "number" in record]
    lost_to_sink = sum(record["dropped"] for record in told if record["sink"] == "own")
    lost_to_all = sum(record["dropped"] for record in told if record["sink"] == "buffer")
    assert len(delivered) + lost_to_sink + lost_to_all == 2000
    assert len(in_file) + lost_to_all == 2000


def test_after_shutdown_a_remote_sink_loses_what_comes_and_counts_it(
    use_sink: Callable[..., None], log_lines: Lines
) -> None:
    """Its call could take seconds, in a program that is ending; the file is quick."""
    sink = Sink()
    before = _metric("log_records_dropped_total", sink="own", reason="shutdown")
    use_sink(sink)
    logger.info("one")
    assert shutdown()
    logger.info("two")

    assert not flush()
    assert [json.loads(line)["message"] for line in sink.lines] == ["one"]
    assert _metric("log_records_dropped_total", sink="own", reason="shutdown") == before + 1
    assert [r["message"] for r in log_lines() if r["message"] != "records dropped"] == ["one", "two"]


def test_shutdown_does_not_wait_for_the_pause_before_another_try(use_sink: Callable[..., None]) -> None:
    """What was not delivered is counted."""

    def refuse(_: Sequence[Entry]) -> None:
        tries.append(1)
        raise RetryLater("not now")

    tries: list[int] = []
    before = _metric("log_records_dropped_total", sink="own", reason="shutdown")
    use_sink(Sink(refuse))
    logger.info("one")

    assert not shutdown(0.3)
    assert tries
    assert _metric("log_records_dropped_total", sink="own", reason="shutdown") == before + 1


def test_a_sink_that_fails_at_rest_goes_on(
    use_sink: Callable[..., None], wait_until: Wait, capsys: pytest.CaptureFixture[str]
) -> None:
    """`idle` and `close` may raise too."""

    class Restless(Sink):
        name = "restless"

        def idle(self) -> None:
            raise OSError("no rest")

        def close(self) -> None:
            raise OSError("no end")

    sink = Restless()
    use_sink(sink)
    logger.info("one")
    assert flush(10)
    wait_until(lambda: "sink restless: no rest" in capsys.readouterr().err)
    logger.info("two")

    assert flush(10)
    assert len(sink.lines) == 2


def test_an_interval_without_records_wakes_nobody_for_nothing(use_sink: Callable[..., None]) -> None:
    """A sink of many records at a time is woken when there are enough of them."""
    sink = Sink()
    use_sink(sink, flush_interval=0.05)
    for number in range(25_000):
        logger.info("x", number=number)

    assert flush(20)
    assert len(sink.lines) == 25_000
