"""What the encoding does with what redaction rules give, raise and remove."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger
from logging_system.record import forget_names
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED, Redactor

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[[Redactor], None]
logger = get_logger("rules")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Put a redactor in force for the test."""

    def put(redactor: Redactor) -> None:
        monkeypatch.setattr(active, "redactor", redactor)
        forget_names()

    yield put
    monkeypatch.undo()
    forget_names()


class Rules(Redactor):
    """Asks `rule` about each key that starts with `x`, and about each leaf."""

    def __init__(self, rule: Callable[[str, object], object]) -> None:
        self.rule = rule

    def hides_key(self, key: str) -> bool:
        return key.startswith("x")

    def hidden(self, key: str, value: object) -> object:
        return self.rule(key, value)

    def leaf(self, key: str, value: object) -> object:
        return self.rule(key, value)

    def suspects(self, encoded: bytes, members: int | None = None) -> bool:  # noqa: ARG002
        return True


@pytest.mark.parametrize("error", [ValueError("secret"), GeneratorExit("secret")])
def test_a_rule_that_raises_hides_the_value(log_lines: Lines, use: Use, error: BaseException) -> None:
    """Under its key, as a leaf, in the message, in the exception; the record is kept."""

    def rule(key: str, value: object) -> object:  # noqa: ARG001
        raise error

    use(Rules(rule))
    logger.info(f"secret {error!r}", x="secret", a="secret", n=5, nested=[{"a": "secret"}], exc_info=KeyError("secret"))

    [record] = log_lines()
    text = f"<left out: {type(error).__name__} while redacting>"
    assert record["message"] == record["x"] == record["a"] == record["n"] == record["nested"][0]["a"] == text
    assert record["exception"]["message"] == record["exception"]["stacktrace"] == text
    assert "secret" not in json.dumps(record)


def test_rules_about_keys_that_raise_hide_all_values(log_lines: Lines, use: Use) -> None:
    """Nothing is shown that they might have hidden; what ends the program goes on to it."""

    class Broken(Redactor):
        error: type[BaseException] = RuntimeError

        def hides_key(self, key: str) -> bool:
            raise self.error(key)

    redactor = Broken()
    use(redactor)
    logger.info("m", a="secret", nested={"b": "secret"})
    redactor.error = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        logger.info("m", a="secret")

    [record] = log_lines()
    assert record["a"] == record["nested"] == "***"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_rule_that_ends_the_program_does_so(log_lines: Lines, use: Use, error: type[BaseException]) -> None:
    """Wherever it is asked."""

    def rule(key: str, value: object) -> object:
        raise error if key == "x" or value == "end" else ValueError

    use(Rules(rule))
    in_any_place: list[dict[str, Any]] = [{"x": 1}, {"a": ["end"]}, {"a": "end"}]
    for fields in in_any_place:
        with pytest.raises(error):
            logger.info("m", **fields)
    use(Redactor())
    logger.info("after")

    assert [record["message"] for record in log_lines()] == ["after"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("text\ud800", "text\\ud800"),
        (7, 7),
        (2**70, str(2**70)),
        (float("nan"), "NaN"),
        (None, None),
        (False, False),
        ([1], "[1]"),
        (Path("a"), "a"),
    ],
)
def test_whatever_a_rule_gives_becomes_valid_json(log_lines: Lines, use: Use, given: object, written: object) -> None:
    """For a hidden key and for a leaf; containers as text. A message stays a text."""
    use(Rules(lambda key, value: given))  # noqa: ARG005
    logger.info(f"a new text, not the one kept with the call site: {given!r}", x=1, a=2, nested=[3, {"b": 4}])

    [record] = log_lines()
    assert record["x"] == record["a"] == record["nested"][0] == record["nested"][1]["b"] == written
    assert record["message"] == str(written)


def test_a_value_that_a_rule_removes_takes_its_key_with_it(log_lines: Lines, use: Use) -> None:
    """At any depth; a record that loses all its fields, its context and its texts is still one."""
    use(Rules(lambda key, value: value if key in ("keep", "message") else REMOVED))
    pairs = [("keep", 1), ("x-key", 2), ("other", 3)]
    logger.info("m", keep=1, a=2, x=3, nested={"a": 1, "keep": [1], "x": 2}, pairs=pairs)
    use(Rules(lambda key, value: REMOVED))  # noqa: ARG005
    with logger.context(user="u"), logger.timer("t", a=1):
        logger.info("m", a=1, x=2, exc_info=KeyError("k"))

    first, second, timed = log_lines()
    assert (first["keep"], first["nested"], first["pairs"]) == (1, {"keep": [1]}, [["keep", 1], []])
    assert not {"a", "x"} & first.keys()
    assert list(second["context"]) == list(timed["context"]) == ["service_name", "version", "environment"]
    assert (second["message"], second["exception"]["message"], second["exception"]["stacktrace"]) == ("", "", "")
    assert list(second)[8:] == ["exception"]
    assert list(timed)[8:] == ["duration_ms"]


def test_names_known_to_be_harmless_are_forgotten_with_the_rules(log_lines: Lines, use: Use) -> None:
    """Also when a program has used very many names."""
    for number in range(200):
        fields: dict[str, Any] = {f"x{number}_{part}": 1 for part in range(30)}
        logger.info("m", **fields)
    logger.info("m", x199_0="secret", many=dict.fromkeys(map(str, range(5000)), 1))
    use(Rules(lambda key, value: "***" if key.startswith("x") else value))
    logger.info("m", x199_0="secret")

    *_, before, after = log_lines()
    assert (before["x199_0"], after["x199_0"]) == ("secret", "***")
    assert len(before["many"]) == 5000
