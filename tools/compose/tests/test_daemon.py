"""The engine is started where nobody has, and what went wrong is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tools.compose import daemon
from tools.compose.errors import StackError
from tools.compose.tests.conftest import FakeDocker


@pytest.fixture(autouse=True)
def _root_without_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(daemon, "SYSTEMD", tmp_path / "none")
    monkeypatch.setattr(daemon, "LOG", tmp_path / "dockerd.log")
    monkeypatch.setattr(daemon, "PID_FILES", [tmp_path / "docker.pid"])


def _write_dockerd(tmp_path: Path, body: str) -> None:
    program = tmp_path / "bin" / "dockerd"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    program.chmod(0o755)


def test_an_engine_that_answers_is_left_alone(fake_docker: FakeDocker) -> None:
    """Also one that runs elsewhere."""
    fake_docker("exit 0")
    assert daemon.engine_answers()


def test_one_that_does_not_run_is_started_and_awaited(fake_docker: FakeDocker, tmp_path: Path) -> None:
    """Until it answers; how to end it is said."""
    up = tmp_path / "up"
    fake_docker(f"[ -e {up} ]")
    _write_dockerd(tmp_path, f"{shutil.which('touch', path='/bin:/usr/bin')} {up}; exec /bin/sleep 20")
    assert not daemon.engine_answers()

    said = daemon.start_engine()
    os.kill(int(said.split("kill ")[1].split()[0]), 15)
    assert daemon.engine_answers()
    assert str(daemon.LOG) in said


def test_one_that_ends_at_once_is_a_failure(fake_docker: FakeDocker, tmp_path: Path) -> None:
    """Its log says why."""
    fake_docker("exit 1")
    _write_dockerd(tmp_path, "echo 'iptables: not found' >&2; exit 1")
    with pytest.raises(StackError, match=r"dockerd does not start; see .*dockerd\.log"):
        daemon.start_engine()
    assert "iptables" in daemon.LOG.read_text(encoding="utf-8")


def test_without_root_it_is_asked_for(fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started in the name of a user who may not."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    fake_docker("echo 'permission denied' >&2; exit 1")
    with pytest.raises(StackError, match=r"permission denied.*start it"):
        daemon.start_engine()


@pytest.mark.parametrize(
    ("stat", "stays"),
    [
        ("7 (dockerd) S 1 7", True),
        ("7 (dockerd) Z 1 7", False),  # killed, and nobody has asked how it ended
        ("7 (a) b) S 1 7", False),  # another program has the number now
        (None, False),
    ],
)
def test_one_that_was_killed_is_forgotten(tmp_path: Path, stat: str | None, stays: bool) -> None:
    """Or dockerd would find its file and refuse to start."""
    file, process = tmp_path / "docker.pid", tmp_path / "proc" / "7"
    file.write_text("7", encoding="ascii")
    process.mkdir(parents=True)
    if stat is not None:
        (process / "stat").write_text(stat, encoding="utf-8")

    daemon.forget_the_dead(file, tmp_path / "proc")

    assert file.exists() is stays
