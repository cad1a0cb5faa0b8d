"""Values of every kind: what each becomes in the record, and what is never done to it."""

from __future__ import annotations

import array
import asyncio
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pydantic
import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("values")


class Colour(enum.Enum):
    """Its value is a text."""

    RED = "red"


class Level(enum.IntEnum):
    """An integer with a name."""

    HIGH = 3


class Account(enum.Enum):
    """Its value holds a secret."""

    MAIN = MappingProxyType({"user": "eve", "password": "hunter2"})


@dataclasses.dataclass(slots=True)
class Card:
    """A dataclass with a secret."""

    owner: str
    password: str = "hunter2"


class Login(NamedTuple):
    """A named tuple with a secret."""

    user: str
    password: str = "hunter2"


class User(pydantic.BaseModel):
    """A model that allows fields it does not name."""

    model_config = pydantic.ConfigDict(extra="allow")

    name: str
    api_key: str = "hunter2"


class Attrs:
    """What attrs makes of a class with slots: fields named by the class, no `__dict__`."""

    __slots__ = ("name", "token")
    __attrs_attrs__ = (SimpleNamespace(name="name"), SimpleNamespace(name="token"))

    def __init__(self) -> None:
        self.name, self.token = "eve", "hunter2"


class Struct:
    """What msgspec makes of a class."""

    __slots__ = ("name", "secret")
    __struct_fields__ = ("name", "secret")

    def __init__(self) -> None:
        self.name, self.secret = "eve", "hunter2"


class Custom(Mapping[str, object]):
    """A mapping that is no dict."""

    def __init__(self, **members: object) -> None:
        self._members = members

    def __getitem__(self, name: str) -> object:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


class Silent:
    """An object with nothing to say but its address."""


_AMSTERDAM_1900 = dt.datetime(1900, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam"))


def written(log_lines: Lines, value: object) -> object:
    """The value as it stands in the record, next to one that must not suffer."""
    logger.info("x", value=value, plain=1)
    record = log_lines()[-1]
    assert record["plain"] == 1
    return record["value"]


@pytest.mark.guarantee(40)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("ä\n", "ä\n"),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (re.IGNORECASE, 2),
        (1 + 2j, "(1+2j)"),
        (decimal.Decimal("1.10"), "1.10"),
        ([decimal.Decimal("1.10")], ["1.10"]),
        (fractions.Fraction(1, 3), "1/3"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (ipaddress.ip_address("10.0.0.1"), "10.0.0.1"),
        (dt.timedelta(seconds=90), "0:01:30"),
        (b"abc\xff", "abc\\xff"),
        (bytearray(b"abc"), "abc"),
        (memoryview(b"abcdef")[::2], "ace"),
        (memoryview(array.array("h", [1, 2])), "\x01\x00\x02\x00"),
        ((1, "a"), [1, "a"]),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset(["b", "a"]), ["a", "b"]),
        ({"k": 1}.keys(), ["k"]),
        ({"k": 1}.values(), [1]),
        ({"k": 1}.items(), [["k", 1]]),
        (collections.deque([1, None]), [1, None]),
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.ChainMap({"a": 1}, {"b": 2}), {"b": 2, "a": 1}),
        (array.array("d", [1.5]), [1.5]),
        (Custom(a=1), {"a": 1}),
        (SimpleNamespace(a=[1]), {"a": [1]}),
        (ValueError("no"), "ValueError: no"),
        (ValueError, "<class 'ValueError'>"),
        (Card, f"<class '{Card.__module__}.Card'>"),
        (re.compile("a+"), "re.compile('a+')"),
        (range(3), "range(0, 3)"),
        (..., "Ellipsis"),
    ],
    ids=repr,
)
def test_each_kind_of_value_has_its_form(log_lines: Lines, value: object, expected: object) -> None:
    """Containers stay containers, everything else becomes text; nothing is lost."""
    assert written(log_lines, value) == expected
    assert written(log_lines, {"inside": [value]}) == {"inside": [expected]}


def test_a_mixed_set_keeps_its_members_although_they_have_no_order(log_lines: Lines) -> None:
    """Sorted only when that is possible."""
    members = written(log_lines, {1, "a", None})

    assert isinstance(members, list)
    assert sorted(map(str, members)) == ["1", "None", "a"]


def test_an_object_without_a_text_is_shown_by_its_repr(log_lines: Lines) -> None:
    """Its type at least is known then."""
    assert "Silent object at" in str(written(log_lines, Silent()))


