"""What the proof of the dashboards is made of: the made-up past, needed labels, mutants."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import promql_parser as promql
import pytest

from monitoring_generator.dashboards.proof.backfill import DAY, Scrape, open_metrics, series_of
from monitoring_generator.dashboards.proof.mutations import mutants_of
from monitoring_generator.dashboards.proof.needed_labels import needed_labels
from monitoring_generator.dashboards.proof.past import names_in, passes_of
from monitoring_generator.dashboards.queries import catalogue, read_documents

MONITORING = Path(__file__).parents[2]
END = 20_000 * DAY
TEXT = """\
# TYPE process_start_time_seconds gauge
process_start_time_seconds {start}
# TYPE app_build_info gauge
app_build_info{{version="2"}} 1
# TYPE log_messages_total counter
log_messages_total{{level="ERROR"}} 1000
log_messages_total{{level="INFO"}} 100
# TYPE other gauge
other 5
"""


def _week() -> dict[str, list[tuple[float, float]]]:
    """The samples of each series, by its text."""
    scrape = Scrape("demo-service", "here:1", TEXT.format(start=END - 100), END)
    wanted = {"log_messages_total", "app_build_info", "up", "process_start_time_seconds"}
    samples: dict[str, list[tuple[float, float]]] = {}
    for line in open_metrics(series_of([scrape], wanted), END, step=600):
        if line != "# EOF":
            text, value, time = line.rsplit(" ", 2)
            samples.setdefault(text, []).append((float(time), float(value)))
    return samples


def test_the_past_has_what_was_asked_for_and_what_prometheus_adds() -> None:
    """With job and instance, over all seven days, up to the end."""
    samples = _week()

    names = {text.split("{")[0] for text in samples}
    assert names == {"log_messages_total", "app_build_info", "up", "process_start_time_seconds"}
    assert all('job="demo-service",instance="here:1"' in text for text in samples)
    up = samples['up{job="demo-service",instance="here:1"}']
    assert (up[0][0], up[-1][0]) == (END - 7 * DAY, END)


def test_counters_grow_and_start_again_with_the_deployment() -> None:
    """Two days before the end; the version changes with it."""
    samples = _week()
    counted = samples['log_messages_total{job="demo-service",instance="here:1",level="INFO"}']
    falls = [time for (_, before), (time, value) in itertools.pairwise(counted) if value < before]
    assert falls == [END - 2 * DAY]
    versions = {text: times[0][0] for text, times in samples.items() if text.startswith("app_build_info")}
    assert sorted(versions.values()) == [END - 7 * DAY, END - 2 * DAY]


def test_errors_are_many_in_the_bad_hour() -> None:
    """Against an hour later; other records are not."""
    samples = _week()

    def in_an_hour(level: str, hours_before_the_end: float) -> float:
        values = dict(samples[f'log_messages_total{{job="demo-service",instance="here:1",level="{level}"}}'])
        start = END - hours_before_the_end * 3600
        return values[start + 3600] - values[start]

    assert in_an_hour("ERROR", 30) > 500 * in_an_hour("ERROR", 28)
    assert in_an_hour("INFO", 30) < 2 * in_an_hour("INFO", 28)


def test_rules_come_after_those_they_need() -> None:
    """Of the committed files: each reads only what earlier passes recorded."""
    files = {
        path.name: path.read_text(encoding="utf-8") for path in (MONITORING / "prometheus" / "rules").glob("*.yml")
    }

    recorded: set[str] = set()
    for rules in passes_of(files):
        for rule in rules:
            assert {name for name in names_in(rule) if ":" in name} <= recorded, rule.name
        recorded |= {rule.name for rule in rules}


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ('sum by (a, b) (rate(x{c!="d"}[5m]))', {"x": {"a", "b", "c", "legend"}}),
        ("x * on (a) group_left y", {"x": {"a", "legend"}, "y": {"a"}}),
        ("x unless on (a) y", {"x": {"a", "legend"}, "y": {"a"}}),
        ("sum by (a) (x) or 0 * sum by (b) (y)", {"x": {"a", "legend"}, "y": {"b", "legend"}}),
        ('label_replace(x, "legend", "v", "", "")', {"x": set()}),
        ("topk(3, x)", {"x": {"legend"}}),
    ],
)
def test_a_series_needs_the_labels_that_the_query_goes_by(query: str, needed: dict[str, set[str]]) -> None:
    """Those of the legend too, as far as they come from it."""
    found = {
        selector.name: set(labels) for selector, labels in needed_labels(promql.parse(query), frozenset(["legend"]))
    }

    assert found == needed


def test_mutants_differ_from_their_dashboard_in_one_thing() -> None:
    """And every query has some."""
    for document in read_documents(MONITORING / "grafana" / "dashboards"):
        original = json.dumps(document)
        mutants = list(mutants_of(document, without=["loki"]))
        assert all(json.dumps(mutant.document) != original for mutant in mutants)
        assert json.dumps(document) == original
        broken = {mutant.place for mutant in mutants if mutant.kind == "metric"}
        assert broken == {query.name for query in catalogue(document) if query.needs != "loki"}
