"""Secrets are made once, can be read by containers and by nobody else, and what the user has stays."""

from __future__ import annotations

import stat
from pathlib import Path

from tools.compose.secret_files import GENERATED, OF_RECEIVERS, make_secrets


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_first_run_makes_a_password_and_empty_files(tmp_path: Path) -> None:
    """The password is not one that could be guessed."""
    assert make_secrets(tmp_path)
    password = (tmp_path / "secrets" / GENERATED).read_text(encoding="utf-8")
    assert len(password) >= 32
    assert [(tmp_path / "secrets" / name).read_text(encoding="utf-8") for name in OF_RECEIVERS] == [""] * 4
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "GRAFANA_ADMIN_USER=admin\n"


def test_only_the_owner_gets_to_the_files_which_containers_can_read(tmp_path: Path) -> None:
    """Docker mounts a file as it is, and the containers run under other uids."""
    make_secrets(tmp_path)
    assert _mode(tmp_path / "secrets") == 0o700
    assert {_mode(file) for file in (tmp_path / "secrets").iterdir()} == {0o644}


def test_two_clones_have_two_passwords(tmp_path: Path) -> None:
    """It is random."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_secrets(tmp_path / name)
    passwords = {(tmp_path / name / "secrets" / GENERATED).read_text(encoding="utf-8") for name in ("one", "two")}
    assert len(passwords) == 2


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A receiver's address, the password, and the user's own lines of .env."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "slack_webhook_url").write_text("https://hooks.slack.example/x", encoding="utf-8")
    (tmp_path / ".env").write_text("GRAFANA_ADMIN_USER=ops\nDEMO_CHAOS=1", encoding="utf-8")
    make_secrets(tmp_path)
    password = (tmp_path / "secrets" / GENERATED).read_text(encoding="utf-8")

    assert not make_secrets(tmp_path)
    assert (tmp_path / "secrets" / GENERATED).read_text(encoding="utf-8") == password
    slack = (tmp_path / "secrets" / "slack_webhook_url").read_text(encoding="utf-8")
    assert slack == "https://hooks.slack.example/x"
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "GRAFANA_ADMIN_USER=ops\nDEMO_CHAOS=1"


def test_a_line_is_added_to_an_env_file_that_lacks_it(tmp_path: Path) -> None:
    """Also behind a last line without an end."""
    (tmp_path / ".env").write_text("DEMO_CHAOS=1", encoding="utf-8")
    make_secrets(tmp_path)
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "DEMO_CHAOS=1\nGRAFANA_ADMIN_USER=admin\n"
