"""`logging-system tail -f`: what is written after the start, over rotation, truncation and deletion."""

from __future__ import annotations

import itertools
import os
import subprocess
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import configure, flush, get_logger
from packages.logger.tests.cli.conftest import Ran, line

Run = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]
Step = Callable[[], object]


@pytest.fixture
def follow(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Follow the log; between two looks one step happens, and after the last one Ctrl-C. Returns the messages.

    The clock goes on by `seconds` each time it is asked, so that no test waits for the time in which a
    rotated file may still grow.
    """

    def follow_over(*steps: Step, argv: tuple[str, ...] = (), seconds: int = 120) -> list[str]:
        clock, coming = itertools.count(step=seconds), iter(steps)

        def sleep(_seconds: float) -> None:
            step = next(coming, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        stand_in = types.SimpleNamespace(sleep=sleep, monotonic=lambda: next(clock))
        for module in ("follow", "tail"):
            monkeypatch.setattr(f"logging_system.cli.{module}.time", stand_in)
        status, out, _ = run("tail", "-f", *argv, str(log))
        assert status == 0
        return [shown.split()[3] for shown in out.splitlines()]

    return follow_over


def append(path: Path, *messages: str, end: str = "") -> Step:
    """A step that adds records, and perhaps half a line."""
    text = "".join(map(line, messages)) + end

    def step() -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)

    return step


def one_after_another(*steps: Step) -> Step:
    """Several steps between two looks."""

    def step() -> None:
        for each in steps:
            each()

    return step


def nothing() -> None:
    """A look that finds nothing new."""


def test_the_last_records_come_first_then_each_new_one_once(follow: Callable[..., list[str]], log: Path) -> None:
    """`-n` and filters count for both."""
    append(log, "a", "b", "c")()

    shown = follow(append(log, "d"), nothing, append(log, "e", "f"), argv=("-n", "2"))

    assert shown == ["b", "c", "d", "e", "f"]
    assert follow(append(log, "grepped", "other"), argv=("--grep", "grepped")) == ["grepped"]


def test_half_a_line_is_shown_when_it_is_whole(follow: Callable[..., list[str]], log: Path) -> None:
    """A write under way, at the start and later."""
    text = line("whole")
    append(log, "a", end=text[:20])()

    def rest(path: Path, part: str) -> Step:
        return lambda: path.open("a", encoding="utf-8").write(part)

    assert follow(rest(log, text[20:]), rest(log, text[:50]), nothing, rest(log, text[50:])) == ["a", "whole", "whole"]


def test_a_rotation_by_renaming_loses_nothing(follow: Callable[..., list[str]], log: Path) -> None:
    """Not what others still write to the old file, nor what comes while there is no new one."""
    old = Path(f"{log}.1")
    append(log, "a")()

    shown = follow(
        append(log, "b"),
        lambda: log.rename(old),
        append(old, "late"),
        append(log, "c"),
        one_after_another(append(old, "later"), append(log, "d")),
        nothing,
        nothing,
        append(old, "too late"),
        seconds=1,
    )

    assert shown == ["a", "b", "late", "c", "later", "d"]


def test_half_a_line_at_the_end_of_a_rotated_file_is_shown_when_it_is_given_up(
    follow: Callable[..., list[str]], log: Path
) -> None:
    """Nothing will complete it."""
    append(log, "a", end='{"torn')()

    shown = follow(one_after_another(lambda: log.rename(f"{log}.1"), append(log, "b")), nothing, nothing)

    assert shown == ["a", "b", '{"torn'] or shown == ["a", '{"torn', "b"]


def test_several_rotations_in_a_row_are_followed(follow: Callable[..., list[str]], log: Path) -> None:
    """Each file to its end."""
    append(log, "0")()

    def rotation(number: int) -> Step:
        return one_after_another(lambda: log.rename(f"{log}.{number}"), append(log, str(number)))

    assert follow(*(rotation(number) for number in range(1, 6))) == list("012345")


def test_a_file_truncated_in_place_is_read_from_its_start(follow: Callable[..., list[str]], log: Path) -> None:
    """logrotate's copytruncate."""
    append(log, "a", "b")()

    shown = follow(
        lambda: os.truncate(log, 0),
        append(log, "c"),
        nothing,
        one_after_another(lambda: os.truncate(log, 0), append(log, "d")),
    )

    assert shown == ["a", "b", "c", "d"]


def test_a_deleted_file_is_followed_when_it_is_there_again(follow: Callable[..., list[str]], log: Path) -> None:
    """Also one that is deleted for a while, or with its directory."""
    append(log, "a")()

    assert follow(log.unlink, nothing, append(log, "b"), append(log, "c")) == ["a", "b", "c"]


def test_a_symbolic_link_is_followed_to_another_file(
    follow: Callable[..., list[str]], log: Path, tmp_path: Path
) -> None:
    """The path counts, as for a writer that opens it anew."""
    append(tmp_path / "one", "a")()
    append(tmp_path / "two", "b")()
    log.symlink_to("one")

    assert follow(one_after_another(log.unlink, lambda: log.symlink_to("two"))) == ["a", "b"]


def test_a_line_without_end_is_shown_in_pieces(
    follow: Callable[..., list[str]], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What never ends must not fill the memory."""
    monkeypatch.setattr("logging_system.cli.follow.LONGEST_LINE", 1000)
    append(log, "a")()

    shown = follow(append(log, end="x" * 1500), append(log, end="y" * 10 + "\n"), append(log, "b"))

    assert shown == ["a", "x" * 1500, "y" * 10, "b"]


def test_a_file_that_is_not_there_yet_is_waited_for(follow: Callable[..., list[str]], log: Path) -> None:
    """Who starts `tail` before the program wants to see all of it."""
    assert follow(nothing, append(log, "a"), append(log, "b")) == ["a", "b"]


def test_the_wait_is_told_and_a_file_is_not_guessed(start: Start, tmp_path: Path) -> None:
    """On standard error."""
    program = start("tail", "-f", str(tmp_path / "later.log"))
    assert program.stderr is not None

    assert program.stderr.readline().endswith("later.log: is not there yet; waiting for it\n")


@pytest.fixture
def following(start: Start, log_dir: Path) -> subprocess.Popen[str]:
    """The script, following the log of this process, past its first record."""
    get_logger("shop").info("first")
    assert flush()
    program = start("tail", "-f", "--json", str(log_dir / "app.log"))
    assert program.stdout is not None
    assert '"first"' in program.stdout.readline()
    return program


@pytest.mark.parametrize("compress", ["none", "gzip"])
def test_the_rotation_of_the_library_itself_is_followed(
    following: subprocess.Popen[str], log_dir: Path, compress: str
) -> None:
    """Every record once and in order, over rotations that happen one look apart."""
    configure(log_dir=log_dir, service_name="app", console_output=False, max_file_size=2000, file_compress=compress)
    assert following.stdout is not None

    for number in range(25):
        get_logger("shop").info(f"m{number}")
        assert flush()
        assert f'"m{number}"' in following.stdout.readline()

    assert len(list(log_dir.glob("app.log.*"))) >= 2


def test_copytruncate_under_the_library_is_followed(following: subprocess.Popen[str], log_dir: Path) -> None:
    """As logrotate does it: copy, then empty the file in place."""
    path = log_dir / "app.log"
    assert following.stdout is not None

    for number in range(3):
        path.with_suffix(f".{number}").write_bytes(path.read_bytes())
        os.truncate(path, 0)
        get_logger("shop").info(f"m{number}")
        assert flush()
        assert f'"m{number}"' in following.stdout.readline()


def test_a_reader_that_goes_away_ends_it_although_nothing_is_written(following: subprocess.Popen[str]) -> None:
    """`logging-system tail -f | head -1` must not stay behind."""
    assert following.stdout is not None
    following.stdout.close()

    assert following.wait(10) == 0
