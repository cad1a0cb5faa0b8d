"""Health checks: quiet while all is well, in both middlewares; loud when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import flask
import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from logging_system import get_logger
from logging_system.integrations import asgi, wsgi

Lines = Callable[[], list[dict[str, Any]]]
Get = Callable[[str], int]


def _asgi(path: str, statuses: Iterator[int]) -> Get:
    app = FastAPI()

    @app.get(path)
    def health() -> Response:
        return Response(status_code=next(statuses))

    client = TestClient(asgi.LoggingMiddleware(app, probes=[path]))
    return lambda asked: client.get(asked).status_code


def _wsgi(path: str, statuses: Iterator[int]) -> Get:
    app = flask.Flask(__name__)

    @app.get(path)
    def health() -> tuple[str, int]:
        return "", next(statuses)

    app.wsgi_app = wsgi.LoggingMiddleware(app.wsgi_app, probes=[path])  # type: ignore[method-assign]
    client = app.test_client()
    return lambda asked: client.get(asked, buffered=True).status_code


def _requests(path: str, outcome: str) -> float | None:
    labels = {"operation": f"GET {path}", "outcome": outcome}
    return REGISTRY.get_sample_value("operation_duration_seconds_count", labels)


@pytest.mark.parametrize("served", [_asgi, _wsgi])
def test_a_probe_that_goes_well_is_no_request(log_lines: Lines, served: Callable[[str, Iterator[int]], Get]) -> None:
    """It would hide the errors of a service with little traffic; one that fails counts and is an ERROR."""
    path = f"/health/{served.__name__}"
    get = served(path, iter([200, 200, 503]))

    assert get(path) == 200
    access = get_logger("logging_system.access")
    access.set_level("DEBUG")
    assert [get(path), get(path)] == [200, 503]
    access.set_level("INFO")

    records = [record for record in log_lines() if record["message"] == "request handled"]
    assert [(record["level"], record["status"]) for record in records] == [("DEBUG", 200), ("ERROR", 503)]
    assert (_requests(path, "ok"), _requests(path, "error")) == (None, 1)
