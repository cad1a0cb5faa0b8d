"""The levels of the standard library's loggers while they are captured: ours, by name.

They decide before a record is made, so a logger below our level costs what it always did. No lock
of `logging` is taken: `dictConfig` holds that while it waits for handlers, which may be waiting for us.
A level that the program gives a standard logger later stands, and counts as well as ours.
"""

from __future__ import annotations

import logging

from logging_system.control import levels

#: Level before us and level set by us, of the loggers we changed.
_changed: dict[logging.Logger, tuple[int, int]] = {}


def apply() -> None:
    """Give the root logger and those that we have a level for the level at which ours take records."""
    thresholds = levels.named_thresholds()
    # A logger that does not exist yet will follow the root.
    lowest = thresholds[levels.ROOT]
    for name, threshold in thresholds.items():
        logger = logging.Logger.manager.loggerDict.get(name)
        if isinstance(logger, logging.Logger):
            _set(logger, threshold)
        else:
            lowest = min(lowest, threshold)
    _set(logging.getLogger(), lowest)
    _forget_answers()


def restore() -> None:
    """Give back the levels from before, save where the program has set another one since."""
    for logger, (before, ours) in _changed.items():
        if logger.level == ours:
            logger.level = before
    _changed.clear()
    _forget_answers()


def _set(logger: logging.Logger, level: int) -> None:
    before, ours = _changed.get(logger, (logger.level, logger.level))
    if logger.level != ours:
        before = logger.level  # the program has set it since
    _changed[logger] = before, level
    logger.level = level


def _forget_answers() -> None:
    """What `Logger.setLevel` does: loggers keep what `isEnabledFor` has answered."""
    for logger in [logging.getLogger(), *logging.Logger.manager.loggerDict.copy().values()]:
        cache = getattr(logger, "_cache", None)
        if cache is not None:
            cache.clear()
