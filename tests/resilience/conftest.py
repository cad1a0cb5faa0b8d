"""What these tests measured, as a table at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_figures = pytest.StashKey[list[tuple[str, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start an empty table."""
    config.stash[_figures] = []


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Call it with a name and a figure: one line of the table."""
    figures = request.config.stash[_figures]
    return lambda name, figure: figures.append((name, figure))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    figures = config.stash[_figures]
    if figures:
        terminalreporter.section("resilience")
        width = max(len(name) for name, _ in figures)
        for name, figure in figures:
            terminalreporter.write_line(f"{name:<{width}}  {figure}")
