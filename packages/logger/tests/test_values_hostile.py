"""Values that fight back: raising, lying, changing while they are read."""

from __future__ import annotations

import asyncio
import threading
from collections import UserDict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NoReturn

import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("hostile")


class Fine:
    """An object with a text."""

    def __str__(self) -> str:
        return "fine"


class Raising:
    """Raises `error` wherever it is asked something."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __str__(self) -> str:
        raise self.error

    __repr__ = __str__


@pytest.mark.guarantee(32)
def test_lone_surrogates_are_shown_in_messages_values_and_keys(log_lines: Lines) -> None:
    """The file stays valid UTF-8."""
    fields: dict[str, Any] = {"k\ud800": "ok"}
    logger.info("a\udc80b", value="\ud800", nested=["\udfff", {"k\ud800": 1}], **fields)

    [record] = log_lines()
    assert record["message"] == "a\\udc80b"
    assert (record["value"], record["k\\ud800"]) == ("\\ud800", "ok")
    assert record["nested"] == ["\\udfff", {"k\\ud800": 1}]


@pytest.mark.guarantee(37)
@pytest.mark.parametrize("error", [RuntimeError("no"), GeneratorExit(), asyncio.CancelledError(), BaseException("x")])
def test_an_object_whose_text_raises_is_named_with_what_it_raised(log_lines: Lines, error: BaseException) -> None:
    """As a value, inside others, as a key, as the message, and as an exception's own text."""
    broken, kind = Raising(error), type(error).__name__

    class BrokenError(Exception):
        __str__ = Raising.__str__

    failure = BrokenError()
    failure.error = error  # type: ignore[attr-defined]
    logger.info(broken, value=broken, nested=[{"a": broken}], keys={broken: 1}, after=1, exc_info=failure)

    [record] = log_lines()
    text = f"<Raising: {kind} in __str__>"
    assert record["message"] == record["value"] == record["nested"][0]["a"] == text
    assert record["keys"] == {text: 1}
    assert record["after"] == 1
    assert record["exception"]["message"] == f"<BrokenError: {kind} in __str__>"


@pytest.mark.guarantee(37)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_goes_on_to_it(log_lines: Lines, error: type[BaseException]) -> None:
    """From wherever it comes: a text, a mapping, a property, a set, an attribute of an exception."""

    class Broken(UserDict[str, object]):
        def items(self) -> NoReturn:
            raise error

    class Unsorted:
        def __lt__(self, other: object) -> bool:
            raise error

    class Failing(Exception):
        @property
        def __notes__(self) -> NoReturn:  # type: ignore[override]
            raise error

    for value in (Raising(error()), Broken(), {Unsorted(), Unsorted()}, {Raising(error()): 1}):
        with pytest.raises(error):
            logger.info("x", value=[value])
    with pytest.raises(error):
        logger.info("x", exc_info=Failing())
    logger.info("after")

    assert log_lines()[-1]["message"] == "after"


@pytest.mark.guarantee(37)
def test_texts_that_never_end_or_are_none_are_described(log_lines: Lines) -> None:
    """A `__str__` that calls itself, one that returns a number, and a `__repr__` that does so."""

    class Endless:
        def __str__(self) -> str:
            return str(self)

    class Number:
        def __str__(self) -> str:
            return 7  # type: ignore[return-value]

    class Nothing:
        def __repr__(self) -> str:
            return None  # type: ignore[return-value]

    logger.info("x", a=Endless(), b=Number(), c=Nothing(), d=1)

    [record] = log_lines()
    assert record["a"] == "<Endless: RecursionError in __str__>"
    assert record["b"] == "<Number: TypeError in __str__>"
    assert record["c"] == "<Nothing: TypeError in __repr__>"
    assert record["d"] == 1


