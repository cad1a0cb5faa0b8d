"""Starting where little is as usual: optimised, isolated, from a zip file, without home, locale or directory."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import logging_system

PROGRAM = """\
from logging_system import get_logger, shutdown
get_logger("shop").info("größer", place="日本")
assert shutdown()
"""
SOURCE = Path(logging_system.__file__).parents[1]
CONFIG = "context: {service_name: größe, version: 1.10}\nlogging: {console_output: false}\n"


def run_here(
    folder: Path, *flags: str, program: str = PROGRAM, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a program in `folder` with these flags and nothing in its environment but what is given."""
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, *flags, str(file)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


def record_in(folder: Path) -> dict[str, object]:
    """The one record, read as UTF-8 whatever the program's locale was."""
    [path] = (folder / "logs").glob("*.log")
    [line] = path.read_bytes().decode("utf-8").splitlines()
    record: dict[str, object] = json.loads(line)
    return record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration file."""
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "logging_config.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.mark.guarantee(68)
@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        (["-O"], {}),
        (["-OO"], {}),
        (["-I"], {}),
        (["-S"], {"PYTHONPATH": os.pathsep.join([str(SOURCE), *site.getsitepackages()])}),
        (["-X", "utf8=0"], {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}),
        ([], {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"}),
        ([], {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "TMP": "/nonexistent", "TEMP": "/nonexistent"}),
    ],
)
def test_it_starts_with_its_configuration_and_writes_utf8(
    folder: Path, flags: list[str], environment: dict[str, str]
) -> None:
    """Optimised, isolated, without `site`, in the C locale, without home and temporary directory."""
    done = run_here(folder, *flags, **environment)

    assert (done.returncode, done.stderr.decode("utf-8", "replace")) == (0, "")
    record = record_in(folder)
    assert (record["message"], record["place"]) == ("größer", "日本")
    assert record["context"] == {"service_name": "größe", "version": "1.10", "environment": "dev"}


@pytest.mark.guarantee(68)
def test_it_starts_from_a_zip_file(folder: Path) -> None:
    """A zipapp: nothing of the package lies on the disk."""
    archive = folder / "program.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for path in (SOURCE / "logging_system").rglob("*.py"):
            stream.write(path, path.relative_to(SOURCE))
    program = "import logging_system\nassert 'program.zip' in logging_system.__file__\n" + PROGRAM

    done = run_here(folder, "-S", program=program, PYTHONPATH=os.pathsep.join([str(archive), *site.getsitepackages()]))

    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert record_in(folder)["message"] == "größer"


@pytest.mark.guarantee(68)
def test_a_working_directory_that_is_gone_is_no_reason_not_to_start(folder: Path) -> None:
    """There is no file in it to be found; where records go must then be an absolute path."""
    gone = folder / "gone"
    program = f"import os\nos.mkdir({str(gone)!r})\nos.chdir({str(gone)!r})\nos.rmdir({str(gone)!r})\n" + PROGRAM

    done = run_here(folder, program=program, LOG_DIR=str(folder / "logs"))

    assert (done.returncode, done.stderr) == (0, b"")
    assert record_in(folder)["message"] == "größer"


@pytest.mark.guarantee(54)
@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"LOG_CONFIG": "pipe"}, "pipe: is not a regular file"),
        ({"LOG_CONFIG": "."}, ".: is a directory, expected a YAML file"),
        ({"LOG_CONFIG": "loop"}, "loop: cannot be read: Too many levels of symbolic links"),
        ({"LOG_CONFIG": "gone.yaml"}, "gone.yaml: cannot be read: No such file or directory"),
        ({"LOG_CONFIG": "x" * 5000}, "cannot be read: File name too long"),
    ],
)
def test_a_configuration_that_cannot_be_read_does_not_stop_a_program_that_logs(
    folder: Path, setting: dict[str, str], problem: str
) -> None:
    """The defaults are used, and one line says why; `configure` would raise the same as a ConfigError."""
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")

    done = run_here(folder, **setting)

    assert done.returncode == 0
    assert record_in(folder)["message"] == "größer"
    [line] = done.stderr.decode().splitlines()
    assert problem in line
    assert "the defaults are used" in line


def test_a_program_without_a_configuration_file_does_not_import_what_reads_one(tmp_path: Path) -> None:
    """PyYAML takes a fifth of the library's import."""
    program = PROGRAM + "import sys\nassert 'yaml' not in sys.modules\n"

    done = run_here(tmp_path, program=program, LOG_FORMAT="json")

    assert (done.returncode, done.stderr) == (0, b"")
