"""What ends `make up` with one line."""

from __future__ import annotations


class StackError(Exception):
    """Something the user can mend, or a part of the stack that broke."""
