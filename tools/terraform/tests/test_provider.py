"""Where the provider is found, and what is said where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.terraform import provider
from tools.terraform.errors import TerraformError

PLATFORM = provider._platform()


def mirror_below(place: Path, version: str, platform: str = PLATFORM) -> Path:
    """A mirror with an AWS provider of that version, some folders below `place`."""
    mirror = place / "some" / "plugins"
    folder = mirror / "registry.example.org" / "hashicorp" / "aws" / version / platform
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_v{version}_x5").touch()
    return mirror


def test_a_mirror_is_found_below_a_place(tmp_path: Path) -> None:
    """Whatever the folders above are called."""
    mirror = mirror_below(tmp_path, "5.100.0")
    assert provider.find_mirror([tmp_path / "missing", tmp_path]) == mirror


@pytest.mark.parametrize(("version", "platform"), [("5.99.1", PLATFORM), ("5.100.0", "plan9_mips")])
def test_other_versions_and_platforms_are_not_taken(tmp_path: Path, version: str, platform: str) -> None:
    """`~> 5.100` would refuse the one, the machine the other."""
    mirror_below(tmp_path, version, platform)
    assert provider.find_mirror([tmp_path]) is None


def test_the_cli_configuration_names_the_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Terraform's filesystem_mirror; written once."""
    monkeypatch.setattr(provider, "RUN", tmp_path)
    monkeypatch.setattr(provider, "CLI_CONFIG", tmp_path / "cli.tfrc")
    path = provider.write_cli_config(Path("/some/plugins"))
    assert 'path = "/some/plugins"' in path.read_text(encoding="utf-8")
    before = path.stat().st_mtime_ns
    provider.write_cli_config(Path("/some/plugins"))
    assert path.stat().st_mtime_ns == before


def test_a_registry_that_answers_needs_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user: nothing of ours is configured, and the user's own configuration stays."""
    own = tmp_path / "own.tfrc"
    own.touch()
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/bin/terraform")
    monkeypatch.setattr(provider, "_registry_answers", lambda _: True)
    assert provider.command_environment({"TF_CLI_CONFIG_FILE": str(own)})["TF_CLI_CONFIG_FILE"] == str(own)
    assert "TF_CLI_CONFIG_FILE" not in provider.command_environment({})


def test_a_configuration_that_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform would warn about it on every command."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/bin/terraform")
    monkeypatch.setattr(provider, "_registry_answers", lambda _: True)
    assert "TF_CLI_CONFIG_FILE" not in provider.command_environment({"TF_CLI_CONFIG_FILE": "/nowhere/at.all"})


def test_neither_registry_nor_mirror_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing and how to make it."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/bin/terraform")
    monkeypatch.setattr(provider, "_registry_answers", lambda _: False)
    monkeypatch.setattr(provider, "PLACES", (tmp_path,))
    with pytest.raises(TerraformError, match="neither the Terraform registry nor an AWS provider") as caught:
        provider.command_environment({})
    assert "\n" not in str(caught.value)
    assert "terraform providers mirror" in str(caught.value)


def test_a_machine_without_terraform_is_told_so() -> None:
    """Before anything else is tried."""
    with pytest.raises(TerraformError, match="terraform is not on the PATH"):
        provider.command_environment({"PATH": os.devnull})
