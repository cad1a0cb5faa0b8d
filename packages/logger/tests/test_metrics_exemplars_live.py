"""Exemplars by way of a real Prometheus: scraped, stored, and found again in the log."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger, metrics

Wait = Callable[[Callable[[], object]], None]
Lines = Callable[[], list[dict[str, Any]]]

BINARY = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(BINARY is None, reason="no prometheus on PATH (Debian: prometheus)")


@contextlib.contextmanager
def _prometheus(directory: Path, target: int) -> Iterator[str]:
    """One that scrapes the port `target`; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    scrape = {"job_name": "app", "scrape_interval": "1s", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
    (directory / "prometheus.yml").write_text(json.dumps({"scrape_configs": [scrape]}), encoding="utf-8")
    arguments = [
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={address}",
        "--enable-feature=exemplar-storage",
        "--log.level=error",
    ]
    process = subprocess.Popen([str(BINARY), *arguments], stderr=subprocess.DEVNULL)
    try:
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)


def _stored(url: str, query: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Labels of the series and exemplar, each."""
    asked = urllib.parse.urlencode({"query": query, "start": time.time() - 300, "end": time.time() + 60})
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/v1/query_exemplars?{asked}") as answer:
        return [
            (series["seriesLabels"], exemplar)
            for series in json.load(answer)["data"]
            for exemplar in series["exemplars"]
        ]
    return []


def test_prometheus_stores_the_id_of_a_record_in_the_log(tmp_path: Path, log_lines: Lines, wait_until: Wait) -> None:
    """The way that a dashboard goes: from a point of latency to the record."""
    logger = get_logger("live")
    for seconds in (0.0, 0.02):
        with logger.context(), logger.timer("live query"):
            time.sleep(seconds)
    server, _ = metrics.start_server(0)
    found: list[tuple[dict[str, str], dict[str, Any]]] = []
    try:
        with _prometheus(tmp_path, server.server_port) as url:

            def are_stored() -> bool:
                found[:] = _stored(url, 'operation_duration_seconds_bucket{operation="live query"}')
                return len(found) >= 2

            wait_until(are_stored)
    finally:
        server.shutdown()
        server.server_close()

    records = {record["context"]["correlation_id"]: record for record in log_lines()}
    assert {exemplar["labels"]["correlation_id"] for _, exemplar in found} == records.keys()
    for series, exemplar in found:
        record = records[exemplar["labels"]["correlation_id"]]
        bound = float(series["le"])
        below = max([0.0, *(each for each in metrics.BUCKETS if each < bound)])
        assert record["operation"] == series["operation"]
        assert below < record["duration_ms"] / 1000 <= bound
