"""checkov on offline plans, and the ledger of the findings that we accept."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.terraform.errors import TerraformError

ENVIRONMENTS = ("dev", "staging", "prod")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One check that failed on one resource of one environment's plan."""

    environment: str
    check: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One entry of the ledger: checks on resources (`*` is anything) that may fail, why, and which test shows it."""

    checks: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    evidence: str
    environments: tuple[str, ...] = ENVIRONMENTS

    def parts(self) -> Iterable[tuple[str, str, str]]:
        """Each combination of environment, check and resource must fire."""
        return ((name, check, place) for name in self.environments for check in self.checks for place in self.resources)


def program() -> str:
    """Where checkov is: it has an environment of its own (`requirements/checkov.txt`), named by CHECKOV."""
    named = os.environ.get("CHECKOV", "")
    if not Path(named).is_file():
        raise TerraformError("checkov is not there: `tox -e compliance` installs it and says so in CHECKOV")
    return named


def run(plans: Mapping[str, Mapping[str, Any]], folder: Path) -> tuple[list[Finding], int]:
    """Findings on the plans by environment, and how many checks passed. `folder` is for the plans' files."""
    command = [
        program(),
        "--framework",
        "terraform_plan",
        "--output",
        "json",
        "--quiet",
        "--compact",
        "--skip-download",
    ]
    for environment, plan in plans.items():
        path = folder / f"{environment}.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        command += ["--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 1):
        raise TerraformError("checkov failed", done.stdout + done.stderr)
    report = json.loads(done.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        raise TerraformError("checkov could not read the plans", done.stdout + done.stderr)
    found = [
        Finding(Path(one["file_path"]).stem, one["check_id"], one["resource"])
        for one in report["results"]["failed_checks"]
    ]
    return sorted(found), report["summary"]["passed"]


def load(path: Path) -> list[Acknowledgement]:
    """The ledger. A missing or unknown key is a TypeError."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = []
    for entry in entries:
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
        }
        found.append(Acknowledgement(**values))
    return found


def compare(findings: Sequence[Finding], ledger: Sequence[Acknowledgement]) -> tuple[list[Finding], list[str]]:
    """Findings that no entry covers, and parts of entries that cover none."""
    parts = {part for entry in ledger for part in entry.parts()}
    used = set()
    open_ = []
    for finding in findings:
        covering = {part for part in parts if _covers(part, finding)}
        used |= covering
        if not covering:
            open_.append(finding)
    return open_, [" ".join(part) for part in sorted(parts - used)]


def _covers(part: tuple[str, str, str], finding: Finding) -> bool:
    environment, check, place = part
    pattern = re.escape(place).replace(r"\*", ".*")
    return (environment, check) == (finding.environment, finding.check) and bool(
        re.fullmatch(pattern, finding.resource)
    )
