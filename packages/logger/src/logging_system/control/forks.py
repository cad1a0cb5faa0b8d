"""What control keeps for a process starts anew in a fork's child.

The locks may have been held by a thread that is not there; what the parent counted or holds is the
parent's to write.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Restarts(Protocol):
    """Something that has to know that it is in a child now."""

    def after_fork_in_child(self) -> None:
        """Start anew; nothing else runs in the process yet."""


_restarting: WeakSet[Restarts] = WeakSet()


def restart_in_child(part: Restarts) -> None:
    """Call `part.after_fork_in_child()` in each child, as long as something else refers to `part`."""
    _restarting.add(part)


def _after_fork_in_child() -> None:
    for part in list(_restarting):
        part.after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
