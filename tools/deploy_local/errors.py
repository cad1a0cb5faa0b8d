"""What can go wrong in a deployment."""

from __future__ import annotations


class DeployError(Exception):
    """A step failed; the text says which, `output` has what the program printed."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output
