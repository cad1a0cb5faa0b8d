"""Metrics: the names of the contract, all levels from the start, bounded labels, a server that opens only when told."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from logging_system import AdvancedLogger, configure, flush, get_logger
from logging_system.metrics import start_server
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected

Run = Callable[..., subprocess.CompletedProcess[str]]


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def _by_label(text: str, metric: str, sample: str, label: str) -> dict[str, float]:
    """The values of a metric's series in a scraped text, by the value of one label."""
    [family] = [family for family in parse(text) if family.name == metric]
    return {s.labels[label]: s.value for s in family.samples if s.name == sample}


# -- names and values ----------------------------------------------------------------------------


def test_all_levels_are_there_at_zero_from_the_start(run_program: Run) -> None:
    """Rates need a first sample of zero."""
    done = run_program("import logging_system, prometheus_client as p; print(p.generate_latest().decode())")

    for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        assert f'log_messages_total{{level="{level}"}} 0.0' in done.stdout
    for name in (
        "active_contexts",
        "log_buffer_bytes",
        "log_records_sampled_out_total",
        "log_records_filtered_total",
        "log_records_suppressed_total",
        'log_records_dropped_total{reason="overflow",sink="buffer"}',
    ):
        assert f"\n{name} 0.0" in done.stdout


def test_records_and_errors_are_counted() -> None:
    """By level, and errors by type."""
    names = {"level": "ERROR"}
    before = _value("log_messages_total", **names)
    get_logger("m").error("x", exc_info=ZeroDivisionError())
    get_logger("m").error("y")
    assert flush()

    assert _value("log_messages_total", **names) == before + 2
    assert _value("log_errors_total", type="ZeroDivisionError") >= 1
    assert _value("log_errors_total", type="none") >= 1


def test_a_duration_lies_in_the_bucket_that_holds_it() -> None:
    """Buckets are cumulative, the bounds belong to them, and sum and count agree."""
    logger = get_logger("m")
    with logger.timer("bucketed"):
        pass

    assert _value("operation_duration_seconds_bucket", operation="bucketed", outcome="ok", le="2.0") == 1
    assert _value("operation_duration_seconds_bucket", operation="bucketed", outcome="ok", le="+Inf") == 1
    assert _value("operation_duration_seconds_count", operation="bucketed", outcome="ok") == 1
    assert 0 < _value("operation_duration_seconds_sum", operation="bucketed", outcome="ok") < 10


class _TakesHalf:
    """A sink whose receiver takes every second record."""

    name = "half"

    def write(self, entries: Sequence[Entry]) -> None:
        if len(entries) > 1:
            raise Rejected("no room", count=len(entries) // 2)

    def idle(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_accepted_is_written_plus_dropped_for_each_sink(log_dir: object) -> None:
    """The sum that shows that no record went without being told of."""
    configure(log_dir=str(log_dir), console_output=False, service_name="app", sinks=[_TakesHalf()])
    levels = {level: _value("log_messages_total", level=level) for level in ("INFO", "WARNING", "ERROR", "CRITICAL")}
    before = {sink: _value("log_records_written_total", sink=sink) for sink in ("file", "half")}
    dropped = _value("log_records_dropped_total", sink="half", reason="rejected")
    for number in range(1000):
        get_logger("m").info("x", number=number)
    flush()

    accepted = sum(_value("log_messages_total", level=level) - value for level, value in levels.items())
    lost = _value("log_records_dropped_total", sink="half", reason="rejected") - dropped
    assert _value("log_records_written_total", sink="file") - before["file"] == accepted >= 1000
    assert _value("log_records_written_total", sink="half") - before["half"] + lost == accepted
    assert lost > 0


def test_the_build_is_named_once(log_dir: object) -> None:
    """A new configuration replaces the name, it does not add one."""
    configure(log_dir=str(log_dir), console_output=False, service_name="shop", version="1.0")
    configure(log_dir=str(log_dir), console_output=False, service_name="shop", version="1.1")

    assert _by_label(generate_latest().decode(), "app_build_info", "app_build_info", "version") == {"1.1": 1.0}


# -- the server and the formats ------------------------------------------------------------------


@pytest.fixture
def get() -> Iterator[Callable[..., str]]:
    """Scrape `/metrics` of a server that runs for the test."""
    server, _ = start_server(0)

    def scrape(query: str = "", **headers: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}/metrics{query}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text: str = answer.read().decode()
        return text

    yield scrape
    server.shutdown()
    server.server_close()


def test_the_server_exposes_them(get: Callable[..., str]) -> None:
    """On a port that was asked for, loopback; `name[]` chooses."""
    with get_logger("m").timer("served"):
        pass

    text, chosen = get(), get("?name[]=active_contexts")
    assert 'app_build_info{service="app",version="0.0.0"} 1.0' in text
    assert 'operation_duration_seconds_bucket{le="2.0",operation="served",outcome="ok"}' in text
    assert chosen.splitlines()[-1].startswith("active_contexts ")
    assert "log_messages" not in chosen


def test_the_openmetrics_format_is_valid(get: Callable[..., str]) -> None:
    """Prometheus asks for it first."""
    with get_logger("m").timer("in OpenMetrics"):
        pass
    text = get(Accept="application/openmetrics-text; version=1.0.0")

    names = {family.name for family in parse_openmetrics(text)}  # type: ignore[no-untyped-call]
    assert text.endswith("# EOF\n")
    assert {"log_messages", "operation_duration_seconds", "active_contexts", "app_build_info"} <= names


# -- labels --------------------------------------------------------------------------------------


@pytest.mark.guarantee(66)
def test_further_values_of_a_label_are_counted_as_other(run_program: Run) -> None:
    """User data in an operation's name must not grow without end, and no observation may be lost for it."""
    text = run_program(
        """
import sys, threading, prometheus_client
from logging_system import get_logger
logger = get_logger("many", log_level="CRITICAL")
def work(part):
    for number in range(part, 4000, 4):
        with logger.timer(f"GET /users/{number}"): pass
threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(prometheus_client.generate_latest().decode())
"""
    ).stdout

    counts = _by_label(text, "operation_duration_seconds", "operation_duration_seconds_count", "operation")
    assert len(counts) == 201
    assert counts["_other"] == 3800
    assert sum(counts.values()) == 4000


@pytest.mark.guarantee(66)
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (r"""'quote " back\\slash\nnew line'""", 'quote " back\\slash\nnew line'),
        (r"'half a pair \ud800'", "half a pair \\ud800"),
        ("'x' * 1_000_000", "x" * 200),
        ("''", ""),
    ],
)
def test_no_label_can_spoil_the_scrape(run_program: Run, name: str, kept: str) -> None:
    """Whatever an operation is called, the text parses and the name comes back."""
    source = "from logging_system import configure, get_logger\nconfigure(console_output=False)\n"
    source += f"with get_logger('m').timer({name}): pass\n"
    source += "import prometheus_client as p, sys; sys.stdout.buffer.write(p.generate_latest())"
    text = run_program(source).stdout

    operations = {s.labels["operation"] for f in parse(text) for s in f.samples if "operation" in s.labels}
    assert operations == {kept}


