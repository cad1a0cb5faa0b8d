"""From keywords, environment and YAML file to one checked `Settings`.

Nothing here opens a sink or keeps state. Every wrong or unknown key is a `ConfigError` that
names the source, the key, the value, what was expected and, for an unknown key, the nearest one.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from logging_system.config.schema import KEYWORDS, REMOTE_SINKS, SETTINGS, Setting, Settings
from logging_system.config.values import read_bool, read_mapping
from logging_system.errors import ConfigError

DEFAULT_FILE = "logging_config.yaml"


def load_settings(
    path: str | os.PathLike[str] | None = None,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force: `overrides` over `environ` over the YAML file over the defaults.

    The file is `path`, else `$LOG_CONFIG`, else `./logging_config.yaml` when that exists.
    Raises ConfigError for anything unknown or wrong, and for a named file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    overrides = overrides or {}
    values: dict[str, Any] = {}

    file = _config_file(path, environ)
    if file is not None:
        values.update(_read_file(file))
    for setting in SETTINGS:
        if setting.env and environ.get(setting.env, "").strip():
            values[setting.name] = _read(setting, environ[setting.env], "environment", setting.env)
    values.update(_read_keywords(overrides))

    if not values.get("structured", True):
        values.setdefault("file_format", "plain")
    return Settings(**values)


def _config_file(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> str | None:
    named = os.fspath(path) if path is not None else environ.get("LOG_CONFIG", "").strip()
    if named:
        return named
    return DEFAULT_FILE if os.path.exists(DEFAULT_FILE) else None


def _read_keywords(overrides: Mapping[str, object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    by_name = {setting.name: setting for setting in SETTINGS}
    for name, value in overrides.items():
        if name not in KEYWORDS:
            raise ConfigError("argument", name, _unknown("argument", name, KEYWORDS))
        values[name] = tuple(value) if name == "sinks" else _read(by_name[name], value, "argument", name)  # type: ignore[arg-type]
    return values


def _read_file(file: str) -> dict[str, Any]:
    document = parse_yaml(file)
    known = [setting.key for setting in SETTINGS]
    settings = {setting.key: setting for setting in SETTINGS}
    values: dict[str, Any] = {}

    for key, value in _leaves(document, file, known):
        if key in settings:
            values[settings[key].name] = _read(settings[key], value, file, key)
        elif key in ("handlers.file.enabled", "handlers.console.enabled"):
            switch = "file_output" if key == "handlers.file.enabled" else "console_output"
            values[switch] = _checked(read_bool, value, file, key)
        elif key.startswith("handlers.") and key.removeprefix("handlers.") in REMOTE_SINKS:
            name = key.removeprefix("handlers.")
            values[name] = _read_remote_sink(name, value, file)
        else:
            raise ConfigError(file, key, _unknown("key", key, _siblings(key, known)))
    return values


def parse_yaml(file: str) -> Mapping[str, object]:
    """Read a YAML file whose top is a mapping. Raises ConfigError when it is missing, unreadable or something else."""
    try:
        with open(file, encoding="utf-8") as stream:
            document = yaml.safe_load(stream)
    except OSError as error:
        raise ConfigError(file, "", f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(file, "", f"is not UTF-8 text (byte {error.start})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(file, where, f"is not valid YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise ConfigError(file, "", "is nested too deeply") from None
    return _checked(read_mapping, document, file, "")  # type: ignore[no-any-return]


def _leaves(document: Mapping[str, object], file: str, known: list[str]) -> Iterable[tuple[str, object]]:
    """Key paths and values; a section is entered while settings lie below it."""

    def walk(section: Mapping[str, object], prefix: str) -> Iterable[tuple[str, object]]:
        for name, value in section.items():
            key = f"{prefix}{name}"
            if any(other.startswith(f"{key}.") for other in known):
                yield from walk(_checked(read_mapping, value, file, key), f"{key}.")
            else:
                yield key, value

    return walk(document, "")


def _read_remote_sink(name: str, section: object, file: str) -> Any:
    prefix = f"handlers.{name}"
    table, settings_class = REMOTE_SINKS[name]
    known = {setting.key: setting for setting in table}
    values: dict[str, Any] = {}
    enabled = True
    for key, value in _checked(read_mapping, section, file, prefix).items():
        place = f"{prefix}.{key}"
        if key == "enabled":
            enabled = _checked(read_bool, value, file, place)
        elif key in known:
            values[known[key].name] = _read(known[key], value, file, place)
        else:
            raise ConfigError(file, place, _unknown("key", str(key), [*known, "enabled"]))
    return settings_class(**values) if enabled else None


def _siblings(key: str, known: list[str]) -> list[str]:
    """Keys that could have been meant at this place: one level of the tree, named as in the file."""
    prefix, _, _ = key.rpartition(".")
    start = f"{prefix}." if prefix else ""
    found = {start + other.removeprefix(start).split(".")[0] for other in known if other.startswith(start)}
    if prefix == "handlers":
        found |= {f"handlers.{name}" for name in REMOTE_SINKS}
    return sorted(found)


def _unknown(what: str, key: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if near:
        return f'unknown {what}; did you mean "{near[0].rpartition(".")[2]}"?'
    return f"unknown {what}; known here: {', '.join(name.rpartition('.')[2] for name in names)}"


def _read(setting: Setting, value: object, source: str, key: str) -> Any:
    return _checked(setting.read, value, source, key)


def _checked(read: Any, value: object, source: str, key: str) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise ConfigError(source, key, str(error)) from None
