"""Any Python values, in any place of a record, give exactly one line of valid JSON with everything in it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import string
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logging_system import configure, flush, get_logger
from logging_system.formatters import format_line
from logging_system.record import encode_fields

SCHEMA = ["timestamp", "level", "logger", "message", "module", "function", "line", "context"]
RESERVED = {*SCHEMA, "duration_ms", "exception"}
ADDED_CONTEXT = ["service_name", "version", "environment"]
#: The same examples in each run; a file for each would be made anew, so the fixture's is used for all.
PROFILE = settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


class Raising:
    """Raises `error` when its text is asked for, or returns no text; to hypothesis it shows itself."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    def __str__(self) -> str:
        if self.error is None:
            return 7  # type: ignore[return-value]
        raise self.error


class RaisingRepr(Raising):
    """The same for its `repr`, which hypothesis does not see: it is made from a number."""

    __str__ = object.__str__

    def __repr__(self) -> str:
        return Raising.__str__(self)


class Unequal(OrderedDict[Any, Any]):
    """A mapping whose members cannot be read."""

    def items(self) -> NoReturn:
        raise KeyError("no")


class Number(enum.Enum):
    """Its values are such as JSON has no form for."""

    NAN = float("nan")
    SET = frozenset([1])
    TEXT = "\ud800"


class Own(str):
    """A text of the caller's own kind."""

    __slots__ = ()


@dataclasses.dataclass
class Pair:
    """A dataclass with anything in it."""

    left: object
    right: object


def group_of(errors: list[TypeError]) -> Exception:
    """A group, with a cycle."""
    group = ExceptionGroup("group", errors)
    errors[0].__cause__ = group
    return group


