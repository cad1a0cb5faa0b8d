"""The copy that offline plans are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.terraform import stage


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with little in it, and a stage beside it."""
    root = tmp_path / "root"
    for name, text in {
        "terraform/main.tf": "a",
        "terraform/modules/one/main.tf": "b",
        "terraform/.terraform/modules/modules.json": "{}",
        "terraform/terraform.tfstate": "secret",
        "environments/dev.yaml": "c",
        "monitoring/alerts.yaml": "d",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(stage, "ROOT", root)
    monkeypatch.setattr(stage, "STAGE", tmp_path / "stage")
    return root


def test_only_the_configuration_is_copied(checkout: Path) -> None:
    """Neither state nor what Terraform keeps for itself; and the override, which the repository has not."""
    names = [str(path) for path in stage.sources(checkout)]
    assert names == [
        "environments/dev.yaml", "monitoring/alerts.yaml", "terraform/main.tf", "terraform/modules/one/main.tf",
    ]  # fmt: skip
    (stage.STAGE).mkdir()
    stage.refresh()
    assert "skip_credentials_validation" in (stage.STAGE / "terraform" / "offline_override.tf").read_text("utf-8")


def test_a_changed_file_is_copied_and_a_removed_one_goes(checkout: Path) -> None:
    """And what `terraform init` made in the copy stays."""
    stage.STAGE.mkdir()
    first = stage.refresh()
    kept = stage.STAGE / "terraform" / ".terraform" / "providers"
    kept.mkdir(parents=True)
    (kept / "marker").touch()
    assert stage.refresh() == first
    (checkout / "terraform" / "main.tf").write_text("changed", encoding="utf-8")
    (checkout / "terraform" / "modules" / "one" / "main.tf").unlink()
    assert stage.refresh() != first
    assert (stage.STAGE / "terraform" / "main.tf").read_text("utf-8") == "changed"
    assert not (stage.STAGE / "terraform" / "modules" / "one" / "main.tf").exists()
    assert (kept / "marker").exists()
