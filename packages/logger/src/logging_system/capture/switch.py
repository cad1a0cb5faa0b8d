"""Capturing on and off, with the configuration. The standard library's logging is imported only when it is on."""

from __future__ import annotations

from logging_system.config.schema import Settings
from logging_system.control import levels as own_levels

_is_on = False


def follow(settings: Settings) -> None:
    """Capture if `settings` say so, else give everything back. May be called as often as the configuration changes."""
    global _is_on
    if not settings.capture_stdlib and not _is_on:
        return
    from logging_system.capture import handlers, hooks, levels  # they need loggers, which need this module

    if settings.capture_stdlib:
        handlers.install()
        hooks.install()
        levels.apply()
        own_levels.on_own_level = levels.apply
    else:
        own_levels.on_own_level = None
        levels.restore()
        hooks.remove()
        handlers.remove()
    _is_on = settings.capture_stdlib
