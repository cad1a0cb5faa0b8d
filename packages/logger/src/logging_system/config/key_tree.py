"""The settings as the tree of sections that a YAML file is: what `load.py` reads by and `json_schema.py` shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from logging_system.config.schema import REMOTE_SINKS, SETTINGS, Setting
from logging_system.config.values import read_bool

_HANDLERS: Final = "handlers"


@dataclass(frozen=True, slots=True)
class Section:
    """Keys by name. `sink` is the remote sink whose settings they are."""

    keys: dict[str, Setting | Section] = field(default_factory=dict)
    sink: str | None = None


#: Further keys of settings that have another one; they decide where both are there.
SWITCHES: Final = (
    Setting(f"{_HANDLERS}.file.enabled", "file_output", read_bool, "false turns the file sink off"),
    Setting(f"{_HANDLERS}.console.enabled", "console_output", read_bool, "false turns the console sink off"),
)
#: Sinks of the documentation that this version does not have yet.
LATER_SINKS: Final = ("elasticsearch", "http", "kafka", "loki", "otlp", "syslog")


def sink_settings(sink: str) -> tuple[Setting, ...]:
    """The settings of a remote sink, with their whole key paths."""
    return tuple(replace(each, key=f"{_HANDLERS}.{sink}.{each.key}") for each in REMOTE_SINKS[sink][0])


def _tree() -> Section:
    top = Section()
    for setting in (*SETTINGS, *SWITCHES):
        *sections, name = setting.key.split(".")
        place = top
        for section in sections:
            inner = place.keys.setdefault(section, Section())
            assert isinstance(inner, Section), f"{setting.key} lies below a setting"
            place = inner
        place.keys[name] = setting
    handlers = top.keys[_HANDLERS]
    assert isinstance(handlers, Section)
    for sink in REMOTE_SINKS:
        enabled = Setting(f"{_HANDLERS}.{sink}.enabled", "enabled", read_bool, "false turns the sink off")
        settings = (enabled, *sink_settings(sink))
        handlers.keys[sink] = Section({each.key.rpartition(".")[2]: each for each in settings}, sink)
    return top


TREE: Final = _tree()
