"""The application: records of requests, health, the page's files, chaos and alerts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo_service.app import create_app
from demo_service.live_feed import LiveFeed
from demo_service.settings import ServiceSettings

Lines = Callable[[], list[dict[str, Any]]]


def test_all_records_of_a_request_share_its_id(client: TestClient, log_lines: Lines) -> None:
    """Records of sync routes run in threads, and still belong to the request."""
    answer = client.post("/api/orders", json={"item": "pot"}, headers={"X-Correlation-ID": "my-request"})

    assert answer.headers["X-Correlation-ID"] == "my-request"
    own = [record for record in log_lines() if record["context"].get("correlation_id") == "my-request"]
    assert [record["message"] for record in own] == ["place_order", "order placed", "request handled"]
    assert (own[-1]["route"], own[-1]["status"]) == ("/api/orders", 201)


def test_the_route_of_an_id_is_its_template(client: TestClient, log_lines: Lines) -> None:
    """So that metrics stay few."""
    client.get("/api/orders/77")

    record = log_lines()[-1]
    assert (record["path"], record["route"], record["status"]) == ("/api/orders/77", "/api/orders/{order_id}", 404)


def test_a_path_that_does_not_exist_has_no_route(client: TestClient, log_lines: Lines) -> None:
    """Scanners must not make series."""
    assert client.get("/wp-login.php").status_code == 404
    assert log_lines()[-1]["route"] is None


def test_health(client: TestClient, feed: LiveFeed) -> None:
    """Live always; ready until the service stops."""
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").status_code == 200
    feed.end()
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    """By policy, and every file it names is there."""
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"] == "default-src 'self'"
    for name in ("live.css", "live.js"):
        assert f"/live/{name}" in page.text
        assert client.get(f"/live/{name}").headers["Content-Security-Policy"] == "default-src 'self'"
    assert client.get("/live/../app.py").status_code == 404


def test_the_api_pages_work_without_the_internet(client: TestClient) -> None:
    """Script and style come from the service itself."""
    page = client.get("/docs").text
    assert "swagger" in page
    assert "https://" not in page


def test_chaos_and_webhook_are_off_unless_asked_for(tmp_path: Path, feed: LiveFeed) -> None:
    """They are for demos."""
    settings = ServiceSettings(database=str(tmp_path / "orders.sqlite3"))
    with TestClient(create_app(settings, feed)) as client:
        assert client.get("/chaos/error").status_code == 404
        assert client.post("/alerts/webhook", json={"alerts": []}).status_code == 404


def _notification(status: str, name: str = "HighErrorRate") -> dict[str, object]:
    alert = {
        "status": status,
        "labels": {"alertname": name, "severity": "critical"},
        "annotations": {"summary": "demo: 12% of the records are errors"},
        "startsAt": "2026-11-24T10:00:00Z",
        "fingerprint": name,
    }
    return {"version": "4", "status": status, "alerts": [alert]}


def test_an_alert_is_shown_while_it_fires_and_recorded_once(
    client: TestClient, feed: LiveFeed, log_lines: Lines
) -> None:
    """Alertmanager repeats itself."""
    for _ in range(3):
        assert client.post("/alerts/webhook", json=_notification("firing")).status_code == 204
    [alert] = feed.alerts
    assert (alert["name"], alert["severity"]) == ("HighErrorRate", "critical")
    client.post("/alerts/webhook", json=_notification("resolved"))

    assert feed.alerts == []
    messages = [record["message"] for record in log_lines() if record["logger"] == "demo_service.alerts"]
    assert messages == ["alert fires", "alert resolved"]


@pytest.mark.parametrize("body", [{}, {"alerts": [{}]}, {"alerts": "x"}, []])
def test_a_notification_of_another_shape_is_refused(client: TestClient, body: object) -> None:
    """422, not 500."""
    assert client.post("/alerts/webhook", json=body).status_code == 422


def test_a_refused_request_is_recorded_without_its_values(client: TestClient, log_lines: Lines) -> None:
    """Bodies may hold what must not be logged."""
    client.post("/api/orders", json={"item": 5, "customer": "4111 1111 1111 1111", "quantity": 0})

    records = log_lines()
    assert "4111" not in str(records)
    [record] = [record for record in records if record["message"] == "request refused"]
    assert record["problems"][0].startswith("body.item: ")
