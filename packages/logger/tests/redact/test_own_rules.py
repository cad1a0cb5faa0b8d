"""Functions and patterns of the program's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from logging_system import configure, get_logger
from logging_system.redact.redactor import REMOVED

Records = list[dict[str, Any]]


def use(*rules: object, **settings: Any) -> None:
    """Configure redaction with these rules."""
    configure(log_dir="logs", console_output=False, service_name="app", redact=rules, **settings)


def test_a_rule_replaces_keeps_or_removes_values(log_lines: Callable[[], Records]) -> None:
    """It gets key and value of every field, at any depth."""

    def rule(key: str, value: object) -> object:
        if key == "note":
            return REMOVED
        return "somewhere" if key == "place" else value

    use(rule)
    get_logger("shop").info("seen", place="Bath", note="x", data={"place": "Bath", "note": {"a": 1}, "kept": [1, None]})

    [record] = log_lines()
    assert record["place"] == "somewhere"
    assert "note" not in record
    assert record["data"] == {"place": "somewhere", "kept": [1, None]}


def test_a_rule_sees_messages_exceptions_context_and_elements(log_lines: Callable[[], Records]) -> None:
    """Each under the key that docs/redaction.md tells."""
    seen: list[tuple[str, object]] = []

    def rule(key: str, value: object) -> object:
        seen.append((key, value))
        return value

    use(rule)
    error = ValueError("bad")
    error.add_note("a note")
    logger = get_logger("shop")
    with logger.context(place="Bath"):
        logger.error("seen", exc_info=error, numbers=[1, 2.5], flag=True, data=b"bytes")

    assert log_lines()
    for pair in [
        ("message", "seen"), ("exception.message", "bad"), ("exception.notes", "a note"), ("place", "Bath"),
        ("numbers", [1, 2.5]), ("numbers", 1), ("numbers", 2.5), ("flag", True), ("data", "bytes"),
    ]:  # fmt: skip
        assert pair in seen
    assert any(key == "exception.stacktrace" and "ValueError: bad" in str(value) for key, value in seen)


def test_a_rule_can_change_messages_and_texts_of_exceptions(log_lines: Callable[[], Records]) -> None:
    """What is left of a removed one is an empty text."""
    use(lambda key, value: REMOVED if key in ("message", "exception.message") else value)
    get_logger("shop").error("seen", exc_info=ValueError("bad"))

    [record] = log_lines()
    assert (record["message"], record["exception"]["message"]) == ("", "")


def test_a_rule_decides_about_a_container_before_anything_looks_into_it(log_lines: Callable[[], Records]) -> None:
    """It may return another one, a text, or nothing at all."""

    def rule(key: str, value: object) -> object:
        match key:
            case "small":
                return {"a": 1}
            case "text":
                return "hidden"
            case "gone":
                return REMOVED
            case _:
                return value

    use(rule)
    get_logger("shop").info("seen", small={"b": [2]}, text=[1, 2], gone={"c": 3}, kept=({"d": 4},))

    [record] = log_lines()
    assert (record["small"], record["text"], record["kept"]) == ({"a": 1}, "hidden", [{"d": 4}])
    assert "gone" not in record


def test_a_rule_that_raises_loses_neither_the_record_nor_the_value_to_it(log_lines: Callable[[], Records]) -> None:
    """In place of the value it says what was raised."""

    def rule(key: str, value: object) -> object:
        if key in ("a", "message", "list"):
            raise ValueError(f"cannot handle {value}")
        return value

    use(rule)
    get_logger("shop").info("hunter2", a="hunter2", list=["hunter2"], b=7)

    [record] = log_lines()
    assert (record["message"], record["a"], record["list"], record["b"]) == (*["<rule: ValueError>"] * 3, 7)


def test_secrets_never_reach_a_rule(log_lines: Callable[[], Records]) -> None:
    """They are hidden by their key before."""
    seen: list[str] = []

    def rule(key: str, value: object) -> object:
        seen.append(key)
        return value

    use(rule)
    get_logger("shop").info("seen", password="x", data={"token": "y"}, pairs=[("cookie", "z")])

    [record] = log_lines()
    assert (record["password"], record["data"], record["pairs"]) == ("***", {"token": "***"}, [["cookie", "***"]])
    assert not {"password", "token", "cookie"} & set(seen)


def test_patterns_look_at_what_a_rule_returned(log_lines: Callable[[], Records]) -> None:
    """Several rules run in their order, built-in ones after them."""
    use("email", lambda _, value: f"{value}!", lambda _, value: f"{value} ann@example.com" if value == "x!" else value)
    get_logger("shop").info("seen", note="x")

    [record] = log_lines()
    assert (record["message"], record["note"]) == ("seen!", "x! ***")


def test_rules_alone_work_without_those_for_secrets(log_lines: Callable[[], Records]) -> None:
    """`none` takes the built-in ones away."""
    use("none", lambda key, value: 0 if key == "a" else value)
    get_logger("shop").info("password=x", a=1, token="y")

    [record] = log_lines()
    assert (record["message"], record["a"], record["token"]) == ("password=x", 0, "y")


def test_rules_run_without_a_lock_of_the_library(log_lines: Callable[[], Records]) -> None:
    """A rule that waits for another thread that logs does not wait for ever."""

    def rule(key: str, value: object) -> object:
        if key == "outer":
            thread = threading.Thread(target=get_logger("other").info, args=("from a thread",))
            thread.start()
            thread.join(timeout=10)
            assert not thread.is_alive()
        return value

    use(rule)
    get_logger("shop").info("seen", outer=1)

    assert [record["message"] for record in log_lines()] == ["from a thread", "seen"]


@pytest.mark.parametrize("action", ["mask", "remove"])
def test_patterns_of_the_program_hide_in_texts_and_numbers(action: str, log_lines: Callable[[], Records]) -> None:
    """They may look at anything, also at a whole value."""
    use(redact_patterns={"locker": r"L-\d{4}", "code": r"^\d{6}$"}, redact_action=action)
    get_logger("shop").info("opened L-0042", code=123456, other=1234567, note=["654321", "a L-0043 b"], half=0.5)

    [record] = log_lines()
    hidden = {"mask": "***", "remove": "[removed]"}[action]
    assert (record["message"], record["code"], record["other"]) == (f"opened {hidden}", hidden, 1234567)
    assert (record["note"], record["half"]) == ([hidden, f"a {hidden} b"], 0.5)


def test_a_pattern_that_matches_nothing_hides_nothing(log_lines: Callable[[], Records]) -> None:
    """`x*` also matches the empty text everywhere."""
    use(redact_patterns={"x": "x*"})
    get_logger("shop").info("axxb")

    [record] = log_lines()
    assert record["message"] == "a***b"
