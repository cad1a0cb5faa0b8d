"""The queries in the runbooks name metrics and labels that the programs really expose."""

from __future__ import annotations

import re
from pathlib import Path

import promql_parser as promql
import pytest
import yaml

from monitoring_generator.checks.queries import series_of
from tests.monitoring.programs import need_programs
from tests.monitoring.week import MONITORING, RULES, real_scrapes

#: Made by Prometheus itself.
OWN = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "job", "severity"}}
RUNBOOKS = sorted((MONITORING / "runbooks").glob("*.md"))


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Labels by metric: of the service under load and errors, the exporters, Prometheus, Alertmanager and the rules."""
    need_programs()
    found: dict[str, set[str]] = {name: set(labels) for name, labels in OWN.items()}
    for scrape in real_scrapes(tmp_path_factory.mktemp("scrapes")):
        for name in re.findall(r"^# TYPE (\S+) ", scrape.text, re.MULTILINE):
            found.setdefault(name, set())
        for name, labels in re.findall(r"^([a-zA-Z_:]+)(?:\{(.*)\})? ", scrape.text, re.MULTILINE):
            found.setdefault(name, set()).update(["job", "instance"], re.findall(r'([a-z_]+)="', labels))
    for path in RULES.glob("*.yml"):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            found |= {rule["record"]: {"job"} for rule in group["rules"] if "record" in rule}
    return found


@pytest.mark.parametrize("path", RUNBOOKS, ids=[path.stem for path in RUNBOOKS])
def test_every_metric_in_a_runbook_is_exposed(path: Path, exposed: dict[str, set[str]]) -> None:
    """With the labels that are asked for; a renamed metric would send somebody to an empty page at night."""
    for query in re.findall(r"^```promql\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for series in series_of(promql.parse(query)):
            assert series.name in exposed, query
            assert {matcher.name for matcher in series.matchers.matchers} <= exposed[series.name], query
