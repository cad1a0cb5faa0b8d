"""Wheels for a build that cannot ask an index of packages: fetched here, by the pip and its settings of this machine.

They go into `docker/wheels/`, which the Dockerfile reads and git ignores. What pip is told here
(indexes, certificates) stays here.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

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
    fetch([root / file for file in REQUIREMENTS], folder)
    (folder / _STAMP).write_text(stamp, encoding="utf-8")


def fetch(requirements: Sequence[Path], folder: Path) -> None:
    """Download the wheels of requirement files. Raises StackError."""
    with TemporaryDirectory() as environment:
        venv.create(environment, with_pip=True)  # the environments of tox have no pip
        for file in requirements:
            _download(Path(environment), file, folder)


def _download(environment: Path, requirements: Path, folder: Path) -> None:
    machine = platform.machine()
    command = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-deps", f"--dest={folder}"]
    command += [f"--python-version={_PYTHON}", "--implementation=cp"]
    command += [f"--abi={abi}" for abi in (f"cp{_PYTHON.replace('.', '')}", "abi3", "none")]
    command += [f"--platform={tag}_{machine}" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")]
    done = subprocess.run([*command, f"--requirement={requirements}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"wheels of {requirements.name}: {last_line(done.stderr)}")


def empty(root: Path) -> None:
    """Remove those that `fill` put there, so that the build asks its index again."""
    folder = root / FOLDER
    if _stamp(folder) is not None:
        for wheel in folder.glob("*.whl"):
            wheel.unlink()
        (folder / _STAMP).unlink()


def _stamp(folder: Path) -> str | None:
    file = folder / _STAMP
    return file.read_text(encoding="utf-8") if file.exists() else None
