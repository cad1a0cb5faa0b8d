"""A JSON schema of the YAML file, made from the tables of `schema.py`, so that editors check and complete it.

    python -m logging_system.config.json_schema [--check] [PATH]

writes it to PATH (docs/logging_config.schema.json) or, with `--check`, tells whether it is what stands
there. What the loader takes, the schema takes; the loader refuses a little more (a text such as
`99999TB`, a pattern that is no regular expression).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeAlias

from logging_system.config import values
from logging_system.config.key_tree import TREE, Section
from logging_system.config.redaction import PRESETS
from logging_system.config.schema import REMOTE_SINKS, Setting, Settings
from logging_system.levels import NUMBERS

DEFAULT_PATH: Final = "docs/logging_config.schema.json"

Schema: TypeAlias = dict[str, Any]

#: A letter of a pattern that stands for itself.
_LETTER: Final = re.compile(r"(?<!\\)[a-z]")


def json_schema() -> Schema:
    """The schema, draft 7: the newest that the YAML language server takes in full."""
    return {
        "$comment": "made by python -m logging_system.config.json_schema; do not edit",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "logging_config.yaml of logging-system",
        **_section(TREE, asdict(Settings())),
        "definitions": _DEFINITIONS,
    }


def _section(section: Section, defaults: Mapping[str, object]) -> Schema:
    if section.sink is not None:
        defaults = {"enabled": True, **asdict(REMOTE_SINKS[section.sink][1]())}
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            name: _section(each, defaults) if isinstance(each, Section) else _setting(each, defaults)
            for name, each in section.keys.items()
        },
    }


def _setting(setting: Setting, defaults: Mapping[str, object]) -> Schema:
    variable = f" Environment variable: {setting.env}." if setting.env else ""
    default = defaults[setting.name]
    return {
        "description": f"{setting.help[0].upper()}{setting.help[1:]}.{variable}",
        "default": list(default) if isinstance(default, tuple) else default,
        **_value(setting.read),
    }


def _value(reader: values.Reader) -> Schema:
    """What a reader takes."""
    if isinstance(reader, values.OrNothing):
        return _any_of({"enum": [None, ""]}, _value(reader.read))
    if isinstance(reader, values.WholeNumber):
        return _any_of({"type": "integer", "minimum": reader.lowest, "maximum": reader.highest}, _INTEGER_TEXT)
    if isinstance(reader, values.OneNumberOf):
        return _any_of({"enum": list(reader.numbers)}, _words(map(str, reader.numbers)))
    if isinstance(reader, values.OneOf):
        return _any_of({"enum": list(reader.words)}, _words(reader.words))
    return {"anyOf": [_ref(reader.__name__.removeprefix("read_"))]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _any_of(*parts: Schema) -> Schema:
    """One of the parts; those that are such choices themselves are taken apart."""
    flat: list[Schema] = []
    for part in parts:
        flat += part["anyOf"] if part.keys() == {"anyOf"} else [part]
    return {"anyOf": flat}


def _text(pattern: str) -> Schema:
    """A text that is `pattern`, with spaces around it; letters in any case, for which JSON Schema has no flag."""
    any_case = _LETTER.sub(lambda letter: f"[{letter[0].upper()}{letter[0]}]", pattern)
    return {"type": "string", "pattern": f"^\\s*(?:{any_case})\\s*$"}


def _words(words: Iterable[str]) -> Schema:
    return _text("|".join(words))


def _one_or_more(item: Schema) -> Schema:
    return _any_of(item, {"type": "array", "items": item, "minItems": 1})


def _mapping(item: Schema) -> Schema:
    return {"type": "object", "additionalProperties": item}


_NOTHING: Final[Schema] = {"type": "null"}
_ANY_TEXT: Final[Schema] = {"type": "string", "pattern": r"\S"}
#: Texts that YAML takes for numbers count as written.
_WRITTEN: Final = _any_of(_ANY_TEXT, {"type": "number"})
_OPTIONAL_TEXT: Final = _any_of(_NOTHING, {"enum": [""]}, _WRITTEN)
_INTEGER_TEXT: Final = _text(r"[-+]?[0-9]{1,20}")
_NUMBER_TEXT: Final = _text(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?")
_SIZE_TEXT: Final = _text(r"[0-9]+(?:\.[0-9]+)?\s*(?:b|(?:k|m|g|t)i?b?)?")
_DURATION_TEXT: Final = _text(r"[0-9]+(?:\.[0-9]+)?\s*(?:s|m|h|d|w)?")
_MATCH: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["regex"],
    "properties": {"regex": {"type": "string", "format": "regex"}},
}
_PATHS: Final = _one_or_more({"type": "string", "pattern": r"^\s*(?=\S)[^*]*\*?\s*$"})
#: `filter_rules.py` says what the keys mean.
_FILTER_RULE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": [key]} for key in "logger level min_level max_level field message route path".split()],
    "properties": {
        "action": _any_of({"enum": ["drop", "keep"]}, _words(["drop", "keep"])),
        "logger": _one_or_more(_ANY_TEXT),
        "level": _one_or_more(_ref("level")),
        "min_level": _ref("level"),
        "max_level": _ref("level"),
        "field": {"type": "object", "minProperties": 1},
        "message": _one_or_more(_any_of({"type": "string"}, _MATCH)),
        "route": _PATHS,
        "path": _PATHS,
    },
}
_ONE_PRESET: Final = f"(?:{'|'.join(PRESETS)})"
_PRESET: Final = _any_of({"enum": list(PRESETS)}, _words(PRESETS))

#: What the readers without parameters take, by their name without `read_`.
_DEFINITIONS: Final[dict[str, Schema]] = {
    "level": _any_of(
        {"enum": list(NUMBERS)},
        _words(["debug", "info", "warn", "warning", "error", "critical", "fatal", "[0-9]{1,20}"]),
        {"type": "integer", "minimum": 0},
    ),
    "levels": {**_mapping(_ref("level")), "propertyNames": {"pattern": r"\S"}},
    "bool": _any_of({"type": "boolean"}, {"enum": [0, 1]}, _words([*values.TRUE, *values.FALSE])),
    "text": _WRITTEN,
    "optional_text": _OPTIONAL_TEXT,
    "secret": _OPTIONAL_TEXT,
    "stream_name": _any_of(
        {"type": "string", "pattern": r"^(?=[\s\S]*\S)(?:[^{}]|\{(?:host|pid|service_name)\})*$"}, {"type": "number"}
    ),
    "path": _ANY_TEXT,
    "url": _text(values.URL.pattern),
    "size": _any_of({"type": "integer", "minimum": 1, "maximum": values.LARGEST_SIZE}, _SIZE_TEXT),
    "record_size": _any_of(
        {"type": "integer", "minimum": values.SMALLEST_RECORD, "maximum": values.LARGEST_SIZE}, _SIZE_TEXT
    ),
    "seconds": _any_of({"type": "number", "exclusiveMinimum": 0, "maximum": values.LONGEST_SECONDS}, _NUMBER_TEXT),
    "duration": _any_of(
        {"type": "number", "exclusiveMinimum": 0, "maximum": values.LONGEST_DURATION}, _DURATION_TEXT, _NUMBER_TEXT
    ),
    "share": _any_of({"type": "number", "minimum": 0, "maximum": 1}, _NUMBER_TEXT),
    "filters": _any_of(_NOTHING, {"type": "array", "items": _FILTER_RULE}),
    "presets": _any_of(
        _NOTHING, _PRESET, {"type": "array", "items": _PRESET}, _text(rf"{_ONE_PRESET}(?:\s*,\s*{_ONE_PRESET})*")
    ),
    "names": _any_of(_NOTHING, _ANY_TEXT, {"type": "array", "items": _ANY_TEXT}),
    "patterns": _any_of(_NOTHING, _mapping({"type": "string", "format": "regex"})),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the file; returns the exit status: 1 if `--check` finds another content."""
    parser = argparse.ArgumentParser(prog="python -m logging_system.config.json_schema", description="The JSON schema.")
    parser.add_argument("path", nargs="?", metavar="PATH", type=Path, default=Path(DEFAULT_PATH))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it would change")
    arguments = parser.parse_args(argv)
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if not arguments.check:
        arguments.path.write_text(text, encoding="utf-8")
        return 0
    if arguments.path.exists() and arguments.path.read_text(encoding="utf-8") == text:
        return 0
    command = f"{parser.prog} {arguments.path}"
    sys.stderr.write(f"{arguments.path}: not what the settings say; {command} makes it anew\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
