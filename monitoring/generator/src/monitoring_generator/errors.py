"""The one error of the generator: `SpecError`, a mistake in a file that somebody wrote by hand."""

from __future__ import annotations


class SpecError(Exception):
    """A mistake in a hand-written file, in one line: file, place in it, what was found, what was expected."""
