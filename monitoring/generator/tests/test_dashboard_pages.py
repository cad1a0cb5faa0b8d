"""The pages: made from alerts.yaml, the same each time, and read back query by query."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitoring_generator.alerts import RatioAlert
from monitoring_generator.dashboards.made_files import make_files
from monitoring_generator.dashboards.queries import (
    Values,
    catalogue,
    panels_of,
    read_documents,
    series_and_label,
    variables_in,
)
from monitoring_generator.spec import Spec, load_spec

MONITORING = Path(__file__).parents[2]
SPEC = load_spec(MONITORING / "alerts.yaml")
DOCUMENTS = read_documents(MONITORING / "grafana" / "dashboards")


def _made(spec: Spec) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(text) for path, text in make_files(spec, Path()).items()}


def test_there_are_the_four_dashboards_under_their_addresses() -> None:
    """Links, alerts and bookmarks go by them."""
    titles = {document["uid"]: document["title"] for document in DOCUMENTS}

    assert titles == {
        "app-overview": "Application Overview",
        "error-analysis": "Error Analysis",
        "performance": "Performance Monitoring",
        "infrastructure": "Infrastructure",
    }


def test_the_same_alerts_give_the_same_files() -> None:
    """Or every check would show a difference."""
    assert make_files(SPEC, Path()) == make_files(SPEC, Path())


def test_a_threshold_that_is_changed_moves_the_lines() -> None:
    """In each panel of that alert, and nowhere else."""
    alerts = tuple(replace(each, threshold=0.07) if isinstance(each, RatioAlert) else each for each in SPEC.alerts)
    changed = _made(replace(SPEC, alerts=alerts))

    def lines(documents: dict[str, dict[str, Any]]) -> list[float]:
        panels = [panel for document in documents.values() for panel in panels_of(document)]
        steps = [step for panel in panels for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        return [step["value"] for step in steps]

    before, after = lines(_made(SPEC)), lines(changed)
    assert before.count(0.05) > 0
    assert [0.07 if line == 0.05 else line for line in before] == after


def test_an_alert_that_is_gone_is_named() -> None:
    """Instead of a dashboard without its line."""
    alerts = tuple(alert for alert in SPEC.alerts if alert.name != "DiskAlmostFull")

    with pytest.raises(LookupError, match=r"alerts\.yaml: DiskAlmostFull: the dashboards need this alert"):
        make_files(replace(SPEC, alerts=alerts), Path())


def test_the_catalogue_has_every_query_of_the_files() -> None:
    """Counted in the text, which nothing else reads."""
    for document in DOCUMENTS:
        queries = catalogue(document)
        text = json.dumps(document)
        of_variables = sum(query.kind == "variable" for query in queries)
        assert len(queries) - of_variables == text.count('"expr": ')
        assert of_variables == text.count("label_values(")


@pytest.mark.parametrize(
    ("step", "text", "filled"),
    [
        (15, "rate(x[$__rate_interval])", "rate(x[1m])"),
        (600, "rate(x[$__rate_interval])", "rate(x[10m15s])"),
        (15, "increase(x[$__range])", "increase(x[1h])"),
        (30, "x offset $__interval", "x offset 30s"),
        (30, "x > $__range_s / $__interval_ms", "x > 3600 / 30000"),
        (15, 'x{job=~"$job", level=~"${level:regex}"}', 'x{job=~"shop", level=~".+"}'),
    ],
)
def test_variables_are_filled_in_as_grafana_does(step: float, text: str, filled: str) -> None:
    """The window of a rate grows with the step and is never below four scrapes."""
    assert Values(start=0, end=3600, step=step, chosen={"job": "shop"}).fill(text) == filled


def test_a_variable_that_grafana_does_not_know_is_refused() -> None:
    """It would be sent as it stands."""
    with pytest.raises(LookupError, match=r"\$__rate is no variable of Grafana"):
        Values(start=0, end=3600, step=15).fill("rate(x[$__rate])")


def test_the_query_of_a_variable_is_taken_apart() -> None:
    """Anything but label_values is refused."""
    assert series_and_label('label_values(up{job=~"$job"}, instance)') == ('up{job=~"$job"}', "instance")
    assert variables_in('up{job=~"$job", a="${b:regex}"}') == {"job", "b"}
    with pytest.raises(ValueError, match="expected label_values"):
        series_and_label("query_result(up)")
