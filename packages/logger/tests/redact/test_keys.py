"""Keys: which values are hidden by the name they stand under."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logging_system import configure, get_logger

Records = list[dict[str, Any]]


@pytest.mark.guarantee(69)
@pytest.mark.parametrize(
    ("key", "is_hidden"),
    [
        ("password", True), ("Password", True), ("dbPassword", True), ("db-password", True), ("DB_PASSWORD_2", True),
        ("APIKey", True), ("apiKEY", True), ("x.api.key", True), ("HTTP_X_API_KEY", True), ("token_value", True),
        ("dbpassword", True), ("pass_word", True), ("ｐａｓｓｗｏｒｄ", True), ("contraseña", True),
        ("my password", True),
        ("tokenizer", False), ("secretary", False), ("passwordless", False), ("password_length", False),
        ("token_expires_at", False), ("has_password", False), ("is_token_valid", False), ("session_id", False),
        ("max_tokens", False), ("author", False), ("compass", False), ("", False), ("_", False), ("42", False),
        ("x" * 5000, False), ("x" * 5000 + "_password", True), ("password_" + "x" * 5000, True),
    ],
)  # fmt: skip
def test_a_secret_is_found_by_whole_words_of_its_key(
    key: str, is_hidden: bool, log_lines: Callable[[], Records]
) -> None:
    """In any style of writing; words that only contain those of secrets, or tell something about one, do not count."""
    get_logger("shop").info("seen", data={key: "value"})

    [record] = log_lines()
    assert list(record["data"].values()) == ["***" if is_hidden else "value"]


def test_values_of_any_kind_under_a_secret_key_are_hidden(log_lines: Callable[[], Records]) -> None:
    """None, numbers and containers tell something too."""
    for value in (None, 7, True, [1, 2], {"a": 1}, b"x", object()):
        get_logger("shop").info("seen", password=value)

    assert [record["password"] for record in log_lines()] == ["***"] * 7


def test_numbers_under_plural_words_are_counts(log_lines: Callable[[], Records]) -> None:
    """`tokens=512` is a measurement, `tokens=["a"]` is not."""
    get_logger("shop").info("seen", tokens=512, cookies=[1], secrets=True, token=512)

    [record] = log_lines()
    assert [record[key] for key in ("tokens", "cookies", "secrets", "token")] == [512, "***", "***", "***"]


def test_keys_of_the_program_are_whole_keys_in_any_style(log_lines: Callable[[], Records]) -> None:
    """`redact_keys` hides no longer key, `redact_safe_keys` shows no longer one."""
    configure(
        log_dir="logs",
        console_output=False,
        service_name="app",
        redact_keys="employee number",
        redact_safe_keys=["token_budget"],
    )
    get_logger("shop").info(
        "employeeNumber=12, token budget=3",
        employeeNumber=1,
        employee_number_count=2,
        tokenBudget=3,
        my_token_budget=4,
        x=[("Employee-Number", 5)],
    )

    [record] = log_lines()
    assert record["message"] == "employeeNumber=***, token budget=3"
    assert [record[key] for key in ("employeeNumber", "employee_number_count", "tokenBudget")] == ["***", 2, 3]
    assert (record["my_token_budget"], record["x"]) == ("***", [["Employee-Number", "***"]])


def test_what_stands_under_a_safe_key_is_still_looked_at(log_lines: Callable[[], Records]) -> None:
    """A safe key says that its name is harmless, not its value."""
    configure(log_dir="logs", console_output=False, service_name="app", redact_safe_keys=["token"], redact="email")
    get_logger("shop").info("seen", token="ann@example.com password=x")

    [record] = log_lines()
    assert record["token"] == "*** password=***"


def test_keys_themselves_are_redacted(log_lines: Callable[[], Records]) -> None:
    """A mapping may have e-mail addresses for keys, and a pair a URL for its name."""
    configure(log_dir="logs", console_output=False, service_name="app", redact="gdpr")
    get_logger("shop").info("seen", logins={"ann@example.com": 3}, pairs=[("redis://:x@a/password", 1)])

    [record] = log_lines()
    assert (record["logins"], record["pairs"]) == ({"***": 3}, [["redis://:***@a/password", "***"]])


def test_more_keys_than_are_remembered_are_all_judged(log_lines: Callable[[], Records]) -> None:
    """Programs may make keys from data."""
    for start in range(0, 12_000, 100):
        data = {f"key_{start + number}{'_token' * (number % 2)}": number for number in range(100)}
        get_logger("shop").info("seen", data=data)

    for record in log_lines():
        assert list(record["data"].values()) == [number if number % 2 == 0 else "***" for number in range(100)]
