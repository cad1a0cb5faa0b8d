"""`docs/guarantees.md` and the tests that show it stay in step, in both directions."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.repo.conftest import FILES, ROOT

PAGE = ROOT / "docs" / "guarantees.md"
CASES = range(1, 70)
_HEADING = re.compile(r"^### (\d+) · (.+)$", re.MULTILINE)
_TEST = re.compile(r"`([\w/.]+\.py)::(\w+)`")


def _sections() -> dict[int, str]:
    parts = _HEADING.split(PAGE.read_text(encoding="utf-8"))[1:]
    return {int(number): text for number, text in zip(parts[::3], parts[2::3], strict=True)}


def _marked() -> dict[int, set[tuple[str, str]]]:
    """Tests by the numbers of their `guarantee` marks."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for name in FILES:
        path = Path(name)
        if path.suffix != ".py" or not path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.guarantee":
                        [number] = mark.args
                        assert isinstance(number, ast.Constant)
                        assert isinstance(number.value, int)
                        found[number.value].add((name, node.name))
    return found


def test_every_case_stands_on_the_page_once_and_in_order() -> None:
    """1 to 69."""
    numbers = [int(number) for number, _ in _HEADING.findall(PAGE.read_text(encoding="utf-8"))]
    assert numbers == list(CASES)


@pytest.mark.parametrize("number", CASES)
def test_a_case_says_situation_and_promise_and_names_the_tests_that_are_marked_with_it(number: int) -> None:
    """Or says why it cannot be shown here."""
    section = _sections()[number]
    assert "**Situation.** " in section
    assert "**Promise.** " in section
    named = set(_TEST.findall(section))
    assert named or "**Not shown here:**" in section
    assert named >= _marked().get(number, set()), "a test is marked with the case and not named on the page"
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert test in functions, f"{file} has no {test}"
        assert (file, test) in _marked()[number], f"{test} is not marked with the case"


def test_marks_name_cases_of_the_page() -> None:
    """No number beyond it."""
    assert set(_marked()) <= set(CASES)
