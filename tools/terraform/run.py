"""Calls of the `terraform` program."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.terraform.errors import TerraformError


def terraform(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What it prints on stdout. Raises TerraformError with everything it printed when it fails."""
    command = ["terraform", f"-chdir={folder}", *arguments]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TerraformError(f"terraform {arguments[0]} failed", done.stdout + done.stderr)
    return done.stdout
