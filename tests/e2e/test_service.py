"""The whole path in real processes: HTTP request, record in the file, metric, event in CloudWatch."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx

from tests.e2e.conftest import EmbeddedAws, Start

HEAD = ["timestamp", "level", "logger", "message", "module", "function", "line", "context"]


def _configure_cloudwatch(directory: Path, aws: EmbeddedAws) -> dict[str, str]:
    (directory / "logging_config.yaml").write_text(
        f"handlers:\n  cloudwatch: {{endpoint_url: '{aws.url}', flush_interval: 0.1, metrics_namespace: Shop}}\n",
        encoding="utf-8",
    )
    return {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def test_a_request_becomes_records_metrics_and_cloudwatch_events(
    start_service: Start, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """And all of them agree."""
    service = start_service(**_configure_cloudwatch(tmp_path, aws))
    with httpx.Client(base_url=service.url, timeout=10) as client:
        for number in range(50):
            answer = client.post(
                "/api/orders",
                json={"item": "teapot", "quantity": 1 + number % 3},
                headers={"X-Correlation-ID": f"request-{number}"},
            )
            assert answer.status_code == 201
            assert answer.headers["X-Correlation-ID"] == f"request-{number}"
        assert client.get("/api/orders/999").status_code == 404
        assert client.get("/chaos/error").status_code == 500
        assert client.get("/").status_code == 200
    assert service.metric("operation_duration_seconds_count")[("POST /api/orders", "ok")] == 50
    assert service.metric("log_errors_total")[("PaymentProviderError",)] == 1
    metrics_while_running = service.metric("log_messages_total")

    assert service.stop() == 0
    assert service.errors == ""

    records = service.records()
    for record in records:
        assert list(record)[:8] == HEAD
        assert list(record["context"])[-3:] == ["service_name", "version", "environment"]
        if "exception" in record:
            assert list(record)[-1] == "exception"
    for number in range(50):
        own = [r["message"] for r in records if r["context"].get("correlation_id") == f"request-{number}"]
        assert own == ["place_order", "order placed", "request handled"]

    lines = service.log_file.read_text(encoding="utf-8").splitlines()
    assert Counter(aws.messages("/app/shop")) == Counter(lines)
    by_level = Counter(record["level"] for record in records)
    for (level,), count in metrics_while_running.items():
        assert by_level[level] >= count
    assert by_level["ERROR"] == metrics_while_running[("ERROR",)] == 1


def test_the_final_metrics_count_every_record(start_service: Start, tmp_path: Path) -> None:
    """`log_messages_total` is the number of lines in the file, and nothing was dropped."""
    service = start_service(DEMO_FINAL_METRICS=str(tmp_path / "final.prom"), LOG_LEVEL="DEBUG")
    with httpx.Client(base_url=service.url, timeout=10) as client:
        for _ in range(100):
            client.get("/api/orders")
    assert service.stop() == 0

    text = (tmp_path / "final.prom").read_text(encoding="utf-8")
    counts = [float(line.split()[1]) for line in text.splitlines() if line.startswith("log_messages_total{")]
    assert sum(counts) == len(service.records()) > 300
    assert 'log_records_dropped_total{reason="overflow",sink="buffer"} 0.0' in text


def test_the_live_stream_shows_a_record_within_a_second(start_service: Start) -> None:
    """As the page reads it."""
    service = start_service()
    with httpx.Client(base_url=service.url, timeout=10) as client, client.stream("GET", "/logs/stream") as stream:
        lines = stream.iter_lines()
        httpx.get(f"{service.url}/api/orders", headers={"X-Correlation-ID": "look-for-me"}, timeout=10)
        assert next(line for line in lines if "look-for-me" in line)
    assert service.stop() == 0
