"""Every acceptance check of the infrastructure has a test on Terraform's plan."""

from __future__ import annotations

import re
from pathlib import Path

#: 35 compares both tools, costs and rule packs: tests/parity, tests/compliance.
ELSEWHERE = {35}


def test_every_check_has_a_test() -> None:
    """The docstrings name the numbers."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_plan_*.py"))
    assert {int(number) for number in re.findall(r'"""Check (\d+):', text)} == set(range(1, 36)) - ELSEWHERE
