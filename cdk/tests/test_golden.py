"""The committed templates are those of the code, and a release loses no data (infra.md part E: 34)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from logging_infra.build import Inputs
from logging_infra.golden import FOLDER, STATEFUL, golden_texts, lost
from logging_infra.synthesis import Templates
from tests.infra.environment_files import ROOT

PARTS = ("data", "network", "service", "observability", "identity")


@pytest.mark.parametrize("part", PARTS)
def test_the_golden_template_is_fresh(part: str, templates: Templates, inputs: Inputs) -> None:
    """`python -m logging_infra.golden write` makes it; the diff is what a review is about."""
    path = ROOT / FOLDER / inputs.values.environment / f"{part}.json"
    assert path.read_text(encoding="utf-8") == golden_texts(templates)[part]


def test_there_is_no_golden_of_a_stack_that_is_gone() -> None:
    """Three environments, five stacks."""
    found = {path.relative_to(ROOT / FOLDER).as_posix() for path in (ROOT / FOLDER).rglob("*.json")}
    assert found == {f"{environment}/{part}.json" for environment in ("dev", "staging", "prod") for part in PARTS}


def test_every_stateful_type_is_in_the_templates(templates: Templates) -> None:
    """So that the next test has something to look at."""
    assert {each.type for each in templates.all()} >= set(STATEFUL)


@pytest.mark.parametrize("kind", STATEFUL)
def test_what_would_lose_data_is_named(kind: str, templates: Templates) -> None:
    """A resource that is renamed, that has another logical id, or that is gone."""
    [resource, *_] = templates.all(kind)
    before: dict[str, Any] = json.loads(json.dumps(templates.templates[resource.part]))

    def after() -> dict[str, Any]:
        return copy.deepcopy(before)

    assert not list(lost(before, after()))

    gone = after()
    moved = gone["Resources"].pop(resource.logical_id)
    assert list(lost(before, gone)) == [resource.logical_id]

    gone["Resources"]["Other"] = moved
    assert list(lost(before, gone)) == [resource.logical_id]

    if name := STATEFUL[kind]:
        renamed = after()
        renamed["Resources"][resource.logical_id]["Properties"][name] = "other"
        assert list(lost(before, renamed)) == [resource.logical_id]
