"""Names of fields: reserved ones, those that are no texts, and those that are the same as text."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import bind_context, flush, get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("names")
SCHEMA = ["timestamp", "level", "logger", "message", "module", "function", "line", "context"]


class Colour(enum.Enum):
    """An enum as a key."""

    RED = "red"


def only_line(log_dir: Path) -> list[tuple[str, Any]]:
    """The pairs of the only record, which must not hold a name twice at any depth."""
    assert flush()

    def unique(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return pairs

    found = json.loads((log_dir / "app.log").read_text(encoding="utf-8"), object_pairs_hook=unique)
    assert isinstance(found, list)
    return found


@pytest.mark.guarantee(36)
def test_fields_with_reserved_names_are_kept_with_an_underscore(log_lines: Lines) -> None:
    """Every name of the schema; the order of the schema stays."""
    names = [*SCHEMA, "duration_ms", "exception"]
    fields: dict[str, Any] = {name: f"my {name}" for name in names if name != "message"}
    logger.info("paid", **fields, exc_info=KeyError("k"), order_id=7)
    with logger.timer("query", duration_ms="mine", level="mine"):
        pass

    record, timed = log_lines()
    assert list(record) == [*SCHEMA, *(f"{name}_" for name in names if name != "message"), "order_id", "exception"]
    assert all(record[f"{name}_"] == f"my {name}" for name in names if name != "message")
    assert record["exception"]["type"] == "KeyError"
    assert (timed["level"], timed["level_"], timed["duration_ms_"]) == ("INFO", "mine", "mine")
    assert list(timed)[:9] == [*SCHEMA, "duration_ms"]


@pytest.mark.guarantee(36)
@pytest.mark.parametrize("order", [["level", "level_", "level__"], ["level__", "level_", "level"]])
def test_fields_next_to_reserved_names_move_along(log_lines: Lines, order: list[str]) -> None:
    """Each is found under its name plus `_`, in whatever order they were given."""
    fields: dict[str, Any] = {name: name for name in order}
    logger.info("x", **fields)

    [record] = log_lines()
    assert {name: record[f"{name}_"] for name in order} == fields


@pytest.mark.guarantee(36)
def test_reserved_names_of_the_context_are_kept_as_well(log_lines: Lines) -> None:
    """By `bind`, by `context`, and by `bind_context`; what the library adds stays at the end."""
    with logger.context(service_name="mine", environment="mine"):
        bind_context(version="mine", level="free here")
        logger.bind(version_="too").info("x")

    context = log_lines()[0]["context"]
    assert list(context)[-3:] == ["service_name", "version", "environment"]
    assert (context["service_name"], context["service_name_"]) == ("app", "mine")
    assert (context["version_"], context["version__"], context["environment_"]) == ("mine", "too", "mine")
    assert context["level"] == "free here"


@pytest.mark.guarantee(36)
def test_odd_and_endless_names_are_kept_in_bounds(log_lines: Lines) -> None:
    """Empty, with control characters, a megabyte long; two that are the same where they are cut stay two."""
    long = "k" * 1_000_000
    fields: dict[str, Any] = {"": 1, "\0": 2, "a\nb": 3, f"{long}a": 4, f"{long}b": 5}
    with logger.context(**{f"{long}c": 6}):
        logger.info("x", **fields, nested={long: {"": 1}})

    [record] = log_lines()
    assert (record[""], record["\0"], record["a\nb"]) == (1, 2, 3)
    cut = f"{'k' * 1024}…[cut, 1000001 characters]"
    assert (record[cut], record[f"{cut}_"], record["context"][cut]) == (4, 5, 6)
    assert record["nested"] == {f"{'k' * 1024}…[cut, 1000000 characters]": {"": 1}}


@pytest.mark.guarantee(36)
def test_a_secret_word_at_the_end_of_an_endless_name_hides_its_value(log_lines: Lines) -> None:
    """Redaction looks at both ends, cutting comes after."""
    fields: dict[str, Any] = {"k" * 1_000_000 + "_password": "hunter2", "password_" + "k" * 1_000_000: "hunter2"}
    logger.info("x", **fields)

    assert "hunter2" not in str(log_lines()[0])


@pytest.mark.guarantee(36)
def test_a_logger_with_an_endless_name_has_a_bounded_one_in_the_record(log_lines: Lines) -> None:
    """Like that of a key."""
    get_logger("n" * 5000 + "\ud800").info("x")

    assert log_lines()[0]["logger"] == f"{'n' * 1024}…[cut, 5006 characters]"


@pytest.mark.guarantee(35)
def test_keys_that_are_no_texts_become_texts(log_lines: Lines) -> None:
    """Numbers, tuples, bytes, enums, None, and texts of the caller's own kind."""

    class Name(str):
        __slots__ = ()

    keys: dict[object, str] = {
        1: "int",
        2.5: "float",
        None: "none",
        False: "bool",
        (2, "b"): "tuple",
        b"by\xff": "bytes",
    }
    fields: dict[str, Any] = {Name("field"): 1, Name("level"): 2}
    logger.info("x", value={**keys, Colour.RED: "enum", Name("name"): "own"}, **fields)

    [record] = log_lines()
    assert record["value"] == {
        "1": "int",
        "2.5": "float",
        "None": "none",
        "False": "bool",
        "(2, 'b')": "tuple",
        "by\\xff": "bytes",
        "red": "enum",
        "name": "own",
    }
    assert (record["field"], record["level_"]) == (1, 2)


@pytest.mark.guarantee(35)
def test_keys_that_are_the_same_as_text_are_told_apart(log_dir: Path) -> None:
    """No name stands twice in a record, at no depth."""
    value = {1: "a", "1": "b", b"1": "c", "1_": "d", Colour.RED: 1, "red": 2, "\ud800": 3, "\\ud800": 4}
    fields: dict[str, Any] = {"a\ud800": 1, "a\\ud800": 2}
    logger.info("x", value=value, deep=[{"d": value}], **fields)

    pairs = dict(only_line(log_dir))
    assert pairs["value"] == [
        ("1", "a"), ("1_", "b"), ("1__", "c"), ("1___", "d"),
        ("red", 1), ("red_", 2), ("\\ud800", 3), ("\\ud800_", 4),
    ]  # fmt: skip
    assert (pairs["a\\ud800"], pairs["a\\ud800_"]) == (1, 2)
