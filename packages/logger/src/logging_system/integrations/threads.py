"""Context for threads: a new thread starts with an empty one, and a pool's thread with that of its first job.

Each thread gets a copy, taken where the work is handed over, of the whole context: our fields, the
active span of OpenTelemetry, and whatever else the program keeps in context variables. What a thread
binds is its own. `asyncio.to_thread`, Starlette's and FastAPI's synchronous endpoints copy the
context by themselves; `loop.run_in_executor` does not: give it, or `loop.set_default_executor`, a
`ContextThreadPoolExecutor`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def carry_context(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, to be called in a copy of the context in force here, by any thread and as often as wanted.

    For callbacks, `threading.Timer`, and pools of other libraries.
    """
    context = copy_context()

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        # A copy for each call: a context can be entered only once at a time.
        return context.copy().run(function, *args, **kwargs)

    return call


class ContextThread(threading.Thread):
    """A thread whose work runs in a copy of the context in force where it is started."""

    _carried: Context | None = None

    def start(self) -> None:
        """See threading.Thread."""
        self._carried = copy_context()
        super().start()

    def run(self) -> None:
        """See threading.Thread. A subclass that overrides it calls `super().run()`, or carries no context."""
        if self._carried is None:
            super().run()
        else:
            self._carried.run(super().run)


class ContextThreadPoolExecutor(ThreadPoolExecutor):
    """A pool that runs each job in a copy of the context in force where it is submitted."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """See Executor.submit. `map` and `loop.run_in_executor` come through here."""
        return super().submit(functools.partial(copy_context().run, fn, *args, **kwargs))


class ContextExecutor(Executor):
    """The same around an executor that another library made; its threads must share this process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """See Executor.submit."""
        return self._executor.submit(functools.partial(copy_context().run, fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See Executor.shutdown; ends the executor inside."""
        self._executor.shutdown(wait, cancel_futures=cancel_futures)
