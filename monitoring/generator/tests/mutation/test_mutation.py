"""The mutation run: what is broken is seen by the alerts' tests, and what nobody sees is named."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from monitoring_generator.checks.rule_files import rules_in
from monitoring_generator.mutation.__main__ import main
from monitoring_generator.mutation.harness import Mutant, Outcome, judge_all, sample, table
from monitoring_generator.mutation.known_survivors import reason_for
from monitoring_generator.mutation.of_rules import rule_mutants
from monitoring_generator.mutation.of_spec import spec_mutants
from monitoring_generator.mutation.promtool import PromtoolJudge
from monitoring_generator.rules.render import rule_documents
from monitoring_generator.spec import load_spec

MONITORING = Path(__file__).parents[3]
ALERTS = MONITORING / "alerts.yaml"
REAL = rules_in(rule_documents(load_spec(ALERTS)))
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool not found: apt-get install prometheus"
)


def _mutants(*subjects_and_kinds: tuple[str, str]) -> list[Mutant[None]]:
    return [Mutant(subject, kind, f"{number}", None) for number, (subject, kind) in enumerate(subjects_and_kinds)]


def test_each_alert_is_broken_by_its_specification_and_by_its_rule() -> None:
    """Threshold, window, comparison, labels, guard and hold, wherever there is one."""
    names = {alert.name for alert in load_spec(ALERTS).alerts}
    of_spec, of_rules = spec_mutants(ALERTS), rule_mutants(REAL)

    assert {mutant.subject for mutant in of_spec} == names | {"availability"}
    assert {mutant.subject for mutant in of_rules} > names
    kinds = {mutant.kind for mutant in [*of_spec, *of_rules] if mutant.subject == "HighErrorRate"}
    assert kinds >= {"threshold", "window", "comparison", "labels", "guard", "hold", "annotations"}
    assert all(mutant.broken != REAL for mutant in [*of_spec, *of_rules])
    for mutants in (of_spec, of_rules):
        assert len({str(mutant) for mutant in mutants}) == len(mutants)


@needs_promtool
def test_the_judge_lets_what_is_right_pass_and_names_the_test_that_sees_what_is_wrong() -> None:
    """A threshold of 5 % that has become 6 % is seen."""
    judge = PromtoolJudge(REAL, MONITORING / "tests")
    threshold, other_text = (
        [replace(rule, data={**rule.data, "expr": rule.data["expr"].replace(old, new)}) for rule in REAL]
        for old, new in [("ratio_rate5m > 0.05", "ratio_rate5m > 0.06"), ("up < 1", "(up < 1)")]
    )

    seen_by = judge(Mutant("HighErrorRate", "threshold", "0.05 -> 0.06", threshold))
    assert seen_by is not None
    assert seen_by.startswith("HighErrorRate: ")
    assert judge(Mutant("TargetDown", "none", "up < 1 -> (up < 1)", other_text)) is None


@needs_promtool
@pytest.mark.timeout(3600)
def test_a_sample_of_the_mutants_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    """The full run is `python -m monitoring_generator.mutation`; FULL_PROOF=1 makes it here."""
    size = [] if os.environ.get("FULL_PROOF") else ["--sample", "40", "--seed", "5"]

    assert main(["--alerts", str(ALERTS), *size]) == 0, capsys.readouterr().out


def test_a_survivor_that_nobody_expected_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without tests everything survives."""
    shutil.copy(ALERTS, tmp_path / "alerts.yaml")

    assert main(["--alerts", str(tmp_path / "alerts.yaml"), "--only", "TargetDown", "--sample", "5"]) == 1
    shown = capsys.readouterr().out
    assert "survived: TargetDown: " in shown
    assert "NOBODY KNOWS WHY" in shown
    assert "0.0% of 5 mutants were caught" in shown


def test_a_sample_is_the_same_for_the_same_seed_and_leaves_nobody_out() -> None:
    """As far as its size allows."""
    mutants = _mutants(*[(subject, "kind") for subject in "aaaaaaaaaabc"])

    assert sample(mutants, 4, 1) == sample(mutants, 4, 1)
    assert {mutant.subject for mutant in sample(mutants, 3, 7)} == {"a", "b", "c"}
    assert sorted(map(str, sample(mutants, 99, 1))) == sorted(map(str, mutants))


def test_outcomes_are_those_of_the_mutants_in_their_order() -> None:
    """Though several are judged at the same time."""
    mutants = _mutants(("a", "x"), ("b", "x"), ("c", "y"))

    outcomes = judge_all(mutants, lambda mutant: "a test" if mutant.subject != "b" else None)

    assert [(outcome.mutant, outcome.caught_by) for outcome in outcomes] == [
        (mutants[0], "a test"),
        (mutants[1], None),
        (mutants[2], "a test"),
    ]


def test_the_table_counts_by_subject_and_kind() -> None:
    """With the sums."""
    mutants = _mutants(("first", "x"), ("first", "x"), ("second", "y"))
    caught = [Outcome(mutant, None if mutant is mutants[1] else "a test", 0.1) for mutant in mutants]

    assert [line.split() for line in table(caught).splitlines()] == [
        ["caught", "of", "mutants", "x", "y", "all"],
        ["first", "1/2", "-", "1/2"],
        ["second", "-", "1/1", "1/1"],
        ["all", "1/2", "1/1", "2/3"],
    ]


def test_nobody_is_excused_without_a_reason() -> None:
    """Only what is known by its change."""
    assert reason_for(Mutant("HighErrorRate", "threshold", "threshold 0.05 -> 0.5", None)) is None
