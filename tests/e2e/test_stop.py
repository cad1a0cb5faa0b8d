"""Stopping: under load, with open streams, by both signals."""

from __future__ import annotations

import signal
import threading
import time

import httpx
import pytest

from tests.e2e.conftest import Start
from tests.service_process import wait_for


def test_sigterm_under_load_keeps_every_answered_request(start_service: Start) -> None:
    """Exit 0, and each answer that a client got has its access record."""
    service = start_service()
    answered: list[str] = []
    stop = threading.Event()

    def load(worker: int) -> None:
        with httpx.Client(base_url=service.url, timeout=10) as client:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    path = "/chaos/slow?seconds=0.2" if number % 10 == 0 else "/api/orders"
                    answer = client.get(path, headers={"X-Correlation-ID": f"w{worker}-{number}"})
                except httpx.TransportError:
                    return  # the service is gone
                answered.append(answer.headers["X-Correlation-ID"])

    workers = [threading.Thread(target=load, args=(worker,)) for worker in range(8)]
    for thread in workers:
        thread.start()
    wait_for(lambda: len(answered) > 200)
    status = service.stop()
    stop.set()
    for thread in workers:
        thread.join()

    assert status == 0
    assert service.errors == ""
    recorded = {r["context"]["correlation_id"] for r in service.records() if r["logger"] == "logging_system.access"}
    assert set(answered) <= recorded
    assert len(set(answered)) == len(answered) > 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_open_streams_do_not_hold_up_the_stop(start_service: Start, number: signal.Signals) -> None:
    """They are ended first; each has its access record."""
    service = start_service()
    with httpx.Client(base_url=service.url, timeout=10) as client:
        with client.stream("GET", "/logs/stream", headers={"X-Correlation-ID": "viewer"}) as stream:
            lines = stream.iter_lines()
            next(lines)
            started = time.monotonic()
            service.process.send_signal(number)
            for _ in lines:
                pass
        _, errors = service.process.communicate(timeout=15)

    assert service.process.returncode == 0, errors
    assert time.monotonic() - started < 10
    [record] = [r for r in service.records() if r["context"].get("correlation_id") == "viewer"]
    assert (record["status"], record["streaming"]) == (200, True)
