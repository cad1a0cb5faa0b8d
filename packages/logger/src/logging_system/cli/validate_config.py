"""`logging-system validate-config`: the settings in force, and where each comes from.

Checks with the same `load_settings` as a program that starts; a mistake is its ConfigError.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from logging_system.config.load import DEFAULT_FILE, load_settings, parse_yaml
from logging_system.config.schema import REMOTE_SINKS, SETTINGS, Setting
from logging_system.formatters import escape

if TYPE_CHECKING:
    from logging_system.cli.arguments import Subcommands

#: Other keys of the file that decide the same setting.
_ALSO: Final = {
    "logging.file_output": "handlers.file.enabled",
    "logging.console_output": "handlers.console.enabled",
    "handlers.file.format": "logging.structured",
}
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/@\s]+@")


def add_parser(subcommands: Subcommands) -> None:
    """Add the subcommand and its arguments."""
    parser = subcommands.add_parser(
        "validate-config",
        help="check a configuration and show the settings in force",
        description="Check a configuration and show the settings in force: key, value and source.",
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=f"YAML file (default: $LOG_CONFIG, else ./{DEFAULT_FILE})"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the table. Raises ConfigError for a mistake, OSError for a file that cannot be read."""
    file = _file(arguments.file)
    settings = _checked_settings(file)
    keys = frozenset(_keys(parse_yaml(file))) if file is not None else frozenset[str]()

    found = f"{file} is valid" if file is not None else "no configuration file found"
    sources = "file, environment and defaults" if file is not None else "environment and defaults"
    sys.stdout.write(f"{escape(found)}; settings come from {sources}\n\n")
    _write_table([("key", "value", "source"), *_rows(settings, keys)])
    return 0


def _file(given: str | None) -> str | None:
    named = given if given is not None else os.environ.get("LOG_CONFIG", "").strip()
    return named or (DEFAULT_FILE if os.path.exists(DEFAULT_FILE) else None)


def _checked_settings(file: str | None) -> Any:
    if file is not None:
        with open(file, "rb"):  # the system's own words for a file that is not there
            pass
    return load_settings(file)


def _keys(section: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Key paths of the file, sections included."""
    for name, value in section.items():
        key = f"{prefix}{name}"
        yield key
        if isinstance(value, Mapping):
            yield from _keys(value, f"{key}.")


def _rows(settings: Any, keys: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for setting in SETTINGS:
        yield setting.key, _shown(getattr(settings, setting.name)), _source(setting, keys)
    for sink, (table, _) in REMOTE_SINKS.items():
        section = f"handlers.{sink}"
        value = getattr(settings, sink)
        if value is None:
            yield section, "off", "file" if section in keys else "default"
            continue
        for setting in table:
            key = f"{section}.{setting.key}"
            yield key, _shown(getattr(value, setting.name)), "file" if key in keys else "default"


def _source(setting: Setting, keys: frozenset[str]) -> str:
    if setting.env and os.environ.get(setting.env, "").strip():
        return f"environment ({setting.env})"
    return "file" if setting.key in keys or _ALSO.get(setting.key) in keys else "default"


def _shown(value: object) -> str:
    """The value as one would write it in YAML; user and password of an address are masked."""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return escape(_CREDENTIALS.sub("***@", text))


def _write_table(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, source in rows:
        sys.stdout.write(f"{key:<{widths[0]}}  {value:<{widths[1]}}  {source}\n")
