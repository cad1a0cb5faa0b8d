"""Chains, cycles and groups of exceptions, and exceptions that are not as they should be."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from logging_system import flush, get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("chains")
KEYS = ["type", "module", "message", "stacktrace", "cause", "context", "notes"]


def structures(exception: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All structures inside one, itself first."""
    waiting = [exception]
    while waiting:
        found = waiting.pop()
        assert list(found)[:7] == KEYS
        yield found
        waiting += [found[key] for key in ("cause", "context") if found[key]]
        waiting += found.get("exceptions", [])


@pytest.mark.guarantee(45)
def test_an_exception_that_causes_itself_is_marked(log_lines: Lines) -> None:
    """`raise e from e`, and two that cause each other."""
    error = ValueError("self")
    try:
        raise error from error
    except ValueError:
        logger.exception("x")
    first, second = KeyError("first"), KeyError("second")
    first.__cause__, second.__context__ = second, first
    logger.error("x", exc_info=first)

    itself, each_other = (record["exception"] for record in log_lines())
    assert (itself["cause"]["type"], itself["cause"]["message"]) == ("ValueError", "<cycle>")
    assert itself["cause"]["cause"] is None
    assert each_other["cause"]["context"]["message"] == "<cycle>"


@pytest.mark.guarantee(45)
def test_a_context_that_leads_back_through_a_group_is_marked(log_lines: Lines) -> None:
    """What is met again but not inside itself is no cycle: it is written once."""
    member, shared = ValueError("member"), OSError("shared")
    group = ExceptionGroup("group", [member, shared, shared])
    member.__context__ = group
    logger.error("x", exc_info=group)

    members = log_lines()[0]["exception"]["exceptions"]
    assert members[0]["context"]["message"] == "<cycle>"
    assert [member["message"] for member in members[1:]] == ["shared", "<repeated>"]


@pytest.mark.guarantee(45)
def test_a_suppressed_context_is_left_out(log_lines: Lines) -> None:
    """`raise … from None` and `raise … from cause` say that it is not to be shown."""
    try:
        try:
            int("x")
        except ValueError as error:
            raise KeyError("k") from (None if error.args else error)
    except KeyError:
        logger.exception("suppressed")
    try:
        try:
            int("x")
        except ValueError:
            raise KeyError("k")  # noqa: B904 - the case under test
    except KeyError:
        logger.exception("shown")

    suppressed, shown = (record["exception"] for record in log_lines())
    assert (suppressed["context"], suppressed["cause"]) == (None, None)
    assert shown["context"]["type"] == "ValueError"


