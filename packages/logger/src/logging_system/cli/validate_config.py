"""`logging-system validate-config`: the settings in force, and where each comes from.

Checks with the same loader as a program that starts; a mistake is its ConfigError.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import orjson

from logging_system.cli import arguments as read
from logging_system.cli.explain import explain
from logging_system.config.key_tree import sink_settings
from logging_system.config.load import DEFAULT_FILE, Loaded, load
from logging_system.config.schema import REMOTE_SINKS, SETTINGS
from logging_system.config.values import Reader, read_secret
from logging_system.formatters import escape
from logging_system.sinks.build import build_sinks

if TYPE_CHECKING:
    from logging_system.cli.arguments import Subcommands

_EXAMPLES: Final = """examples:
  logging-system validate-config deploy/logging.yaml     with the environment of this shell
  logging-system validate-config --explain shop.cart     what becomes of the records of one logger
  logging-system validate-config --explain urllib3:INFO  of one level
"""
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/@\s]+@")
#: Columns of a value; a longer one pushes the source to the right in its own line only.
_VALUE_WIDTH: Final = 32


def add_parser(subcommands: Subcommands) -> None:
    """Add the subcommand and its arguments."""
    parser = subcommands.add_parser(
        "validate-config",
        help="check a configuration and show the settings in force",
        description="Check a configuration and show the settings in force: key, value and source.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=f"YAML file (default: $LOG_CONFIG, else ./{DEFAULT_FILE})"
    )
    parser.add_argument(
        "--explain",
        type=read.logger_and_level,
        metavar="LOGGER[:LEVEL]",
        help="show instead where the records of a logger go, and which keys decide that",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the table, or the explanation. Raises ConfigError for a mistake, an unreadable file, a missing package."""
    loaded = load(arguments.file)
    build_sinks(loaded.settings, lambda *_: None)  # opens nothing, but knows which packages are needed

    found = f"{loaded.file} is valid" if loaded.file is not None else "no configuration file found"
    sources = "file, environment and defaults" if loaded.file is not None else "environment and defaults"
    sys.stdout.write(f"{escape(found)}; settings come from {sources}\n\n")
    if arguments.explain is not None:
        sys.stdout.writelines(f"{escape(line)}\n" for line in explain(loaded, *arguments.explain))
        return 0
    rows = [("key", "value", "source"), *_rows(loaded)]
    width = max(len(key) for key, _, _ in rows)
    for key, value, source in rows:
        sys.stdout.write(f"{key:<{width}}  {value:<{_VALUE_WIDTH}}  {source}\n")
    sys.stdout.writelines(f"{line}\n" for line in _misspelt_variables(os.environ))
    return 0


def _rows(loaded: Loaded) -> Iterator[tuple[str, str, str]]:
    settings, sources = loaded.settings, loaded.sources
    for setting in SETTINGS:
        value = _shown(getattr(settings, setting.name), setting.read)
        yield setting.key, value, sources.get(setting.key, "default")
    for sink in REMOTE_SINKS:
        section = f"handlers.{sink}"
        of_sink = getattr(settings, sink)
        if of_sink is None:
            yield section, "off", sources.get(section, "default")
            continue
        for setting in sink_settings(sink):
            value = _shown(getattr(of_sink, setting.name), setting.read)
            yield setting.key, value, sources.get(setting.key, "default")


def _shown(value: object, read: Reader) -> str:
    """The value as one would write it in YAML; secrets, and user and password of an address, are masked."""
    if read is read_secret and value is not None:
        return "***"
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return escape(_CREDENTIALS.sub("***@", text))


def _misspelt_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Variables nobody reads whose names are nearly those of ours."""
    known = ["LOG_CONFIG", *(setting.env for setting in SETTINGS if setting.env)]
    for name in sorted(environ.keys() - set(known)):
        if name.startswith("LOG_") and (near := difflib.get_close_matches(name, known, n=1, cutoff=0.8)):
            yield f"\nthe variable {escape(name)} has no meaning here; did you mean {near[0]}?"