@pytest.mark.guarantee(38)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),  # noqa: DTZ001 - without a zone is the case
        (dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC), "2026-01-02T03:04:05.000678+00:00"),
        (dt.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Kolkata")), "2026-07-01T00:00:00+05:30"),
        (_AMSTERDAM_1900, "1900-01-01T00:00:00+00:19:32"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.time(1, 2, 3, tzinfo=dt.UTC), "01:02:03+00:00"),
    ],
)
def test_times_keep_their_zone_to_the_second_or_visibly_have_none(
    log_lines: Lines, value: object, expected: str
) -> None:
    """Alone and inside others they look the same."""
    assert written(log_lines, value) == expected
    assert written(log_lines, [value]) == [expected]
    assert written(log_lines, {"t": value, "u": {1: value}}) == {"t": expected, "u": {"1": expected}}


@pytest.mark.guarantee(38)
@pytest.mark.parametrize(
    "value",
    [
        Card("eve"),
        Login("eve"),
        User(name="eve"),
        User(name="eve", db_password="hunter2"),  # type: ignore[call-arg]  # the model allows it
        Account.MAIN,
        Attrs(),
        Struct(),
        SimpleNamespace(user="eve", client_secret="hunter2"),
        Custom(user="eve", cookie="hunter2"),
        [("Authorization", "hunter2"), (b"x-api-key", b"hunter2"), ["user", "eve"]],
        ("password", "hunter2", "eve")[:2],
        {"user": "eve", ("a", "password"): "hunter2"},
    ],
    ids=lambda value: type(value).__name__,
)
def test_secrets_are_masked_in_whatever_names_its_parts(log_lines: Lines, value: object) -> None:
    """Dataclasses, models, named tuples, enums, slots, header lists: at the top and inside others."""
    for shown in (written(log_lines, value), written(log_lines, [{"deep": value}])):
        assert "hunter2" not in str(shown)
        assert "***" in str(shown)


def test_named_parts_keep_their_names(log_lines: Lines) -> None:
    """A named tuple is an object, like a dataclass."""
    assert written(log_lines, Login("eve", "x")) == {"user": "eve", "password": "***"}
    assert written(log_lines, User(name="eve", role="admin")) == {"name": "eve", "api_key": "***", "role": "admin"}  # type: ignore[call-arg]


@pytest.mark.guarantee(39)
def test_what_is_no_known_container_is_never_iterated(log_lines: Lines, tmp_path: pathlib.Path) -> None:
    """Iterators, files, coroutines, map objects and lazy queries are described and stay as they are."""

    class Query:
        def __iter__(self) -> Iterator[int]:
            raise AssertionError("the query ran")

        def __len__(self) -> int:
            raise AssertionError("the query ran")

        def __str__(self) -> str:
            return "SELECT 1"

    async def work() -> int:
        return 7

    path = tmp_path / "f"
    path.write_text("line\n", encoding="utf-8")
    coroutine = work()
    with path.open(encoding="utf-8") as file:
        iterators: dict[str, Any] = {"g": (n for n in [1]), "m": map(str, [1]), "f": file, "z": enumerate([1])}
        iterators["i"] = iter([1])
        logger.info("x", query=Query(), coroutine=coroutine, nested=[Query(), iterators], **iterators)

        assert [next(iterators[name]) for name in "gmfzi"] == [1, "1", "line\n", (0, 1), 1]
    assert asyncio.run(coroutine) == 7
    [record] = log_lines()
    assert record["query"] == record["nested"][0] == "SELECT 1"
    assert "generator" in record["g"]
    assert "coroutine" in record["coroutine"]


@pytest.mark.guarantee(30)
def test_the_record_shows_values_as_they_were_and_leaves_them_alone(log_lines: Lines) -> None:
    """Encoded before the call returns; the caller's own objects are not changed."""
    cart: dict[object, Any] = {"items": ["tea"], 1: {"password": "hunter2"}, "nan": [float("nan")]}
    before = repr(cart)
    logger.info("x", cart=cart, level=cart)
    assert repr(cart) == before
    cart["items"].append("pot")
    cart.clear()

    [record] = log_lines()
    assert record["cart"] == record["level_"] == {"items": ["tea"], "1": {"password": "***"}, "nan": ["NaN"]}


@pytest.mark.guarantee(43)
@pytest.mark.parametrize(
    "text", ["{}", "{0.__class__}", "%s %d %(x)s 100%", "${jndi:ldap://x}", "{{", "}", "$x", "\\n"]
)
def test_nothing_in_a_text_is_interpreted(log_lines: Lines, text: str) -> None:
    """In the message, in a value, and in a key; with and without further arguments."""
    fields: dict[str, Any] = {text: 1}
    logger.info(text, "argument", value=text, nested=[{text: text}], **fields)

    [record] = log_lines()
    assert record["message"] == record["value"] == text
    assert record["nested"] == [{text: text}]
    assert record[text] == 1
    assert record["args"] == ["argument"]
