"""Several processes on one file: each sink here has descriptors and locks of its own, as another process would."""

from __future__ import annotations

import fcntl
import gzip
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system.sinks.file import FileSink
from logging_system.sinks.file_lock import lock_path
from packages.logger.tests.sinks.log_files import entry, names, numbers

NewSink = Callable[..., FileSink]
Run = Callable[..., subprocess.CompletedProcess[str]]
LARGE = "x" * 900


def _look_again(*sinks: FileSink) -> None:
    """Have them look at the path now instead of within half a second."""
    for sink in sinks:
        sink._look_due = 0.0
        sink.idle()


@pytest.mark.guarantee(9)
def test_the_next_process_ends_the_torn_line_of_a_killed_one(new_sink: NewSink, log_path: Path) -> None:
    """And its own first record is whole."""
    log_path.parent.mkdir()
    log_path.write_bytes(b'{"half')
    new_sink().write([entry(1)])

    assert log_path.read_bytes() == b'{"half\n' + entry(1)[2]


@pytest.mark.guarantee(9)
def test_a_line_under_way_in_another_process_is_not_ended(new_sink: NewSink, log_path: Path) -> None:
    """Its beginning looks like a torn line, but somebody has the file open."""
    first = new_sink()
    first.write([entry(1)])
    with log_path.open("ab") as other:
        other.write(b'{"number":2,')
        other.flush()
        new_sink()._ready_file()
        other.write(b'"text":""}\n')

    assert numbers(log_path) == [1, 2]


@pytest.mark.guarantee(9)
def test_a_torn_line_of_a_killed_process_costs_no_record_of_its_siblings(new_sink: NewSink, log_path: Path) -> None:
    """The record that was glued to it is written again, on a line of its own."""
    first, second = new_sink(), new_sink()
    first.write([entry(1)])
    second.write([entry(2)])
    with log_path.open("ab") as killed:
        killed.write(b'{"half')
    second.write([entry(3), entry(4)])
    second.write([entry(5)])

    lines = log_path.read_bytes().splitlines(keepends=True)
    assert lines[2] == b'{"half' + entry(3)[2]
    assert lines[3:] == [entry(4)[2], entry(3)[2], entry(5)[2]]


@pytest.mark.guarantee(55)
def test_a_file_that_others_made_full_is_rotated_once(new_sink: NewSink, log_path: Path) -> None:
    """Who finds that another has rotated goes on in the new file."""
    first, second = new_sink(), new_sink()
    first.write([entry(1, text="x" * 850)])
    second.write([entry(2)])
    _look_again(first)
    first.write([entry(3)])
    _look_again(second)
    second.write([entry(4)])

    assert names(log_path) == ["app.log", "app.log.1"]
    assert numbers(Path(f"{log_path}.1")) == [1, 2]
    assert numbers(log_path) == [3, 4]


@pytest.mark.guarantee(55)
def test_a_file_that_was_cut_meanwhile_is_not_rotated(new_sink: NewSink, log_path: Path) -> None:
    """Its size is asked for once more under the lock."""
    sink = new_sink()
    sink.write([entry(1, text=LARGE)])
    os.truncate(log_path, 0)
    sink.write([entry(2, text=LARGE)])

    assert names(log_path) == ["app.log"]
    assert numbers(log_path) == [2]


@pytest.mark.guarantee(55)
def test_a_rotated_file_that_somebody_writes_to_is_neither_compressed_nor_deleted(
    new_sink: NewSink, log_path: Path
) -> None:
    """Until they have moved on: what they append meanwhile is kept."""
    first, second = new_sink(compress="gzip", backup_count=1), new_sink()
    first.write([entry(0)])
    second.write([entry(1)])
    first.write([entry(2, text=LARGE)])
    first.write([entry(3, text=LARGE)])
    first.write([entry(4, text=LARGE)])
    second.write([entry(5)])
    first.close()
    assert names(log_path) == ["app.log", "app.log.1.gz", "app.log.3"]
    assert numbers(Path(f"{log_path}.3")) == [0, 1, 5]

    _look_again(second)
    first.write([entry(6, text=LARGE)])
    first.close()
    assert names(log_path) == ["app.log", "app.log.1.gz"]


@pytest.mark.guarantee(57)
def test_a_file_is_compressed_as_soon_as_nobody_writes_to_it_any_more(new_sink: NewSink, log_path: Path) -> None:
    """Here by the second process, which is quiet and so has the time."""
    first, second = new_sink(compress="gzip"), new_sink(compress="gzip")
    first.write([entry(1)])
    second.write([entry(2)])
    first.write([entry(3, text=LARGE)])
    first.close()
    second.write([entry(4)])
    assert numbers(Path(f"{log_path}.1")) == [1, 2, 4]

    _look_again(second)
    assert numbers(Path(f"{log_path}.1.gz")) == [1, 2, 4]
    assert names(log_path) == ["app.log", "app.log.1.gz"]


