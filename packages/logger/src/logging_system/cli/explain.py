"""Who logs where: which level applies to a logger, from which key, and what happens to its records.

Says what the configuration says. A program may set levels of its own, and whether a rule about
fields, messages or routes matches depends on the record.
"""

from __future__ import annotations

from collections.abc import Iterator

from logging_system.config.filter_rules import FilterRule
from logging_system.config.load import Loaded
from logging_system.config.schema import REMOTE_SINKS, Settings
from logging_system.control.levels import names_from
from logging_system.levels import CRITICAL, ERROR, NUMBERS
from logging_system.sinks.file import log_file_path


def explain(loaded: Loaded, logger: str, level: str | None) -> Iterator[str]:
    """Lines about the logger's level, then one for `level`, or for each level."""
    settings = loaded.settings
    lowest, key = _level_of(settings, logger)
    source = loaded.sources.get("logging.levels" if key.startswith("logging.levels.") else key, "default")
    yield f"{logger}: {lowest} and above, by {key} ({source})"
    yield "set_level and get_logger(log_level=…) in the program decide before that"
    yield ""
    for name in [level] if level is not None else NUMBERS:
        yield f"{name:<8}  {_fate(settings, logger, name, lowest)}"


def _level_of(settings: Settings, logger: str) -> tuple[str, str]:
    """The minimum level and the key that gives it."""
    for name in names_from(logger):
        if name in settings.levels:
            return settings.levels[name], f"logging.levels.{name}"
    return settings.log_level, "logging.level"


def _fate(settings: Settings, logger: str, level: str, lowest: str) -> str:
    """Where records of `level` go, or why they go nowhere."""
    number = NUMBERS[level]
    is_held = settings.flight_recorder > 0 and number >= NUMBERS[settings.flight_recorder_level]
    is_below = number < NUMBERS[lowest]
    if is_below and not is_held:
        return "not written: below the level"
    notes = []
    for index, rule in enumerate(settings.filters):
        if not _concerns(rule, logger, level):
            continue
        if conditions := _conditions(rule):
            notes.append(f"logging.filters[{index}] may {rule.action} them, by {conditions}")
            continue
        if rule.action == "drop":
            return "; ".join([f"not written: logging.filters[{index}] drops them", *notes])
        break
    if is_below:
        notes.insert(0, f"held in a context, written if it fails or logs {settings.flight_recorder_trigger} or above")
    else:
        notes[:0] = _shares(settings, number)
    return "; ".join([", ".join(_sinks(settings, number)) or "not written: no sink is on for this level", *notes])


def _concerns(rule: FilterRule, logger: str, level: str) -> bool:
    """Whether the rule can match records of this logger and level."""
    if rule.loggers and not any(logger == name or logger.startswith(f"{name}.") for name in rule.loggers):
        return False
    # Errors are left out only by a rule that names levels.
    return level in rule.levels or (not rule.levels and (rule.action == "keep" or NUMBERS[level] < ERROR))


def _conditions(rule: FilterRule) -> str:
    given = {"field": rule.fields, "message": rule.messages, "route": rule.routes, "path": rule.paths}
    return " and ".join(name for name, wanted in given.items() if wanted)


def _shares(settings: Settings, number: int) -> Iterator[str]:
    if settings.sample_rate < 1 and number < ERROR:
        yield f"logging.sample_rate keeps {settings.sample_rate:.4g} of them"
    if settings.rate_limit is not None and number < CRITICAL:
        yield f"at most {settings.rate_limit} of one call site in {settings.rate_limit_interval:g} s"


def _sinks(settings: Settings, number: int) -> Iterator[str]:
    if settings.file_output:
        yield f"file {log_file_path(settings.log_dir, settings.service_name)}"
    if settings.console_output:
        yield "console"
    for name in REMOTE_SINKS:
        sink = getattr(settings, name)
        if sink is not None and number >= NUMBERS[sink.level]:
            yield name
    if settings.alertmanager_url is not None and settings.alertmanager_output and number >= CRITICAL:
        yield "alertmanager"
