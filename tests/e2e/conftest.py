"""Fixtures: the service as a process of its own, an embedded AWS, and what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from prometheus_client.parser import text_string_to_metric_families


@dataclass
class Service:
    """A running demo service; `url` and `metrics_url` as its first record says."""

    process: subprocess.Popen[str]
    directory: Path
    url: str = ""
    metrics_url: str = ""
    error_output: list[str] = field(default_factory=list)

    @property
    def log_file(self) -> Path:
        """The JSON file."""
        return self.directory / "logs" / "shop.log"

    def records(self) -> list[dict[str, Any]]:
        """Every line of the file, parsed; a line that is not JSON fails the test."""
        return [json.loads(line) for line in self.log_file.read_text(encoding="utf-8").splitlines()]

    def metric(self, name: str) -> dict[tuple[str, ...], float]:
        """The series of a metric now, by their label values."""
        text = httpx.get(self.metrics_url, timeout=10).text
        return {
            tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        }

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM; returns the exit status."""
        self.process.terminate()
        _, errors = self.process.communicate(timeout=seconds)
        self.error_output.append(errors)
        return self.process.returncode


Start = Callable[..., Service]


def wait_for(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Return the condition's first true value; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"did not come true within {seconds} s"
        time.sleep(0.02)


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Start]:
    """Start a service in the test's directory with extra environment variables; it is killed at the end."""
    services: list[Service] = []

    def start(**environment: str) -> Service:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo_service"],
            cwd=tmp_path,
            env=service_environment(environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        service = Service(process, tmp_path)
        services.append(service)

        def listening() -> bool:
            assert process.poll() is None, process.communicate()[1]
            found = service.log_file.exists() and [r for r in service.records() if r["message"] == "listening"]
            if found:
                service.url, service.metrics_url = found[-1]["url"].rstrip("/"), found[-1]["metrics_url"]
            return bool(found)

        wait_for(listening)
        return service

    yield start
    for service in services:
        if service.process.poll() is None:
            service.process.kill()
            service.process.communicate()


def service_environment(more: dict[str, str]) -> dict[str, str]:
    """The environment of a service: free ports, its own name, nothing of the developer's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LOG_", "AWS_", "DEMO_"))}
    return {**inherited, "PORT": "0", "METRICS_PORT": "0", "SERVICE_NAME": "shop", "DEMO_CHAOS": "1", **more}


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
