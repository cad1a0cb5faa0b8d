"""The ledger is exact both ways; without checkov one line says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.terraform.checkov import Acknowledgement, Finding, compare, load, program
from tools.terraform.errors import TerraformError

ENTRY = Acknowledgement(
    checks=("CKV_1", "CKV_2"),
    resources=('a.b["*"]',),
    reason="because",
    evidence="test.py::test",
    environments=("dev",),
)
BOTH = [Finding("dev", "CKV_1", 'a.b["x"]'), Finding("dev", "CKV_2", 'a.b["y"]')]


def test_acknowledged_findings_are_neither_open_nor_stale() -> None:
    """Each part of the entry covers one."""
    assert compare(BOTH, [ENTRY]) == ([], [])


@pytest.mark.parametrize(
    "finding",
    [Finding("prod", "CKV_1", 'a.b["x"]'), Finding("dev", "CKV_3", 'a.b["x"]'), Finding("dev", "CKV_1", 'a.bc["x"]')],
)
def test_another_environment_check_or_resource_is_open(finding: Finding) -> None:
    """The entry is for these only."""
    assert compare([*BOTH, finding], [ENTRY])[0] == [finding]


def test_a_part_that_does_not_fire_is_stale() -> None:
    """It would cover what comes later, unseen."""
    assert compare(BOTH[:1], [ENTRY]) == ([], ['dev CKV_2 a.b["*"]'])


def test_an_entry_must_have_reason_and_evidence(tmp_path: Path) -> None:
    """And nothing else than the known keys."""
    path = tmp_path / "ledger.yaml"
    path.write_text("- {checks: [A], resources: [b], reason: c}", encoding="utf-8")
    with pytest.raises(TypeError, match="evidence"):
        load(path)


def test_checkov_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it."""
    monkeypatch.setenv("CHECKOV", "/nowhere/checkov")
    with pytest.raises(TerraformError, match="tox -e compliance"):
        program()
