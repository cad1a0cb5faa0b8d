"""Presets, kinds and forms: what is named is hidden, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logging_system import ConfigError, configure, get_logger

Records = list[dict[str, Any]]
EMAIL, CARD, IP = "ann@example.com", "4111 1111 1111 1111", "203.0.113.7"


def use(redact: object, **settings: Any) -> None:
    """Configure redaction."""
    configure(log_dir="logs", console_output=False, service_name="app", redact=redact, **settings)


@pytest.mark.parametrize(
    ("redact", "hidden"),
    [
        ("default", ""), ("none", ""), ("gdpr", "email card ip"), ("hipaa", "email card ip"), ("pci", "card"),
        (["gdpr", "pci"], "email card ip"), ("GDPR, pci", "email card ip"), ("email", "email"),
        (["card", "ip"], "card ip"),        (["none", "email"], "email"), ((), ""), (None, ""),
    ],
)  # fmt: skip
def test_presets_and_kinds_hide_what_they_name(redact: object, hidden: str, log_lines: Callable[[], Records]) -> None:
    """One, several, as a list or a text."""
    use(redact)
    get_logger("shop").info("seen", email_note=EMAIL, card_note=CARD, ip_note=IP, secret_note="password=x")

    [record] = log_lines()
    shown = {"email": EMAIL, "card": CARD, "ip": IP}
    for kind, value in shown.items():
        assert record[f"{kind}_note"] == ("***" if kind in hidden.split() else value), kind
    assert record["secret_note"] == ("password=x" if "none" in str(redact) else "***")


def test_an_unknown_preset_is_named_with_the_nearest_kind() -> None:
    """A typing error must not leave data unhidden."""
    with pytest.raises(
        ConfigError, match=r'argument: redact: got "emial", expected none, default, gdpr, .* email or a'
    ):
        use(["gdpr", "emial"])
    with pytest.raises(ConfigError, match=r"got 7, expected .* such as email"):
        use([7])


def test_cards_are_found_as_numbers_too(log_lines: Callable[[], Records]) -> None:
    """Whole numbers, also as floats; not under keys of times and traces."""
    use("pci")
    get_logger("shop").info(
        "seen",
        a=4111111111111111,
        b=4111111111111111.0,
        c=4111111111111112,
        trace_id=4111111111111111,
        d=[4111111111111111],
    )

    [record] = log_lines()
    assert [record[key] for key in "abcd"] == ["***", "***", 4111111111111112, ["***"]]
    assert record["trace_id"] == 4111111111111111


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("order 7 4111 1111 1111 1111 2 items", "order 7 *** 2 items"),
        ("4111 1111 1111 1111 5500 0000 0000 0004", "*** ***"),
        ("4111111111111111,4111111111111112", "***,4111111111111112"),
        ("card_4111111111111111.png", "card_***.png"),
        ("4222222222222 6304000000000000", "*** ***"),
        ("5018000000000000007 3782 822463 10005", "*** ***"),
        ("12345 6789 0123 4567", "12345 6789 0123 4567"),
        ("number: 4111-1111-1111-1111!", "number: ***!"),
    ],
)
def test_cards_are_found_among_other_numbers(text: str, written: str, log_lines: Callable[[], Records]) -> None:
    """Only what has the right length, groups, range and check digit."""
    use("card")
    get_logger("shop").info(text)

    [record] = log_lines()
    assert record["message"] == written


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("ip", "10.0.0.1:8080 and [2001:db8::1]:443", "***:8080 and [***]:443"),
        ("ip", "fe80::1: no route, 2001:db8:0:0:0:0:0:1", "***: no route, ***"),
        ("ip", "version 10.0.0.1 on 10.0.0.1", "version 10.0.0.1 on ***"),
        ("ip", "1.2.3.4.5 300.1.1.1 1:2 abc::gg 1:2:3:4:5:6:7:z", "1.2.3.4.5 300.1.1.1 1:2 abc::gg 1:2:3:4:5:6:7:z"),
        ("ip", "1111:2222:3333:4444:5555:6666:7777:8888:9999", "1111:2222:3333:4444:5555:6666:7777:8888:9999"),
        ("ip", "abcd:1::2::3", "abcd:1::2::3"),
        ("email", "ann@example.com, <bob@example.org>; o'hara@example.net.", "***, <***>; ***."),
        ("email", "'ann@example.com' 100%bob@example.com a@b.c", "'***' 100%*** a@b.c"),
        ("phone", "call +1 415 555 0132 or 415-555-0133 now", "call *** or *** now"),
        ("phone", "+123456789, 000123 0044 1 12345678901234567", "+123456789, 000123 0044 1 12345678901234567"),
        ("bank_account", "to DE89 3704 0044 0532 0130 00 TODAY", "to *** TODAY"),
        ("bank_account", "ID12 DE89 3704 0044 0532 0130 00", "ID12 ***"),
        ("bank_account", "DE89 3704", "DE89 3704"),
        ("bank_account", "DE89370400440532013000X", "DE89370400440532013000X"),
        ("jwt", "eyJhbGciOi.eyJzdWIi.c2ln;", "***;"),
        ("aws_key", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "***"),
        ("health_id", "MRN 123456 and MRN pending", "MRN *** and MRN pending"),
        ("birth_date", "born on 1 May 1980, born May 1, 1980, born 1980", "born on ***, born ***, born 1980"),
        ("device", "00:1A:2B:3C:4D:5E and 00:1A:2B:3C:4D:5E:6F", "*** and 00:1A:2B:3C:4D:5E:6F"),
        ("name", "full name: Ann B. Smith (admin), age 7", "full name: ***, age 7"),
        ("name", "full_name=Ann age=7", "full_name=*** age=7"),
        ("birth_date", "date of birth: 1980-01-02; x", "date of birth: ***; x"),
    ],
)  # fmt: skip
def test_forms_are_found_with_their_borders(
    kind: str, text: str, written: str, log_lines: Callable[[], Records]
) -> None:
    """No more and no less than the value itself."""
    use(kind)
    get_logger("shop").info(text)

    [record] = log_lines()
    assert record["message"] == written


def test_addresses_under_a_version_key_are_versions(log_lines: Callable[[], Records]) -> None:
    """The key tells what four numbers are."""
    use("ip")
    get_logger("shop").info("seen", app_version="10.0.0.1", host="10.0.0.1")

    [record] = log_lines()
    assert (record["app_version"], record["host"]) == ("10.0.0.1", "***")


def test_a_new_configuration_judges_anew_what_was_harmless(log_lines: Callable[[], Records]) -> None:
    """Names, messages and call sites that were known before."""
    logger = get_logger("shop")
    for redact in ("default", "gdpr", "default"):
        use(redact)
        logger.info("mail to ann@example.com", email="x", note=EMAIL)

    plain, hidden, again = ((r["message"], r["email"], r["note"]) for r in log_lines())
    assert plain == again == ("mail to ann@example.com", "x", EMAIL)
    assert hidden == ("mail to ***", "***", "***")


def test_a_new_configuration_encodes_contexts_and_bound_fields_anew(log_lines: Callable[[], Records]) -> None:
    """Those that were made under the old rules, and are still in force."""
    bound = get_logger("shop").bind(phone="+14155550132")
    with bound.context(email=EMAIL):
        for redact in ("none", "gdpr", "none"):
            use(redact)
            bound.info("seen")
            get_logger("shop").info("seen")
    bound.info("seen")
    use("gdpr")
    bound.info("seen")

    written = [(r["context"].get("email"), r["context"].get("phone")) for r in log_lines()]
    phone = "+14155550132"
    assert written[:6] == [(EMAIL, phone), (EMAIL, None), ("***", "***"), ("***", None), (EMAIL, phone), (EMAIL, None)]
    assert written[6:] == [(None, phone), (None, "***")]
