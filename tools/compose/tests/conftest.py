"""A `docker` command that only pretends, for what must be said when it is not there or refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FakeDocker = Callable[[str], Path]


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """Write one: a shell script's body; gives the file that gets a line for each call."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"
    monkeypatch.setenv("PATH", str(folder))

    def write(body: str) -> Path:
        program = folder / "docker"
        program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{body}\n', encoding="utf-8")
        program.chmod(0o755)
        return calls

    return write
