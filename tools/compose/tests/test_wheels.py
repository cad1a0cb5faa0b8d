"""Wheels for a build without an index: which are ours, and when they are fetched again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.compose import wheels
from tools.compose.errors import StackError


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with pins of nothing, and no index that would be asked."""
    monkeypatch.setattr(wheels, "fetch", lambda _requirements, _folder: None)
    (tmp_path / "docker" / "wheels").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    for file in wheels.REQUIREMENTS:
        (tmp_path / file).write_text("# nothing\n", encoding="utf-8")
    return tmp_path


def _put(clone: Path, name: str) -> Path:
    wheel = clone / wheels.FOLDER / name
    wheel.touch()
    return wheel


def test_wheels_that_the_user_put_there_are_used_and_stay(clone: Path) -> None:
    """For those who have an index of their own and no way to it from a build."""
    mine = _put(clone, "mine-1-py3-none-any.whl")
    wheels.fill(clone)
    wheels.empty(clone)
    assert mine.exists()


def test_wheels_of_other_pins_are_fetched_anew(clone: Path) -> None:
    """Else the build would not find what the pins name now."""
    wheels.fill(clone)
    ours = _put(clone, "ours-1-py3-none-any.whl")
    wheels.fill(clone)
    assert ours.exists()

    (clone / wheels.REQUIREMENTS[0]).write_text("# other\n", encoding="utf-8")
    wheels.fill(clone)
    assert not ours.exists()


def test_ours_go_when_the_build_can_ask_an_index(clone: Path) -> None:
    """They would be taken before it."""
    wheels.fill(clone)
    ours = _put(clone, "ours-1-py3-none-any.whl")
    wheels.empty(clone)
    assert not ours.exists()


def test_a_pin_that_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with the file that has it."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    pins = tmp_path / "service.txt"
    pins.write_text(f"no-such-thing==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(StackError, match=r"wheels of service\.txt: .*no-such-thing"):
        wheels.fetch([pins], tmp_path)
