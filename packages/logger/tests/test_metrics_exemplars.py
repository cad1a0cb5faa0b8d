"""Exemplars: from a bucket of durations to the record in the log that fell into it last."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import REGISTRY
from prometheus_client.exposition import generate_latest as plain_text
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.samples import Exemplar

from logging_system import configure, get_logger, metrics
from logging_system.integrations.asgi import LoggingMiddleware, Message, Receive, Scope, Send
from logging_system.metrics_exemplars import exemplar_of

Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]
logger = get_logger("exemplars")


def _openmetrics_text() -> str:
    text: str = openmetrics.generate_latest(REGISTRY).decode()  # type: ignore[no-untyped-call]
    return text


def _exemplars(operation: str) -> Iterator[tuple[float, Exemplar]]:
    """Upper bounds of the buckets that have one, with it, as a scraper reads them."""
    for family in parse_openmetrics(_openmetrics_text()):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            if sample.labels.get("operation") == operation and sample.exemplar is not None:
                yield float(sample.labels["le"]), sample.exemplar


def test_a_bucket_names_the_record_that_fell_into_it(log_lines: Lines) -> None:
    """The id stands in the log with the same operation, and a duration inside that bucket."""
    with logger.context(correlation_id="c-1"), logger.timer("charge"):
        time.sleep(0.011)

    [(bound, exemplar)] = _exemplars("charge")
    [record] = log_lines()
    assert exemplar.labels == {"correlation_id": "c-1"} == {"correlation_id": record["context"]["correlation_id"]}
    assert record["operation"] == "charge"
    below = max([0.0, *(each for each in metrics.BUCKETS if each < bound)])
    assert below < record["duration_ms"] / 1000 <= bound
    assert exemplar.value == pytest.approx(record["duration_ms"] / 1000, abs=1e-6)
    assert float(exemplar.timestamp or 0) == pytest.approx(time.time(), abs=5)


def test_the_last_one_of_each_bucket_stands_there(log_lines: Lines) -> None:
    """Buckets keep theirs when others get new ones."""
    for correlation_id, seconds in (("fast-1", 0.0), ("slow", 0.06), ("fast-2", 0.0)):
        with logger.context(correlation_id=correlation_id), logger.timer("mixed"):
            time.sleep(seconds)

    latest: dict[float, str] = {}
    for record in log_lines():
        bound = next(each for each in metrics.BUCKETS if record["duration_ms"] / 1000 <= each)
        latest[bound] = record["context"]["correlation_id"]
    assert {bound: exemplar.labels["correlation_id"] for bound, exemplar in _exemplars("mixed")} == latest
    assert len(latest) >= 2


def test_the_id_of_a_bound_logger_is_the_one_of_the_record(log_lines: Lines) -> None:
    """It goes before that of the context."""
    with logger.context(), logger.bind(correlation_id="bound/1").timer("bound"):
        pass

    [(_, exemplar)] = _exemplars("bound")
    assert exemplar.labels["correlation_id"] == log_lines()[0]["context"]["correlation_id"] == "bound/1"


@pytest.mark.parametrize("odd", ['a"b', "a\\b", "a\nb", "ü", "a b", "#", "{}", ""])
def test_an_id_that_is_no_plain_text_is_left_out(log_lines: Lines, odd: str) -> None:
    """The scrape must not depend on how well its reader knows escapes."""
    operation = f"odd {odd.encode().hex()}"
    with logger.context(), logger.bind(correlation_id=odd).timer(operation):
        pass

    assert list(_exemplars(operation)) == []
    assert log_lines()[0]["context"]["correlation_id"] == odd


def test_the_trace_id_is_there_while_a_trace_is_active(log_lines: Lines) -> None:
    """Beside the correlation id."""
    tracer = TracerProvider().get_tracer("test")
    with logger.context(correlation_id="c"), tracer.start_as_current_span("s"), logger.timer("traced"):
        pass

    [(_, exemplar)] = _exemplars("traced")
    assert exemplar.labels == {"correlation_id": "c", "trace_id": log_lines()[0]["context"]["trace_id"]}


@pytest.mark.parametrize(
    "settings",
    [{"log_level": "WARNING"}, {"sample_rate": 0}, {"flight_recorder": 5, "log_level": "WARNING"}],
)
def test_a_duration_without_a_record_leaves_none(log_dir: object, settings: dict[str, Any]) -> None:
    """Below the level, sampled out, or held back: there would be nothing to find."""
    configure(log_dir=str(log_dir), console_output=False, service_name="app", **settings)
    operation = f"silent {settings}"
    with logger.context(correlation_id="c"), logger.timer(operation):
        pass

    assert REGISTRY.get_sample_value("operation_duration_seconds_count", {"operation": operation, "outcome": "ok"}) == 1
    assert list(_exemplars(operation)) == []


def test_outside_any_context_there_is_none(log_lines: Lines) -> None:
    """There is no id."""
    with logger.timer("alone"):
        pass

    assert list(_exemplars("alone")) == []
    assert len(log_lines()) == 1


@pytest.mark.parametrize(
    ("context", "labels"),
    [
        ({"correlation_id": "c" * 114}, {"correlation_id": "c" * 114}),
        ({"correlation_id": "c" * 115}, None),
        ({"correlation_id": "c" * 74, "trace_id": "t" * 32}, {"correlation_id": "c" * 74, "trace_id": "t" * 32}),
        ({"correlation_id": "c" * 75, "trace_id": "t" * 32}, {"correlation_id": "c" * 75}),
        ({"correlation_id": "c" * 115, "trace_id": "t" * 32}, {"trace_id": "t" * 32}),
        ({"correlation_id": 7}, None),
        ({"correlation_id": ""}, None),
    ],
)
def test_all_labels_together_have_128_characters_at_most(
    context: dict[str, object], labels: dict[str, str] | None
) -> None:
    """What does not fit is left out, as a scraper would refuse it."""
    exemplar = exemplar_of(0.5, (1_700_000_000_250, b"", json.dumps(context).encode()[1:]))

    assert (exemplar.labels if exemplar else None) == labels
    assert exemplar is None or (exemplar.value, exemplar.timestamp) == (0.5, 1_700_000_000.25)


def test_the_older_text_format_has_none(log_lines: Lines) -> None:
    """It knows no exemplars."""
    with logger.context(correlation_id="only-openmetrics"), logger.timer("plain"):
        pass

    assert log_lines()
    assert b"only-openmetrics" not in plain_text(REGISTRY)
    assert '# {correlation_id="only-openmetrics"}' in _openmetrics_text()


def test_requests_have_them_too(log_lines: Lines) -> None:
    """The access record carries the same id."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        pass

    class Route:
        path = "/exemplars/{id}"

    headers = [(b"x-correlation-id", b"request-7")]
    scope = {"type": "http", "method": "GET", "path": "/exemplars/7", "headers": headers, "route": Route}
    asyncio.run(LoggingMiddleware(app)(scope, receive, send))

    [(_, exemplar)] = _exemplars("GET /exemplars/{id}")
    assert exemplar.labels["correlation_id"] == log_lines()[-1]["context"]["correlation_id"] == "request-7"


