"""The `docker` command: is an engine there, which images does it have, can it pull and build."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.compose.errors import StackError

INSTALL = "https://docs.docker.com/engine/install/; on Debian: sudo apt-get install docker.io"
#: The engine gives up by itself on a registry that does not answer; this is for slow lines.
PULL_SECONDS = 3600
#: Registries that did not answer, so that none is asked twice.
_OUT_OF_REACH: set[str] = set()


def docker(*arguments: str, seconds: float = 120, stdin: str | None = None) -> str:
    """Run it and return what it prints. Raises StackError with its last line."""
    try:
        done = subprocess.run(
            ["docker", *arguments], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise StackError(f"docker {arguments[0]}: no answer within {seconds:.0f} s") from None
    if done.returncode != 0:
        raise StackError(f"docker {arguments[0]}: {last_line(done.stderr)}")
    return done.stdout


def last_line(text: str) -> str:
    """The last line that is not empty, where programs say what was wrong."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "failed without a word"


def check_engine() -> None:
    """Raises StackError, which says what to install or start, unless an engine answers."""
    if shutil.which("docker") is None:
        raise StackError(f"Docker is not installed; see {INSTALL}")
    try:
        docker("version", "--format", "{{.Server.Version}}", seconds=20)
    except StackError as error:
        raise StackError(
            f"the Docker engine does not answer ({error}); start it (sudo systemctl start docker, or Docker Desktop),"
            " or join the group docker"
        ) from None


def has_image(name: str) -> bool:
    """Whether the engine has it, so that nothing must be pulled."""
    try:
        docker("image", "inspect", "--format", "{{.Id}}", name)
    except StackError:
        return False
    return True


def have(name: str) -> bool:
    """Have an image, pulled if it must be; False where its registry is out of reach.

    Raises StackError if the registry answers and refuses: a stand-in would hide that mistake.
    """
    registry = _registry(name)
    if has_image(name):
        return True
    if registry in _OUT_OF_REACH or registry == "localhost":
        return False
    print(f"  pulling {name.partition('@')[0]} …", flush=True)
    try:
        docker("pull", "--quiet", name, seconds=PULL_SECONDS)
    except StackError as error:
        if re.search(r"not found|manifest unknown|denied|unauthorized|toomanyrequests", str(error)):
            raise
        _OUT_OF_REACH.add(registry)
        return False
    return True


def _registry(name: str) -> str:
    """The host in an image's name; empty for the default one."""
    first, slash, _ = name.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else ""


def build(tag: str, context: Path, *, arguments: Mapping[str, str] | None = None) -> None:
    """`docker build`; its output is shown only when it fails. Raises StackError."""
    command = ["docker", "build", "--tag", tag]
    for name, value in (arguments or {}).items():
        command += ["--build-arg", f"{name}={value}"]
    done = subprocess.run([*command, str(context)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"docker build of {tag} failed:\n{done.stdout}{done.stderr}")