@pytest.mark.guarantee(66)
def test_levels_of_others_are_counted_as_one_of_the_five() -> None:
    """A name added to the standard library, a number between two levels, an unknown level."""
    logging.addLevelName(25, "NOTICE")
    before = {level: _value("log_messages_total", level=level) for level in ("INFO", "WARNING")}
    get_logger("levels").log(25, "between")
    get_logger("levels").log(31, "between")
    get_logger("levels").log("LOUD", "unknown")
    assert flush()

    assert _value("log_messages_total", level="INFO") == before["INFO"] + 2
    assert _value("log_messages_total", level="WARNING") == before["WARNING"] + 1
    levels = _by_label(generate_latest().decode(), "log_messages", "log_messages_total", "level")
    assert set(levels) == {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}


# -- active_contexts -----------------------------------------------------------------------------


def _enter_and_forget(logger: AdvancedLogger) -> None:
    logger.context(user="u").__enter__()


def test_contexts_count_while_they_are_active() -> None:
    """Nested ones each."""
    logger = get_logger("m")
    before = _value("active_contexts")
    with logger.context(a=1), logger.context(b=2):
        assert _value("active_contexts") == before + 2
    assert _value("active_contexts") == before


def test_cancelled_tasks_leave_no_active_context() -> None:
    """A thousand tasks, cancelled inside their contexts."""
    logger = get_logger("m")
    before = _value("active_contexts")

    async def work() -> None:
        async with logger.context(job=1):
            await asyncio.sleep(60)

    async def main() -> None:
        tasks = [asyncio.create_task(work()) for _ in range(1000)]
        await asyncio.sleep(0)
        assert _value("active_contexts") == before + 1000
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())
    assert _value("active_contexts") == before


def test_a_context_that_is_never_left_counts_until_it_is_collected() -> None:
    """Entered by hand in a task that ended, and forgotten."""
    before = _value("active_contexts")

    contextvars.copy_context().run(_enter_and_forget, get_logger("m"))
    gc.collect()
    assert _value("active_contexts") == before


def test_a_context_left_in_another_task_or_twice_counts_once() -> None:
    """Leaving more often than entering must not take from the others."""
    logger = get_logger("m")
    with logger.context(outer=1):
        before = _value("active_contexts")
        block = logger.context(user="u")
        contextvars.copy_context().run(block.__enter__)
        assert _value("active_contexts") == before + 1
        block.__exit__(None, None, None)
        block.__exit__(None, None, None)
        assert _value("active_contexts") == before
