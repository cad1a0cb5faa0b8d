"""A bad value in an environment file gets one clear line from Terraform, before anything is planned."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.environment_files import ENVIRONMENTS, ROOT, changed, leaves, write
from tools.terraform.plans import refusal

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "bad_values.yaml").read_text(encoding="utf-8"))
#: The mistakes that the issue names; these go through the whole configuration.
WHOLE = ["wrong region", "CIDR of five parts", "overlap", "wrong size", "wrong pair", "missing certificate"]
# `output` of the module's instances would stop at the first, diagnostics do not.
HARNESS = """\
module "case" {
  source   = "MODULE"
  for_each = jsondecode(file("${path.module}/cases.json"))

  name        = each.value.environment
  directory   = each.value.directory
  schema_file = "SCHEMA"
}
"""


def folder_of(case: dict[str, Any], parent: Path, number: int) -> Path:
    """Environment files with the mistake of `case`."""
    content = (
        case["text"] if "text" in case else changed(case["environment"], case.get("set", {}), case.get("remove", ()))
    )
    return write(parent / str(number), case["environment"], content)


def test_every_mistake_is_one_line(tmp_path: Path, terraform_environment: dict[str, str]) -> None:
    """All cases in one plan of the module that checks: each fails, each with its own line and no other."""
    root = tmp_path / "root"
    root.mkdir()
    cases = {
        str(number): {"environment": case["environment"], "directory": str(folder_of(case, tmp_path / "files", number))}
        for number, case in enumerate(CASES)
    }
    (root / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    text = HARNESS.replace("MODULE", str(ROOT / "terraform" / "modules" / "environment"))
    (root / "main.tf").write_text(text.replace("SCHEMA", str(ENVIRONMENTS / "schema.json")), encoding="utf-8")

    def run(*arguments: str) -> str:
        command = ["terraform", f"-chdir={root}", *arguments]
        done = subprocess.run(command, env=terraform_environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    run("init", "-no-color")
    found = Counter(re.findall(r"^\s*(environments/.*)$", run("plan", "-no-color"), re.MULTILINE))
    assert found == Counter(f"environments/{case['environment']}.yaml: {case['line']}" for case in CASES)


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_configuration_says_that_line(
    name: str, tmp_path: Path, terraform_environment: dict[str, str]
) -> None:
    """Nothing else complains beside it: no provider, no function that met the bad value."""
    del terraform_environment
    case = next(case for case in CASES if case["name"] == name)
    folder = folder_of(case, tmp_path, 0)
    assert refusal(case["environment"], folder) == f"environments/{case['environment']}.yaml: {case['line']}"


def test_an_environment_without_file_is_named(terraform_environment: dict[str, str]) -> None:
    """The expected names are in the line."""
    del terraform_environment
    assert refusal("test") == "environments/test.yaml: missing, expected dev, staging or prod as the environment."


def test_every_key_has_a_mistake_of_its_kind() -> None:
    """At least every third key is in a case, and every rule of environments/README.md."""
    schema = json.loads((ENVIRONMENTS / "schema.json").read_text(encoding="utf-8"))
    named = {key for case in CASES for key in [*case.get("set", {}), *case.get("remove", ())]}
    assert len(named & set(leaves(schema))) * 3 >= len(leaves(schema))
    table = (ENVIRONMENTS / "README.md").read_text(encoding="utf-8").split("## Rules across keys")[1].split("\n## ")[0]
    for rule in re.findall(r"`([^`]*)` \|$", table, re.MULTILINE):
        words = re.split(r"\{[^}]*\}", rule)
        assert any(all(word in case["line"] for word in words) for case in CASES), rule
