"""The repository's texts are true: links lead somewhere, examples run, tables name what is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from logging_system.config.schema import SETTINGS, Settings
from tests.repo.conftest import FILES, ROOT

TEXTS = sorted(name for name in FILES if name.endswith(".md"))


def _tokens(name: str) -> list[Any]:
    return MarkdownIt().enable("table").parse((ROOT / name).read_text(encoding="utf-8"))


def _code(name: str, language: str) -> list[str]:
    return [token.content for token in _tokens(name) if token.type == "fence" and token.info == language]


@pytest.mark.parametrize("name", TEXTS)
def test_links_inside_the_repository_lead_somewhere(name: str) -> None:
    """Files and pictures."""
    children = [child for token in _tokens(name) for child in token.children or []]
    targets = [
        child.attrGet("href") or child.attrGet("src") for child in children if child.type in ("link_open", "image")
    ]
    for target in targets:
        if not re.match(r"https?:|mailto:|#", target):
            assert ((ROOT / name).parent / target.partition("#")[0]).exists(), f"{name}: {target} is not there"


def test_the_example_of_the_readme_runs_and_does_what_it_says(tmp_path: Path) -> None:
    """Ten lines at most, and no secret in the file."""
    [example] = _code("README.md", "python")
    assert len([line for line in example.splitlines() if line]) <= 10
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOG_")}
    subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=environment, check=True, capture_output=True)

    text = (tmp_path / "logs" / "logging-service.log").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    assert [r["message"] for r in records] == ["Application started", "database_query", "query done", "charge failed"]
    assert records[1]["context"]["correlation_id"] == records[2]["context"]["correlation_id"]
    assert records[3]["context"]["component"] == "billing"
    assert "never shown" not in text


@pytest.mark.parametrize("name", ["docs/logger.md", "docs/redaction.md"])
def test_the_examples_of_a_guide_run(name: str, tmp_path: Path) -> None:
    """One after the other, as a reader would type them."""
    source = "\n".join(_code(name, "python"))
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_of_settings_is_that_of_the_code() -> None:
    """Key, variable, keyword, default and meaning, in order."""
    text = (ROOT / "docs/logger.md").read_text(encoding="utf-8")
    row = r"^\| `([a-z_.]+)` \| (?:`([A-Z_]+)` )?\| `([a-z_]+)` \| (–|`[^`]*`) \| (.*) \|$"
    rows = re.findall(row, text, re.MULTILINE)
    assert [(*found[:3], found[4]) for found in rows] == [(s.key, s.env or "", s.name, s.help) for s in SETTINGS]
    readers = {setting.name: setting.read for setting in SETTINGS}
    for _, _, name, default, _ in rows:
        if default == "–":
            assert getattr(Settings(), name) in (None, (), {})
        else:
            assert readers[name](default.strip("`")) == getattr(Settings(), name)


def test_examples_of_yaml_are_accepted(tmp_path: Path) -> None:
    """By the library itself."""
    from logging_system.config.load import load_settings

    for name in ("docs/logger.md", "docs/redaction.md"):
        for number, example in enumerate(_code(name, "yaml")):
            path = tmp_path / f"{number}.yaml"
            path.write_text(example, encoding="utf-8")
            assert load_settings(path, environ={}) != Settings()


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?m)(?:^|`|\d )make ([a-z-]+)", (ROOT / "README.md").read_text())))
)
def test_make_targets_that_are_named_exist(target: str) -> None:
    """In the README."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_picture_is_small_and_a_picture() -> None:
    """Below 200 kB, so that a clone stays small."""
    picture = (ROOT / "docs/pictures/live-page.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 20_000 < len(picture) < 200_000
