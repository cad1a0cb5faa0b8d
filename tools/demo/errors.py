"""What ends the demo with one line and a status that is not 0."""

from __future__ import annotations


class DemoError(Exception):
    """Something the user can mend, or a part that broke; `status` is the exit status."""

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def wrong_setting(text: str) -> DemoError:
    """A mistake in what the user gave: exit status 2."""
    return DemoError(text, status=2)
