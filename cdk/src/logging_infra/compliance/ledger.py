"""The ledger: which findings were acknowledged, why, and what shows that the reason holds.

An entry is one rule, in one or more packs, at certain places. `{P}` in a place is `{project}-{environment}`, `*` is
anything; `detail` narrows down what the rule names in brackets. `evidence` is the test that proves the reason:
`file::test`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from logging_infra.compliance.findings import Finding
from logging_infra.config import ENVIRONMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One entry."""

    rule: str
    packs: tuple[str, ...]
    places: tuple[str, ...]
    reason: str
    evidence: str
    detail: str = ""
    environments: tuple[str, ...] = ENVIRONMENTS

    def covers(self, finding: Finding, prefix: str) -> Iterable[tuple[str, str, str]]:
        """(environment, pack, place of the entry) that `finding` fires."""
        if finding.rule != self.rule or finding.pack not in self.packs or finding.environment not in self.environments:
            return
        if self.detail and not fnmatchcase(finding.detail, self.detail.replace("{P}", prefix)):
            return
        for place in self.places:
            if fnmatchcase(finding.place, place.replace("{P}", prefix)):
                yield finding.environment, finding.pack, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`unlisted`: findings that nobody acknowledged; `stale`: what the ledger says and nothing fires."""

    unlisted: tuple[str, ...]
    stale: tuple[str, ...]
    acknowledged: int


def load_ledger(path: Path) -> tuple[Acknowledgement, ...]:
    """The entries of `path`. A missing or unknown key is a TypeError."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Acknowledgement(**{key: _frozen(value) for key, value in entry.items()}) for entry in entries)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def judge(findings: Iterable[Finding], ledger: Iterable[Acknowledgement], prefixes: Mapping[str, str]) -> Verdict:
    """Compare; `prefixes` has the `{project}-{environment}` of each environment that was looked at."""
    entries = list(ledger)
    expected = {
        (number, environment, pack, place)
        for number, entry in enumerate(entries)
        for environment in entry.environments
        if environment in prefixes
        for pack in entry.packs
        for place in entry.places
    }
    fired: set[tuple[int, str, str, str]] = set()
    unlisted, acknowledged = [], 0
    for finding in sorted(set(findings)):
        hits = {
            (number, *hit)
            for number, entry in enumerate(entries)
            for hit in entry.covers(finding, prefixes[finding.environment])
        }
        fired |= hits
        acknowledged += bool(hits)
        if not hits:
            unlisted.append(str(finding))
    stale = [
        f"{environment}: {pack} {entries[number].rule}: {place}"
        for number, environment, pack, place in sorted(expected - fired)
    ]
    return Verdict(unlisted=tuple(unlisted), stale=tuple(stale), acknowledged=acknowledged)
