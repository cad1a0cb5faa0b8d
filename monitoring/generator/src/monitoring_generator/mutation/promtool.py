"""Who notices a broken rule: the promtool tests of the alerts that it could touch, one case at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import promql_parser
import yaml

from monitoring_generator.checks.queries import series_of
from monitoring_generator.checks.rule_files import Rule
from monitoring_generator.mutation.harness import Mutant


class PromtoolJudge:
    """Runs the test cases in `tests`, a folder of promtool test files, against the rules of a mutant.

    `real` are the rules as they should be. A mutant is judged by the cases of the alerts that
    come from a changed rule, and by those that assert a changed recording; the first that fails
    ends it. Rules that a case does not need are left out, which saves most of the time.
    """

    def __init__(self, real: Sequence[Rule], tests: Path) -> None:
        self._real = real
        self._cases = [case for path in sorted(tests.glob("*.yaml")) for case in _cases_of(path)]
        # Cases with few evaluations first: most mutants are seen by several.
        self._cases.sort(key=lambda case: case.cost)

    def __call__(self, mutant: Mutant[Sequence[Rule]]) -> str | None:
        """The name of the first case that fails with the mutant's rules, or None."""
        rules = mutant.broken
        changed = _changed(self._real, rules)
        touched = _users_of(changed, rules)
        for case in self._cases:
            if case.looks_at & touched and not case.passes(rules):
                return case.name
        return None


class _Case:
    """One test of a file, as a file of its own."""

    def __init__(self, name: str, document: Mapping[str, Any], test: Mapping[str, Any]) -> None:
        self.name = name
        alerts = {each["alertname"] for each in test.get("alert_rule_test", ())}
        queries = [each["expr"] for each in test.get("promql_expr_test", ())]
        self.looks_at = alerts | {name for query in queries for name in _names_in(query)}
        self.cost = sum(len(_expanded(series["values"])) for series in test["input_series"])
        self._text = yaml.safe_dump(
            {
                "rule_files": ["rules.yml"],
                "evaluation_interval": document["evaluation_interval"],
                "tests": [test],
            }
        )

    def passes(self, rules: Sequence[Rule]) -> bool:
        """Whether promtool finds what the case expects."""
        needed = _needed_by(self.looks_at, rules)
        groups = [{"name": "all", "interval": "15s", "rules": [dict(rule.data) for rule in needed]}]
        with TemporaryDirectory() as folder:
            Path(folder, "rules.yml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
            Path(folder, "test.yml").write_text(self._text, encoding="utf-8")
            command = ["promtool", "test", "rules", "test.yml"]
            return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def _cases_of(path: Path) -> Iterable[_Case]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_Case(f"{path.stem}: {test['name']}", document, test) for test in document["tests"]]


def _expanded(values: str) -> range:
    """About as many as promtool makes of `values`."""
    return range(sum(int(part.rpartition("x")[2]) if "x" in part else 1 for part in values.split()))


def _names_in(query: str) -> set[str]:
    return {series.name for series in series_of(promql_parser.parse(query)) if series.name}


def _changed(real: Sequence[Rule], rules: Sequence[Rule]) -> set[str]:
    """Names of rules that are not as they should be."""
    before = [(rule.name, rule.interval, dict(rule.data)) for rule in real]
    after = [(rule.name, rule.interval, dict(rule.data)) for rule in rules]
    return {each[0] for each in before if each not in after} | {each[0] for each in after if each not in before}


def _users_of(names: set[str], rules: Sequence[Rule]) -> set[str]:
    """`names` and all rules that are computed from them."""
    found = set(names)
    for rule in rules:
        if found & {series.name for series in series_of(rule.query)}:
            found.add(rule.name)
    return found


def _needed_by(names: set[str], rules: Sequence[Rule]) -> list[Rule]:
    """The rules of `names` and all that they are computed from, in their order."""
    wanted, found = set(names), []
    for rule in reversed(rules):
        if rule.name in wanted:
            wanted |= {series.name for series in series_of(rule.query) if series.name}
            found.append(rule)
    return found[::-1]
