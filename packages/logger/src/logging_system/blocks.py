"""What contexts and timers have in common: `with`, `async with` and decorating functions of every kind.

A decorated generator is inside its block only while it runs: between two items the block is paused,
so that the code which takes the items sees nothing of it. A plain `with` inside a generator cannot
do that, its context stays visible to the caller until the next item; so decorate generators.
"""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")
Sent = TypeVar("Sent")


class Block(ABC):
    """Subclasses say what happens on entering and leaving, and how to make another one of the same kind."""

    @abstractmethod
    def __enter__(self) -> Self:
        """See the subclass."""

    @abstractmethod
    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """See the subclass."""

    @abstractmethod
    def _another(self) -> Self:
        """See the subclass."""

    def pause(self) -> None:  # noqa: B027 - a timer goes on
        """Called inside the block by what runs in steps, such as a generator that hands an item out."""

    def resume(self) -> None:  # noqa: B027
        """The next step begins, perhaps in another context."""

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(error_type, error, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function, coroutine function, generator or async generator: a block of its own for each call."""
        kind = _kind_of(function)
        if kind is not None:
            return cast("Callable[P, R]", kind(self._another, function))

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self._another():
                return function(*args, **kwargs)

        return call


def _kind_of(function: Callable[..., object]) -> Callable[..., object] | None:
    """What wraps `function`, or an object whose `__call__` is of that kind; None for a plain one."""
    for asked in (function, type(function).__call__):
        if inspect.isasyncgenfunction(asked):
            return _around_async_generator
        if inspect.isgeneratorfunction(asked):
            return _around_generator
        if inspect.iscoroutinefunction(asked):
            return _around_coroutine
    return None


def _around_coroutine(make_block: Callable[[], Block], function: Callable[P, Awaitable[R]]) -> Callable[P, object]:
    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with make_block():
            return await function(*args, **kwargs)

    return call


def _around_generator(
    make_block: Callable[[], Block], function: Callable[P, Generator[Item, Sent, R]]
) -> Callable[P, object]:
    @functools.wraps(function)
    def steps(*args: P.args, **kwargs: P.kwargs) -> Generator[Item, Sent, R]:
        """What `yield from` does (PEP 380), and the block paused at each `yield`."""
        with make_block() as block:
            generator = function(*args, **kwargs)
            try:
                item = next(generator)
                while True:
                    block.pause()
                    try:
                        sent = yield item
                    except GeneratorExit:
                        block.resume()
                        generator.close()
                        raise
                    except BaseException as error:
                        block.resume()
                        item = generator.throw(error)
                    else:
                        block.resume()
                        item = generator.send(sent)
            except StopIteration as end:
                return cast("R", end.value)

    return steps


def _around_async_generator(
    make_block: Callable[[], Block], function: Callable[P, AsyncGenerator[Item, Sent]]
) -> Callable[P, object]:
    @functools.wraps(function)
    async def steps(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[Item, Sent]:
        with make_block() as block:
            generator = function(*args, **kwargs)
            try:
                item = await anext(generator)
                while True:
                    block.pause()
                    try:
                        sent = yield item
                    except GeneratorExit:
                        block.resume()
                        await generator.aclose()
                        raise
                    except BaseException as error:
                        block.resume()
                        item = await generator.athrow(error)
                    else:
                        block.resume()
                        item = await generator.asend(sent)
            except StopAsyncIteration:
                return

    return steps
