"""What others do to the file, and what may lie at its path: links, folders, devices, FIFOs."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import configure, flush, get_logger
from logging_system.sinks.file import FileSink
from packages.logger.tests.sinks.log_files import entry, names, numbers

NewSink = Callable[..., FileSink]
Run = Callable[..., subprocess.CompletedProcess[str]]
LARGE = "x" * 900


def _look_again(sink: FileSink) -> None:
    """Have it look at the path with the next record instead of within half a second."""
    sink._look_due = 0.0


@pytest.mark.guarantee(53)
def test_a_renamed_file_is_left_for_a_new_one(new_sink: NewSink, log_path: Path) -> None:
    """As logrotate does: each record in one of both."""
    sink = new_sink()
    sink.write([entry(1)])
    log_path.rename(log_path.with_name("app.log-20260619"))
    sink.write([entry(2)])
    _look_again(sink)
    sink.write([entry(3)])

    assert numbers(log_path.with_name("app.log-20260619")) == [1, 2]
    assert numbers(log_path) == [3]


@pytest.mark.guarantee(53)
def test_a_quiet_process_gives_a_renamed_file_free(new_sink: NewSink, log_path: Path) -> None:
    """It holds no lock on it, and makes no empty file."""
    sink = new_sink()
    sink.write([entry(1)])
    moved = log_path.with_name("moved")
    log_path.rename(moved)
    _look_again(sink)
    sink.idle()

    assert not log_path.exists()
    with moved.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.guarantee(53)
def test_a_file_that_was_cut_goes_on_from_its_start(new_sink: NewSink, log_path: Path) -> None:
    """As copytruncate does: no hole of NULs, and its size counts anew."""
    sink = new_sink()
    sink.write([entry(1, text=LARGE)])
    os.truncate(log_path, 0)
    _look_again(sink)
    sink.write([entry(2)])

    assert log_path.read_bytes() == entry(2)[2]
    assert names(log_path) == ["app.log"]


@pytest.mark.guarantee(54)
def test_a_deleted_file_and_a_deleted_directory_are_made_again(new_sink: NewSink, log_path: Path) -> None:
    """With the next look."""
    sink = new_sink()
    for number in range(3):
        sink.write([entry(number)])
        log_path.unlink()
        if number == 1:
            log_path.parent.rmdir()
        _look_again(sink)
    sink.write([entry(3)])

    assert numbers(log_path) == [3]
    assert stat.S_IMODE(log_path.stat().st_mode) == 0o640


@pytest.mark.guarantee(54)
def test_a_directory_that_became_a_file_is_an_error_until_it_is_one_again(new_sink: NewSink, log_path: Path) -> None:
    """The error names the path."""
    sink = new_sink()
    sink.write([entry(1)])
    log_path.unlink()
    log_path.parent.rmdir()
    log_path.parent.write_text("", encoding="utf-8")
    _look_again(sink)
    with pytest.raises(OSError, match=f"^{log_path}: "):
        sink.write([entry(2)])
    log_path.parent.unlink()
    sink.write([entry(3)])

    assert numbers(log_path) == [3]


@pytest.mark.guarantee(54)
def test_a_folder_or_a_loop_of_links_at_the_path_is_an_error(new_sink: NewSink, log_path: Path) -> None:
    """Nothing is removed to make place."""
    log_path.mkdir(parents=True)
    sink = new_sink()
    with pytest.raises(OSError, match=f"^{log_path}: Is a directory$"):
        sink.write([entry(1)])
    log_path.rmdir()
    log_path.symlink_to(log_path)
    with pytest.raises(OSError, match=f"^{log_path}: Too many levels of symbolic links$"):
        sink.write([entry(2)])
    log_path.unlink()
    sink.write([entry(3)])

    assert numbers(log_path) == [3]


@pytest.mark.guarantee(54)
def test_a_link_to_a_file_is_rotated_as_a_link(new_sink: NewSink, log_path: Path, tmp_path: Path) -> None:
    """The records stay where they are."""
    log_path.parent.mkdir()
    log_path.symlink_to(tmp_path / "elsewhere.log")
    sink = new_sink(compress="gzip")
    sink.write([entry(1, text=LARGE), entry(2)])
    sink.close()

    assert numbers(tmp_path / "elsewhere.log") == [1]
    assert Path(f"{log_path}.1").is_symlink()
    assert numbers(log_path) == [2]


@pytest.mark.guarantee(54)
def test_permissions_taken_away_do_not_stop_a_file_that_is_open(log_dir: Path, run_program: Run) -> None:
    """Neither those of the file nor those of its directory; a new process says what it may not."""
    program = """
import os
from pathlib import Path
from logging_system.sinks.file import FileSink
log = Path.cwd() / "logs" / "app.log"
log.parent.mkdir()
if os.geteuid() == 0:
    os.chown(log.parent, 65534, 65534)
    for folder in log.parent.parents:
        if not folder.stat().st_mode & 1:
            folder.chmod(folder.stat().st_mode | 0o001)
    os.setegid(65534)
    os.seteuid(65534)
sink = FileSink(str(log), max_size=10_000, backup_count=5)
sink.write([(20, 0, b"1\\n", None)])
log.chmod(0)
log.parent.chmod(0)
for _ in range(2):
    sink._look_due = 0.0
    sink.write([(20, 0, b"2\\n", None)])
    sink._look_due = 0.0
    sink.idle()
try:
    FileSink(str(log), max_size=10_000, backup_count=5).write([(20, 0, b"3\\n", None)])