@pytest.mark.guarantee(37)
def test_texts_of_the_callers_own_kind_are_read_by_their_str_alone(log_lines: Lines) -> None:
    """As value, key and message, and returned by a `__str__`. One that hides what it holds does so by its `__str__`."""

    class Text(str):
        __slots__ = ()

        def __getitem__(self, index: object) -> NoReturn:
            raise AssertionError("not for the log to call")

        __len__ = encode = isascii = __iter__ = __getitem__  # type: ignore[assignment]

    class Hidden(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "hidden"

    class Speaks:
        def __str__(self) -> str:
            return Text("spoken")

    fields: dict[str, Any] = {Text("field"): 1}
    logger.info(Text("message"), value=Text("text"), nested=[{Text("key"): Speaks()}], **fields)
    logger.info("x", value=Hidden("hunter2"), nested=[Hidden("hunter2")])

    record, hidden = log_lines()
    assert (hidden["value"], hidden["nested"]) == ("hidden", ["hidden"])
    assert (record["message"], record["value"], record["field"]) == ("message", "text", 1)
    assert record["nested"] == [{"key": "spoken"}]


@pytest.mark.guarantee(40)
def test_containers_that_raise_are_described_and_the_rest_is_kept(log_lines: Lines) -> None:
    """Mappings, sets, properties, and classes that lie about what they are."""

    class BrokenMapping(UserDict[str, object]):
        def items(self) -> NoReturn:
            raise OSError("gone")

    class BrokenSet(AbstractSet[object]):
        def __iter__(self) -> Iterator[object]:
            raise OSError("gone")

        def __contains__(self, member: object) -> bool:
            return False

        def __len__(self) -> int:
            return 1

    class Liar:
        @property  # type: ignore[misc]
        def __class__(self) -> NoReturn:  # type: ignore[override]
            raise OSError("gone")

        def __str__(self) -> str:
            return "an honest text"

    class Half:
        __struct_fields__ = ("whole", "broken")
        whole = 1

        @property
        def broken(self) -> NoReturn:
            raise OSError("gone")

    logger.info("x", m=BrokenMapping(), s=BrokenSet(), l=Liar(), h=[Half()], after=[1])

    [record] = log_lines()
    assert record["m"] == "<BrokenMapping: OSError while reading it>"
    assert record["s"] == "<BrokenSet: OSError while reading it>"
    assert record["l"] == "<Liar: OSError while reading it>"
    assert record["h"] == [{"whole": 1, "broken": "<OSError while reading it>"}]
    assert record["after"] == [1]


@pytest.mark.guarantee(40)
def test_members_of_an_endless_mapping_are_counted_no_further_than_they_are_read(log_lines: Lines) -> None:
    """10,000, as of any container."""

    class Endless(Mapping[int, int]):
        def __getitem__(self, key: int) -> int:
            return key

        def __iter__(self) -> Iterator[int]:
            number = 0
            while True:
                yield number
                number += 1

        def __len__(self) -> int:
            return 20_000

    logger.info("x", m=Endless())

    [record] = log_lines()
    assert (len(record["m"]), record["m"]["…"]) == (10_001, "<10000 more>")


@pytest.mark.guarantee(42)
def test_a_mapping_that_changes_while_it_is_read_is_read_again(log_lines: Lines) -> None:
    """Three times; then it is described."""

    class Changing(UserDict[str, object]):
        def __init__(self, changes: int) -> None:
            super().__init__({"a": 1})
            self.changes = changes

        def __iter__(self) -> Iterator[str]:
            self.changes -= 1
            yield from super().__iter__()
            if self.changes >= 0:
                raise RuntimeError("dictionary changed size during iteration")

    logger.info("x", soon=Changing(2), always=Changing(10))

    [record] = log_lines()
    assert record["soon"] == {"a": 1}
    assert record["always"] == "<Changing: RuntimeError while reading it>"


@pytest.mark.guarantee(42)
def test_containers_that_another_thread_changes_meanwhile_give_whole_records(log_lines: Lines) -> None:
    """Dicts, nested dicts, lists and sets; whatever the moment, the record is valid and the caller sees no error."""
    numbers: dict[object, object] = {}
    shared = {"numbers": numbers, "list": [], "set": set(), "own": Fine()}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            numbers[number % 50] = {"n": number}
            numbers.pop((number * 7) % 50, None)
            shared["set"].symmetric_difference_update({number % 20})  # type: ignore[attr-defined]
            shared["list"][:] = range(number % 20)  # type: ignore[index]

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            logger.info("x", shared=shared, numbers=numbers)
    finally:
        stop.set()
        thread.join()

    records = log_lines()
    assert len(records) == 300
    for record in records:
        assert record["shared"]["own"] == "fine"
        assert all(isinstance(value, dict) for value in record["numbers"].values())
