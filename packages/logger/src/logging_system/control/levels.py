"""Minimum levels of loggers, by name, with inheritance along the dots: `shop.cart` follows `shop`.

The nearest name with a level decides: the logger's own level (`set_level`, `get_logger(log_level=…)`)
before that of the configuration (`logging.levels`), then the same for the name above it, and so on
up to `root`, which stands above all other names, and `logging.level` at last. Own levels last until
they are taken back (`set_level(None)`): a new configuration does not touch them. Each logger keeps
the answer as a number, so a record pays for one comparison.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

from logging_system.callsite import CallSites
from logging_system.config.schema import Settings
from logging_system.config.values import read_level
from logging_system.errors import ConfigError
from logging_system.levels import NUMBERS, level_number
from logging_system.pipeline import lifecycle
from logging_system.record import encode_static_context

#: Stands above all other names, as in the standard library.
ROOT = "root"


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
#: Called after a logger got a level of its own; the capture of the standard library's loggers follows.
on_own_level: Callable[[], None] | None = None


def core_of(name: str) -> LoggerCore:
    """The one core of this name."""
    with _lock:
        core = _cores.get(name)
        if core is None:
            core = _cores[name] = LoggerCore(name)
            if lifecycle.settings_if_configured() is not None:
                _apply(core)
            else:
                _set(core, _own_level_from(name) or 0)
        return core


def set_own_level(core: LoggerCore, level: int | None) -> None:
    """Give a logger its own level, or take it away; those below it that have none follow."""
    with _lock:
        core.own_level = level
        for other in list(_cores.values()):  # a signal handler may add one
            _set(other, _level_of(other.name) if other.tail else _own_level_from(other.name) or 0)
    if on_own_level is not None:
        on_own_level()


def named_thresholds() -> dict[str, int]:
    """The thresholds of `root` and of all names that have a level; the names below follow them."""
    owned = [core.name for core in list(_cores.values()) if core.own_level is not None]
    return {name: core_of(name).threshold for name in {ROOT, *_settings.levels, *owned}}


def _set(core: LoggerCore, level: int) -> None:
    core.level = level
    core.threshold = min(level, NUMBERS[_settings.flight_recorder_level]) if _settings.flight_recorder else level


def names_from(name: str) -> Iterator[str]:
    """The name and those above it, nearest first: `shop.cart`, `shop`, `root`."""
    yield name
    while above := name.rpartition(".")[0]:
        yield (name := above)
    if name != ROOT:
        yield ROOT


def _level_of(name: str) -> int:
    for place in names_from(name):
        core = _cores.get(place)
        if core is not None and core.own_level is not None:
            return core.own_level
        if place in _settings.levels:
            return NUMBERS[_settings.levels[place]]
    return NUMBERS[_settings.log_level]


def _own_level_from(name: str) -> int | None:
    """The level while no configuration is known: only own ones count."""
    cores = (_cores.get(place) for place in names_from(name))
    return next((core.own_level for core in cores if core is not None and core.own_level is not None), None)


def _apply(core: LoggerCore) -> None:
    _set(core, _level_of(core.name))
    core.tail = encode_static_context(_settings.service_name, _settings.version, _settings.environment)


def _apply_to_all(settings: Settings) -> None:
    global _settings
    with _lock:
        _settings = settings
        for core in list(_cores.values()):
            _apply(core)


def _after_fork_in_child() -> None:
    """Another thread of the parent may have held the lock."""
    global _lock
    _lock = threading.RLock()


lifecycle.on_configure(_apply_to_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def checked_level(level: str | int, argument: str) -> int:
    """The number of a level that a program gave as `argument`. Raises ConfigError for an unknown one."""
    try:
        return level_number(level)
    except ValueError:
        try:
            return NUMBERS[read_level(level)]
        except ValueError as error:
            raise ConfigError("argument", argument, str(error)) from None