def test_metrics_of_several_processes_have_none(run_program: Run, tmp_path: Any) -> None:
    """prometheus_client's files have no place for them; everything else is there."""
    (tmp_path / "shared").mkdir()
    done = run_program(
        "import urllib.request\n"
        "from logging_system import flush, get_logger, metrics\n"
        "log = get_logger('m')\n"
        "with log.context(correlation_id='c'), log.timer('t'): pass\n"
        "server, _ = metrics.start_server(0)\n"
        "request = urllib.request.Request(f'http://127.0.0.1:{server.server_port}/metrics',\n"
        "    headers={'Accept': 'application/openmetrics-text; version=1.0.0'})\n"
        "print(urllib.request.urlopen(request, timeout=10).read().decode())\n",
        PROMETHEUS_MULTIPROC_DIR="shared",
        LOG_FORMAT="plain",
    )

    assert 'operation_duration_seconds_count{operation="t",outcome="ok"} 1.0' in done.stdout
    assert "# {" not in done.stdout


def test_a_forks_child_has_none_of_its_parents(run_program: Run) -> None:
    """It is a process of its own to Prometheus."""
    run_program(
        "import os\n"
        "from prometheus_client import REGISTRY\n"
        "from prometheus_client.openmetrics.exposition import generate_latest\n"
        "from logging_system import configure, flush, get_logger\n"
        "configure(console_output=False)\n"
        "log = get_logger('m')\n"
        "with log.context(correlation_id='parent'), log.timer('t'): pass\n"
        "flush()\n"
        "assert b'parent' in generate_latest(REGISTRY)\n"
        "child = os.fork()\n"
        "if not child: os._exit(b'parent' in generate_latest(REGISTRY))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
    )
