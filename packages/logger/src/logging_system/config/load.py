"""From keywords, environment and YAML file to one checked `Settings`.

Nothing here opens a sink or keeps state. Every wrong or unknown key is a `ConfigError` that
names the source, the key, the value, what was expected and, for an unknown key, the nearest one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from logging_system.config.key_tree import SWITCHES, TREE, Section
from logging_system.config.nearest import unknown_argument, unknown_key
from logging_system.config.redaction import check_hash_key
from logging_system.config.schema import KEYWORDS, REMOTE_SINKS, SETTINGS, Setting, Settings
from logging_system.config.shown import shown_key
from logging_system.config.values import Reader, WrongPart, read_mapping, read_path, wrong
from logging_system.errors import ConfigError

DEFAULT_FILE: Final = "logging_config.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force and where they come from."""

    settings: Settings
    file: str | None
    #: By key path in the YAML, for what is not a default: "file", "environment (LOG_LEVEL)", "argument".
    sources: Mapping[str, str]


def load_settings(
    path: str | os.PathLike[str] | None = None,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force: `overrides` over `environ` over the YAML file over the defaults.

    The file is `path`, else `$LOG_CONFIG`, else `./logging_config.yaml` when that exists.
    Raises ConfigError for anything unknown or wrong, and for a named file that cannot be read.
    """
    return load(path, overrides, environ).settings


def load(
    path: str | os.PathLike[str] | None = None,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """As `load_settings`, and tell where each setting comes from."""
    environ = os.environ if environ is None else environ
    file = _config_file(path, environ)
    found = _Found()
    if file is not None:
        found.add_file(file)
    found.add_environment(environ)
    found.add_keywords(overrides or {})
    settings = Settings(**found.values)
    place = found.sources.get("redaction.action", "")
    check_hash_key(settings.redact_action, settings.redact_hash_key, file if file and place == "file" else place)
    return Loaded(settings, file, found.sources)


def _config_file(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> str | None:
    if path is not None and path != "":
        return str(_checked(read_path, path, "argument", "path"))
    if named := environ.get("LOG_CONFIG", "").strip():
        return os.path.expanduser(named)
    # A link that leads nowhere counts: whoever made it meant a file.
    return DEFAULT_FILE if os.path.lexists(DEFAULT_FILE) else None


class _Found:
    """Values by setting name, each source over the ones before it."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}

    def add_file(self, file: str) -> None:
        """Take over a YAML file."""
        from logging_system.config.yaml_file import parse_yaml  # PyYAML takes a fifth of the library's import

        read = list(self._section(parse_yaml(file), TREE, shown_key(file), ""))
        self._add(sorted(read, key=lambda pair: pair[0] in SWITCHES), "file")

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Take over the variables; an empty one counts as not set."""
        for setting in SETTINGS:
            if setting.env and environ.get(setting.env, "").strip():
                value = _checked(setting.read, environ[setting.env], "environment", setting.env)
                self._add([(setting, value)], f"environment ({setting.env})")

    def add_keywords(self, overrides: Mapping[str, object]) -> None:
        """Take over the keywords of `configure`."""
        by_name = {setting.name: setting for setting in SETTINGS}
        read = []
        for name, value in overrides.items():
            if name not in KEYWORDS:
                raise ConfigError("argument", shown_key(name or '""'), unknown_argument(name))
            setting = by_name.get(name, _SINKS)
            read.append((setting, _checked(setting.read, value, "argument", name)))
        self._add(read, "argument")

    def _add(self, read: Iterable[tuple[Setting, Any]], source: str) -> None:
        added = {setting.name: value for setting, value in read}
        # `structured` is the short form of a format, for the source that does not name one.
        if "structured" in added:
            added.setdefault("file_format", "json" if added["structured"] else "plain")
        self.values.update(added)
        for setting in SETTINGS:
            if setting.name in added:
                self.sources[setting.key] = source

    def _section(
        self, section: Mapping[str, object], known: Section, source: str, prefix: str
    ) -> Iterable[tuple[Setting, Any]]:
        for name, value in section.items():
            key = prefix + (name or '""')
            match known.keys.get(name):
                case Setting() as setting:
                    yield setting, _checked(setting.read, value, source, key)
                case Section(sink=None) as inner:
                    yield from self._section(_checked(read_mapping, value, source, key), inner, source, f"{key}.")
                case Section(sink=str(sink)) as inner:
                    read = self._section(_checked(read_mapping, value, source, key), inner, source, f"{key}.")
                    self._add_remote_sink(sink, key, list(read))
                case _:
                    raise ConfigError(source, shown_key(key), unknown_key(name, known, prefix))

    def _add_remote_sink(self, sink: str, key: str, read: list[tuple[Setting, Any]]) -> None:
        values = {setting.name: value for setting, value in read}
        enabled = values.pop("enabled", True)
        self.values[sink] = REMOTE_SINKS[sink][1](**values) if enabled else None
        self.sources.update(dict.fromkeys([key, *(setting.key for setting, _ in read)], "file"))


def _read_sinks(value: object) -> tuple[object, ...]:
    """Objects of `configure(sinks=[...])`."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes):
        raise wrong(value, "a list of sinks")
    sinks = tuple(value)
    for sink in sinks:
        if isinstance(sink, type) or not all(hasattr(sink, name) for name in ("name", "write", "idle", "close")):
            raise wrong(sink, "an object with name, write, idle and close, see logging_system.sinks.base.Sink")
    return sinks


#: The one setting that only a keyword can give.
_SINKS: Final = Setting("", "sinks", _read_sinks, "sinks of the program's own")


def _checked(read: Reader, value: object, source: str, key: str) -> Any:
    try:
        return read(value)
    except WrongPart as error:
        raise ConfigError(source, shown_key(f"{key}{error.place}"), str(error)) from None
    except ValueError as error:
        raise ConfigError(source, shown_key(key), str(error)) from None
    except Exception as error:  # an argument of the program's own whose methods raise
        problem = f"got an object that cannot be read: {type(error).__name__}: {error}"
        raise ConfigError(source, shown_key(key), shown_key(problem)) from error
