"""The linter of the dashboards' JSON: each rule with its reason; an exclusion needs one too.

What types can say is left to `schema_check`; what only data can say, to `run_queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitoring_generator.checks.rule_files import Rule as PrometheusRule
from monitoring_generator.checks.rule_files import read_rules
from monitoring_generator.dashboards.queries import Document
from monitoring_generator.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a dashboard is checked against: the alerts, the rules, and the uids of all dashboards."""

    spec: Spec
    rules: tuple[PrometheusRule, ...]
    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule: its name, why it is one, and the check, which gives the place and the problem of each finding."""

    name: str
    reason: str
    check: Callable[[Document, Surroundings], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. `place` is the title of a panel, or the name of a variable or annotation."""

    dashboard: str
    place: str
    rule: str
    problem: str

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.place}: {self.problem} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A finding that is accepted, and why."""

    dashboard: str
    place: str
    rule: str
    reason: str = field(kw_only=True)


def surroundings_of(spec: Spec, rule_files: Mapping[str, str], documents: Iterable[Document]) -> Surroundings:
    """Of `documents`, with the rules in `rule_files` (texts by name)."""
    uids = tuple(document["uid"] for document in documents)
    return Surroundings(spec=spec, rules=tuple(read_rules(rule_files)), uids=uids)


def lint(
    document: Document, around: Surroundings, rules: Iterable[LintRule], exclusions: Iterable[Exclusion] = ()
) -> list[Finding]:
    """What `rules` find in a dashboard, without what is excluded."""
    excluded = {(each.dashboard, each.place, each.rule) for each in exclusions}
    findings = [
        Finding(str(document.get("uid")), place, rule.name, problem)
        for rule in rules
        for place, problem in rule.check(document, around)
    ]
    return [each for each in findings if (each.dashboard, each.place, each.rule) not in excluded]


#: Place of a finding that is about the dashboard as a whole.
WHOLE: Final = "dashboard"
