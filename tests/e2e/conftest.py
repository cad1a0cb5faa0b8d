"""Fixtures: the service as a process of its own, and an embedded AWS."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.service_process import Service

Start = Callable[..., Service]

# Tests that a shell started in the background ignore Ctrl-C, and what they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Start]:
    """Start a service in the test's directory with extra environment variables; it is killed at the end."""
    services: list[Service] = []

    def start(**environment: str) -> Service:
        services.append(Service(tmp_path, **environment))
        return services[-1]

    yield start
    for service in services:
        service.kill()


@dataclass(frozen=True)
class EmbeddedAws:
    """An AWS in this process, reached over HTTP."""

    url: str

    def client(self, name: str) -> Any:
        """A boto3 client of it."""
        return boto3.client(  # type: ignore[call-overload]
            name,
            endpoint_url=self.url,
            region_name="us-west-2",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def messages(self, group: str) -> list[str]:
        """What lies in a log group, in order of time."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """A clean embedded AWS."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.post(f"http://{host}:{port}/moto-api/reset", timeout=10)
    yield EmbeddedAws(f"http://{host}:{port}")
    server.stop()
