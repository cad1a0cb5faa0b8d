"""Fixtures: a configuration file of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a configuration file and return its path."""

    def write_file(text: str) -> str:
        path = tmp_path / "some.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        return str(path)

    return write_file