@pytest.mark.guarantee(55)
def test_a_lock_that_somebody_holds_delays_rotation_and_no_record(new_sink: NewSink, log_path: Path) -> None:
    """Records go on into the file at hand, which is rotated when the lock is free."""
    sink = new_sink()
    sink.write([entry(1, text=LARGE)])
    with Path(lock_path(str(log_path))).open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sink.write([entry(2, text=LARGE), entry(3, text=LARGE)])
        assert numbers(log_path) == [1, 2, 3]
    sink._rotation_due = 0.0
    sink.write([entry(4)])

    assert numbers(Path(f"{log_path}.1")) == [1, 2, 3]
    assert numbers(log_path) == [4]


@pytest.mark.guarantee(55)
def test_a_lock_whose_holder_was_killed_is_free(log_dir: Path, run_program: Run) -> None:
    """The system gives it back; nothing has to be cleaned up."""
    run_program(
        "import os, signal, sys\nfrom logging_system.sinks.file_lock import names_lock\n"
        "os.makedirs('logs')\nwith names_lock('logs/app.log', timeout=0) as held:\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if held else sys.exit('not held')",
        status=-9,
    )
    sink = FileSink(str(log_dir / "app.log"), max_size=1000, backup_count=5, compress="none")
    sink.write([entry(1, text=LARGE), entry(2)])
    sink.close()

    assert names(log_dir / "app.log") == ["app.log", "app.log.1"]


@pytest.mark.guarantee(55)
def test_a_lock_file_that_was_deleted_is_made_again(new_sink: NewSink, log_path: Path) -> None:
    """Whoever still holds the deleted one holds nothing."""
    sink = new_sink()
    sink.write([entry(1, text=LARGE), entry(2, text=LARGE)])
    with Path(lock_path(str(log_path))).open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        Path(held.name).unlink()
        sink.write([entry(3)])

    assert names(log_path) == ["app.log", "app.log.1", "app.log.2"]


@pytest.mark.guarantee(55)
def test_a_stranger_who_locks_the_file_delays_no_record_for_long(new_sink: NewSink, log_path: Path) -> None:
    """`flock app.log some-command`: we go on without our lock."""
    log_path.parent.mkdir()
    with log_path.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        new_sink().write([entry(1)])

    assert numbers(log_path) == [1]


def test_a_child_that_never_logs_keeps_no_file_in_use(run_program: Run) -> None:
    """The parent's rotated file can be compressed while the child lives."""
    run_program(
        "import os, signal\nfrom logging_system import configure, get_logger, flush, shutdown\n"
        "configure(console_output=False, max_file_size=1000)\nlog = get_logger('x')\nlog.info('x' * 900); flush()\n"
        "child = os.fork()\nif child == 0:\n    signal.pause()\n"
        "log.info('y' * 900)\nassert shutdown()\nassert os.path.exists('logs/app.log.1.gz'), os.listdir('logs')\n"
        "os.kill(child, signal.SIGKILL); os.waitpid(child, 0)"
    )


def test_a_child_leaves_its_parents_compressing_alone(log_dir: Path, run_program: Run) -> None:
    """The half-made copy is the parent's; the child's end does not delete it."""
    done = run_program(
        "import os\nfrom logging_system.sinks.file import FileSink\n"
        "def entry(n):\n    return 20, n, b'%d %s\\n' % (n, os.urandom(1500_000).hex().encode()), None\n"
        "sink = FileSink('logs/app.log', max_size=2_000_000, backup_count=5)\n"
        "sink.write([entry(1), entry(2)])\n"
        "def growing():\n    return [n for n in os.listdir('logs') if n.endswith('.tmp')]\n"
        "sink.write([entry(3)])\nsink._upkeep.compressor.step('logs/app.log', locks=True)\nassert growing()\n"
        "child = os.fork()\nif child == 0:\n"
        "    sink.idle(); sink.write([(20, 4, b'child\\n', None)]); sink.close(); os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\nassert growing()\n"
        "sink.close()\nassert not growing()\n"
    )
    assert done.stderr == ""
    texts = [gzip.decompress((log_dir / f"app.log.{n}.gz").read_bytes()) for n in (3, 2, 1)]
    assert [text[:2] for text in texts] == [b"1 ", b"2 ", b"3 "]
    assert (log_dir / "app.log").read_bytes() == b"child\n"
