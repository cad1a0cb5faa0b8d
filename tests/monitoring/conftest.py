"""The images that every stack of these tests runs on, and the tables at the end."""

from __future__ import annotations

import os

import pytest

from tools.compose.command import ROOT, Compose
from tools.compose.docker import check_engine
from tools.compose.errors import StackError
from tools.compose.images import Images, prepare
from tools.compose.secret_files import make_secrets

_ROWS: list[str] = []


@pytest.fixture(scope="session")
def proof_rows() -> list[str]:
    """Lines that are printed after the last test."""
    return _ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print them, so that a passing run shows its figures too."""
    if _ROWS:
        terminalreporter.section("proof")
        for row in _ROWS:
            terminalreporter.write_line(row)


@pytest.fixture(scope="session")
def images(proof_rows: list[str]) -> Images:
    """Built or pulled once: `Stack(…, images=images)`. What cannot be had here is named."""
    try:
        check_engine()
    except StackError as error:
        if os.environ.get("CI"):  # there `make test` has started it
            raise
        pytest.skip(str(error))
    make_secrets(ROOT)
    found = prepare(Compose(project="test"))
    proof_rows.append(f"stand-ins: {', '.join(found.stand_ins) or 'none'}")
    proof_rows.append(f"left out, their images cannot be pulled: {', '.join(found.left_out) or 'nothing'}")
    return found
