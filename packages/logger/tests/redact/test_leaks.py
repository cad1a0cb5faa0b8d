"""What the tables in docs/redaction.md promise to hide does not reach the file, wherever it is logged."""

from __future__ import annotations

import base64
import dataclasses
import json
import keyword
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import quote, quote_plus

import pytest

from logging_system import configure, flush, get_logger
from logging_system.logger import AdvancedLogger
from packages.logger.tests.redact.leaks import LEAKS, Leak
from packages.logger.tests.redact.look_alikes import FIELDS, NUMBERS, TEXTS

DOCUMENT: Final = Path(__file__).parents[4] / "docs" / "redaction.md"
ROW: Final = re.compile(r"^\| `(\w+)` \| .+ \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
CONFIGURATIONS: Final = [(), ("gdpr",), ("hipaa",), ("pci",), ("gdpr", "hipaa", "pci")]
EVERYTHING: Final = ("gdpr", "hipaa", "pci")


@dataclasses.dataclass
class Note:
    """A value with a field that is nothing special."""

    note: object


def promised() -> dict[str, dict[str, str]]:
    """For each kind and preset what the table says: `key`, `form`, both or none."""
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    return {kind: dict(zip(EVERYTHING, cells, strict=True)) for kind, *cells in rows}


def is_promised(leak: Leak, presets: tuple[str, ...], table: dict[str, dict[str, str]]) -> bool:
    """Whether one of the presets is to hide it."""
    return leak.kind == "secret" or any(
        ("key" if leak.key else "form") in table[leak.kind][preset] for preset in presets
    )


# -- the places ----------------------------------------------------------------------------------


def log_text(logger: AdvancedLogger, text: str) -> None:
    """Log a text in every place a text can be."""
    logger.info(text, place="message")
    logger.info("seen", place="field", note=text)
    logger.info("seen", place="nested", outer={"inner": [{"note": text}, [text, 1], {text}]})
    logger.info("seen", place="dataclass", note=Note(Note(text)))
    logger.info("seen", place="bytes", note=text.encode(), notes=[bytearray(text.encode())])
    logger.info("seen", place="pair", headers=[("x-info", text), (b"x-info", text.encode())])
    logger.info("seen", place="key", counts={text: 1})
    logger.info("seen", place="exception as value", note=ValueError(text))
    logger.bind(note=text).info("seen", place="bound")
    with logger.context(note=text, notes=[text]):
        logger.info("seen", place="context")
    logger.error("failed", place="exception", exc_info=error_of(text))


def log_under_key(logger: AdvancedLogger, key: str, value: str) -> None:
    """Log a value in every place where its key stands with it."""
    field: dict[str, Any] = {key: value}
    logger.info("seen", place="field", **{"x": 1, **field})
    logger.info("seen", place="nested", outer={"inner": [field, [{"deep": (field,)}]]})
    logger.info("seen", place="list", **{"x": 1, key: [value, value]})  # type: ignore[arg-type]
    logger.info("seen", place="dict", **{"x": 1, key: {"value": value}})  # type: ignore[arg-type]
    logger.info("seen", place="bytes", **{"x": 1, key: value.encode()})  # type: ignore[arg-type]
    logger.info("seen", place="pairs", headers=[("accept", "*/*"), (key, value)])
    logger.info("seen", place="pairs of bytes", headers=[(key.encode(), value.encode())])
    if key.isidentifier() and not keyword.iskeyword(key):
        logger.info("seen", place="dataclass", note=dataclasses.make_dataclass("Made", [key])(value))
    logger.bind(**field).info("seen", place="bound")
    with logger.context(**field):
        logger.info("seen", place="context")
    log_text(logger, json.dumps({"a": 1, key: value, "b": 2}, ensure_ascii=False))
    for text in texts_with(key, value):
        logger.info(text, note=text, exc_info=ValueError(text))


def texts_with(key: str, value: str) -> Iterator[str]:
    """Other texts that hold a key with its value."""
    yield repr({"a": 1, key: value})
    yield f"{key}: {value}"
    yield f'{key} = "{value}"'
    if re.fullmatch(r"[\w.-]+", key):
        yield f"https://shop.example.com/a?x=1&{key}={quote_plus(value)}&y=2"


def error_of(text: str) -> BaseException:
    """An exception with the text as its message, its note, its cause, its cause's context and its member's message."""
    try:
        try:
            try:
                raise KeyError(text)
            except KeyError:
                raise OSError(5, text)  # noqa: B904 - the context is wanted
        except OSError as cause:
            raise ExceptionGroup(text, [ValueError(text)]) from cause
    except ExceptionGroup as error:
        error.add_note(text)
        return error


def source_lines(directory: Path) -> ModuleType:
    """A module with a function for each leak, `fail_7`, that raises on a line of source which holds it."""
    lines = ["def fail(*args, **kwargs):", "    raise ValueError('made up')"]
    for number, leak in enumerate(LEAKS):
        if not leak.key:
            argument = repr(leak.text.format(leak.value))
        elif leak.key.isidentifier() and not keyword.iskeyword(leak.key):
            argument = f"{leak.key}={leak.value!r}"
        else:
            argument = f"**{{{leak.key!r}: {leak.value!r}}}"
        lines += [f"def fail_{number}():", f"    fail({argument})"]
    path = directory / "leaky.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    module = ModuleType("leaky")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


def log_everywhere(directory: Path, lines: ModuleType, presets: tuple[str, ...]) -> list[list[str]]:
    """Log every leak in every place, and return what the file has of each."""
    configure(log_dir=directory, console_output=False, service_name="app", max_file_size="1GB", redact=presets)
    for number, leak in enumerate(LEAKS):
        logger = get_logger(f"leak.{number}")
        if leak.key:
            log_under_key(logger, leak.key, leak.value)
        else:
            log_text(logger, leak.text.format(leak.value))
        if "\n" not in leak.text:
            fail: Callable[[], None] = getattr(lines, f"fail_{number}")
            try:
                fail()
            except ValueError as error:
                logger.error("failed", place="source line", exc_info=error)
        assert number % 50 or flush()
    assert flush()

    found: list[list[str]] = [[] for _ in LEAKS]
    for line in (directory / "app.log").read_text(encoding="utf-8").splitlines():
        match = re.search(r'"logger":"leak\.(\d+)"', line)
        assert match
        found[int(match[1])].append(line)
    return found


def forms(leak: Leak) -> set[str]:
    """The value as it would stand in the file, in whole and, of several words, each."""
    value = leak.value
    whole = {
        value,
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
        value.encode("unicode_escape").decode(),
    }
    whole.add(base64.b64encode(value.encode()).decode())
    return whole | {word for word in value.split() if len(word) >= 5} | set(leak.forms)


# -- the tests -----------------------------------------------------------------------------------


def test_there_are_at_least_200_leaks_of_every_kind_and_200_look_alikes() -> None:
    """So many kinds of secrets and personal data are tried; each value is there once."""
    assert len({leak.value for leak in LEAKS}) == len(LEAKS) >= 200
    assert {leak.kind for leak in LEAKS} == {"secret", *promised()}
    assert len(set(TEXTS) | {key for key, _ in FIELDS}) >= 200


@pytest.mark.guarantee(69)
@pytest.mark.parametrize("presets", CONFIGURATIONS, ids="+".join)
def test_nothing_that_the_tables_promise_to_hide_reaches_the_file(presets: tuple[str, ...], tmp_path: Path) -> None:
    """In fields, nested, headers, URLs, messages, exceptions, notes, source lines, bound fields and context."""
    table = promised()
    found = log_everywhere(tmp_path, source_lines(tmp_path), presets)

    leaked = [
        (leak, form, line)
        for leak, lines in zip(LEAKS, found, strict=True)
        if is_promised(leak, presets, table)
        for form in forms(leak)
        for line in lines
        if form in line
    ]
    assert not leaked, f"{len(leaked)} leaks, such as {leaked[:5]}"
    for leak, lines in zip(LEAKS, found, strict=True):
        assert len(lines) >= 11, f"records of {leak} are missing"


def test_without_rules_every_leak_is_found_in_every_place(tmp_path: Path) -> None:
    """So the search above sees what it searches for."""
    found = log_everywhere(tmp_path, source_lines(tmp_path), ("none",))

    for leak, lines in zip(LEAKS, found, strict=True):
        assert all(any(form in line for form in forms(leak)) for line in lines), leak


@pytest.mark.guarantee(69)
@pytest.mark.parametrize("presets", [(), EVERYTHING], ids=["default", "all presets"])
def test_look_alikes_are_written_as_they_are(
    presets: tuple[str, ...], log_dir: Path, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Under every preset at once, in fields, nested, in messages and in exceptions."""
    configure(log_dir=log_dir, console_output=False, service_name="app", redact=presets)
    logger = get_logger("look-alikes")
    for key, value in FIELDS:
        logger.info("field", outer={"inner": [{key: value}]}, **{f"{key}": value})  # type: ignore[arg-type]
    for text in TEXTS:
        logger.error(text, note=text, notes=[[text]], data={"a": text.encode()}, exc_info=ValueError(text))
    logger.info("numbers", numbers=NUMBERS, number=4111111111111112)

    records = log_lines()
    reserved = {"duration_ms"}
    for (key, value), record in zip(FIELDS, records, strict=False):
        assert record[key + "_" * (key in reserved)] == value
        assert record["outer"] == {"inner": [{key: value}]}
    for text, record in zip(TEXTS, records[len(FIELDS) :], strict=False):
        assert (record["message"], record["note"], record["notes"], record["data"]) == (
            text,
            text,
            [[text]],
            {"a": text},
        )
        assert record["exception"]["message"] == text
        assert text in record["exception"]["stacktrace"]
    assert records[-1]["numbers"] == NUMBERS
    assert records[-1]["number"] == 4111111111111112
