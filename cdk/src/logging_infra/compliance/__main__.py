"""`python -m logging_infra.compliance [environment …]`, at the root: exit status 1 unless the ledger is exact."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from aws_cdk import App

from logging_infra.build import add_stacks, read_inputs
from logging_infra.compliance.findings import CFN_LINT, PACKS, Finding, lint_findings, nag_findings
from logging_infra.compliance.ledger import judge, load_ledger
from logging_infra.config import ENVIRONMENTS

LEDGER = Path("cdk/compliance/acknowledgements.yaml")


def main(environments: list[str]) -> int:
    """Check; returns the exit status."""
    root = Path.cwd()
    findings: list[Finding] = []
    prefixes: dict[str, str] = {}
    for environment in environments:
        inputs = read_inputs(root, environment)
        prefixes[environment] = inputs.values.prefix
        with tempfile.TemporaryDirectory() as folder:
            app = App(outdir=folder)
            add_stacks(app, inputs)
            findings += nag_findings(app, environment)
            app.synth()
            findings += lint_findings(Path(folder), environment, inputs.values.region)
    ledger = load_ledger(root / LEDGER)
    verdict = judge(findings, ledger, prefixes)
    for line in verdict.unlisted:
        print(f"not acknowledged: {line}")
    for line in verdict.stale:
        print(f"acknowledged, but fires no longer: {line}")
    rules = {entry.rule for entry in ledger}
    print(
        f"compliance: {', '.join([*PACKS, CFN_LINT])} on {len(prefixes)} environments: {verdict.acknowledged} findings"
        f" acknowledged by {len(ledger)} entries ({len(rules)} rules), {len(verdict.unlisted)} not,"
        f" {len(verdict.stale)} stale"
    )
    return 1 if verdict.unlisted or verdict.stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(ENVIRONMENTS)))
