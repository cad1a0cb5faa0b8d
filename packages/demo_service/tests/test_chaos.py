"""The routes that break things: each does what it says, and no more than it may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo_service import chaos
from demo_service.live_feed import LiveFeed
from demo_service.memory_limit import resident_bytes
from logging_system import configure, flush

Lines = Callable[[], list[dict[str, Any]]]


def test_an_exception_is_answered_with_the_id_that_finds_it(client: TestClient, log_lines: Lines) -> None:
    """500, and the record has the chain."""
    answer = client.get("/chaos/error")

    assert answer.status_code == 500
    assert answer.json() == {"detail": "internal error", "correlation_id": answer.headers["X-Correlation-ID"]}
    record = log_lines()[-1]
    assert (record["level"], record["exception"]["type"]) == ("ERROR", "PaymentProviderError")
    assert record["exception"]["cause"]["type"] == "TimeoutError"


def test_a_critical_record_is_written(client: TestClient, log_lines: Lines) -> None:
    """And answered with 503."""
    assert client.get("/chaos/critical").status_code == 503
    assert [record["message"] for record in log_lines() if record["level"] == "CRITICAL"] == [
        "stock database is read-only"
    ]


@pytest.mark.parametrize(
    "path",
    [
        "slow?seconds=1000",
        "memory?megabytes=100000",
        "memory?seconds=1000",
        "memory?percent_of_limit=96",
        "flood?records=1000000",
        "flood?seconds=100",
    ],
)
def test_each_is_bounded(client: TestClient, path: str) -> None:
    """422 for more than it may."""
    assert client.get(f"/chaos/{path}").status_code == 422


def test_a_slow_answer_comes_late(client: TestClient, log_lines: Lines) -> None:
    """As late as was asked for."""
    assert client.get("/chaos/slow?seconds=0.01").json() == {"seconds": 0.01}
    [record] = [record for record in log_lines() if record["message"] == "slow_operation"]
    assert record["duration_ms"] >= 10


def test_memory_is_held_until_it_is_released(client: TestClient) -> None:
    """Once at a time."""
    answers: list[dict[str, float]] = []
    path = "/chaos/memory?megabytes=100&seconds=60"
    holding = threading.Thread(target=lambda: answers.append(client.get(path).json()))
    before = resident_bytes()
    holding.start()
    deadline = time.monotonic() + 10
    while resident_bytes() < before + (90 << 20):
        assert time.monotonic() < deadline, "not held within 10 s"
        time.sleep(0.01)

    assert client.get("/chaos/memory?megabytes=1&seconds=0").status_code == 409
    assert client.get("/chaos/memory/release").json()["megabytes"] >= 90
    holding.join(10)
    assert answers == [{"megabytes": 100, "seconds": 60}]
    assert client.get("/chaos/memory/release").json() == {"megabytes": 0}
    assert client.get("/chaos/memory?megabytes=1&seconds=0").json() == {"megabytes": 1, "seconds": 0}


def test_a_flood_has_the_library_drop_records(client: TestClient, feed: LiveFeed, tmp_path: Path) -> None:
    """For real, and says how many."""
    # With the bound of a real service this takes a second.
    configure(log_dir=tmp_path / "logs", console_output=False, service_name="shop", sinks=[feed], buffer_bytes="200KB")
    answer = client.get("/chaos/flood").json()

    assert answer["dropped"] > 0
    assert 0 < answer["logged"] < 100_000
    flush(10)


def test_a_flood_ends_where_nothing_is_dropped(client: TestClient) -> None:
    """At the number of records that was given."""
    assert client.get("/chaos/flood?records=60").json() == {"logged": 60, "dropped": 0}


def test_there_is_one_flood_at_a_time(client: TestClient) -> None:
    """The second is refused."""
    with chaos._one_flood:
        assert client.get("/chaos/flood").status_code == 409