texts = st.text(st.characters(), max_size=8) | st.sampled_from(["", "\n", "\x1b[2J", "\u2028", '"', "\\", "{}", "%s"])
raisings = st.one_of(
    st.sampled_from([None, ValueError("v"), GeneratorExit(), RecursionError()]).map(Raising),
    st.sampled_from([None, OSError("o"), GeneratorExit()]).map(RaisingRepr),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 2**64, np.int8(1), np.float32("nan"), np.datetime64("NaT")]),
    st.integers(4300, 5000).map(lambda digits: 10**digits),
    st.floats(),
    texts,
    texts.map(Own),
    st.binary(max_size=8),
    st.binary(max_size=8).map(bytearray),
    st.binary(max_size=8).map(lambda data: memoryview(data)),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.fractions(),
    st.uuids(),
    st.complex_numbers(),
    st.sampled_from(Number),
    st.sampled_from([int, object(), range(3), ..., NotImplemented, print, Path("a"), iter([1]), np.arange(3)]),
    raisings,
)
errors = st.one_of(
    texts.map(ValueError),
    st.lists(texts.map(TypeError), min_size=1, max_size=3).map(group_of),
    scalars.map(lambda value: Exception(value)),
)
keys = st.one_of(
    texts, texts.map(Own), st.integers(), st.floats(), st.none(), st.binary(max_size=4), st.tuples(texts), raisings
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values that hold others."""
    lists = st.lists(inner, max_size=4)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(deque),
        st.sets(st.integers() | texts | st.none(), max_size=4),
        st.dictionaries(keys, inner, max_size=4),
        st.dictionaries(keys, inner, max_size=2).map(Unequal),
        st.builds(Pair, inner, inner),
        lists.map(lambda items: [*items, items]),
        lists.map(cyclic),
    )


def cyclic(items: list[Any]) -> list[Any]:
    """A list that holds itself."""
    items.append(items)
    return items


values = st.recursive(scalars | errors, containers, max_leaves=8)
names = st.sampled_from(["a", "level", "level_", "message", "exception", "context", "password", "version"]) | texts
field_dicts = st.dictionaries(names, values, max_size=4)


def strict(line: bytes) -> dict[str, Any]:
    """Parse one line as RFC 8259 has it: UTF-8, no NaN, no name twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return dict(pairs)

    parsed: dict[str, Any] = json.loads(line.decode("utf-8"), object_pairs_hook=unique, parse_constant=pytest.fail)
    return parsed


def as_written(name: str) -> str:
    """A name without lone surrogates."""
    return name.encode("utf-8", "backslashreplace").decode()


def is_there(name: str, record: dict[str, Any], reserved: set[str]) -> bool:
    """Whether a field is found under its name or under that with `_`."""
    written = as_written(name)
    return (written in record and name not in reserved) or f"{written}_" in record


def new_lines(path: Path) -> Iterator[bytes]:
    """The lines of the file, which is emptied."""
    assert flush()
    data = path.read_bytes()
    path.write_bytes(b"")
    assert data.endswith(b"\n")
    yield from data[:-1].split(b"\n")


@pytest.fixture
def log_file(log_dir: Path) -> Path:
    """The log file of the test; large enough for all its records."""
    configure(log_dir=log_dir, console_output=False, service_name="app", max_file_size="1GB")
    get_logger("properties").info("first")
    assert flush()
    return log_dir / "app.log"


@pytest.mark.guarantee(32)
@PROFILE
@given(
    message=texts | values,
    fields=field_dicts,
    context=field_dicts,
    bound=field_dicts,
    args=st.lists(values, max_size=2),
    error=st.none() | errors,
)
def test_any_values_anywhere_give_one_valid_line_with_all_of_them(
    log_file: Path,
    message: object,
    fields: dict[str, Any],
    context: dict[str, Any],
    bound: dict[str, Any],
    args: list[object],
    error: BaseException | None,
) -> None:
    """Fields, message, further arguments, context, bound fields and an exception; schema and order kept."""
    fields = {name: value for name, value in fields.items() if name not in ("exc_info", "stacklevel")}
    path = log_file
    path.write_bytes(b"")
    logger = get_logger("properties")
    with logger.context(**context):
        logger.bind(**bound).error(message, *args, exc_info=error, **fields)

    [line] = new_lines(path)
    record = strict(line)
    assert list(record)[:8] == SCHEMA
    assert list(record["context"])[-3:] == ADDED_CONTEXT
    assert isinstance(record["message"], str)
    assert (record["level"], record["logger"]) == ("ERROR", "properties")
    assert all(is_there(name, record, RESERVED) for name in fields)
    assert all(is_there(name, record["context"], {*ADDED_CONTEXT}) for name in {**context, **bound})
    assert len(record) == 8 + len(fields) + bool(args) + (error is not None)
    assert len(record["context"]) == len({"correlation_id": 1, **context, **bound}) + 3
    assert ("args" in record or "args_" in record) >= bool(args)
    assert (list(record)[-1] == "exception") == (error is not None)
    shown = format_line(line, colored=False)
    assert not set(shown) & set("\x00\x1b\x7f\x9b\u2028\u202e\r")


@settings(PROFILE, max_examples=150)
@given(fields=st.dictionaries(texts, values, max_size=5))
def test_any_fields_encode_to_one_object_without_duplicate_keys(fields: dict[str, object]) -> None:
    """Whatever the caller gives: valid UTF-8, one line, as many keys as were given, in their order."""
    encoded = encode_fields(fields)

    parsed = strict(encoded)
    assert b"\n" not in encoded
    assert [name.rstrip("_") for name in parsed] == [as_written(name).rstrip("_") for name in fields]


@pytest.mark.guarantee(41)
@settings(PROFILE, max_examples=50)
@given(fields=st.dictionaries(names, values, max_size=30), size=st.integers(1024, 3000), factor=st.integers(1, 3000))
def test_any_record_fits_into_any_limit(log_dir: Path, fields: dict[str, Any], size: int, factor: int) -> None:
    """From 1 kB on: whole or cut, the schema stays."""
    fields = {name: value for name, value in fields.items() if name not in ("exc_info", "stacklevel")}
    configure(log_dir=log_dir, console_output=False, service_name="app", max_record_size=size)
    path = log_dir / "app.log"
    get_logger("properties").error(string.ascii_letters * factor, exc_info=ValueError("v" * factor), **fields)

    [line] = new_lines(path)
    record = strict(line)
    assert len(line) + 1 <= size
    assert list(record)[:8] == SCHEMA
    assert record["message"].startswith("abc")
    assert record["exception"]["type"] == "ValueError"


@pytest.mark.guarantee(38)
@settings(PROFILE, max_examples=100)
@given(when=st.datetimes(timezones=st.none() | st.timezones()))
def test_times_look_alike_on_the_fast_and_the_slow_way(when: dt.datetime) -> None:
    """As Python's own `isoformat` writes them, to the second of the offset."""
    fast, slow = strict(encode_fields({"t": when})), strict(encode_fields({"t": when, "list": [when, {1}]}))

    assert fast["t"] == slow["t"] == slow["list"][0] == when.isoformat()
