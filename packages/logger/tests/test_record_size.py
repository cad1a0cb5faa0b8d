"""The size of a record: never more than the limit, and what is cut says so."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger
from logging_system.record import forget_names
from logging_system.record_size import cut_record
from logging_system.redact import active
from logging_system.redact.redactor import Redactor

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("size")
SCHEMA = ["timestamp", "level", "logger", "message", "module", "function", "line", "context"]
LIMIT = 256 * 1024
MEGABYTE = 1_000_000
pytestmark = pytest.mark.guarantee(41)


def read_line(log_dir: Path, limit: int = LIMIT) -> dict[str, Any]:
    """The last record, which must not be longer than `limit` bytes, newline included."""
    assert flush()
    line = (log_dir / "app.log").read_bytes().splitlines(keepends=True)[-1]
    assert len(line) <= limit
    assert line.endswith(b"}\n")
    record: dict[str, Any] = json.loads(line)
    assert list(record)[:8] == SCHEMA
    assert list(record["context"])[-3:] == ["service_name", "version", "environment"]
    return record


@pytest.mark.parametrize("character", ["x", "é", "🦔", "\0", '"', "\\", "\x1f", "\u2028"])
def test_a_long_message_fills_the_record_and_says_how_long_it_was(log_dir: Path, character: str) -> None:
    """Ten million characters, whatever they grow to by escaping; cut between two of them."""
    logger.info(character * 10 * MEGABYTE, n=7)

    record = read_line(log_dir)
    kept, marker = re.fullmatch(r"(.*)(…\[cut, \d+ characters\])", record["message"], re.DOTALL).groups()  # type: ignore[union-attr]
    assert marker == "…[cut, 10000000 characters]"
    assert set(kept) == {character}
    assert len(json.dumps(kept, ensure_ascii=False).encode()) > LIMIT * 0.99 - 1000
    assert record["n"] == 7


def test_long_texts_share_the_room_and_short_ones_stay_whole(log_dir: Path) -> None:
    """A hundred texts of ten megabytes are cut to one length."""
    long = "x" * 10 * MEGABYTE
    fields: dict[str, Any] = {f"long{number}": long for number in range(100)}
    logger.info("m" * 500, before="short", **fields, after="y" * 500, list=["z" * MEGABYTE])

    record = read_line(log_dir)
    assert (record["message"], record["before"], record["after"]) == ("m" * 500, "short", "y" * 500)
    assert {record[name] for name in fields} == {record["long0"]}
    assert record["long0"].endswith("…[cut, 10000000 characters]")
    assert record["list"][0].endswith("…[cut, 1000000 characters]")


def test_long_texts_are_cut_before_they_are_encoded(log_dir: Path) -> None:
    """Memory shows it: forty fields and a list hold one and the same text of 10 MB."""
    long = "x" * 10 * MEGABYTE
    fields: dict[str, Any] = {f"long{number}": long for number in range(40)}
    tracemalloc.start()
    try:
        logger.info(long, **fields, list=[long] * 1000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    read_line(log_dir)
    assert peak < 100 * MEGABYTE


def test_nothing_is_cut_that_fits(log_dir: Path) -> None:
    """A record of just less than the limit is whole, also when it had to go the slow way."""
    fields: dict[str, Any] = {"a": "x" * 120_000, "b": [{"text": "y" * 120_000, "n": {1}}], "c": list(range(1000))}
    logger.info("m", **fields)

    record = read_line(log_dir)
    assert (record["a"], record["b"]) == (fields["a"], [{"text": "y" * 120_000, "n": [1]}])
    assert record["c"] == fields["c"]


@pytest.mark.parametrize("value", [1, None, "text", [1, {"a": 2}], {1}], ids=repr)
def test_of_very_many_fields_the_first_are_kept_and_the_others_counted(log_dir: Path, value: object) -> None:
    """A hundred thousand."""
    fields: dict[str, Any] = {f"field{number}": value for number in range(100_000)}
    logger.info("x", **fields, exc_info=KeyError("k"))

    record = read_line(log_dir)
    own = [name for name in record if name.startswith("field")]
    assert own[0] == "field0"
    assert len(own) >= 1000
    assert len(own) + record["cut_fields"] == 100_000
    assert list(record)[-2:] == ["cut_fields", "exception"]
    assert record["exception"]["type"] == "KeyError"


@pytest.mark.parametrize(
    "value",
    [
        list(range(10 * MEGABYTE)),
        [list(range(1000))] * 10_000,
        {number: [number] for number in range(100_000)},
        [{f"k{number}": ["v"] for number in range(100)} for _ in range(1000)],
        ["text " * 100] * 10_000,
        [[[["x" * 100] * 50] * 50] * 50] * 50,
    ],
    ids=["integers", "lists", "dict", "dicts", "texts", "nested"],
)
def test_large_containers_are_cut_and_later_fields_are_whole(log_dir: Path, value: object) -> None:
    """At most 10,000 elements of each, and no more than the record can hold."""
    logger.info("x", value=value, copy=[value], after={"whole": [1, 2, 3]})

    record = read_line(log_dir)
    assert record["after"] == {"whole": [1, 2, 3]}
    assert " more>" in str(record["value"])


def test_long_bytes_are_cut_before_they_are_decoded(log_dir: Path) -> None:
    """The marker counts bytes then."""
    logger.info("x", a=b"a" * 10 * MEGABYTE, b=bytearray(10 * MEGABYTE), c=memoryview(b"\xff" * 10 * MEGABYTE))

    record = read_line(log_dir)
    assert all(record[name].endswith("…[cut, 10000000 bytes]") for name in "abc")
    assert record["c"].startswith("\\xff\\xff")


def test_a_huge_exception_keeps_type_message_and_the_ends_of_its_stack_trace(log_dir: Path) -> None:
    """Beside huge fields, too."""
    logger.info("x", a="x" * 10 * MEGABYTE, exc_info=ValueError("no " + "y" * 10 * MEGABYTE))
    exception = read_line(log_dir)["exception"]
    assert (exception["type"], exception["module"]) == ("ValueError", "builtins")
    assert exception["message"].startswith("no yyy")
    assert exception["message"].endswith("…[cut, 10000003 characters]")

    try:
        exec(compile("def f(n):\n    return 1 / n if n < 1 else f(n - 1)\n" + "f(9)", "p" * 100_000, "exec"), {})
    except ZeroDivisionError:
        logger.exception("x", a="x" * 10 * MEGABYTE)
    trace = read_line(log_dir)["exception"]["stacktrace"]
    assert trace.startswith("Traceback (most recent call last):\n")
    assert "…[cut, " in trace
    assert trace.endswith("ZeroDivisionError: division by zero")


def test_a_huge_context_leaves_the_record_what_it_needs(log_dir: Path) -> None:
    """The correlation id stays, whatever else is bound."""
    fields: dict[str, Any] = {f"field{number}": "x" * 1000 for number in range(5000)}
    with logger.context(correlation_id="c1", **fields):
        logger.bind(huge="y" * MEGABYTE).error("x", own=1, exc_info=KeyError("k"))

    record = read_line(log_dir)
    assert (record["context"]["correlation_id"], record["own"]) == ("c1", 1)
    assert record["exception"]["message"] == "'k'"


@pytest.mark.parametrize("limit", [1024, 1500, 5000, 20_000])
def test_the_smallest_limits_hold_and_keep_what_tells_records_apart(log_dir: Path, limit: int) -> None:
    """Everything in one record: long names, texts, lists, context, a chain of exceptions."""
    configure(log_dir=log_dir, console_output=False, service_name="app", max_record_size=limit, version="v" * 3000)
    error: Exception = KeyError("k" * 10_000)
    for number in range(60):
        error = ExceptionGroup("g" * 100, [error, ValueError(str(number))])
        error.add_note("n" * 1000)
    with get_logger("l" * 3000).context(correlation_id=["c" * 3000], **{f"c{n}": "c" * 50 for n in range(100)}):
        get_logger("l" * 3000).error(
            "m" * 10_000, exc_info=error, lists=[[n] for n in range(500)], **{f"f{n}": n for n in range(3000)}
        )

    record = read_line(log_dir, limit)
    assert record["level"] == "ERROR"
    assert record["message"].endswith("…[cut, 10000 characters]")
    assert record["exception"]["type"] == "ExceptionGroup"
    assert record["exception"]["message"].startswith("g")
    assert "correlation_id" in record["context"]
    assert record["cut_fields"] >= 1000


@pytest.mark.guarantee(46)
@pytest.mark.parametrize("limit", [1024, 4096, 20_000, 60_000])
def test_of_many_exceptions_those_next_to_the_first_are_kept(log_dir: Path, limit: int) -> None:
    """A wide group with causes, contexts and notes; a smaller limit keeps fewer, all with the keys of the schema."""
    configure(log_dir=log_dir, console_output=False, service_name="app", max_record_size=limit)
    members = []
    for number in range(60):
        member = ValueError(f"member {number}")
        member.__cause__, member.__context__ = KeyError("cause"), OSError("context")
        member.__suppress_context__ = False
        member.__notes__ = [f"note {note}" for note in range(40)]
        members.append(member)
    error = ExceptionGroup("group", members)
    error.__cause__ = TypeError("first cause")
    get_logger("size").error("x", exc_info=error, **{f"f{number}": number for number in range(limit // 100)})

    exception = read_line(log_dir, limit)["exception"]
    assert (exception["type"], exception["message"]) == ("ExceptionGroup", "group (60 sub-exceptions)")
    waiting, found = [exception], []
    while waiting:
        structure = waiting.pop()
        assert list(structure)[:7] == ["type", "module", "message", "stacktrace", "cause", "context", "notes"]
        found.append(structure["message"])
        waiting += [structure[key] for key in ("cause", "context") if structure[key]] + structure.get("exceptions", [])
    if limit > 1024:
        assert {"first cause", "member 0"} <= {*found}
        kept = sum(message.startswith("member") for message in found)
        assert f"<{60 - kept} more>" in found


def test_redaction_comes_before_cutting(log_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half of a secret stays where a text was cut, wherever the cut fell."""

    class Numbers(Redactor):
        def leaf(self, key: str, value: object) -> object:  # noqa: ARG002
            return re.sub("secret[0-9]+", "***", value) if isinstance(value, str) else value

        def suspects(self, encoded: bytes, members: int | None = None) -> bool:  # noqa: ARG002
            return b"secret" in encoded

    monkeypatch.setattr(active, "redactor", Numbers())
    forget_names()
    secret = f"secret{'0123456789' * 10}"  # what is redacted is much shorter
    for size in (LIMIT, 3 * LIMIT, 10 * MEGABYTE):
        filling = f"{secret}-" * (size // 107)
        for shift in range(0, 107, 13):
            text = "-" * shift + filling
            logger.info(text, value=text, data=text.encode(), nested=[text], exc_info=ValueError(text))
            assert "secret" not in json.dumps(read_line(log_dir))
    monkeypatch.undo()
    forget_names()


def test_a_record_is_cut_for_a_receiver_with_a_smaller_limit() -> None:
    """A text that was cut before keeps the length it had at first."""
    last = {"service_name": "s", "version": "1", "environment": "dev", "trace_id": "t", "span_id": "s"}
    context = {"correlation_id": "c", **{f"c{number}": number for number in range(2000)}, **last}
    head = {"timestamp": "t", "level": "INFO", "logger": "l", "message": "m", "module": "m", "function": "f", "line": 1}
    texts = {"text": "x" * 5000 + "…[cut, 70000 characters]", "data": "y" * 5000 + "…[cut, 80000 bytes]"}
    lists = {"list": [*range(2000), "<500 more>"], "dict": {**{f"k{n}": n for n in range(2000)}, "…": "<500 more>"}}
    line = json.dumps({**head, "context": context, **texts, **lists, "cut_fields": 5}).encode() + b"\n"

    cut = cut_record(line, 4096)
    assert len(cut) <= 4096
    record = json.loads(cut)
    assert (next(iter(record["context"])), list(record["context"])[-5:]) == ("correlation_id", list(last))
    assert record["text"].endswith("…[cut, 70000 characters]")
    assert record["data"].endswith("…[cut, 80000 bytes]")
    assert record["list"][-1] == f"<{2500 - len(record['list']) + 1} more>"
    assert record["dict"]["…"] == f"<{2500 - len(record['dict']) + 1} more>"
    assert record["cut_fields"] == 5

    smallest = json.loads(cut_record(line, 1024))
    assert smallest["cut_fields"] == 5 + sum(name not in smallest for name in record)
