"""What goes wrong: TerraformError, one line for whoever started the program."""

from __future__ import annotations


class TerraformError(Exception):
    """Terraform is missing, has no provider, or refused; `output` is what it printed, if it ran."""

    def __init__(self, problem: str, output: str = "") -> None:
        super().__init__(problem)
        self.output = output
