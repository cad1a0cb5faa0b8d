"""Stand-ins have names that no registry has, and a way out is named where none can be made."""

from __future__ import annotations

import re

import pytest

from tools.compose import docker, stand_ins
from tools.compose.command import ROOT
from tools.compose.errors import StackError
from tools.compose.tests.conftest import FakeDocker


@pytest.mark.parametrize("variable", stand_ins.BY_VARIABLE)
def test_what_a_stand_in_is_for_can_be_set(variable: str) -> None:
    """By a variable of compose.yaml or an argument of the Dockerfile."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("compose.yaml", "Dockerfile")]
    assert any(re.search(rf"\$\{{{variable}\b|^ARG {variable}=", text, re.MULTILINE) for text in texts)


def test_names_are_local() -> None:
    """So that nothing is ever pulled in their place."""
    assert all(docker._registry(name) == "localhost" for name in stand_ins.all_names())


def test_one_that_is_there_is_not_made_again(fake_docker: FakeDocker) -> None:
    """Making them takes a quarter of a minute."""
    calls = fake_docker("exit 0")
    assert stand_ins.make("PROMETHEUS_IMAGE") == stand_ins.name_of("prometheus")
    assert calls.read_text(encoding="utf-8").splitlines() == [
        f"image inspect --format {{{{.Id}}}} {stand_ins.name_of('prometheus')}"
    ]


def test_without_debian_the_way_out_is_named(fake_docker: FakeDocker) -> None:
    """A machine that has neither a registry nor apt-get."""
    fake_docker("exit 1")
    with pytest.raises(StackError, match=r"without apt-get and dpkg-deb .* set the \*_IMAGE variables"):
        stand_ins.make("RUNTIME_IMAGE")
