"""File systems without locks, shown with a `flock` that answers as they do."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system.sinks.file import FileSink
from packages.logger.tests.sinks.log_files import entry, names, numbers

pytestmark = pytest.mark.guarantee(56)
NewSink = Callable[..., FileSink]
Run = Callable[..., subprocess.CompletedProcess[str]]

#: Two processes, parent and child, on a file system that answers `number` to flock.
PROGRAM = """
import errno, fcntl, os
def refuse(*_):
    raise OSError(errno.{number}, os.strerror(errno.{number}))
fcntl.flock = refuse
from logging_system import configure, get_logger, flush, shutdown
configure(console_output=False, max_file_size=2000, overflow="block")
log = get_logger("x")
log.info("parent", number=0)
assert flush()
if os.fork() == 0:
    for number in range(100):
        log.info("child", number=number)
    assert shutdown()
    os._exit(0)
for number in range(1, 100):
    log.info("parent", number=number)
assert shutdown() and os.wait()[1] == 0
print(os.getpid())
"""


def test_rotation_needs_no_lock_then(new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do compressing and deleting."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    sink = new_sink(compress="gzip", backup_count=2)
    for number in range(5):
        sink.write([entry(number, text="x" * 900)])
    (log_path.parent / f".app.{os.getpid()}.log.7.gz.tmp").write_bytes(b"half")
    sink.close()

    own = log_path.parent / f"app.{os.getpid()}.log"
    assert names(own) == [own.name, f"{own.name}.1.gz", f"{own.name}.2.gz"]
    assert [numbers(Path(f"{own}{suffix}")) for suffix in (".2.gz", ".1.gz", "")] == [[2], [3], [4]]
    assert not list(log_path.parent.glob(".*"))


def test_other_errors_of_the_lock_are_errors_of_the_file(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No descriptor stays open."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", refuse)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with pytest.raises(OSError, match=f"^{log_path}: Input/output error$"):
            new_sink().write([entry(1)])
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("number", ["ENOLCK", "ENOTSUP", "ENOSYS"])
def test_each_process_writes_a_file_of_its_own(log_dir: Path, run_program: Run, number: str) -> None:
    """With its own rotated files; said once in a process."""
    done = run_program(PROGRAM.format(number=number), BACKUP_COUNT="1000", FILE_COMPRESS="none")
    pid = done.stdout.strip()

    said = [line for line in done.stderr.splitlines() if "no locks" in line]
    assert (
        said[0] == f"logging_system: logs/app.log: no locks there; each process writes to its own: logs/app.{pid}.log"
    )
    processes = {match[1] for path in log_dir.iterdir() if (match := re.match(r"app\.(\d+)\.log", path.name))}
    assert len(processes) == 2
    for process in processes:
        assert (log_dir / f"app.{process}.log.1.gz").exists()
        records = [json.loads(line) for line in (log_dir / f"app.{process}.log").read_bytes().splitlines()]
        assert {record["message"] for record in records} == {"parent" if process == pid else "child"}
        assert records[-1]["number"] == 99
