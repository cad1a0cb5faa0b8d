"""Texts made to keep regular expressions busy: the work grows with their length and no faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from logging_system import configure, get_logger

#: Parts that, repeated, make a careless pattern go back and forth.
UNITS: Final = [
    "a", "a ", "=", ": ", "'", '\\"', "\\", "(", "password=", "password='", 'password="\\"', "password=(",
    "password=(a) ", "token=[\n",
    "password='a' + ", "password=a&", "key: ", "the api key: ", "://", "://a:", "://a:b@", "%3A%2F%2Fa%3A", "%3Fa%3D",
    "a%20", "<a>", "--a ", "Bearer ", "Basic a ", "-----BEGIN PRIVATE KEY-----", "password\n  input_value=", "@", "a@",
    "a@b.", "a'a", "1", "1 ", "1111 ", "1-", "1.", "1:", "a:", "::", "+1", "+1 ", "(415) ", "01 23 ", "DE89 3704 ",
    "eyJa.", "A1b2", "00:", "sk-", "xoxb-", "MRN ", "born 1", "\u00e9", "\\na\\n  ", "password: a[", "IDENTIFIED BY ",
]  # fmt: skip


#: Something of every form, so that every pattern is tried.
OF_EVERY_FORM: Final = (
    "a@b eyJa AKIA1 ghp_1 xoxb-1 sk-1 FwoGZXIv 4111 1111 1111 1112 411111111111= 123-00-4567 +1 415 0044 12 "
    "10.0.0.256 a::z DE89 3704 -00:1A:2 1EG4-TE5-MK73x born 1 MRN 1 " + "A" * 40 + " password "
)


@pytest.mark.parametrize(("units", "opening", "length"), [
    *((UNITS[start::10], "", 1_000_000) for start in range(10)),
    *((UNITS[start::10], OF_EVERY_FORM, 50_000) for start in range(10)),
])  # fmt: skip
def test_a_long_text_made_to_confuse_is_written_whole(
    units: list[str], opening: str, length: int, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """A pattern that took a time that grows with the square would need hours: the test would not end."""
    everything: dict[str, Any] = {"max_record_size": "8MB", "redact": "gdpr,hipaa,pci", "max_file_size": "1GB"}
    configure(log_dir="logs", console_output=False, service_name="app", buffer_bytes="64MB", **everything)
    logger = get_logger("shop")
    marker = " ends here"
    for unit in units:
        logger.info("seen", note=[opening + unit * (length // len(unit)) + "\n" + marker])

    records = log_lines()
    assert len(records) == len(units)
    for record in records:
        [note] = record["note"]
        assert note.endswith((marker, "***", "***-----"))
        assert "left out" not in note
