"""Masking, hashing and removing, in fields and in texts."""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import ConfigError, configure, get_logger

Records = list[dict[str, Any]]
KEY = "a key only for tests"


def use(**settings: Any) -> None:
    """Configure redaction."""
    configure(log_dir="logs", console_output=False, service_name="app", **settings)


def hash_of(text: str, key: str = KEY) -> str:
    """As docs/redaction.md describes it."""
    return "hash:" + hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def test_masking_is_the_default(log_lines: Callable[[], Records]) -> None:
    """Whatever a preset finds becomes three stars."""
    use(redact="gdpr")
    get_logger("shop").info("mail to ann@example.com", email="ann@example.com", phone=None, city=["Bath"])

    [record] = log_lines()
    assert (record["message"], record["email"], record["phone"], record["city"]) == ("mail to ***", "***", "***", "***")


def test_hashes_of_equal_values_are_equal_wherever_they_stand(log_lines: Callable[[], Records]) -> None:
    """In fields, in texts, in URLs, as bytes; in any writing of the same address."""
    use(redact="gdpr", redact_action="hash", redact_hash_key=KEY)
    get_logger("shop").info(
        "mail to ann@example.com",
        email="Ann@Example.com",
        note="email=ann@example.com; x",
        url="/a?email=ann%40example.com&b=1",
        data=[b"ann@example.com"],
        emails={"email": ["ann@example.com", "bob@example.com"]},
    )

    [record] = log_lines()
    ann, bob = hash_of("ann@example.com"), hash_of("bob@example.com")
    assert record["message"] == f"mail to {ann}"
    assert (record["email"], record["data"], record["emails"]) == (ann, [ann], {"email": [ann, bob]})
    assert (record["note"], record["url"]) == (f"email={ann}; x", f"/a?email={ann}&b=1")


def test_hashes_do_not_depend_on_type_or_grouping(log_lines: Callable[[], Records]) -> None:
    """A card number as text, in groups and as a number; an id as number and text."""
    use(redact="pci", redact_keys=["user_id"], redact_action="hash", redact_hash_key=KEY)
    logger = get_logger("shop")
    for card, user in (("4111111111111111", "42"), ("4111 1111-1111 1111", 42), (4111111111111111, b"42")):
        logger.info("seen", number=card, card_number=card, user_id=user)

    for record in log_lines():
        assert record["number"] == record["card_number"] == hash_of("4111111111111111")
        assert record["user_id"] == hash_of("42")


def test_hashes_depend_on_the_key(log_lines: Callable[[], Records]) -> None:
    """Another key joins to nothing."""
    for key in ("one", "two"):
        use(redact="email", redact_action="hash", redact_hash_key=key)
        get_logger("shop").info("seen", email="ann@example.com")

    assert [record["email"] for record in log_lines()] == [hash_of("ann@example.com", key) for key in ("one", "two")]


def test_what_has_no_text_of_its_own_is_masked_instead_of_hashed(log_lines: Callable[[], Records]) -> None:
    """Mappings, iterators and values that cannot be read; nothing stays nothing."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    class Colour(enum.Enum):
        RED = "red"

    use(redact_keys=["who"], redact_action="hash", redact_hash_key=KEY)
    endless: list[object] = []
    endless.append([endless])
    for value in ({"a": 1}, iter("ab"), Broken(), endless, None, Colour.RED):
        get_logger("shop").info("seen", who=value)

    written = [record["who"] for record in log_lines()]
    assert written[:3] == ["***"] * 3
    assert "hash" not in str(written[3])
    assert written[4:] == [None, hash_of("red")]


def test_removing_leaves_keys_out_and_marks_texts(log_lines: Callable[[], Records]) -> None:
    """Of a record whose fields are all removed the rest stays."""
    use(redact="gdpr", redact_action="remove")
    logger = get_logger("shop")
    logger.info("mail to ann@example.com", email="ann@example.com", data={"email": 1, "b": [("email", 2), ("c", 3)]})
    logger.info("seen", email="ann@example.com")
    with logger.context(email="ann@example.com"):
        logger.bind(phone="1").info("seen")

    first, second, third = log_lines()
    assert (first["message"], first["data"]) == ("mail to [removed]", {"b": [["c", 3]]})
    assert "email" not in first
    assert "email" not in second
    assert not {"email", "phone"} & third["context"].keys()


@pytest.mark.parametrize("action", ["hash", "remove"])
def test_secrets_are_masked_whatever_the_action(action: str, log_lines: Callable[[], Records]) -> None:
    """Short ones could be guessed by whoever learns the hash key; and a record shows that there was one."""
    use(redact="pci,gdpr", redact_action=action, redact_hash_key=KEY)
    get_logger("shop").info("password=a postgres://u:p@h", password="a", cvv=123, data={"token": ["a"]})

    [record] = log_lines()
    assert record["message"] == "password=*** postgres://u:***@h"
    assert (record["password"], record["cvv"], record["data"]) == ("***", "***", {"token": "***"})


def test_credentials_that_presets_find_are_not_hashed(log_lines: Callable[[], Records]) -> None:
    """PINs, magnetic stripes and tokens."""
    use(redact="pci", redact_action="hash", redact_hash_key=KEY)
    track = ";5555555555554444=29121011234567890?"
    get_logger("shop").info("seen", pin=1234, note=track, key="AKIA" + "IOSFODNN7EXAMPLE")

    [record] = log_lines()
    assert (record["pin"], record["note"], record["key"]) == ("***", "***", "***")


@pytest.mark.parametrize("key", [None, ""])
def test_hashing_without_a_key_is_a_mistake_of_the_configuration(key: str | None) -> None:
    """Plain hashes of e-mail addresses can be guessed. The configuration in force stays."""
    with pytest.raises(ConfigError, match=re.escape("argument: redaction.hash_key: not set, expected a secret key")):
        use(redact="gdpr", redact_action="hash", redact_hash_key=key)
    Path("logging_config.yaml").write_text("redaction: {action: hash}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^logging_config\.yaml: redaction\.hash_key: not set"):
        configure()


def test_the_hash_key_may_come_from_the_environment(
    log_lines: Callable[[], Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it stands in no file."""
    monkeypatch.setenv("LOG_REDACT_HASH_KEY", KEY)
    use(redact="email", redact_action="hash")
    get_logger("shop").info("seen", email="ann@example.com")

    [record] = log_lines()
    assert record["email"] == hash_of("ann@example.com")
