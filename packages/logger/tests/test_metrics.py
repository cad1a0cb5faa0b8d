"""Metrics: the names of the contract, all levels from the start, and a server that opens only when told."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Callable

from prometheus_client import REGISTRY

from logging_system import flush, get_logger
from logging_system.metrics import start_server

Run = Callable[..., subprocess.CompletedProcess[str]]


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_all_levels_are_there_at_zero_from_the_start(run_program: Run) -> None:
    """Rates need a first sample of zero."""
    done = run_program("import logging_system, prometheus_client as p; print(p.generate_latest().decode())")

    for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        assert f'log_messages_total{{level="{level}"}} 0.0' in done.stdout
    for name in ("active_contexts", "log_buffer_bytes", "log_records_sampled_out_total"):
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


def test_the_server_exposes_them() -> None:
    """On a port that was asked for, loopback."""
    get_logger("m").info("x")
    assert flush()
    server, _ = start_server(0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()

    assert 'app_build_info{service="app",version="0.0.0"} 1.0' in text
    assert 'operation_duration_seconds_bucket{le="2.0"' in text or "operation_duration_seconds" in text
