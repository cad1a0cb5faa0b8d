"""Users of the package can check their programs with `mypy --strict`, and the wheel has all it needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("user_program.py")
PACKAGE = Path(__file__).parents[2]


def mypy(program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a program as a user would: from its own folder, with what is installed."""
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", "--config-file=", str(program)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)


def test_a_program_that_uses_everything_passes_mypy_strict(tmp_path: Path) -> None:
    """`assert_type` in it says which types callers get; decorators keep signatures."""
    program = tmp_path / "program.py"
    program.write_bytes(PROGRAM.read_bytes())

    done = mypy(program, tmp_path)

    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout


def test_mypy_sees_wrong_uses(tmp_path: Path) -> None:
    """So the types are those of the package, not `Any` for want of them."""
    program = tmp_path / "program.py"
    program.write_text(
        "from logging_system import get_logger, flush\n"
        "get_logger('a').inf('message')\n"
        "flush(timeout='5')\n"
        "get_logger('a').timer(5)\n",
        encoding="utf-8",
    )

    out = mypy(program, tmp_path).stdout

    assert '"AdvancedLogger" has no attribute "inf"' in out
    assert out.count("error:") == 3


def test_the_program_does_what_it_says(tmp_path: Path) -> None:
    """It is no dead example."""
    done = subprocess.run(
        [sys.executable, PROGRAM], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PACKAGE, check=True, capture_output=True, timeout=60)
    [path] = folder.iterdir()
    return zipfile.ZipFile(path)


def test_the_wheel_has_every_module_and_the_marker_of_types(wheel: zipfile.ZipFile) -> None:
    """`py.typed` (PEP 561) beside them, and no tests."""
    source = PACKAGE / "src"
    modules = {str(path.relative_to(source)) for path in source.rglob("*.py")}

    found = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert found == modules | {"logging_system/py.typed"}


def test_the_wheel_has_the_script_and_the_pytest_plugin(wheel: zipfile.ZipFile) -> None:
    """As entry points."""
    [name] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    text = wheel.read(name).decode()

    assert "[console_scripts]\nlogging-system = logging_system.cli.main:main\n" in text
    assert "[pytest11]\nlogging_system = logging_system_pytest\n" in text
