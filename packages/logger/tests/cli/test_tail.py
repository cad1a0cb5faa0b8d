"""`logging-system tail`: the last records, filters, colours, JSON, compressed files, standard input, hostile lines."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import configure, get_logger, shutdown
from packages.logger.tests.cli.conftest import Ran, line

Run = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


def messages(out: str) -> list[str]:
    """The messages of lines that were shown with `--json`."""
    return [json.loads(each)["message"] for each in out.splitlines()]


def give_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let standard input hold this, as a pipe does."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe(content))))


def test_the_last_records_are_shown_as_lines_for_people(run: Run, log: Path) -> None:
    """Twenty, or as many as asked for."""
    log.write_text("".join(line(f"m{n}", n=n) for n in range(30)), encoding="utf-8")

    out = run("tail", str(log)).out

    assert len(out.splitlines()) == 20
    assert out.splitlines()[0] == "2026-06-19 10:30:45.123Z INFO     m10 n=10 correlation_id=c1 (shop orders:7)"
    assert messages(run("tail", "-n", "2", "--json", str(log)).out) == ["m28", "m29"]
    assert run("tail", "-n", "0", str(log)) == (0, "", "")
    assert len(run("tail", "-n", "999", str(log)).out.splitlines()) == 30


def test_without_a_file_the_one_of_the_configuration_is_shown(
    run: Run, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same environment and file as the program's."""
    get_logger("shop").info("hello")
    shutdown()
    monkeypatch.setenv("LOG_DIR", str(log_dir))
    monkeypatch.setenv("SERVICE_NAME", "app")

    assert messages(run("tail", "--json").out) == ["hello"]


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_what_the_configured_file_lacks_comes_from_rotated_ones(
    run: Run, log_dir: Path, monkeypatch: pytest.MonkeyPatch, compress: str
) -> None:
    """Right after a rotation the file itself is nearly empty."""
    configure(log_dir=log_dir, service_name="app", console_output=False, max_file_size=1000, file_compress=compress)
    for number in range(20):
        get_logger("shop").info(f"m{number}")
    shutdown()
    monkeypatch.setenv("LOG_DIR", str(log_dir))
    monkeypatch.setenv("SERVICE_NAME", "app")
    assert len(list(log_dir.glob("app.log*"))) > 3

    assert messages(run("tail", "--json", "-n", "9").out) == [f"m{number}" for number in range(11, 20)]
    assert messages(run("tail", "--json", "-n", "2", "--grep", "m1").out) == ["m18", "m19"]
    (log_dir / "app.log").unlink()
    assert len(messages(run("tail", "--json", "-n", "5").out)) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "handlers: {file: {enabled: false}}",
            "configuration: handlers.file.enabled: the file sink is off; name a log",
        ),
        ("handlers: {file: {format: plain}}", "configuration: handlers.file.format: the log file holds plain text"),
    ],
)
def test_a_configuration_without_a_file_of_records_is_told(run: Run, tmp_path: Path, text: str, message: str) -> None:
    """In place of an empty answer."""
    (tmp_path / "logging_config.yaml").write_text(text, encoding="utf-8")

    for argv in (["tail"], ["stats"]):
        status, _, err = run(*argv)
        assert status == 2
        assert err.startswith(message)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], ["a", "b", "c", "d", 'e "quoted" größer']),
        (["--level", "warning"], ["b", "c"]),
        (["--logger", "shop"], ["a", "b", 'e "quoted" größer']),
        (["--logger", "shopping"], ["d"]),
        (["--correlation-id", "c2"], ["b", "d"]),
        (["--grep", '"QUOTED" GR'], ['e "quoted" größer']),
        (["--grep", "größer"], ['e "quoted" größer']),
        (["--grep", "no such text"], []),
        (["--level", "ERROR", "--logger", "billing", "--correlation-id", "c1"], ["c"]),
        (["--level", "ERROR", "--logger", "shop"], []),
    ],
)
def test_filters_choose_records_and_all_must_hold(run: Run, log: Path, filters: list[str], expected: list[str]) -> None:
    """Before counting: `-n` counts what passed."""
    second = {"correlation_id": "c2"}
    log.write_text(
        line("a", "DEBUG")
        + line("b", "WARNING", logger="shop.cart", context=second)
        + line("c", "CRITICAL", logger="billing")
        + line("d", logger="shopping", context=second)
        + json.dumps(json.loads(line('e "quoted" größer')))  # other spaces and escapes, and no line end
        + "\n\n",
        encoding="utf-8",
    )

    assert messages(run("tail", "--json", *filters, str(log)).out) == expected
    assert messages(run("tail", "--json", "-n", "1", *filters, str(log)).out) == expected[-1:]


