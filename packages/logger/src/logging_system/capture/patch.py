"""One function of another module in the place of another, and back.

Others replace the same functions (Sentry, pytest, a second copy of this library): what was there is
called, and ours is taken away only if it is on top. Where somebody has put theirs over it, ours
stays and does nothing but call what was there before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

#: Any function of the standard library's that we stand in for.
Replaced: TypeAlias = Callable[..., Any]

#: The attribute of ours that holds what was there; also of ours from before an `importlib.reload`.
_PREVIOUS: Final = "_logging_system_previous"


class Patch:
    """`owner.name` replaced by what `make` returns for the function that was there."""

    def __init__(self, owner: object, name: str, make: Callable[[Replaced], Replaced]) -> None:
        self._owner = owner
        self._name = name
        self._make = make
        self._ours: Replaced | None = None

    def install(self) -> None:
        """Replace it, once however often this is called."""
        found = getattr(self._owner, self._name)
        if found is self._ours:
            return  # another one in its place would put it out of force for the calls that have just begun
        previous = getattr(found, _PREVIOUS, found)
        replacement = self._make(previous)

        def ours(*args: object, **kwargs: object) -> Any:
            return (replacement if self._ours is ours else previous)(*args, **kwargs)

        setattr(ours, _PREVIOUS, previous)
        # In this order one of ours is in force all the time, where there was one under somebody else's.
        setattr(self._owner, self._name, ours)
        self._ours = ours

    def remove(self) -> None:
        """Put back what was there."""
        ours, self._ours = self._ours, None
        if ours is not None and getattr(self._owner, self._name) is ours:
            setattr(self._owner, self._name, getattr(ours, _PREVIOUS))
