"""The images that every stack of these tests runs on, the stack as compose.yaml has it, and the tables at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tools.compose.command import ROOT, Compose
from tools.compose.docker import check_engine
from tools.compose.errors import StackError
from tools.compose.images import Images, prepare
from tools.compose.secret_files import make_secrets
from tools.compose.stack import Stack

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
        pytest.skip(str(error))
    make_secrets(ROOT)
    found = prepare(Compose(project="test"))
    proof_rows.append(f"stand-ins: {', '.join(found.stand_ins) or 'none'}")
    proof_rows.append(f"left out, their images cannot be pulled: {', '.join(found.left_out) or 'nothing'}")
    return found


@pytest.fixture(scope="module")
def stack(images: Images) -> Iterator[Stack]:
    """compose.yaml as it is, but on free ports and with another name, up and healthy."""
    with Stack("test-stack", images=images, ports="free") as running:
        yield running
