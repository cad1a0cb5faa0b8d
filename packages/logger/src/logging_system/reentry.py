"""Records inside records: a `__str__`, a property or a redaction rule that logs while its own record is made.

The inner record is a line of its own. Code of the caller is run for a record and for one inside it;
a third one inside those is written without calling any, so that an object that logs itself ends.
Only the slow way of encoding runs such code, so only that pays for the guard.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final

#: Records inside each other for which the caller's code is run.
MAX_RECORDS: Final = 2
#: Stands for a value or text that only the caller's code could show.
LEFT_OUT: Final = "<left out: logged while logging>"


class Guard:
    """Counts how often one kind of work with the caller's code runs inside itself."""

    def __init__(self, name: str) -> None:
        # A context variable, not a thread's own: gevent and asyncio switch within a thread.
        self.depth: ContextVar[int] = ContextVar(f"logging_system_{name}", default=0)

    def is_too_deep(self) -> bool:
        """Whether the caller's code must not be run any more."""
        return self.depth.get() >= MAX_RECORDS

    def running(self) -> _Running:
        """Use it with `with` around that work."""
        return _Running(self.depth)


class _Running:
    __slots__ = ("_depth", "_token")

    _token: Token[int]

    def __init__(self, depth: ContextVar[int]) -> None:
        self._depth = depth

    def __enter__(self) -> None:
        self._token = self._depth.set(self._depth.get() + 1)

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth.reset(self._token)


#: Encoding the values, the message or the exception of a record.
encoding: Final = Guard("encoding")
#: Asking an object for its text; filters and formatting do so before anything is encoded.
showing: Final = Guard("showing")
