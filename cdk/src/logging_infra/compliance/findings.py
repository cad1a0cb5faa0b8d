"""What checkers find: cdk-nag's packs in the constructs, cfn-lint in the templates."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk_nag
from aws_cdk import App

#: Short name of each pack, and how it begins the names of its rules.
PACKS: dict[str, tuple[Any, str]] = {
    "AwsSolutions": (cdk_nag.AwsSolutionsChecks, "AwsSolutions-"),
    "HIPAA": (cdk_nag.HIPAASecurityChecks, "HIPAA.Security-"),
    "PCI-DSS-3.2.1": (cdk_nag.PCIDSS321Checks, "PCI.DSS.321-"),
    "NIST-800-53-R5": (cdk_nag.NIST80053R5Checks, "NIST.800.53.R5-"),
}
CFN_LINT = "cfn-lint"
_RULE = re.compile(r"(?P<rule>[^\[]+)(?:\[(?P<detail>.*)\])?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """A rule of a pack that a construct (path) or a resource (`stack/logical id`) breaks; `detail` says with what."""

    environment: str
    pack: str
    rule: str
    detail: str
    place: str

    def __str__(self) -> str:
        detail = f" [{self.detail}]" if self.detail else ""
        return f"{self.environment}: {self.pack} {self.rule}{detail}: {self.place}"


def nag_findings(app: App, environment: str) -> Iterator[Finding]:
    """What the packs find in `app`."""
    for pack, (kind, prefix) in PACKS.items():
        for violation in kind(app).validate_scope(app).violations:
            found = _RULE.fullmatch(violation.rule_name.removeprefix(prefix))
            if found is None:
                raise ValueError(violation.rule_name)
            for resource in violation.violating_resources:
                yield Finding(
                    environment=environment,
                    pack=pack,
                    rule=found["rule"],
                    detail=found["detail"] or "",
                    place=resource.construct_path,
                )


def lint_findings(folder: Path, environment: str, region: str) -> Iterator[Finding]:
    """What cfn-lint finds in the templates (`*.template.json`) of `folder`."""
    templates = sorted(str(path) for path in folder.glob("*.template.json"))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--regions", region]
    done = subprocess.run([*command, "--", *templates], capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        if done.returncode:
            raise RuntimeError(f"cfn-lint: {done.stderr.strip()}")
        return
    for match in json.loads(done.stdout):
        path = match["Location"]["Path"] or []
        logical_id = path[1] if len(path) > 1 and path[0] == "Resources" else ".".join(map(str, path))
        yield Finding(
            environment=environment,
            pack=CFN_LINT,
            rule=match["Rule"]["Id"],
            detail=match["Message"],
            place=f"{Path(match['Filename']).name.removesuffix('.template.json')}/{logical_id}",
        )
