"""checkov on the plans of all environments: every finding is in terraform/compliance.yaml, and every entry fires."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tools.terraform.checkov import ENVIRONMENTS, compare, load, program, run
from tools.terraform.errors import TerraformError
from tools.terraform.plans import plan

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "terraform" / "compliance.yaml"


@pytest.mark.timeout(400)
def test_the_ledger_is_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else fails, and nothing that the ledger excuses has been mended."""
    try:
        program()
        plans = {name: plan(name) for name in ENVIRONMENTS}
    except TerraformError as error:
        if error.output:
            raise AssertionError(error.output) from None
        pytest.skip(str(error))
    findings, passed = run(plans, tmp_path)
    ledger = load(LEDGER)
    unlisted, stale = compare(findings, ledger)
    with capsys.disabled():
        sys.stdout.write(
            f"\ncheckov: {passed} passed, {len(findings)} findings in {len(ledger)} entries, 3 environments\n"
        )
    assert unlisted == []
    assert stale == []


def test_every_entry_names_a_test_that_exists() -> None:
    """The evidence is a test, not a promise."""
    for entry in load(LEDGER):
        path, name = entry.evidence.split("::")
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), entry.evidence
        assert len(entry.reason) > 40
