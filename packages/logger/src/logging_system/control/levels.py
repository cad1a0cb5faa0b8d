"""Minimum levels of loggers, by name, with inheritance along the dots: `shop.cart` follows `shop`.

The nearest name with a level decides: the logger's own (`set_level`, `get_logger(log_level=…)`)
before the configuration's `logging.levels`, before the same of its parent, and so on up to
`logging.level`. Each logger keeps the answer as a number, so a record pays for one comparison.
"""

from __future__ import annotations

import threading

from logging_system.callsite import CallSites
from logging_system.config.schema import Settings
from logging_system.levels import NUMBERS
from logging_system.pipeline import lifecycle
from logging_system.record import encode_static_context


class LoggerCore:
    """What a logger and its bound children share."""

    __slots__ = ("level", "name", "own_level", "sites", "tail", "threshold")

    def __init__(self, name: str) -> None:
        self.name = name
        self.own_level: int | None = None
        #: Records below it are not written.
        self.level = 0
        #: Records below it are not even looked at: `level`, or that of the flight recorder where it is lower.
        #: Everything passes until the first record resolves the configuration.
        self.threshold = 0
        self.sites = CallSites(name)
        #: `"service_name":…,"version":…,"environment":…}`; empty until the configuration is resolved.
        self.tail = b""

    def resolve(self) -> None:
        """Take over the configuration, resolving it if nothing has yet."""
        if not self.tail:
            lifecycle.current_settings()


_cores: dict[str, LoggerCore] = {}
_lock = threading.RLock()
_settings = Settings()


def core_of(name: str) -> LoggerCore:
    """The one core of this name."""
    with _lock:
        core = _cores.get(name)
        if core is None:
            core = _cores[name] = LoggerCore(name)
            if lifecycle.settings_if_configured() is not None:
                _apply(core)
            elif (level := _own_level_above(name)) is not None:
                _set(core, level)
        return core


def set_own_level(core: LoggerCore, level: int) -> None:
    """Give a logger its own level; those below it that have none follow."""
    with _lock:
        core.own_level = level
        _set(core, level)
        for other in _cores.values():
            if other.name.startswith(f"{core.name}."):
                _set(other, _level_of(other.name) if other.tail else _own_level_above(other.name) or 0)


def _set(core: LoggerCore, level: int) -> None:
    core.level = level
    core.threshold = min(level, NUMBERS[_settings.flight_recorder_level]) if _settings.flight_recorder else level


def _level_of(name: str) -> int:
    place = name
    while place:
        core = _cores.get(place)
        if core is not None and core.own_level is not None:
            return core.own_level
        if place in _settings.levels:
            return NUMBERS[_settings.levels[place]]
        place = place.rpartition(".")[0]
    return NUMBERS[_settings.log_level]


def _own_level_above(name: str) -> int | None:
    place = name
    while place:
        core = _cores.get(place)
        if core is not None and core.own_level is not None:
            return core.own_level
        place = place.rpartition(".")[0]
    return None


def _apply(core: LoggerCore) -> None:
    _set(core, _level_of(core.name))
    core.tail = encode_static_context(_settings.service_name, _settings.version, _settings.environment)


def _apply_to_all(settings: Settings) -> None:
    global _settings
    with _lock:
        _settings = settings
        for core in _cores.values():
            _apply(core)


lifecycle.on_configure(_apply_to_all)
