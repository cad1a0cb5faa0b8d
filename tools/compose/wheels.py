"""Wheels for a build that cannot ask an index of packages: fetched here, by the pip and its settings of this machine.

They go into `docker/wheels/`, which the Dockerfile reads and git ignores. What pip is told here
(indexes, certificates) stays here.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

from tools.compose.docker import last_line
from tools.compose.errors import StackError

FOLDER = Path("docker/wheels")
REQUIREMENTS = (Path("requirements/service.txt"), Path("requirements/build.txt"))
#: Says that the wheels are ours and for which pins; wheels without it are the user's and stay as they are.
_STAMP = ".pins"
#: The Python of the images, whatever runs this.
_PYTHON = "3.11"


def fill(root: Path) -> None:
    """Have the wheels of exactly the pinned versions there. Raises StackError if pip cannot get them."""
    pins = "".join((root / file).read_text(encoding="utf-8") for file in REQUIREMENTS)
    stamp = hashlib.sha256(pins.encode()).hexdigest()
    folder = root / FOLDER
    if _stamp(folder) == stamp or (_stamp(folder) is None and list(folder.glob("*.whl"))):
        return
    empty(root)
    platforms = [f"{kind}_{platform.machine()}" for kind in ("manylinux_2_17", "manylinux2014", "manylinux_2_28")]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:"]
    command += [
        "--no-deps",
        f"--python-version={_PYTHON}",
        "--implementation=cp",
        f"--abi=cp{_PYTHON.replace('.', '')}",
    ]
    command += ["--abi=abi3", "--abi=none", "--dest", str(folder)]
    command += [f"--platform={name}" for name in platforms]
    for file in REQUIREMENTS:
        done = subprocess.run(
            [*command, "--requirement", str(root / file)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise StackError(f"wheels of {file}: {last_line(done.stderr)}")
    (folder / _STAMP).write_text(stamp, encoding="utf-8")


def empty(root: Path) -> None:
    """Remove those that `fill` put there, so that the build asks its index again."""
    folder = root / FOLDER
    if _stamp(folder) is not None or (folder / _STAMP).exists():
        for wheel in folder.glob("*.whl"):
            wheel.unlink()
        (folder / _STAMP).unlink()


def _stamp(folder: Path) -> str | None:
    file = folder / _STAMP
    return file.read_text(encoding="utf-8") if file.exists() else None
