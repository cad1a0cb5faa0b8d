"""The flight recorder: how much it holds, for whom, how long, and that it comes out once."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger
from logging_system.control import flight_recorder

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
logger = get_logger("flight")


def messages(lines: Lines) -> list[str]:
    return [written["message"] for written in lines()]


def test_the_newest_records_are_kept(log_lines: Lines, record: Use) -> None:
    """As many as was asked for."""
    record(flight_recorder=3)
    with logger.context():
        for number in range(100):
            logger.debug(str(number))
        logger.error("now")

    assert messages(log_lines) == ["97", "98", "99", "now"]


def test_a_context_holds_64_kilobytes_at_most(log_lines: Lines, record: Use) -> None:
    """Long records push older ones out; the very long ones are cut first."""
    record(flight_recorder=10_000)
    with logger.context():
        for number in range(200):
            logger.debug(str(number), payload="x" * 1000)
        logger.debug("long", payload="y" * 100_000)
        logger.error("now")

    written = log_lines()
    held = [line for line in written if line.get("flight_recorder")]
    assert 30 < len(held) < 60
    assert [line["message"] for line in held] == [str(n) for n in range(201 - len(held), 200)] + ["long"]
    assert held[-1]["payload"].endswith("characters]")
    assert sum(len(str(line)) for line in held) < 70_000


def test_all_contexts_together_are_bounded_and_the_oldest_loses(log_lines: Lines, record: Use) -> None:
    """Here 400 open contexts of 60 kB each; 16 MB are held."""
    record(flight_recorder=1000, max_file_size="100MB", buffer_bytes="100MB")
    contexts = [copy_context() for _ in range(400)]

    def fill(number: int) -> None:
        logger.context(correlation_id=str(number)).__enter__()
        for _ in range(4):
            logger.debug("held", payload="x" * 15_000)

    for number, context in enumerate(contexts):
        context.run(fill, number)
    for context in contexts:
        context.run(logger.error, "now")

    held = Counter(int(line["context"]["correlation_id"]) for line in log_lines() if line.get("flight_recorder"))
    first = min(held)
    assert held == dict.fromkeys(range(first, 400), 4)
    assert 14_000_000 < len(held) * 60_000 < 16 * 1024 * 1024


def test_what_is_held_is_freed_when_the_context_ends(record: Use) -> None:
    """Also where a bound logger or a task that lives on remembers the context."""
    record()
    recorder = flight_recorder.active
    assert recorder is not None
    bound = logger.bind(a=1)
    kept = []
    for _ in range(100):
        with logger.context():
            bound.debug("held", payload="x" * 1000)
            with logger.context():
                logger.debug("nested")
            kept.append(copy_context())

    assert recorder.held_bytes == 0


def test_what_is_held_is_freed_when_a_context_is_never_left(record: Use) -> None:
    """A generator that nobody finishes, for example; the last one to let go frees it."""
    record()
    recorder = flight_recorder.active
    assert recorder is not None
    context = copy_context()
    context.run(logger.context().__enter__)
    context.run(logger.debug, "held")
    assert recorder.held_bytes > 0
    del context
    gc.collect()

    assert recorder.held_bytes == 0


def test_tasks_and_threads_share_what_their_context_holds(log_lines: Lines, record: Use) -> None:
    """Whoever fails brings all of it out, each record once."""
    record(flight_recorder=10_000)

    async def part(number: int) -> None:
        logger.debug("task", number=number)
        await asyncio.to_thread(logger.debug, "thread", number=number)
        if number == 30:
            logger.error("failed")

    async def work() -> None:
        with logger.context():
            await asyncio.gather(*(part(number) for number in range(60)))
            logger.error("failed at last")

    asyncio.run(work())

    held = [(line["message"], line["number"]) for line in log_lines() if line.get("flight_recorder")]
    assert sorted(held) == sorted((kind, number) for kind in ("task", "thread") for number in range(60))


def test_many_threads_fail_and_hold_at_once(log_lines: Lines, record: Use) -> None:
    """Nothing is lost below the bounds and nothing is written twice."""
    record(flight_recorder=10_000)

    def work(number: int) -> None:
        for turn in range(50):
            logger.debug(f"{number}.{turn}")
            if turn % 10 == 9:
                logger.error("now")

    with logger.context():
        threads = [threading.Thread(target=copy_context().run, args=(work, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        logger.error("end")

    held = [line["message"] for line in log_lines() if line.get("flight_recorder")]
    assert sorted(held) == sorted(f"{number}.{turn}" for number in range(4) for turn in range(50))
    for number in range(4):
        own = [int(message.partition(".")[2]) for message in held if message.startswith(f"{number}.")]
        assert len(own) == 50


def test_a_task_that_outlives_its_context_goes_on_holding(log_lines: Lines, record: Use) -> None:
    """What it held before the end is gone, what came after is there when it fails."""
    record()
    with logger.context():
        late = copy_context()
        late.run(logger.debug, "before the end")
    late.run(logger.debug, "after the end")
    late.run(logger.error, "failed late")

    assert messages(log_lines) == ["after the end", "failed late"]


def test_a_held_record_keeps_to_the_longest_record(log_lines: Lines, record: Use, log_dir: Path) -> None:
    """Also with the mark on it."""
    record(max_record_size=1024)
    with logger.context():
        for length in range(500, 1200, 5):
            logger.debug("x", payload="y" * length)
            logger.error("now")

    assert any(line.get("flight_recorder") for line in log_lines())
    assert max(map(len, (log_dir / "app.log").read_bytes().splitlines(keepends=True))) <= 1024


def test_a_new_configuration_keeps_what_open_contexts_hold(log_lines: Lines, record: Use) -> None:
    """And contexts entered without a recorder hold nothing."""
    with logger.context(correlation_id="before"):
        record()
        logger.debug("no")
        with logger.context():
            logger.debug("held by the inner one")
            logger.error("now")
    with logger.context(correlation_id="open"):
        logger.debug("held")
        record(log_level="WARNING")
        logger.error("then")

    assert messages(log_lines) == ["held by the inner one", "now", "held", "then"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_does_not_write_what_the_parent_holds(run_program: Callable[..., Any], tmp_path: Path) -> None:
    """It would come out twice; the child goes on holding its own."""
    run_program(
        "import os\n"
        "from logging_system import configure, get_logger, shutdown\n"
        "configure(flight_recorder=10, console_output=False)\n"
        "log = get_logger('a')\n"
        "with log.context():\n"
        "    log.debug('of the parent')\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        log.debug('of the child')\n"
        "        log.error('child')\n"
        "        shutdown()\n"
        "        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "    log.error('parent')\n"
    )

    text = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")
    written = [line.partition('"message":"')[2].partition('"')[0] for line in text.splitlines()]
    assert written == ["of the child", "child", "of the parent", "parent"]
