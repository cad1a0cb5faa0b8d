"""Inhibition over alerts as a real Prometheus makes them: with the labels that each side really carries.

amtool cannot test inhibition, and a rule that compares a label which an aggregation dropped would
never mute, without a word.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from monitoring_generator.rules.render import render_rules
from tests.monitoring.alertmanager.process import SPEC, SPEED_UP, Alertmanager
from tests.monitoring.alertmanager.stand_ins import AlertReceivers, Inbox
from tests.monitoring.programs import prometheus
from tests.service_process import wait_for

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("prometheus", "prometheus-alertmanager"))),
    reason="no Prometheus or Alertmanager: apt-get install prometheus prometheus-alertmanager",
)

#: A disk and a memory that are 95 % full; `{n}` grows with each scrape: half of the records are errors.
METRICS = """
node_filesystem_size_bytes{{device="/dev/sda1",fstype="ext4"}} 100
node_filesystem_free_bytes{{device="/dev/sda1",fstype="ext4"}} 5
node_filesystem_avail_bytes{{device="/dev/sda1",fstype="ext4"}} 5
node_filesystem_readonly{{device="/dev/sda1",fstype="ext4"}} 0
node_memory_MemTotal_bytes 100
node_memory_MemAvailable_bytes 5
log_messages_total{{level="INFO"}} {n}
log_messages_total{{level="ERROR"}} {n}
"""


class Exporter:
    """A target for every job; answers 500 while `broken`."""

    def __init__(self) -> None:
        self.broken = False
        exporter, numbers = self, itertools.count(0, 50)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = METRICS.format(n=next(numbers)).encode()
                self.send_response(500 if exporter.broken else 200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """For Prometheus."""
        return f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    """A running one."""
    running = Exporter()
    threading.Thread(target=running.server.serve_forever, daemon=True).start()
    yield running
    running.server.shutdown()
    running.server.server_close()


def configured(folder: Path, target: str, alertmanager: str) -> Path:
    """Prometheus with the rules at the tests' pace, and the one target under two jobs."""
    for name, text in render_rules(SPEC, SPEED_UP).items():
        (folder / name).write_text(text, encoding="utf-8")
    jobs = [{"job_name": job, "static_configs": [{"targets": [target]}]} for job in ("demo-service", "node")]
    document = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "alerts.yml"), str(folder / "objectives.yml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": jobs,
    }
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_what_cannot_be_known_is_muted_when_its_target_is_gone(
    tmp_path: Path, receivers: AlertReceivers, inbox: Inbox, exporter: Exporter
) -> None:
    """By instance where the alert has one, else by job once nothing of it is left; then by nothing any more."""
    alertmanager = Alertmanager(tmp_path, receivers)
    config = configured(tmp_path, exporter.address, alertmanager.address)
    with alertmanager.run(), prometheus(tmp_path, config, data=tmp_path / "tsdb"):
        for name in ("DiskAlmostFull", "HighMemoryUsage", "HighErrorRate"):
            wait_for(partial(inbox.told, name), 40)
            assert alertmanager.muted_by(name) == []

        exporter.broken = True
        muted = {("DiskAlmostFull", "TargetDown"), ("MetricsAbsent", "TargetDown"), ("HighErrorRate", "MetricsAbsent")}
        seen: set[tuple[str, str]] = set()

        def all_seen() -> bool:
            """Not all at the same moment: what is kept firing ends."""
            seen.update(mutings(alertmanager))
            return seen >= muted

        wait_for(all_seen, 40)
        assert not inbox.told("MetricsAbsent")

        exporter.broken = False
        wait_for(lambda: inbox.told("TargetDown", "resolved"), 40)
        wait_for(lambda: not mutings(alertmanager), 40)


def mutings(alertmanager: Alertmanager) -> set[tuple[str, str]]:
    """Of the jobs' alerts, which is muted by which."""
    names = ("DiskAlmostFull", "MetricsAbsent", "HighErrorRate")
    return {(name, source) for name in names for source in alertmanager.muted_by(name)}
