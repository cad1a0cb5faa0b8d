"""Terraform's own checks and tests, and the rules of how our modules are written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.environment_files import NAMES, ROOT
from tools.terraform.run import terraform

TERRAFORM = ROOT / "terraform"
MODULES = sorted(path.name for path in (TERRAFORM / "modules").iterdir())
FILES = sorted(path for path in TERRAFORM.rglob("*.tf") if ".terraform" not in path.parts)
ROOTS = [".", "bootstrap", "envs/dev"]  # the other environments differ in the name only: a test below


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone has, without the override of the offline plans; returns its folder `terraform`."""
    folder = tmp_path_factory.mktemp("clone")
    ignore = shutil.ignore_patterns(".terraform*", "*.tfstate*")
    shutil.copytree(TERRAFORM, folder / "terraform", ignore=ignore)
    shutil.copytree(ROOT / "environments", folder / "environments")
    (folder / "monitoring").mkdir()
    shutil.copy(ROOT / "monitoring" / "alerts.yaml", folder / "monitoring")
    return folder / "terraform"


def blocks(path: Path, kind: str) -> dict[str, str]:
    """The top-level blocks of that kind in a file, by name."""
    found = re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return dict(found)


def test_files_are_formatted(terraform_environment: dict[str, str]) -> None:
    """`terraform fmt` has nothing to do."""
    terraform(TERRAFORM, ["fmt", "-check", "-recursive", "-no-color"], terraform_environment)


@pytest.mark.parametrize("root", ROOTS)
def test_a_fresh_clone_initialises_and_is_valid(root: str, copy: Path, terraform_environment: dict[str, str]) -> None:
    """`terraform init` and `validate` of what a user has, in each folder that is applied."""
    terraform(copy / root, ["init", "-backend=false", "-no-color"], terraform_environment)
    terraform(copy / root, ["validate", "-no-color"], terraform_environment)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.timeout(300)
def test_native_tests_pass(module: str, copy: Path, terraform_environment: dict[str, str]) -> None:
    """`terraform test` with a mocked provider; every module has at least four runs."""
    folder = copy / "modules" / module
    terraform(folder, ["init", "-backend=false", "-no-color"], terraform_environment)
    command = ["terraform", f"-chdir={folder}", "test", "-json"]
    done = subprocess.run(command, env=terraform_environment, capture_output=True, text=True, check=False)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    (summary,) = [message["test_summary"] for message in messages if message["type"] == "test_summary"]
    problems = [message["diagnostic"]["detail"] for message in messages if message["type"] == "diagnostic"]
    assert (summary["status"], summary["failed"], summary["errored"]) == ("pass", 0, 0), problems
    assert summary["passed"] >= 4


def test_only_one_provider_and_no_foreign_module() -> None:
    """What an ordinary user downloads is the AWS provider; modules are our own."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    assert set(re.findall(r'^\s+source\s+= "([^."][^"]*)"', text, re.MULTILINE)) == {"hashicorp/aws"}
    assert set(re.findall(r'^\s+version = "([^"]*)"', text, re.MULTILINE)) == {"~> 5.100"}


def test_nothing_is_asked_before_the_plan() -> None:
    """No data sources: zones and account come from the environment file. No `count`: a list that shrinks shifts."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'^data "', text, re.MULTILINE), path
        assert not re.search(r"^\s+count\s+=", text, re.MULTILINE), path


def test_no_value_of_an_environment_is_in_the_configuration() -> None:
    """Another region or account is another file; us-east-1 is where AWS's global services answer."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b[0-9]{12}\b", text), path
        assert set(re.findall(r"\b[a-z]{2}-[a-z]+-[0-9]\b", text)) <= {"us-east-1"}, path


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "variables.tf"], ids=lambda p: p.parent.name)
def test_variables_are_typed_and_described(path: Path) -> None:
    """A type and a sentence each; no defaults for what an environment decides."""
    found = blocks(path, "variable")
    assert found
    for name, body in found.items():
        assert re.search(r"^  type +=", body, re.MULTILINE), name
        description = re.search(r'^  description += "(.*)"$', body, re.MULTILINE)
        assert description, name
        assert description[1].endswith("."), name
        assert not re.search(r"^  default +=", body, re.MULTILINE) or name == "environments_directory", name


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "outputs.tf"], ids=lambda p: p.parent.name)
def test_outputs_are_described(path: Path) -> None:
    """A sentence each."""
    for name, body in blocks(path, "output").items():
        assert re.search(r'^  description += ".*\."$', body, re.MULTILINE), name


@pytest.mark.parametrize("module", [name for name in MODULES if name != "environment"])
def test_modules_have_the_same_files(module: str) -> None:
    """One knows where to look, and that each has tests."""
    folder = TERRAFORM / "modules" / module
    for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf"):
        assert (folder / name).is_file()
    assert list((folder / "tests").glob("*.tftest.hcl"))


def test_roots_differ_in_the_name_only() -> None:
    """Thin: a backend with a lock file, the stack, its name."""
    texts = {
        (TERRAFORM / "envs" / name / "main.tf").read_text(encoding="utf-8").replace(name, "NAME") for name in NAMES
    }
    assert len(texts) == 1
    (text,) = texts
    assert re.search(r"use_lockfile += true", text)
    assert 'source = "../.."' in text
