"""`alerts.yaml`: every mistake is one line that says where, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.alerts import KINDS, BurnRateAlert
from monitoring_generator.errors import SpecError
from monitoring_generator.spec import Spec, load_spec

ALERTS = Path(__file__).parents[2] / "alerts.yaml"
Load = Callable[[dict[str, Any]], Spec]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a specification that was changed."""

    def load(document: dict[str, Any]) -> Spec:
        path = tmp_path / "alerts.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return load_spec(path)

    return load


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return document


def _alert(document: dict[str, Any], name: str) -> dict[str, Any]:
    alert: dict[str, Any] = next(alert for alert in document["alerts"] if alert["name"] == name)
    return alert


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("HighErrorRate", {"treshold": 1}, 'treshold: unknown key; did you mean "threshold"?'),
        ("HighErrorRate", {"window": "five"}, 'window: got "five", expected a duration'),
        ("HighErrorRate", {"window": "30s"}, "window: got 30s, expected at least 1m, 4 scrapes"),
        ("HighErrorRate", {"severity": "bad"}, "severity: got 'bad', expected one of critical, warning, info"),
        ("HighErrorRate", {"severity": "none"}, "severity: none is for the statistic always"),
        ("HighErrorRate", {"dashboard": "home"}, "dashboard: got 'home', expected one of app-overview, error-analysis"),
        ("HighErrorRate", {"threshold": "5%"}, "threshold: got '5%', expected a number"),
        ("HighErrorRate", {"threshold": 5}, "threshold: got 5, expected 0 to 1 (5 % is 0.05)"),
        ("HighErrorRate", {"threshold": float("nan")}, "threshold: got nan, expected a number"),
        ("HighErrorRate", {"min_count": 2.7}, "min_count: got 2.7, expected a whole number from 1"),
        ("HighErrorRate", {"metric": "log_messages"}, "metric: got 'log_messages', expected a counter, whose name"),
        ("HighErrorRate", {"part": {"level": "ERROR"}}, "part.level: got 'ERROR', expected a list of values"),
        ("HighErrorRate", {"part": {"level": ["FATAL"]}}, "part.level: expected some of of.level: INFO, WARNING"),
        ("HighErrorRate", {"part": {}}, "part: got no label, expected labels with lists of values"),
        ("HighErrorRate", {"of": {"level": []}}, "of.level: got [], expected a list of values"),
        ("HighErrorRate", {"of": {"level": ['a"b']}}, "of.level: got 'a\"b', expected a text like"),
        ("HighErrorRate", {"of": {"le-vel": ["a"]}}, "of: got the label 'le-vel', expected a name like"),
        ("HighErrorRate", {"of": ["ERROR"]}, "of: got ['ERROR'], expected labels with lists of values"),
        ("HighErrorRate", {"statistic": "mean"}, "statistic: got 'mean', expected one of ratio, percentile, events"),
        ("HighErrorRate", {"statistic": "value"}, "min_count: only for the statistic ratio or percentile or burn_rate"),
        ("HighErrorRate", {"notify": "immediate"}, "hold: expected none with notify: immediate"),
        ("HighErrorRate", {"notify": "heartbeat"}, "notify: heartbeat is for the statistic always"),
        ("SlowRequests", {"percentile": 100}, "percentile: got 100, expected a number above 0 and below 100"),
        ("SlowRequests", {"by": "operation"}, "by: got 'operation', expected a list of labels"),
        ("SlowRequests", {"by": ["an operation"]}, "by: got the label 'an operation', expected a name like"),
        ("CriticalRecord", {"threshold": -1}, "comparison: expected > and a threshold from 0"),
        ("CriticalRecord", {"comparison": "<"}, "comparison: expected > and a threshold from 0"),
        ("DiskAlmostFull", {"threshold": 85}, "threshold: got 85, expected 0 to 1"),
        ("MetricsAbsent", {"hold": "15s"}, "hold: expected at least 30s: at a start there is nothing yet"),
        (
            "ErrorBudgetBurnFast",
            {"objective": "availabilty"},
            'objective: got "availabilty", expected the name of an objective; did you mean "availability"?',
        ),
        (
            "ErrorBudgetBurnFast",
            {"windows": [{"long": "1h", "short": "5m", "factor": 1000}]},
            "windows[0]: factor: got 1000, expected less than 1000: not even if everything failed",
        ),
        (
            "ErrorBudgetBurnFast",
            {"windows": [{"long": "5m", "short": "1h", "factor": 2}]},
            "windows[0]: expected 5m <= short < long <= availability's period of 30d",
        ),
        ("ErrorBudgetBurnFast", {"windows": [{"long": "1h", "short": "5m"}]}, "windows[0]: factor: is missing"),
        ("ErrorBudgetBurnFast", {"windows": []}, "windows: got [], expected a list of windows"),
        ("Watchdog", {"severity": "info"}, "severity: none is for the statistic always"),
        ("Watchdog", {"notify": "immediate"}, "notify: heartbeat is for the statistic always"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(load: Load, name: str, change: dict[str, Any], message: str) -> None:
    """File, alert, key, found, expected."""
    document = _document()
    _alert(document, name).update(change)

    with pytest.raises(SpecError) as caught:
        load(document)

    assert f"alerts.yaml: {name}: {message}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_over_before_alertmanager_looks_is_refused(load: Load) -> None:
    """It would never be told."""
    document = _document()
    alert = _alert(document, "TargetDown")
    alert.update(notify="immediate", keep_firing_for="10s")
    del alert["hold"]

    with pytest.raises(SpecError, match="TargetDown: notify: immediate needs window and keep_firing_for above 10s"):
        load(document)

    alert["keep_firing_for"] = "11s"
    load(document)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": 1}, "availability: objective: got 1, expected a number above 0 and below 1"),
        ({"objective": 99.9}, "availability: objective: got 99.9, expected a number above 0 and below 1"),
        ({"period": "1m"}, "availability: period: expected at least 5m"),
        ({"bad": {"operation": ["GET *"]}}, "availability: bad.operation: is in `of` too, expected other labels"),
        ({"target": 1}, "availability: target: unknown key"),
    ],
)
def test_an_objective_is_checked_alike(load: Load, change: dict[str, Any], message: str) -> None:
    """One that nothing could miss needs no alert."""
    document = _document()
    document["objectives"][0].update(change)

    with pytest.raises(SpecError) as caught:
        load(document)

    assert message in str(caught.value)


