"""Each key of an environment file changes the templates: no key is dead. (tests/parity has both tools.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from logging_infra.build import read_inputs
from logging_infra.synthesis import synthesize
from tests.infra.environment_files import ROOT, changed, write
from tests.infra.mutants import MUTANTS


@pytest.fixture(scope="module")
def before() -> dict[str, object]:
    """The templates of dev as it is."""
    return dict(synthesize(read_inputs(ROOT, "dev")).templates)


@pytest.mark.parametrize("key", MUTANTS)
def test_the_templates_change(key: str, before: dict[str, object], tmp_path: Path) -> None:
    """A value that changes nothing would only seem to be a setting."""
    folder = write(tmp_path / "environments", "dev", changed("dev", MUTANTS[key]))
    assert dict(synthesize(read_inputs(ROOT, "dev", environments=folder)).templates) != before


def test_an_unchanged_file_changes_nothing(before: dict[str, object], tmp_path: Path) -> None:
    """The comparison is of values."""
    folder = write(tmp_path / "environments", "dev", changed("dev", {}))
    assert dict(synthesize(read_inputs(ROOT, "dev", environments=folder)).templates) == before
