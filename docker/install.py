"""Runs while the image is built: `install.py dependencies|packages FOLDER` fills FOLDER with what the service imports.

Where `wheels/` holds wheels, only those are used and no index of packages is asked. Standard library only.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements"
WHEELS = HERE / "wheels"
#: botocore describes 400 services of AWS; these are the ones that sinks use, and those that log in.
AWS_SERVICES = frozenset(["cloudwatch", "logs", "signin", "sso", "sso-oidc", "sts"])


def main(part: str, folder: str) -> None:
    """Install one part; a failing pip ends the build."""
    with tempfile.TemporaryDirectory() as temporary:
        venv.create(temporary, with_pip=True)
        pip = [f"{temporary}/bin/python", "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "--quiet"]
        if part == "dependencies":
            install_dependencies(pip, Path(folder))
        else:
            install_packages(pip, Path(folder))
    compile_files(Path(folder))
    (HERE / "empty").mkdir(exist_ok=True)  # becomes the folders that the service may write to


def source() -> list[str]:
    """Where pip looks: at the wheels beside this file, or at its index when there are none."""
    return ["--no-index", f"--find-links={WHEELS}"] if list(WHEELS.glob("*.whl")) else []


def install_dependencies(pip: list[str], folder: Path) -> None:
    """The pinned versions, each file checked against its hash; no build, so nothing of theirs runs here."""
    pinned = ["--require-hashes", "--only-binary=:all:", "--requirement", str(REQUIREMENTS / "service.txt")]
    subprocess.run([*pip, "install", *source(), *pinned, "--no-compile", "--target", str(folder)], check=True)
    trim(folder)


def install_packages(pip: list[str], folder: Path) -> None:
    """Our own packages, as wheels."""
    pinned = ["--require-hashes", "--only-binary=:all:", "--requirement", str(REQUIREMENTS / "build.txt")]
    subprocess.run([*pip, "install", *source(), *pinned], check=True)
    packages = [str(HERE / "packages" / name) for name in ("logger", "demo_service")]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--no-compile"]
    subprocess.run([*pip, "install", *options, "--target", str(folder), *packages], check=True)


def trim(folder: Path) -> None:
    """Remove what the service never reads."""
    for description in (folder / "botocore" / "data").iterdir():
        if description.is_dir() and description.name not in AWS_SERVICES:
            shutil.rmtree(description)
    shutil.rmtree(folder / "boto3" / "examples", ignore_errors=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)


def compile_files(folder: Path) -> None:
    """Byte code, which a read-only container could not keep; by hash, so that no time of day is in the image."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, invalidation_mode=mode):
        raise SystemExit("install.py: not every module could be compiled")


if __name__ == "__main__":
    main(*sys.argv[1:])
