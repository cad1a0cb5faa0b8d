"""Values without end or bottom, and callers without room: cycles, depth, the recursion limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("depth")


class Fine:
    """An object with a text."""

    def __str__(self) -> str:
        return "fine"


def nested_list(depth: int) -> list[object]:
    """A list in a list in a list …"""
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def call_close_to_the_recursion_limit(function: Callable[[], None], frames_left: int) -> None:
    """Call `function` so that it may go `frames_left` frames deeper."""

    def room(used: int = 0) -> int:
        try:
            return room(used + 1)
        except RecursionError:
            return used

    def descend(frames: int) -> None:
        if frames:
            descend(frames - 1)
        else:
            function()

    descend(room() - frames_left)


@pytest.mark.guarantee(31)
def test_a_cycle_is_marked_where_it_closes(log_lines: Lines) -> None:
    """What is met twice without a cycle is written twice."""
    cycle: list[object] = [1]
    cycle.append({"again": cycle})
    shared = {"a": [object]}
    logger.info("x", cycle=cycle, twice=[shared, shared], after=1)

    [record] = log_lines()
    assert record["cycle"] == [1, {"again": "<cycle: list>"}]
    assert record["twice"][0] == record["twice"][1] == {"a": ["<class 'object'>"]}
    assert record["after"] == 1


@pytest.mark.guarantee(31)
@pytest.mark.guarantee(41)
def test_what_is_too_deep_is_cut_with_the_depth(log_lines: Lines) -> None:
    """64 containers in each other; the rest of the record is whole."""
    logger.info("x", deep=nested_list(1000), after=[1])

    [record] = log_lines()
    value, depth = record["deep"], 0
    while isinstance(value, list):
        [value] = value
        depth += 1
    assert (value, depth) == ("<cut at depth 64: list>", 64)
    assert record["after"] == [1]


@pytest.mark.guarantee(31)
def test_a_structure_that_is_endless_as_text_is_cut(log_lines: Lines) -> None:
    """Thirty lists that each hold the one before twice are a billion lists."""
    lists: list[object] = [1]
    mappings: dict[str, object] = {}
    for _ in range(30):
        lists = [lists, lists]
        mappings = {"a": mappings, "b": mappings}
    logger.info("x", lists=lists, mappings=mappings, after=1)

    [record] = log_lines()
    assert "<cut: dict>" in str(record["mappings"])
    assert record["after"] == 1


@pytest.mark.guarantee(31)
def test_a_record_is_kept_however_little_room_the_stack_has(log_lines: Lines) -> None:
    """What there is no room for is replaced; schema and message stay. Below 12 frames a record may be lost."""

    def log() -> None:
        logger.info(Fine(), deep=nested_list(200), fine=[{"a": Fine()}], n=7, exc_info=KeyError("k"))

    log()
    for frames_left in range(12, 40):
        call_close_to_the_recursion_limit(log, frames_left)

    whole, *records = log_lines()
    assert len(records) == 28
    assert {tuple(record)[:8] for record in records} == {tuple(whole)[:8]}
    assert all(record["n"] == 7 for record in records[3:])
    assert records[-1] == {**whole, "timestamp": records[-1]["timestamp"]}


@pytest.mark.guarantee(31)
@pytest.mark.parametrize("frames_left", [24, 30, 60])
def test_values_are_encoded_close_to_the_recursion_limit(log_lines: Lines, frames_left: int) -> None:
    """A record needs the same few frames whatever it holds."""
    logger.info("warm", fine=Fine())
    call_close_to_the_recursion_limit(
        lambda: logger.info("x", deep=nested_list(200), fine=[{"a": Fine()}], nan=float("nan"), n=7), frames_left
    )

    record = log_lines()[-1]
    assert str(record["deep"]).count("[") == 64
    assert (record["fine"], record["nan"], record["n"]) == ([{"a": "fine"}], "NaN", 7)
