"""Mistakes that `promtool check rules` accepts are found, and the made rules have none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.checks.lint import lint
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

SPEC = load_spec(Path(__file__).parents[3] / "alerts.yaml")
ANNOTATIONS = dict.fromkeys(["summary", "description", "value", "threshold", "runbook_url", "dashboard_url"], "text")


def _alert(expr: str, **more: Any) -> dict[str, Any]:
    return {"alert": "A", "expr": expr, "labels": {"severity": "info"}, "annotations": ANNOTATIONS} | more


def _lint(*rules: dict[str, Any]) -> list[str]:
    return lint({"a.yml": yaml.safe_dump({"groups": [{"name": "g", "interval": "15s", "rules": list(rules)}]})})


def test_the_made_rules_have_no_mistake() -> None:
    """The committed ones."""
    assert lint(render_rules(SPEC)) == []


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool not found: apt-get install prometheus")
@pytest.mark.parametrize("speed_up", [1, 30, 1000])
def test_prometheus_accepts_the_rules(tmp_path: Path, speed_up: float) -> None:
    """The committed ones and those of the demo, without a warning."""
    for name, text in render_rules(SPEC, speed_up).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = ["promtool", "check", "rules", "--lint=all", "--lint-fatal", *map(str, tmp_path.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("expr", "problem"),
    [
        ("up", "no comparison: it would always fire"),
        ("up == bool 0", "no comparison: it would always fire"),
        ("up > 1 or up", "no comparison: it would always fire"),
        ("vector(1)", "no comparison: it would always fire"),
        ("rate(a_total[5m]) / rate(b_total[5m]) > 1", "the denominator rate(b_total[5m]) may be 0"),
        ("a / (b < 1) > 1", "the denominator (b < 1) may be 0"),
        ("a / (b > 1) > 1", "the denominator (b > 1) may be 0"),
        ("a / 0 > 1", "the denominator 0 may be 0"),
        ("rate(a_total[30s]) > 1", "is shorter than 4 scrapes (60s)"),
        ("errors_total > 5", "the counter errors_total is compared as it is"),
        ("sum(errors_total) > 5", "the counter errors_total is compared as it is"),
        ("max_over_time(errors_total[5m]) > 5", "the counter errors_total is compared as it is"),
        ("errors_total > 0 unless errors_total offset 5m", "the counter errors_total is compared as it is"),
        (
            "errors_total > 0 unless present_over_time(errors_total[5m])",
            "the counter errors_total is compared as it is",
        ),
        ("a_total - last_over_time(b_total[1h] offset 5m) > 0", "the counter a_total is compared as it is"),
        ("errors_total > 0 and up == 1", "the counter errors_total is compared as it is"),
        ("rate(sum(a_total)[5m:1m]) > 1", "rate of what was computed before"),
        ("rate(up[5m]) > 1", "rate of up, which does not count up"),
        ("irate(a_total[5m]) > 1", "irate of the counter a_total: use rate or increase"),
        ("deriv(a_total[5m]) > 1", "deriv of the counter a_total: use rate or increase"),
        ("histogram_quantile(0.9, sum by (job) (rate(a_bucket[5m]))) > 1", "histogram_quantile without the label le"),
        ("absent(up)", "absent needs a `for` of two scrapes"),
        ("job:nothing:rate5m > 1", "job:nothing:rate5m is not recorded before it in its group"),
    ],
)
def test_a_mistake_in_a_query_is_found(expr: str, problem: str) -> None:
    """In an alert."""
    assert any(problem in line for line in _lint(_alert(expr))), _lint(_alert(expr))


@pytest.mark.parametrize(
    "expr",
    [
        "up < 1",
        "sum by (job) (up < 1) > 2",
        "a / (b > 0) > 1",
        "a / 2 > 1",
        "increase(a_total[5m]) > 5",
        "(a_total - last_over_time(a_total[1h] offset 5m) > 0)",
        "a_total > 0 unless present_over_time(a_total[1h] offset 5m)",
        "a_total > 0 and on (job, instance) time() - process_start_time_seconds < 300",
        "histogram_quantile(0.9, sum by (job, le) (rate(a_bucket[5m]))) > 1",
        "predict_linear(node_filesystem_avail_bytes[6h], 3600) < 0",
    ],
)
def test_what_is_right_is_not_found(expr: str) -> None:
    """So that the linter is worth its name."""
    assert _lint(_alert(expr)) == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"labels": {"severity": "bad"}}, "label severity: got 'bad', expected one of critical, info, none, warning"),
        ({"labels": {}}, "label severity: got None"),
        (
            {"labels": {"severity": "info", "x": "{{ $value }}"}},
            "label x: a template makes another alert of each value",
        ),
        ({"annotations": ANNOTATIONS | {"runbook_url": ""}}, "annotation runbook_url: is missing"),
        (
            {"annotations": ANNOTATIONS | {"summary": "{{ $labels.instance }}"}},
            "annotation summary: $labels.instance does not survive the aggregation",
        ),
    ],
)
def test_a_mistake_in_labels_or_annotations_is_found(more: dict[str, Any], problem: str) -> None:
    """By which alerts are routed and read."""
    assert any(problem in line for line in _lint(_alert("sum by (job) (up) < 1", **more)))


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ("sum by (job, instance) (up) < 1", {"job", "instance"}),
        ("sum without (instance) (sum by (job, instance) (up)) < 1", {"job"}),
        ("sum(up) < 1", set()),
        ("absent(up{job='a', instance=~'b'})", {"job"}),
        ("sum by (job, instance) (up) / on (job) (sum by (job) (up) > 0) > 1", {"job"}),
        ("sum by (job, instance) (up) > 1 and on (job) up > 0", {"job", "instance"}),
        ("sum by (job, instance) (up) > 1 or sum by (job, x) (up) > 1", {"job"}),
        ("histogram_quantile(0.9, sum by (job, le) (rate(a_bucket[5m]))) > 1", {"job"}),
        ("recorded:up:sum < 1", {"job"}),
        ("vector(1) > 0", set()),
    ],
)
def test_labels_that_survive_are_known(expr: str, labels: set[str]) -> None:
    """Through aggregations, operators and recordings."""
    recorded = {"record": "recorded:up:sum", "expr": "sum by (job) (up)"}
    for label in ("job", "instance", "le", "x"):
        summary = ANNOTATIONS | {"summary": f"{{{{ $labels.{label} }}}}"}
        found = _lint(recorded, _alert(expr, annotations=summary) | {"for": "1m"})
        assert (found == []) == (label in labels), (label, found)


def test_names_are_there_once() -> None:
    """A recording always; an alert with the same expression."""
    assert _lint(_alert("up < 1"), _alert("up < 1")) == ["A: is there twice"]
    assert _lint(_alert("up < 1"), _alert("up < 2")) == []
    record = {"record": "job:up:sum", "expr": "sum by (job) (up)"}
    assert _lint(record, record | {"expr": "sum by (job) (up) * 2"}) == ["job:up:sum: is there twice"]