except OSError as error:
    print(error)
log.parent.chmod(0o700)
log.chmod(0o200)
FileSink(str(log), max_size=10_000, backup_count=5).write([(20, 0, b"4\\n", None)])
log.chmod(0o600)
print(log.read_text().split())
"""
    done = run_program(program)

    assert done.stdout == f"{log_dir}/app.log: Permission denied\n['1', '2', '2', '4']\n"


@pytest.mark.guarantee(54)
def test_a_fifo_without_reader_does_not_hang(new_sink: NewSink, log_path: Path) -> None:
    """An error for each batch until somebody reads; then lines come whole, also more than it holds at a time."""
    log_path.parent.mkdir()
    os.mkfifo(log_path)
    sink = new_sink()
    with pytest.raises(OSError, match=f"^{log_path}: No such device or address$"):
        sink.write([entry(1)])
    got: list[bytes] = []
    reading = os.open(log_path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reading, True)

    def read() -> None:
        while piece := os.read(reading, 65_536):
            got.append(piece)

    sink.write([entry(2)])
    reader = threading.Thread(target=read)
    reader.start()
    sink.write([entry(number, text=LARGE) for number in range(3, 300)])
    sink.idle()
    sink.close()
    reader.join()
    os.close(reading)

    assert b"".join(got) == entry(2)[2] + b"".join(entry(number, text=LARGE)[2] for number in range(3, 300))
    assert names(log_path) == ["app.log"]


@pytest.mark.guarantee(50)
@pytest.mark.guarantee(54)
def test_a_fifo_whose_reader_stands_still_is_given_up_and_its_half_line_ended(
    new_sink: NewSink, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a second; the next record that gets through is whole."""
    monkeypatch.setattr("logging_system.sinks.log_file.WRITE_SECONDS", 0.02)
    log_path.parent.mkdir()
    os.mkfifo(log_path)
    reading = os.open(log_path, os.O_RDONLY | os.O_NONBLOCK)
    sink = new_sink()
    with pytest.raises(OSError, match="took 65536 of"):
        sink.write([entry(1, text="x" * 100_000)])
    os.read(reading, 65_536)
    sink.write([entry(2)])

    assert os.read(reading, 65_536) == b"\n" + entry(2)[2]
    os.close(reading)
    with pytest.raises(OSError, match="Broken pipe"):
        sink.write([entry(3)])


@pytest.mark.guarantee(54)
def test_a_device_is_written_and_never_rotated(new_sink: NewSink, log_path: Path) -> None:
    """`app.log` as a link to /dev/null: nothing is renamed, cut or locked."""
    log_path.parent.mkdir()
    log_path.symlink_to("/dev/null")
    sink = new_sink(compress="gzip", rotate_every=1.0, fsync=True)
    for number in range(5):
        sink.write([entry(number, at=number * 10.0, text=LARGE), entry(number, text=LARGE)])
        sink.idle()
    sink.close()

    assert names(log_path) == ["app.log"]
    assert log_path.is_symlink()
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.guarantee(54)
@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd.log"),
        ("a/b", "a_b.log"),
        ("100%d{0}", "100_d_0_.log"),
        (".hidden", "hidden.log"),
        ("ü", "_.log"),
        ("..", "service.log"),
        ("a\nb", "a_b.log"),
    ],
)
def test_a_service_name_becomes_part_of_a_file_name(log_dir: Path, service: str, name: str) -> None:
    """It cannot leave the directory, and no `%` or brace in it means anything."""
    configure(log_dir=log_dir, console_output=False, service_name=service)
    get_logger("targets").info("x")
    assert flush()

    assert [path.name for path in log_dir.iterdir()] == [name]


@pytest.mark.guarantee(54)
def test_a_program_that_closes_all_descriptors_loses_nothing(log_dir: Path, run_program: Run) -> None:
    """As daemons do when they start; a file that got our number is not written to."""
    run_program(
        "import os\nfrom logging_system.sinks.file import FileSink\n"
        "sink = FileSink('logs/app.log', max_size=10_000, backup_count=5)\n"
        "sink.write([(20, 0, b'1\\n', None)])\n"
        "os.closerange(3, 100)\n"
        "sink.write([(20, 0, b'2\\n', None)])\n"
        "os.closerange(3, 100)\n"
        "others = [os.open('other', os.O_CREAT | os.O_WRONLY) for _ in range(9)]\n"
        "sink._look_due = 0.0\n"
        "sink.idle()\n"
        "sink.write([(20, 0, b'3\\n', None)])\n"
        "assert os.path.getsize('other') == 0 and all(os.fstat(n) for n in others)\n"
    )

    assert (log_dir / "app.log").read_bytes() == b"1\n2\n3\n"


@pytest.mark.guarantee(54)
def test_a_descriptor_closed_beneath_us_is_opened_again(new_sink: NewSink, log_path: Path) -> None:
    """With the batch that finds it closed, or with the next look if its number was given away."""
    sink = new_sink()
    sink.write([entry(1)])
    assert sink._file is not None
    os.close(sink._file.file.descriptor)
    sink.write([entry(2)])
    assert sink._file is not None
    number = sink._file.file.descriptor
    os.dup2(os.open("/dev/null", os.O_RDONLY), number)
    _look_again(sink)
    sink.write([entry(3)])
    os.fstat(number)  # the other file's, and still open
    sink.write([])

    assert numbers(log_path) == [1, 2, 3]
