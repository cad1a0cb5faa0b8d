"""Blocks inside blocks, kept in a context variable: leaving one restores what was before it.

A `contextvars.Token` can be used only where it was made, and only in order. Generators break both
rules: they are closed by whoever drops them, and a block in one is left while a block of the caller
is open. Here each state remembers who entered it and what it covers, so that a block is found and
taken out wherever it lies. Where it cannot be seen, because another task or thread leaves it, nothing
happens: what is in force there belongs to somebody else.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Generic, Protocol, Self, TypeVar

S = TypeVar("S")
N = TypeVar("N", bound="Nested")


class Entered(Generic[S]):
    """One entering of a block: whose block it is, and the state that it covers."""

    __slots__ = ("outer", "owner")

    def __init__(self, owner: object, outer: S) -> None:
        self.owner = owner
        self.outer = outer


class Nested(Protocol):
    """A state that one block after the other has made."""

    @property
    def entered(self) -> Entered[Self] | None:
        """The block that made it; None outside all blocks."""


def leave(variable: ContextVar[N], owner: object, nothing: N) -> N | None:
    """Take the innermost block of `owner` out and return its state; None if it is not open here."""
    above: Entered[N] | None = None
    state = variable.get()
    while (entered := state.entered) is not None:
        if entered.owner is owner:
            if above is None:
                variable.set(entered.outer)
            else:
                above.outer = entered.outer
            # A task that was started inside keeps its state; it must not keep all that was around it too.
            entered.outer = nothing
            return state
        above, state = entered, entered.outer
    return None


class Paused(Generic[N]):
    """A block that is put aside, with those inside it, and can be put back in any context."""

    __slots__ = ("_entered", "_inside", "_variable")

    def __init__(self, variable: ContextVar[N], owner: object) -> None:
        self._variable = variable
        self._inside = state = variable.get()
        while (entered := state.entered) is not None and entered.owner is not owner:
            state = entered.outer
        self._entered = entered
        if entered is not None:
            variable.set(entered.outer)

    def resume(self) -> None:
        """Put it back, over what is in force now."""
        if self._entered is not None:
            self._entered.outer = self._variable.get()
            self._variable.set(self._inside)
