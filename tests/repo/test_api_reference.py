"""The API reference: it can be made, every public name is in it with a text, and examples in docstrings run."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from tests.repo.conftest import FILES, ROOT
from tools import api_reference

SOURCES = [name for name in FILES if name.startswith("packages/logger/src/") and name.endswith(".py")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference, made once."""
    folder = tmp_path_factory.mktemp("api")
    assert api_reference.main(str(folder)) == 0
    return folder


@pytest.mark.parametrize("name", api_reference.MODULES)
def test_every_public_name_of_a_module_is_in_its_page_and_documented(name: str, pages: Path) -> None:
    """Functions, classes and their methods."""
    module = importlib.import_module(name)
    page = (pages / f"{name.replace('.', '/')}.html").read_text(encoding="utf-8")
    assert inspect.getdoc(module)
    public = getattr(module, "__all__", None) or [
        key for key, value in vars(module).items() if not key.startswith("_") and _is_defined_in(value, name)
    ]
    assert public
    for key in public:
        value = getattr(module, key)
        assert f'id="{key}"' in page, f"{name}.{key} is not in the reference"
        assert inspect.getdoc(value), f"{name}.{key} has no docstring"
        for member, function in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(function) and not member.startswith("_"):
                assert inspect.getdoc(function), f"{name}.{key}.{member} has no docstring"


def _is_defined_in(value: object, module: str) -> bool:
    return (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module


def _examples() -> dict[str, list[str]]:
    """Indented blocks of docstrings, by file."""
    found: dict[str, list[str]] = {}
    for name in SOURCES:
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                blocks = re.findall(r"(?:^    .*\n?)+", ast.get_docstring(node) or "", re.MULTILINE)
                found.setdefault(Path(name).name, []).extend(textwrap.dedent(block) for block in blocks)
    return {name: blocks for name, blocks in found.items() if blocks}


def test_examples_in_docstrings_are_what_they_seem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python runs, YAML is accepted, and no other module has one that nobody checks."""
    from logging_system import configure, get_logger, shutdown
    from logging_system.config.filter_rules import read_filters
    from logging_system.testing import capture_records

    monkeypatch.chdir(tmp_path)
    examples = _examples()

    configure(console_output=False)
    exec(examples.pop("__init__.py")[0], {})
    with capture_records() as records:
        names = {"charge": lambda order: get_logger("shop").info("charged", order_id=order), "order": 7}
        exec(examples.pop("testing.py")[0], names)
        names["test_charge"](records)  # type: ignore[operator]
    [rules] = examples.pop("filter_rules.py")
    assert len(read_filters(yaml.safe_load(rules))) == 3
    assert "StructuredFormatter" in examples.pop("stdlib.py")[0]  # docs/logger.md has it whole, and runs
    assert "json_schema" in examples.pop("json_schema.py")[0]  # a command; its own tests run it
    assert examples == {}
    shutdown()
