"""Prometheus and Alertmanager of the demo: each where it is found, the other named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools.demo.monitoring import alertmanager_command, find_programs, missing_line, prometheus_command

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `make demo` runs; the alerts are found from there."""
    monkeypatch.chdir(ROOT)


def _install(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("installed", "line"),
    [
        ([], "Prometheus and Alertmanager not found (Debian: apt-get install prometheus prometheus-alertmanager)"),
        (["prometheus"], "Alertmanager not found (Debian: apt-get install prometheus-alertmanager)"),
        (["alertmanager"], "Prometheus not found (Debian: apt-get install prometheus)"),
    ],
)
def test_what_is_missing_is_one_line(
    installed: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    _install(tmp_path, *installed)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing_line(find_programs()) == f"no alerts in this run: {line}"


def test_alertmanager_goes_by_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's is found first."""
    _install(tmp_path, "prometheus", "alertmanager", "prometheus-alertmanager")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_programs()
    assert found["Alertmanager"] == str(tmp_path / "prometheus-alertmanager")
    assert missing_line(found) is None


@pytest.mark.parametrize("alertmanager_port", [9093, None])
def test_prometheus_scrapes_each_second_and_tells_alertmanager_if_there_is_one(
    tmp_path: Path, alertmanager_port: int | None
) -> None:
    """Its rules are those of production, in less time."""
    command = prometheus_command(
        "prometheus", tmp_path / "p", port=9090, metrics_port=8080, alertmanager_port=alertmanager_port
    )
    assert "--web.listen-address=127.0.0.1:9090" in command
    written = yaml.safe_load((tmp_path / "p/prometheus.yml").read_text(encoding="utf-8"))
    assert written["global"]["scrape_interval"] == written["global"]["evaluation_interval"] == "1s"
    [job] = written["scrape_configs"]
    assert job == {"job_name": "demo-service", "static_configs": [{"targets": ["127.0.0.1:8080"]}]}
    assert ("alerting" in written) == (alertmanager_port is not None)
    rules = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "p/rules").iterdir())
    assert "alert: HighErrorRate" in rules
    assert "for: 1s" in rules
    assert 'absent(log_messages_total{job="demo-service"})' in rules, "would fire for another job name"


def test_alertmanager_tells_the_service_at_once_and_nobody_else(tmp_path: Path) -> None:
    """It looks for no cluster."""
    command = alertmanager_command("alertmanager", tmp_path / "a", port=9093, webhook_url="http://127.0.0.1:8000/x")
    assert "--cluster.listen-address=" in command
    written = yaml.safe_load((tmp_path / "a/alertmanager.yml").read_text(encoding="utf-8"))
    assert written["route"]["group_wait"] == "0s"
    receivers = {receiver["name"]: receiver for receiver in written["receivers"]}
    assert written["route"]["receiver"] == "demo"
    [webhook] = receivers["demo"]["webhook_configs"]
    assert webhook == {"url": "http://127.0.0.1:8000/x", "send_resolved": True}
    [heartbeat] = written["route"]["routes"]
    assert heartbeat["matchers"] == ['notify="heartbeat"']
    assert receivers[heartbeat["receiver"]] == {"name": heartbeat["receiver"]}, "tells nobody"
