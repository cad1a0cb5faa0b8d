"""The one pipeline of the process: configuring, reloading, flushing, shutting down, and fork.

Importing this opens nothing and starts nothing. The first record (or `configure`) resolves the
configuration; the first record starts the writer.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping

from logging_system import diagnostics, metrics
from logging_system.config.load import load_settings
from logging_system.config.schema import Settings
from logging_system.errors import ConfigError
from logging_system.pipeline.pipeline import Pipeline
from logging_system.pipeline.signals import SignalHandler
from logging_system.sinks.base import Sink
from logging_system.sinks.build import build_sinks

pipeline = Pipeline()

#: Seconds that the end of the process, or SIGTERM, waits for the sinks.
EXIT_SECONDS = 5.0

_settings: Settings | None = None
#: What the last `configure` was given; None before the first.
_given: tuple[str | os.PathLike[str] | None, Mapping[str, object]] | None = None
#: The one sink that tests have put in the place of all others.
_diverted_to: Sink | None = None
_lock = threading.RLock()
_callbacks: list[Callable[[Settings], None]] = []
_before_exit: list[Callable[[], None]] = []
_on_reload_failed: list[Callable[[ConfigError], None]] = []


def configure(path: str | os.PathLike[str] | None = None, **overrides: object) -> None:
    """Configure the library: keyword over environment over YAML file over default. May be called again.

    `path` is a YAML file (default: `$LOG_CONFIG`, else `./logging_config.yaml` if there). Raises
    ConfigError, which names source, key, value and what was expected; the configuration in force
    then stays.
    """
    global _given
    with _lock:
        _use(load_settings(path, overrides))
        _given = path, overrides


def reload() -> bool:
    """Read file and environment again, with the path and keywords of the last `configure`. Never raises.

    False if there is a mistake in them: the configuration in force stays, and an ERROR record and
    stderr say what is wrong where. With `handle_sighup` the signal SIGHUP does this.
    """
    with _lock:
        path, overrides = _given or (None, {})
        try:
            _use(load_settings(path, overrides))
        except ConfigError as error:
            for callback in _on_reload_failed:
                callback(error)
            diagnostics.say("reload", f"{error}; the configuration stays as it was")
            return False
    return True


def current_settings() -> Settings:
    """The settings in force; resolved from environment and file at the first call.

    Never raises: a record must not fail for a bad file. Defaults are used then, and stderr says so.
    """
    settings = _settings
    if settings is not None:
        return settings
    with _lock:
        if _settings is None:
            try:
                _use(load_settings())
            except ConfigError as error:
                diagnostics.say("configuration", f"{error}; the defaults are used")
                _use(Settings())
    return _settings or Settings()


def settings_if_configured() -> Settings | None:
    """The settings in force, or None while nothing has resolved them."""
    return _settings


def on_configure(callback: Callable[[Settings], None]) -> None:
    """Call `callback` with each new configuration."""
    _callbacks.append(callback)


def before_exit(callback: Callable[[], None]) -> None:
    """Call `callback` before each flush and shutdown, to write what it still holds."""
    _before_exit.append(callback)


def on_reload_failed(callback: Callable[[ConfigError], None]) -> None:
    """Call `callback` when `reload` finds a mistake."""
    _on_reload_failed.append(callback)


@contextlib.contextmanager
def diverted(settings: Settings, sink: Sink) -> Iterator[None]:
    """Inside, `settings` are in force and records go to `sink` alone, whatever is configured meanwhile."""
    global _given, _diverted_to
    flush()
    with _lock:
        before = current_settings(), _given, _diverted_to
        _diverted_to = sink
        _use(settings)
    try:
        yield
    finally:
        flush()
        with _lock:
            settings, _given, _diverted_to = before
            _use(settings)


def flush(timeout: float = 5.0) -> bool:
    """Wait until every record accepted before this call has reached its sinks.

    `timeout` is in seconds, for all sinks together. Returns False if something was not delivered
    in time, or was lost since the last call. Never raises. In a sink's own thread it returns False
    at once, because that thread cannot wait for itself.
    """
    return pipeline.flush(timeout)


def shutdown(timeout: float = 5.0) -> bool:
    """Flush, close the sinks and end the threads; runs at exit by itself. May be called again.

    `timeout` is in seconds. Returns what `flush` would. Records logged later are still written to
    the file and the console, in the calling thread.
    """
    for callback in _before_exit:
        try:
            callback()
        except Exception as error:
            diagnostics.say("exit", f"{type(error).__name__}: {error}")
    return pipeline.shutdown(timeout)


def _use(settings: Settings) -> None:
    global _settings
    sinks, workers = build_sinks(settings, _tell) if _diverted_to is None else ([_diverted_to], [])
    # What was logged before the program's own `configure` goes where that says.
    pipeline.use(settings, sinks, workers, deliver_pending=_given is not None)
    _settings = settings
    for callback in _callbacks:
        callback(settings)
    _sigterm.install(wanted=settings.handle_sigterm)
    _sighup.install(wanted=settings.handle_sighup)


def _tell(sink: str, reason: str, count: int) -> None:
    if reason:
        pipeline.notices.lost(sink, reason, count)
    else:
        pipeline.notices.recovered(sink)


def _on_sigterm(ends: bool) -> None:
    """Before a handler of the program only what waits is written: it may log on for a while."""
    if not ends:
        flush(EXIT_SECONDS)
        return
    pipeline.threadless = True
    shutdown(EXIT_SECONDS)


def _on_sighup(_ends: bool) -> None:
    """In a thread of its own: a handler must not wait for locks that the code it interrupted may hold."""
    threading.Thread(target=reload, name="logging_system-reload", daemon=True).start()


def _at_exit() -> None:
    """From here on no thread can be relied on: some Pythons refuse to start one, 3.11 hangs for ever."""
    pipeline.threadless = True
    if not shutdown(EXIT_SECONDS):
        diagnostics.say("exit", "not every record reached every sink before the process ended")


def _before_fork() -> None:
    pipeline.before_fork()


def _after_fork_in_parent() -> None:
    pipeline.after_fork_in_parent()


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.RLock()
    metrics.after_fork_in_child()
    pipeline.after_fork_in_child()
    pipeline.on_first_start = _finalise_with_multiprocessing


def _finalise_with_multiprocessing() -> None:
    """A child of `multiprocessing` may end with `os._exit`: no atexit function runs then, its finalisers do."""
    util, process = sys.modules.get("multiprocessing.util"), sys.modules.get("multiprocessing.process")
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, _at_exit, exitpriority=-100)


def _put_off(act: Callable[[], None]) -> bool:
    """A signal that interrupted our work in this very thread is handled when that is over."""
    if pipeline.is_busy_here:
        pipeline.deferred.append(act)
        return True
    return False


_sigterm = SignalHandler("SIGTERM", _on_sigterm, _put_off)
_sighup = SignalHandler("SIGHUP", _on_sighup, _put_off)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
pipeline.on_first_start = _finalise_with_multiprocessing
metrics.take_port_from(lambda: current_settings().metrics_port)
