"""Whole writes to descriptors that do not take everything at once."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from logging_system.sinks.descriptor import IncompleteWrite, write_whole

pytestmark = pytest.mark.guarantee(50)
#: Longer than a pipe is, and no multiple of it.
DATA = os.urandom(1_000_003)


class Reader:
    """Reads the other end of a pipe in a thread, until its end."""

    def __init__(self, descriptor: int) -> None:
        self._pieces: list[bytes] = []
        self._descriptor = descriptor
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while piece := os.read(self._descriptor, 10_007):
            self._pieces.append(piece)

    def join(self) -> bytes:
        """All that came."""
        self._thread.join(30)
        return b"".join(self._pieces)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Its read and its write end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_a_pipe_that_refuses_gets_the_rest_later_and_nothing_twice(pipe: tuple[int, int]) -> None:
    """Somebody made it non-blocking: it stays so, and the bytes come once and in order."""
    reading, writing = pipe
    os.set_blocking(writing, False)
    flags = fcntl.fcntl(writing, fcntl.F_GETFL)
    reader = Reader(reading)
    write_whole(writing, DATA, timeout=30)

    assert fcntl.fcntl(writing, fcntl.F_GETFL) == flags
    os.close(writing)
    assert reader.join() == DATA


def test_a_pipe_that_nobody_reads_is_given_up_at_the_deadline(pipe: tuple[int, int]) -> None:
    """The error says how many bytes were taken; they are in the pipe, once."""
    reading, writing = pipe
    os.set_blocking(writing, False)
    with pytest.raises(IncompleteWrite, match=r"took \d+ of 1000003 bytes in 0.05 s") as caught:
        write_whole(writing, DATA, timeout=0.05)

    assert caught.value.errno == errno.ETIMEDOUT
    assert caught.value.at_once
    os.close(writing)
    assert Reader(reading).join() == DATA[: caught.value.written]


def test_a_pipe_whose_reader_is_gone_is_an_error_at_once(pipe: tuple[int, int]) -> None:
    """EPIPE, no signal."""
    reading, writing = pipe
    os.close(reading)
    with pytest.raises(IncompleteWrite) as caught:
        write_whole(writing, b"x", timeout=30)

    assert caught.value.errno == errno.EPIPE
    assert caught.value.written == 0


def test_a_reader_that_leaves_while_we_wait_ends_the_waiting(pipe: tuple[int, int]) -> None:
    """Not the deadline."""
    reading, writing = pipe
    os.set_blocking(writing, False)

    def read_a_little_and_leave() -> None:
        os.read(reading, 100_000)
        os.close(reading)

    thread = threading.Thread(target=read_a_little_and_leave)
    thread.start()
    with pytest.raises(IncompleteWrite) as caught:
        write_whole(writing, DATA, timeout=30)
    thread.join()

    assert caught.value.errno == errno.EPIPE


def test_signals_in_the_middle_of_a_write_change_nothing(pipe: tuple[int, int]) -> None:
    """EINTR is not an error, and what was taken before it is not sent again."""
    reading, writing = pipe
    handled = []
    before = signal.signal(signal.SIGALRM, lambda *_: handled.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        reader = Reader(reading)
        for _ in range(10):
            write_whole(writing, DATA, timeout=30)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    os.close(writing)

    assert reader.join() == DATA * 10
    assert handled


def test_a_full_device_is_its_own_error() -> None:
    """The errno of the system is kept."""
    full = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(IncompleteWrite) as caught:
        write_whole(full, b"x", timeout=30)
    os.close(full)

    assert caught.value.errno == errno.ENOSPC
