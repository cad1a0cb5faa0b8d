"""The folder of a run: empty at the start, and nobody else's while the run lasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.demo.run_dir import RunDir
from tools.demo.settings import load_demo_settings
from tools.demo.supervisor import Supervisor


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder lies below the current one."""
    monkeypatch.chdir(tmp_path)


def test_what_an_earlier_run_left_is_removed() -> None:
    """Its folder is used again."""
    first = RunDir()
    (first.path / "old.log").write_text("", encoding="utf-8")
    path = first.path
    del first  # what the end of its process does

    assert RunDir().path == path
    assert list(path.iterdir()) == []


def test_a_second_demo_takes_another_folder_and_leaves_the_first_alone() -> None:
    """Also when the first has been running for long: it once lost its log file to the second."""
    first = Supervisor(load_demo_settings({}))
    (first._run_dir / "orders.sqlite3").write_text("", encoding="utf-8")
    second = Supervisor(load_demo_settings({}))

    assert (first._run_dir.name, second._run_dir.name) == ("demo", "demo-2")
    assert (first._run_dir / "orders.sqlite3").exists()
