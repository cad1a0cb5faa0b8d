"""What ends `python -m tools.cost` with one line."""

from __future__ import annotations


class CostError(Exception):
    """Something that the user can mend: a file that lacks a key, a region without prices."""