@pytest.mark.guarantee(45)
@pytest.mark.guarantee(46)
def test_of_long_chains_and_deep_groups_the_nearest_fifty_are_kept(log_dir: Path) -> None:
    """Then a marker says that more was there. No recursion, no matter how deep."""
    chain: BaseException = ValueError("end")
    group: Exception = ValueError("innermost")
    for number in range(5000):
        link = ValueError(str(number))
        link.__cause__ = chain
        chain, group = link, ExceptionGroup(f"g{number}", [group])
    for error in (chain, group):
        logger.error("x", exc_info=error)
    assert flush()

    lines = (log_dir / "app.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    for line in lines:
        found = list(structures(json.loads(line)["exception"]))
        assert len(found) == 51
        assert found[-1]["message"] in ("<cut after 50 exceptions>", "<1 more>")


@pytest.mark.guarantee(46)
def test_of_a_wide_group_the_first_members_are_kept_and_the_others_counted(log_lines: Lines) -> None:
    """10,000 members, some of them groups, each with a long message: the record stays within its limit."""
    inner = ExceptionGroup("inner", [TypeError("t" * 100_000)] * 10_000)
    wide = [ValueError(f"{number} " + "v" * (100_000 if number < 50 else 0)) for number in range(9_999)]
    group = ExceptionGroup("outer", [inner, *wide])
    logger.error("x", exc_info=group)

    exception = log_lines()[0]["exception"]
    assert exception["message"] == "outer (10000 sub-exceptions)"
    members = exception["exceptions"]
    assert (len(members), members[-1]["message"]) == (50, "<9951 more>")
    assert members[1]["message"].startswith("0 vvv")
    assert members[1]["message"].endswith("…[cut, 100002 characters]")
    assert members[0]["exceptions"][-1]["message"] == "<10000 more>"
    assert all(list(structure)[:7] == KEYS for structure in structures(exception))


@pytest.mark.guarantee(47)
@pytest.mark.parametrize(
    ("notes", "written"),
    [
        (["a", 7, None, "\ud800"], ["a", "7", "None", "\\ud800"]),
        (("a", "b"), ["a", "b"]),
        ("one text", ["one text"]),
        ({"a": 1}, ["{'a': 1}"]),
        (None, []),
        (["n"] * 60, ["n"] * 50 + ["<10 more>"]),
    ],
)
def test_notes_of_any_kind_are_written_as_texts(log_lines: Lines, notes: object, written: list[str]) -> None:
    """Programs may put anything there; the stack trace shows them as Python does."""
    error = ValueError("x")
    error.__notes__ = notes  # type: ignore[assignment]
    logger.error("x", exc_info=error)

    exception = log_lines()[0]["exception"]
    assert exception["notes"] == written
    assert exception["stacktrace"] == "\n".join(["ValueError: x", *written])


@pytest.mark.guarantee(47)
def test_exceptions_with_broken_parts_give_whole_records(log_lines: Lines) -> None:
    """Attributes that raise or are of the wrong kind, a class with odd names, no arguments, too many."""

    def broken(_: object) -> NoReturn:
        raise RuntimeError("no")

    namespace = dict.fromkeys(
        ["__cause__", "__context__", "__suppress_context__", "__notes__", "args"], property(broken)
    )
    odd: Any = type("Odd", (ExceptionGroup,), {**namespace, "exceptions": 7, "__module__": 5, "__str__": broken})
    named: Any = type("Named", (Exception,), {"__qualname__": "\ud800" * 2000})
    logger.error("x", exc_info=odd("o", [ValueError()]))
    logger.error("x", exc_info=named())
    logger.error("x", exc_info=UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"))

    first, second, third = (record["exception"] for record in log_lines())
    assert list(first) == [*KEYS, "exceptions"]
    assert first["type"].endswith("Odd")
    assert (first["message"], first["cause"], first["exceptions"]) == ("<Odd: RuntimeError in __str__>", None, [])
    assert second["type"].endswith("…[cut, 12000 characters]")
    assert third["message"].startswith("'utf-8' codec can't decode")


@pytest.mark.guarantee(47)
def test_exc_info_of_every_kind_gives_a_record(log_lines: Lines) -> None:
    """Only what names an exception adds one; an instance that was never raised has no frames."""

    class Empty(Exception):
        def __len__(self) -> int:
            return 0

    never: list[Any] = [
        True,
        False,
        None,
        (None, None, None),
        0,
        (1, 2),
        (ValueError, "text", None),
        ValueError,
        [],
        "",
    ]
    for exc_info in never:
        logger.error("none", exc_info=exc_info)
    logger.exception("none")  # noqa: LOG004 - the case under test
    logger.error("given", exc_info=KeyError("never raised"))
    logger.error("given", exc_info=Empty())
    try:
        raise OSError("disk")
    except OSError as error:
        logger.error("given", exc_info=sys.exc_info())
        logger.error("given", exc_info=error.with_traceback(None))
        logger.error("given", exc_info=1)  # type: ignore[arg-type]

    records = log_lines()
    assert ["exception" in record for record in records] == [record["message"] == "given" for record in records]
    assert len(records) == len(never) + 6
    exceptions = [record["exception"] for record in records if "exception" in record]
    assert exceptions[0]["stacktrace"] == "KeyError: 'never raised'"
    assert exceptions[1]["type"].endswith("Empty")
    assert "raise OSError" in exceptions[2]["stacktrace"]
    assert exceptions[3]["stacktrace"] == "OSError: disk"
    assert exceptions[4]["type"] == "OSError"
