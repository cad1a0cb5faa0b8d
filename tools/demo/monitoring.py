"""Prometheus and Alertmanager of the demo: where their programs are, and their configuration."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

import yaml

from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

ALERTS = Path("monitoring/alerts.yaml")
#: Windows are that much shorter than in production, so that an alert fires within seconds.
SPEED_UP = 30
#: The job that `alerts.yaml` expects, by that name too when the demo's service goes by another.
JOB = "demo-service"

#: The package of each program (Debian), and the names it goes by.
PACKAGES = {
    "Prometheus": ("prometheus", ["prometheus"]),
    "Alertmanager": ("prometheus-alertmanager", ["prometheus-alertmanager", "alertmanager"]),
}


def find_programs() -> dict[str, str]:
    """Paths of those of the two that are on the PATH."""
    found = {name: next(filter(None, map(shutil.which, names)), None) for name, (_, names) in PACKAGES.items()}
    return {name: path for name, path in found.items() if path}


def missing_line(found: Collection[str]) -> str | None:
    """What is not installed, and how to get it; None when both are there."""
    missing = [name for name in PACKAGES if name not in found]
    if not missing:
        return None
    packages = " ".join(PACKAGES[name][0] for name in missing)
    return f"no alerts in this run: {' and '.join(missing)} not found (Debian: apt-get install {packages})"


def prometheus_command(
    program: str, folder: Path, *, port: int, metrics_port: int, alertmanager_port: int | None
) -> list[str]:
    """Write its configuration and rules into `folder`; returns the command."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    for name, text in render_rules(load_spec(ALERTS), SPEED_UP).items():
        (rules / name).write_text(text, encoding="utf-8")
    configuration: dict[str, object] = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{rules}/*.yml"],
        "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": [f"127.0.0.1:{metrics_port}"]}]}],
    }
    if alertmanager_port is not None:
        target = {"targets": [f"127.0.0.1:{alertmanager_port}"]}
        configuration["alerting"] = {"alertmanagers": [{"static_configs": [target]}]}
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    return [
        program,
        f"--config.file={path}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]


def alertmanager_command(program: str, folder: Path, *, port: int, webhook_url: str) -> list[str]:
    """Write its configuration into `folder`; returns the command."""
    folder.mkdir(parents=True)
    configuration = {
        "route": {
            "receiver": "demo",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
            "repeat_interval": "1h",
            # The heartbeat of alerting fires always; on the live page it would look like trouble.
            "routes": [{"receiver": "nobody", "matchers": ['notify="heartbeat"']}],
        },
        "receivers": [
            {"name": "nobody"},
            {"name": "demo", "webhook_configs": [{"url": webhook_url, "send_resolved": True}]},
        ],
    }
    path = folder / "alertmanager.yml"
    path.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    return [
        program,
        f"--config.file={path}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
