"""Debian's Alertmanager with the configuration that is made from a `receivers.yaml`, at a pace for tests."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from monitoring_generator.alertmanager.receivers import load_receivers
from monitoring_generator.alertmanager.render import render_alertmanager
from monitoring_generator.spec import load_spec
from tests.monitoring.alertmanager.stand_ins import AlertReceivers, Inbox
from tests.monitoring.programs import free_port, running
from tests.service_process import wait_for

MONITORING = Path(__file__).parents[3] / "monitoring"
SPEC = load_spec(MONITORING / "alerts.yaml")
#: Waits of ten seconds to two minutes become one or two seconds.
SPEED_UP = 60.0
HEARTBEAT = {"severity": "none", "notify": "heartbeat"}
#: What the tests' alerts say; the rules say the same in kind.
ANNOTATIONS = {
    "summary": "demo-service: more than 5 % of the records are errors (now 12.5%)",
    "description": "Share of ERROR and CRITICAL among all records but DEBUG, over 5 minutes.",
    "value": "12.5%",
    "threshold": "> 5%",
    "runbook_url": "https://example.com/monitoring/runbooks/HighErrorRate.md",
    "dashboard_url": "http://127.0.0.1:3000/d/error-analysis?var-job=demo-service",
}


class Alertmanager:
    """One on loopback; its data stay in `folder` from one `run` to the next."""

    def __init__(self, folder: Path, receivers: AlertReceivers, *, people: bool = False) -> None:
        self._folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        path, secrets = receivers.write_files(folder, people=people)
        text = render_alertmanager(SPEC, load_receivers(path), speed_up=SPEED_UP, secrets=secrets)
        (folder / "alertmanager.yml").write_text(text, encoding="utf-8")
        shutil.copytree(MONITORING / "alertmanager" / "templates", folder / "templates")

    @contextmanager
    def run(self) -> Iterator[None]:
        """It answers within the block; at the end it is told to stop, and does."""
        command = [
            "prometheus-alertmanager",
            f"--config.file={self._folder / 'alertmanager.yml'}",
            f"--storage.path={self._folder / 'data'}",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]
        with running(command, self._folder, f"{self.url}/-/ready"):
            yield

    def fire(
        self,
        name: str,
        labels: Mapping[str, str],
        *,
        ends_in: float = 300.0,
        annotations: Mapping[str, str] = ANNOTATIONS,
    ) -> None:
        """Post an alert as Prometheus does, of the demo service unless `labels` say otherwise."""
        now = datetime.now(UTC)
        alert = {
            "labels": {"alertname": name, "job": "demo-service", **labels},
            "annotations": annotations,
            "startsAt": (now - timedelta(seconds=1)).isoformat(),
            "endsAt": (now + timedelta(seconds=ends_in)).isoformat(),
            "generatorURL": "http://127.0.0.1:9090/graph",
        }
        httpx.post(f"{self.url}/api/v2/alerts", json=[alert], timeout=10).raise_for_status()

    def resolve(self, name: str, labels: Mapping[str, str]) -> None:
        """Post its end."""
        self.fire(name, labels, ends_in=0.0)

    def beat(self) -> None:
        """The alert that fires always."""
        self.fire("Watchdog", HEARTBEAT)

    def look_again(self, inbox: Inbox, beats: int = 4) -> None:
        """Return when the heartbeat has come so often again: each group was looked at several times since."""
        seen = inbox.heartbeats()
        self.beat()
        wait_for(lambda: inbox.heartbeats() >= seen + beats, 40)

    def muted_by(self, name: str, **labels: str) -> list[str]:
        """Names of what inhibits the alert with these labels, now."""
        alerts: list[dict[str, Any]] = httpx.get(f"{self.url}/api/v2/alerts", timeout=10).json()
        names = {alert["fingerprint"]: alert["labels"]["alertname"] for alert in alerts}
        wanted = {"alertname": name, **labels}.items()
        found = [alert for alert in alerts if wanted <= alert["labels"].items()]
        return sorted(names[source] for alert in found for source in alert["status"]["inhibitedBy"])

    def amtool(self, *arguments: str) -> str:
        """What amtool says about this Alertmanager."""
        command = ["amtool", f"--alertmanager.url={self.url}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
