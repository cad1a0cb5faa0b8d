"""Diagrams: up to date, true to the files they are made from, no text outside of its box."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.cost.environment import NAMES
from tools.diagram import __main__ as command
from tools.diagram.architecture import draw
from tools.diagram.drawing import Box, Drawing
from tools.diagram.facts import Facts, load_facts

ROOT = Path(__file__).parents[3]


def texts(facts: Facts) -> list[str]:
    """All texts of the drawing."""
    root = ET.fromstring(draw(facts))
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_pictures_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m tools.diagram write` after a change of environments or templates."""
    monkeypatch.chdir(ROOT)
    assert command.main(["check"]) == 0


@pytest.mark.parametrize("name", NAMES)
def test_ways_out_are_those_of_the_environment(name: str) -> None:
    """As many gateways as the templates have, or endpoints."""
    facts = load_facts(ROOT, name)
    found = texts(facts)
    assert found.count("NAT gateway") == facts.inventory["EC2::NatGateway"]
    assert any("Interface endpoints" in one for one in found) == (facts.inventory["EC2::VPCEndpoint"] > 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_zone_and_range_is_drawn(name: str) -> None:
    """Public and private."""
    facts = load_facts(ROOT, name)
    found, network = texts(facts), facts.values["network"]
    for zone in facts.values["availability_zones"]:
        assert {f"{zone} public", f"{zone} private"} <= set(found)
    assert {*network["public_subnets"], *network["private_subnets"]} <= set(found)


def test_a_change_of_a_value_changes_the_drawing() -> None:
    """Also with as many zones as a file may have."""
    facts = load_facts(ROOT, "prod")
    before = draw(facts)
    facts.values["service"]["max_tasks"] = 99
    assert before != draw(facts)
    facts.values["availability_zones"] = [f"us-west-2{letter}" for letter in "abcdef"]
    for kind in ("public", "private"):
        facts.values["network"][f"{kind}_subnets"] = [f"10.30.{number}.0/24" for number in range(6)]
    assert texts(facts).count("NAT gateway") == 6


def test_text_that_does_not_fit_is_an_error() -> None:
    """Instead of running over the border."""
    with pytest.raises(ValueError, match="no room for Long"):
        Drawing("t").box(Box(0, 0, 100, 40), "data", "Long", ["words that need two lines at least"])
    with pytest.raises(ValueError, match="no room for Longer"):
        Drawing("t").box(Box(0, 0, 60, 40), "data", "Longer than the box")


def test_names_are_escaped() -> None:
    """The file stays XML."""
    drawing = Drawing("a < b & c")
    drawing.box(Box(0, 0, 200, 60), "data", "<title>", ["a & b"])
    assert [one.text for one in ET.fromstring(drawing.text).iter()][-2:] == ["<title>", "a & b"]
