"""`docs/guarantees.md` and the tests that show it stay in step, in both directions."""

from __future__ import annotations

import ast
import functools
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


def _numbers(expressions: list[ast.expr]) -> set[int]:
    """Numbers in marks such as `pytest.mark.guarantee(8)`, alone or in a list."""
    found: set[int] = set()
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.guarantee":
                found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}  # type: ignore[misc]
    return found


@functools.cache
def _marked() -> dict[int, set[tuple[str, str]]]:
    """Tests by the numbers of their `guarantee` marks, those of their module included."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for name in FILES:
        if not (name.endswith(".py") and Path(name).name.startswith("test_")):
            continue
        module = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for number in _numbers(node.decorator_list):
                    found[number].add((name, node.name))
        of_module = [node.value for node in module.body if isinstance(node, ast.Assign) and _is_pytestmark(node)]
        for number in _numbers(of_module):
            tests = [node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
            found[number] |= {(name, test.name) for test in tests if test.name.startswith("test_")}
    return found


def _is_pytestmark(node: ast.Assign) -> bool:
    return [ast.unparse(target) for target in node.targets] == ["pytestmark"]


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
