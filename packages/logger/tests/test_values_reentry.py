"""Values that log while they are logged: each record is a line of its own, and it ends."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from logging_system import get_logger
from logging_system.record import forget_names
from logging_system.redact import active
from logging_system.redact.redactor import Redactor
from logging_system.reentry import LEFT_OUT

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("reentry")
pytestmark = pytest.mark.guarantee(22)


class Talking:
    """Logs whenever its text is asked for, with `fields`."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def __str__(self) -> str:
        logger.info("inner", **self.fields)
        return "talking"


def test_a_text_that_logs_gives_a_record_of_its_own(log_lines: Lines) -> None:
    """Both are whole, the inner one first."""
    logger.info("outer", value=Talking(n=1, nested=[{"a": {1}}]), after=2)

    inner, outer = log_lines()
    assert (inner["message"], inner["n"], inner["nested"]) == ("inner", 1, [{"a": [1]}])
    assert (outer["message"], outer["value"], outer["after"]) == ("outer", "talking", 2)


@pytest.mark.parametrize("where", ["value", "message", "exception", "repr", "mapping", "key"])
def test_an_object_that_logs_itself_ends(log_lines: Lines, where: str) -> None:
    """The third record inside the others shows a note in its place."""

    def log(value: object) -> None:
        if where == "message":
            logger.info(value)
        elif where == "exception":
            logger.info("x", exc_info=value)  # type: ignore[arg-type]
        elif where == "key":
            logger.info("x", value={value: 1})
        else:
            logger.info("x", value=value)

    class Itself(Exception):
        def __str__(self) -> str:
            log(self)
            return "itself"

    class Repr:
        def __repr__(self) -> str:
            log(self)
            return "itself"

    class Members(UserDict[str, object]):
        def __iter__(self) -> Iterator[str]:
            log(self)
            return iter(())

    log({"repr": Repr, "mapping": Members}.get(where, Itself)())

    records = log_lines()
    assert 3 <= len(records) < 20
    assert LEFT_OUT in str(records[0])
    if where != "mapping":
        assert "itself" in str(records[-1])


def test_plain_values_of_a_record_deep_inside_are_kept(log_lines: Lines) -> None:
    """Only what needs the caller's code, or is secret, is left out."""

    class Deep:
        def __str__(self) -> str:
            logger.info("deep", me=self, n=1, nan=float("nan"), password="hunter2", level="x", text="\ud800")
            return "deep"

    logger.info("outer", value=Deep())

    deepest = log_lines()[0]
    assert (deepest["message"], deepest["n"], deepest["nan"], deepest["text"]) == ("deep", 1, "NaN", "\\ud800")
    assert deepest["me"] == deepest["password"] == LEFT_OUT
    assert deepest["level_"] == "x"


def test_a_redaction_rule_that_logs_ends_and_hides_what_it_was_to_see(
    log_lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the rule is not asked any more, nothing is shown that it might have hidden."""

    class Logging(Redactor):
        def leaf(self, key: str, value: object) -> object:
            logger.info("rule", key=key, value="hunter2")
            return "#" if value == "hunter2" else value

        def suspects(self, encoded: bytes, members: int | None = None) -> bool:  # noqa: ARG002
            return True

    monkeypatch.setattr(active, "redactor", Logging())
    forget_names()
    logger.info("outer", value="hunter2")
    monkeypatch.undo()
    forget_names()

    records = log_lines()
    assert "hunter2" not in str(records)
    assert records[-1]["message"] == "outer"
    assert LEFT_OUT in str(records)


def test_the_guard_is_free_again_after_a_text_that_ends_the_program(log_lines: Lines) -> None:
    """KeyboardInterrupt and SystemExit pass through; later records run the caller's code as before."""

    class Interrupted:
        def __str__(self) -> str:
            raise KeyboardInterrupt

    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            logger.info("x", value=[Interrupted()])
    logger.info("x", value=[Talking()])

    assert log_lines()[-1]["value"] == ["talking"]
