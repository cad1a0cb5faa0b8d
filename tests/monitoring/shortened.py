"""The shipped configuration with shorter durations, and every notification to a recorder: what the live proof runs.

Thresholds, queries, routes and inhibition are the shipped ones. Only durations differ (that the
rules do is checked by `monitoring_generator.checks.durations_only`), and where notifications go.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from monitoring_generator.durations import format_duration, parse_duration
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "monitoring"
#: Divides the durations; a window is at least 5 s, anything else 1 s.
SPEED_UP = 300
#: Longer than any run: whatever is told twice before is a mistake. The heartbeat alone repeats.
_NEVER_AGAIN = "1h"
_RECORDER_PORT = 9555
#: An alert that is not sent again ends after four times the first (by default a minute); a series that is scraped no
#: more is seen for the second (by default 5 minutes).
_SHORTER_DEFAULTS = ["--rules.alert.resend-delay=1s", "--query.lookback-delta=4s"]


def write_configuration(folder: Path) -> Path:
    """Write everything into `folder`; returns the Compose file that is merged over compose.yaml."""
    _prometheus(folder / "prometheus")
    _alertmanager(folder / "alertmanager")
    recorder = folder / "recorder"
    recorder.mkdir()
    recorder.chmod(0o777)  # the container's user is not ours
    logging = yaml.safe_load((ROOT / "docker" / "logging_config.yaml").read_text(encoding="utf-8"))
    logging["handlers"]["alertmanager"]["resolve_after"] = "5s"
    (folder / "logging_config.yaml").write_text(yaml.safe_dump(logging), encoding="utf-8")
    override = folder / "override.yaml"
    override.write_text(yaml.safe_dump({"services": _services(folder)}, sort_keys=False), encoding="utf-8")
    return override


def _services(folder: Path) -> dict[str, Any]:
    shipped = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return {
        "service": {
            "environment": {"LOG_OVERFLOW": "drop_newest"},
            "volumes": [f"{folder}/logging_config.yaml:/etc/logging_config.yaml:ro"],
        },
        "prometheus": {
            "command": [*shipped["prometheus"]["command"], *_SHORTER_DEFAULTS],
            "volumes": [f"{folder}/prometheus:/etc/prometheus:ro"],
        },
        "alertmanager": {"volumes": [f"{folder}/alertmanager:/etc/alertmanager:ro"]},
        "recorder": {
            "image": "${SERVICE_IMAGE:-logging-system:local}",
            "entrypoint": ["/usr/bin/python3", "/recorder.py"],
            "healthcheck": {"disable": True},
            "volumes": [f"{Path(__file__).with_name('recorder.py')}:/recorder.py:ro", f"{folder}/recorder:/recorder"],
            "networks": ["backend"],
        },
    }


def _prometheus(folder: Path) -> None:
    (folder / "rules").mkdir(parents=True)
    for name, text in render_rules(load_spec(MONITORING / "alerts.yaml"), SPEED_UP).items():
        (folder / "rules" / name).write_text(text, encoding="utf-8")
    configuration = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    for section in (configuration["global"], *configuration["scrape_configs"]):
        _each_second(section)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration, sort_keys=False), encoding="utf-8")


def _each_second(section: dict[str, Any]) -> None:
    for key, value in section.items():
        if key in ("scrape_interval", "scrape_timeout", "evaluation_interval", "refresh_interval"):
            section[key] = "1s"
        elif key == "dns_sd_configs":
            for discovery in value:
                _each_second(discovery)


def _alertmanager(folder: Path) -> None:
    shutil.copytree(MONITORING / "alertmanager", folder)
    path = folder / "alertmanager.yml"
    configuration = yaml.safe_load(path.read_text(encoding="utf-8"))
    _hurry(configuration["route"])
    for receiver in configuration["receivers"]:
        url = f"http://recorder:{_RECORDER_PORT}/{receiver['name']}"
        receiver["webhook_configs"] = [{"url": url, "send_resolved": receiver["name"] != "heartbeat"}]
    path.write_text(yaml.safe_dump(configuration, sort_keys=False), encoding="utf-8")


def _hurry(route: dict[str, Any]) -> None:
    for key in ("group_wait", "group_interval"):
        if key in route and route[key] != "0s":
            route[key] = format_duration(max(1.0, parse_duration(route[key]) / SPEED_UP))
    if "repeat_interval" in route:
        route["repeat_interval"] = "2s" if route["receiver"] == "heartbeat" else _NEVER_AGAIN
    for child in route.get("routes", []):
        _hurry(child)
