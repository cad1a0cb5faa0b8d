"""Fixtures: the application in this process, its records in a directory of the test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo_service.app import create_app
from demo_service.live_feed import LiveFeed
from demo_service.settings import ServiceSettings
from logging_system import configure, flush, shutdown

Records = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where no configuration of a developer lies, without the variables of one."""
    for variable in [name for name in os.environ if name.startswith(("LOG_", "AWS_", "DEMO_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[LiveFeed]:
    """A live feed that is one of the library's sinks."""
    feed = LiveFeed()
    configure(log_dir=tmp_path / "logs", console_output=False, service_name="shop", sinks=[feed], flush_interval=0.01)
    flush()
    yield feed
    shutdown()


@pytest.fixture
def client(tmp_path: Path, feed: LiveFeed) -> Iterator[TestClient]:
    """An HTTP client of the application, with everything turned on."""
    settings = ServiceSettings(database=str(tmp_path / "orders.sqlite3"), chaos=True, alert_webhook=True)
    with TestClient(create_app(settings, feed), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def log_lines(tmp_path: Path) -> Callable[[], Records]:
    """Call it for the records written until now, parsed."""

    def read() -> Records:
        assert flush()
        text = (tmp_path / "logs" / "shop.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    return read
