"""The promtool tests of every alert: they pass, and they say enough."""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.checks.coverage import gaps
from monitoring_generator.checks.rule_files import read_rules
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

MONITORING = Path(__file__).parents[2]
SPEC = load_spec(MONITORING / "alerts.yaml")
RULES = read_rules(render_rules(SPEC))
ALERTS = [alert.name for alert in SPEC.alerts]
TESTS = sorted((MONITORING / "tests").glob("*.yaml"))
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool not found: apt-get install prometheus"
)


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    """The test files, read."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in TESTS}


@needs_promtool
@pytest.mark.parametrize("path", TESTS, ids=[path.stem for path in TESTS])
def test_every_alert_fires_resolves_and_stays_silent_when_it_should(path: Path) -> None:
    """Its promtool test."""
    done = subprocess.run(
        ["promtool", "test", "rules", path.name], cwd=path.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_test_of_its_name_and_none_is_left_over() -> None:
    """A rule group may have one too, for what no alert looks at."""
    names = {path.stem for path in TESTS}
    assert names >= set(ALERTS)
    assert names <= {*ALERTS, *(rule.group for rule in RULES)}


def test_the_tests_leave_nothing_open(documents: dict[str, dict[str, Any]]) -> None:
    """Each alert fires, is silent and resolves in them; each recording is used."""
    assert gaps(RULES, documents) == []


def test_what_the_tests_leave_open_is_named(documents: dict[str, dict[str, Any]]) -> None:
    """One line each."""
    documents = copy.deepcopy(documents)
    for test in documents["TargetDown"]["tests"]:
        test["alert_rule_test"] = [each for each in test["alert_rule_test"] if each.get("exp_alerts")]
    for test in documents["DiskAlmostFull"]["tests"]:
        test["alert_rule_test"] = [each for each in test["alert_rule_test"] if not each.get("exp_alerts")]
    for test in documents["HighMemoryUsage"]["tests"]:
        test["alert_rule_test"] = []
        test["promql_expr_test"] = []
    for test in documents["MetricsAbsent"]["tests"]:
        last_firing = [bool(each.get("exp_alerts")) for each in test["alert_rule_test"]]
        test["alert_rule_test"] = test["alert_rule_test"][: last_firing.index(True) + 1] if any(last_firing) else []
    for test in [test for document in documents.values() for test in document["tests"]]:
        asserted = test.get("promql_expr_test", [])
        test["promql_expr_test"] = [each for each in asserted if "ratio_rate30d" not in each["expr"]]
    del documents["objectives"]["tests"][0]["interval"]
    del documents["objectives"]["evaluation_interval"]

    assert sorted(gaps(RULES, documents)) == [
        "DiskAlmostFull: no test in which it fires",
        "DiskAlmostFull: no test in which it resolves",
        "HighMemoryUsage: no test in which it fires",
        "HighMemoryUsage: no test in which it is silent",
        "HighMemoryUsage: no test in which it resolves",
        "MetricsAbsent: no test in which it resolves",
        "TargetDown: no test in which it is silent",
        "TargetDown: no test in which it resolves",
        "instance:memory_used:ratio: no test asserts it, and no tested alert comes from it",
        "job:availability_bad:ratio_rate30d: no test asserts it, and no tested alert comes from it",
        "objectives: evaluation_interval is not set",
        "objectives[0]: interval is not set",
    ]
