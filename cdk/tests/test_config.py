"""An environment's file is read into typed values, and a mistake in it is one clear line, the same as Terraform's."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from logging_infra.config import ENVIRONMENTS, load_environment
from logging_infra.errors import ConfigError
from tests.infra.environment_files import ENVIRONMENTS as FOLDER
from tests.infra.environment_files import ROOT, changed, write

SCHEMA = FOLDER / "schema.json"
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/infra/bad_values.yaml").read_text(encoding="utf-8"))


def folder_of(case: dict[str, Any], folder: Path) -> Path:
    """Environment files with the mistake of `case`."""
    content = (
        case["text"] if "text" in case else changed(case["environment"], case.get("set", {}), case.get("remove", ()))
    )
    return write(folder / "environments", case["environment"], content)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_committed_environments_are_read(name: str) -> None:
    """Every value, under the name that the file has."""
    values = load_environment(FOLDER, name, SCHEMA)
    given = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    given["logs"]["log_class"] = given["logs"].pop("class")

    assert dataclasses.asdict(values, dict_factory=_with_lists) == given


def _with_lists(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in pairs}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] or "null" for case in CASES])
def test_a_mistake_is_one_line(case: dict[str, Any], tmp_path: Path) -> None:
    """The first line is Terraform's; more lines only for what else is wrong."""
    with pytest.raises(ConfigError) as caught:
        load_environment(folder_of(case, tmp_path), case["environment"], SCHEMA)

    assert caught.value.lines[0] == f"environments/{case['environment']}.yaml: {case['line']}"
    assert len(set(caught.value.lines)) == len(caught.value.lines)
    assert all("\n" not in line for line in caught.value.lines)


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    """So that one run shows them all."""
    case = {"environment": "prod", "set": {"service.cpu": 300, "tags.owner": "", "waf.requests": 1}}
    with pytest.raises(ConfigError) as caught:
        load_environment(folder_of(case, tmp_path), "prod", SCHEMA)

    keys = [line.split(": ")[1] for line in caught.value.lines]
    assert keys == ["tags.owner", "service.cpu", "waf.requests"]


@pytest.mark.parametrize(
    ("context", "line"),
    [
        ([], "environment: missing, expected -c environment=dev, staging or prod"),
        (["environment=test"], "environments/test.yaml: missing, expected dev, staging or prod as the environment"),
    ],
)
def test_the_app_prints_the_line_and_nothing_else(context: list[str], line: str) -> None:
    """No stack trace for a user's mistake, and no banner of jsii's."""
    code = (
        "import json, os, runpy, sys\n"
        "os.environ['CDK_CONTEXT_JSON'] = json.dumps(dict(x.split('=') for x in sys.argv[1:]))\n"
        f"runpy.run_path({str(ROOT / 'cdk/app.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code, *context], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.strip()) == (1, line)