def test_a_budget_is_written_as_people_write_it() -> None:
    """Not as 0.0010000000000000009."""
    [alert, _] = [alert for alert in load_spec(ALERTS).alerts if isinstance(alert, BurnRateAlert)]
    assert alert.objective.budget == 0.001


def test_names_are_there_once(load: Load) -> None:
    """Of alerts and of objectives."""
    document = _document()
    _alert(document, "HighErrorRate")["name"] = "TargetDown"
    with pytest.raises(SpecError, match="alerts: TargetDown is there twice"):
        load(document)

    document = _document()
    document["objectives"] *= 2
    with pytest.raises(SpecError, match="objectives: availability is there twice"):
        load(document)


def test_a_name_that_cannot_be_shown_is_shown_by_its_place(load: Load) -> None:
    """Alert number 0."""
    document = _document()
    _alert(document, "HighErrorRate")["name"] = "High\n"
    with pytest.raises(SpecError) as caught:
        load(document)
    assert "alerts[0]: name: got 'High\\n', expected a text like" in str(caught.value)


@pytest.mark.parametrize("statistic", KINDS)
def test_every_key_that_a_statistic_needs_is_missed(load: Load, statistic: str) -> None:
    """Each one by its name; and each statistic is in use, so that it is tried at all."""
    document = _document()
    alert = next(alert for alert in document["alerts"] if alert["statistic"] == statistic)
    optional = {"notify", "hold", "keep_firing_for", "min_count", "by", "of", "part"} - (
        {"of", "part"} if statistic == "ratio" else {"by"} if statistic == "events" else set()
    )
    for key in set(alert) - optional - {"name"}:
        value = alert.pop(key)
        with pytest.raises(SpecError, match=f"{alert['name']}: {key}: is missing"):
            load(document)
        alert[key] = value
    load(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"runbook_url: a\nrunbook_url: b", 'key "runbook_url" is there twice'),
        (b"alerts: [", "is not valid YAML"),
        (b"\xff", "is not UTF-8"),
        (b"[]", "expected keys with values"),
        (
            b"{evaluation_interval: 15s, runbook_url: '{name}', dashboard_url: '{dashboard}', alerts: []}",
            "alerts: got [], expected a list of alerts",
        ),
        (b"{evaluation_interval: 15s, runbook_url: 'u/{nam}'}", "runbook_url: got 'u/{nam}'"),
        (b"{evaluation_interval: 15s, runbook_url: '{name}', dashboard_url: 'd'}", "dashboard_url: got 'd'"),
        (b"{alert: []}", 'alert: unknown key; did you mean "alerts"?'),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_line_too(tmp_path: Path, text: bytes, message: str) -> None:
    """Among them a key given twice, of which YAML would take the last."""
    path = tmp_path / "alerts.yaml"
    path.write_bytes(text)

    with pytest.raises(SpecError) as caught:
        load_spec(path)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the system's reason."""
    with pytest.raises(SpecError, match=r"none\.yaml: cannot be read: No such file"):
        load_spec(tmp_path / "none.yaml")
