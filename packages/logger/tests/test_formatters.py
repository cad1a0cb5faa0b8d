"""What a person sees: no character of a record drives the terminal or hides what it says."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger
from logging_system.formatters import escape, escape_json, format_line

pytestmark = pytest.mark.guarantee(44)

#: C0 with CR and LF, DEL, C1 with 0x9b (CSI) and 0x85 (NEL), line separators, bidi, byte order mark, language tags.
HOSTILE = (
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
    "\U000e0041",
)
EVIL = "[31m".join(HOSTILE)
#: The formats' own colours.
OWN_COLOURS = re.compile(r"\x1b\[(?:0|2|3[1236]|1;37;41)m")


def log_evil_record() -> None:
    """Hostile characters wherever a record can hold them."""
    error = ValueError(EVIL)
    error.add_note(EVIL)
    error.__cause__ = type(f"E{EVIL}".replace("\0", ""), (Exception,), {"__module__": EVIL})(EVIL)
    fields: dict[str, Any] = {EVIL: 1, "value": EVIL, "nested": [{EVIL: EVIL}], "one": f"word{HOSTILE[0x1B]}"}
    with get_logger(f"name{EVIL}").context(**{EVIL: EVIL}):
        exec(
            compile("logger.error(EVIL, exc_info=error, **fields)", f"{EVIL}.py".replace("\0", ""), "exec"),
            {"logger": get_logger(f"name{EVIL}"), "EVIL": EVIL, "error": error, "fields": fields},
        )
    assert flush()


@pytest.mark.parametrize("console_format", ["plain", "colored"])
def test_nothing_in_a_record_reaches_the_console_raw(
    monkeypatch: pytest.MonkeyPatch, log_dir: Path, console_format: str
) -> None:
    """Message, keys, values, context, logger, module, exception with notes and cause."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    configure(log_dir=log_dir, service_name="app", console_format=console_format)
    log_evil_record()

    shown = OWN_COLOURS.sub("", stream.getvalue())
    assert {character for character in shown if character in HOSTILE} == {"\n"}
    assert shown.count("\\x9b") >= 10
    assert not {character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")} - {
        "\n"
    }


def test_records_as_json_on_a_terminal_drive_it_no_more_than_others(
    monkeypatch: pytest.MonkeyPatch, log_dir: Path
) -> None:
    """They mean the same as those in the file."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    configure(log_dir=log_dir, service_name="app", console_format="json")
    log_evil_record()

    assert {character for character in stream.getvalue() if character in HOSTILE} == {"\n"}
    assert json.loads(stream.getvalue()) == json.loads((log_dir / "app.log").read_bytes())


def test_the_file_holds_one_line_of_json_with_the_very_characters(log_dir: Path) -> None:
    """For programs nothing is changed."""
    log_evil_record()

    data = (log_dir / "app.log").read_bytes()
    assert (data.count(b"\n"), data.count(b"\r"), data.count(b"\x1b")) == (1, 0, 0)
    record = json.loads(data)
    assert record["message"] == record["value"] == record["nested"][0][EVIL] == record["context"][EVIL] == EVIL


def test_lines_of_json_can_be_shown_on_a_terminal_with_the_same_meaning(log_dir: Path) -> None:
    """By JSON's own escapes; line ends stay, and so does everything harmless."""
    log_evil_record()
    lines = (log_dir / "app.log").read_text(encoding="utf-8") * 2

    shown = escape_json(lines)
    assert {character for character in shown if character in HOSTILE} == {"\n"}
    assert [json.loads(line) for line in shown.splitlines()] == [json.loads(line) for line in lines.split("\n")[:-1]]
    assert escape_json('{"a":"äöü 🦔 \\n"}\n') == '{"a":"äöü 🦔 \\n"}\n'


def test_readable_characters_of_every_script_stay() -> None:
    """Letters, accents, joined emoji, right-to-left letters without their controls."""
    text = "äé ñ 漢字 עברית العربية 👩‍👩‍👧 e\u0301 \u00a0 ~"

    assert escape(text) == text
    assert escape("\x1b[2J\u202e\U000e0041\n") == "\\x1b[2J\\u202e\\U000e0041\\n"


def test_a_field_and_a_context_field_of_one_name_are_both_shown(log_dir: Path) -> None:
    """And what could be taken for another field stands in quotes."""
    own: dict[str, Any] = {"user_id": "own", "a=1 b": "x=1", "spaced": 'a "b"', "empty": "", "n": None}
    with get_logger("both").context(user_id="outer", correlation_id="c1"):
        get_logger("both").info("m", **own)
    assert flush()

    line = format_line((log_dir / "app.log").read_bytes(), colored=False)
    fields = 'user_id=own "a=1 b"=x=1 spaced="a \\"b\\"" empty="" n=null correlation_id=c1 user_id=outer (both '
    assert f" INFO     m {fields}test_formatters:" in line


def test_chains_and_groups_are_shown_below_the_record(log_dir: Path) -> None:
    """Each with how it belongs to the one above."""
    error = ExceptionGroup("group", [ValueError("member"), *(OSError(str(number)) for number in range(60))])
    error.__cause__ = KeyError("cause")
    error.__cause__.__context__ = TypeError("context")
    error.add_note("a note")
    get_logger("x").error("m", exc_info=error)
    assert flush()

    text = format_line((log_dir / "app.log").read_bytes(), colored=False)
    for line in ("a note", "caused by:", "KeyError: 'cause'", "while handling:", "group member:", "ValueError: member"):
        assert f"    {line}\n" in text
    assert text.endswith("    group member:\n    …: <13 more>\n")


def test_a_group_member_that_is_only_a_text_is_shown_escaped(log_dir: Path) -> None:
    """Files of earlier versions hold such members."""
    get_logger("x").error("m", exc_info=ExceptionGroup("g", [ValueError("v")]))
    assert flush()
    record = json.loads((log_dir / "app.log").read_bytes())
    record["exception"]["exceptions"].append("<9 more>\x1b[2J")

    assert format_line(json.dumps(record).encode(), colored=False).endswith("    <9 more>\\x1b[2J\n")