def test_colours_are_for_terminals_unless_told_otherwise(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--color`, `NO_COLOR`, a terminal that has none."""
    log.write_text(line("m", "ERROR"), encoding="utf-8")
    for variable in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)

    assert "\x1b" not in run("tail", str(log)).out
    assert "\x1b[31mERROR" in run("tail", "--color", "always", str(log)).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[31mERROR" in run("tail", str(log)).out
    assert "\x1b" not in run("tail", "--color", "never", str(log)).out
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in run("tail", str(log)).out
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("tail", str(log)).out
    assert "\x1b" in run("tail", "--color", "always", str(log)).out


@pytest.mark.guarantee(44)
def test_no_line_can_drive_a_terminal(run: Run, log: Path) -> None:
    """Whatever stands in a record, or in a line that is none."""
    evil = "\x1b[2J\x9b31m\x07\x7f\u202egnp.exe\u2028\u2029\r"
    log.write_text(
        line(evil, logger=evil, module=evil, context={evil: evil}, field=[evil])
        + line("x", exception={"stacktrace": evil, "cause": {"type": evil, "message": evil}})
        + line("x", exception={"stacktrace": "", "type": "E", "message": "m", "exceptions": [f"member {evil}"]})
        + evil.replace("\r", "")
        + "\n",
        encoding="utf-8",
    )

    out = run("tail", str(log)).out

    assert not set(out) & set("\x1b\x9b\x07\x7f\u202e\u2028\u2029\r")
    assert "\\x1b[2J\\x9b31m\\x07\\x7f\\u202egnp.exe\\u2028" in out


def test_json_is_written_as_it_is_but_not_to_a_terminal(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what JSON lets pass would be obeyed; with escapes it means the same."""
    text = line("a\x9b31m\u202e")
    log.write_text(text, encoding="utf-8")
    assert run("tail", "--json", str(log)).out == text

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = run("tail", "--json", str(log)).out

    assert not set(out) & set("\x9b\u202e")
    assert json.loads(out) == json.loads(text)


FOREIGN = [
    b'{"timestamp":"2026-06-19T10:30:45.123Z","level":"INFO","lo',
    b"plain text",
    b"[1, 2]",
    b'"text"',
    b"null",
    b'{"event": "of another library", "level": "info"}',
    line("no time").replace("2026-06-19T10:30:45.123Z", "yesterday").encode().strip(),
    line("no such level", "LOUD").encode().strip(),
    line("level is a list").replace('"INFO"', '["INFO"]').encode().strip(),
    line("line is text").replace('"line": 7', '"line": "7"').encode().strip(),
    line("no context", context=None).encode().strip(),
    line("exception is text", exception="boom").encode().strip(),
    line("exception is empty", exception={}).encode().strip(),
    line("members are text", exception={"stacktrace": "s", "exceptions": "x"}).encode().strip(),
    line("nan", x=float("nan")).encode().strip(),
    b"\xff\xfe not UTF-8",
    b'{"a":' * 2000,
]


@pytest.mark.parametrize("content", FOREIGN, ids=range(len(FOREIGN)))
def test_a_line_that_is_no_record_is_marked_and_not_lost(run: Run, log: Path, content: bytes) -> None:
    """Torn, foreign, no JSON at all; with a filter on records it is left out."""
    log.write_bytes(line("before").encode() + content + b"\n" + line("after").encode())

    out = run("tail", str(log)).out.splitlines()
    assert len(out) == 3
    assert out[1].startswith("[not a record] ")
    assert len(run("tail", "--level", "DEBUG", str(log)).out.splitlines()) == 2

    status, out_json, err = run("tail", "--json", str(log))
    assert (status, messages(out_json)) == (0, ["before", "after"])
    assert err.startswith("[not a record] ")


def test_the_marker_is_dim_on_a_terminal(run: Run, log: Path) -> None:
    """Not part of the line."""
    log.write_text("text\n", encoding="utf-8")

    assert run("tail", "--color", "always", str(log)).out == "\x1b[2m[not a record]\x1b[0m text\n"


def test_a_record_nested_deeper_than_can_be_shown_is_shown_as_it_stands(run: Run, log: Path) -> None:
    """orjson reads a thousand levels and writes 254."""
    deep = "[" * 500 + "]" * 500
    log.write_text(line("m", x="DEEP").replace('"DEEP"', deep), encoding="utf-8")

    status, out, _ = run("tail", str(log))

    assert status == 0
    assert deep in out


def test_a_line_longer_than_memory_should_hold_comes_in_pieces(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file without line ends, read from its end and from its front."""
    monkeypatch.setattr("logging_system.cli.log_files.LONGEST_LINE", 100_000)
    log.write_bytes(b"x" * 1_000_000 + b"\n" + line("last").encode())

    from_end = run("tail", str(log)).out.splitlines()
    give_stdin(monkeypatch, log.read_bytes())
    from_front = run("tail", "-").out.splitlines()

    for out in (from_end, from_front):
        assert "last" in out[-1]
        assert sum(each.count("x") for each in out[:-1]) == 1_000_000
        assert max(map(len, out)) < 200_000


@pytest.mark.parametrize("name", ["some.log.1.gz", "no-ending"])
def test_gzip_is_read_whatever_its_name(run: Run, tmp_path: Path, name: str) -> None:
    """By its first bytes."""
    path = tmp_path / name
    path.write_bytes(gzip.compress("".join(line(f"m{n}") for n in range(50)).encode()))

    assert messages(run("tail", "--json", "-n", "2", str(path)).out) == ["m48", "m49"]
    assert len(run("tail", "-f", str(path)).out.splitlines()) == 50  # nothing is appended to it


def test_zstd_is_read_and_its_missing_package_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built into Python 3.14; before, an extra."""
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "some.log.1.zst"
    path.write_bytes(zstandard.compress(line("packed").encode()))
    assert messages(run("tail", "--json", str(path)).out) == ["packed"]

    path.write_bytes(path.read_bytes()[:6] + b"\xff" * 20)
    assert run("tail", str(path)) == (2, "", f"logging-system: {path}: is not a whole compressed file\n")

    if sys.version_info < (3, 14):
        monkeypatch.setitem(sys.modules, "zstandard", None)
        message = "zstd needs a package: pip install 'logging-system[zstd]'"
        assert run("tail", str(path)) == (2, "", f"logging-system: {path}: {message}\n")


def test_a_compressed_file_that_is_cut_is_told(run: Run, tmp_path: Path) -> None:
    """Neither a traceback nor half an answer that looks whole."""
    path = tmp_path / "some.log.1.gz"
    path.write_bytes(gzip.compress(line("m").encode() * 100)[:-20])

    assert run("tail", str(path)) == (2, "", f"logging-system: {path}: is not a whole compressed file\n")


def test_standard_input_is_read_plain_and_compressed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-`; with `-f` each line as it comes."""
    content = (line("a") + line("b", "ERROR") + line("c")).encode()

    give_stdin(monkeypatch, content)
    assert messages(run("tail", "--json", "-n", "2", "-").out) == ["b", "c"]
    give_stdin(monkeypatch, gzip.compress(content))
    assert messages(run("tail", "--json", "-").out) == ["a", "b", "c"]
    give_stdin(monkeypatch, content)
    assert messages(run("tail", "--json", "-n", "1", "-f", "--level", "ERROR", "-").out) == ["b"]
    give_stdin(monkeypatch, b"")
    assert run("tail", "-") == (0, "", "")


def test_lines_of_standard_input_are_shown_as_they_come(start: Start) -> None:
    """`docker logs -f shop | logging-system tail -f -`."""
    program = start("tail", "-f", "-", stdin=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None

    for message in ("first", "second"):
        program.stdin.write(line(message))
        program.stdin.flush()
        assert message in program.stdout.readline()
    program.stdin.close()

    assert program.wait(10) == 0
