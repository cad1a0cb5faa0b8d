"""YAML files: what is read and how, what is refused and with which words, and that none takes long."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from logging_system import ConfigError
from logging_system.config.load import load_settings
from logging_system.config.schema import Settings

Write = Callable[[str], str]


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs with both of PyYAML's parsers."""
    if request.param == "pure Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    return str(request.param)


def loaded(path: str) -> Settings:
    """Without the environment."""
    return load_settings(path, environ={})


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "--- \n...\n", "null", "{}", "\ufeff"])
def test_an_empty_file_means_the_defaults(write: Write, text: str) -> None:
    """In all its forms."""
    assert loaded(write(text)) == Settings()


def test_the_null_device_means_the_defaults() -> None:
    """The usual way to say: no file."""
    assert loaded(os.devnull) == Settings()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.10", "1.10"),
        ("1.0", "1.0"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("+5", "+5"),
        ("2026-06-19", "2026-06-19"),
        ("2026-99-99", "2026-99-99"),
        ("12:30:45", "12:30:45"),
        ("no", "no"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("'null'", "null"),
        ("9" * 5000, "9" * 5000),
        (".inf", "inf"),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("|\n    two\n    lines", "two\n    lines".replace("    ", "")),
    ],
)
def test_a_text_is_taken_as_it_was_written(write: Write, written: str, read: str) -> None:
    """Versions, dates and the words of YAML 1.1 are no numbers, dates and switches."""
    assert loaded(write(f"context:\n  version: {written}\n")).version == read


def test_numbers_and_switches_are_read_by_their_form(write: Write) -> None:
    """As YAML 1.2 does; a switch also as YAML 1.1 did."""
    settings = loaded(
        write(
            "metrics: {port: 0x1F90}\n"
            "handlers: {file: {backup_count: 010, fsync: yes, max_age: .5}}\n"
            "logging: {sample_rate: 2.5e-1, buffer_bytes: 0o2000, level: 010, capture_stdlib: True}\n"
        )
    )

    assert (settings.metrics_port, settings.backup_count, settings.max_age) == (8080, 10, 0.5)
    assert (settings.sample_rate, settings.buffer_bytes, settings.log_level) == (0.25, 1024, "DEBUG")
    assert settings.fsync
    assert settings.capture_stdlib
    assert all(type(value) in (int, float) for value in (settings.metrics_port, settings.sample_rate))


def test_anchors_aliases_and_merge_keys_work(write: Write) -> None:
    """What stands in a section itself is over what it merges; the first merged is over the next."""
    settings = loaded(
        write(
            "logging:\n"
            "  levels: {<<: [{a: DEBUG, b: DEBUG}, {a: ERROR, c: ERROR}], b: INFO}\n"
            "  level: &level WARNING\n"
            "  flush_level: *level\n"
            "handlers:\n"
            "  file: &file {backup_count: 3}\n"
            "  console: {format: json}\n"
            "context: {<<: {version: '2'}, service_name: shop}\n"
        )
    )

    assert settings.levels == {"a": "DEBUG", "b": "INFO", "c": "ERROR"}
    assert (settings.log_level, settings.flush_level) == ("WARNING", "WARNING")
    assert (settings.version, settings.service_name) == ("2", "shop")


@pytest.mark.parametrize(
    "text",
    [
        "\ufefflogging:\r\n  level: DEBUG\r\ncontext:\r\n  version: 'é'\r\n",
        "%YAML 1.2\n---\nlogging:\n  level: DEBUG\ncontext: {version: é}\n...\n",
        '{"logging": {"level": "DEBUG"}, "context": {"version": "\\u00e9"}}',
    ],
)
def test_byte_order_mark_line_ends_directives_and_json_are_read(write: Write, text: str) -> None:
    """Whatever the editor left in the file."""
    settings = loaded(write(text))

    assert (settings.log_level, settings.version) == ("DEBUG", "é")


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("logging:\n  level: INFO\n  level: DEBUG", "logging.level", "is there twice, on lines 2 and 3"),
        ("logging: {}\nlogging: {}", "logging", "is there twice, on lines 1 and 2"),
        ("logging: {level: A, 'level': B}", "logging.level", "is there twice, on line 1"),
        ("logging: {filters: [{a: 1, a: 2}]}", "logging.filters[0].a", "is there twice"),
        ("a: {<<: {b: 1}, <<: {b: 2}}", "a.<<", "is there twice"),
        (
            "x: !!python/object/apply:os.system [id]",
            "line 1, column 4",
            "the tag !!python/object/apply:os.system is not",
        ),
        ("x: !<tag:evil.example,2026:a> 1", "line 1, column 4", "the tag tag:evil.example,2026:a is not allowed"),
        ("x: !!binary aGk=", "line 1, column 4", "the tag !!binary is not allowed"),
        ("? !!int 5\n: 1", "line 1, column 3", "the tag !!int is not allowed"),
        ("x: &a [*a]", "line 1, column 8", "*a stands inside what it names"),
        ("x: *a", "line 1, column 4", "there is no anchor &a above"),
        ("{<<: 5}", "line 1, column 6", "<<: got 5, expected a section"),
        ("{<<: [{}, 5]}", "line 1, column 12", "<<: got [{}, 5], expected a section"),
        ("? [a]\n: b", "line 1, column 3", "expected a key, which is a text"),
        ("x: &a b\n*a : c", "line 2, column 1", "expected a key, which is a text"),
        ("--- {}\n--- {}", "line 2, column 1", "a second document starts here"),
        ("a: 1\nb: \x01", "line 2, column 4", 'is not valid YAML: the character "\\x01"'),
        ("just text", "line 1", 'got "just text", expected sections with keys'),
        ("{" * 40, "line 1, column 2", "expected a key"),
        ("[" * 500, "line 1, column 33", "is nested more than 32 levels deep"),
        ("- " * 100_000, "line 1, column 65", "is nested more than 32 levels deep"),
    ],
)
def test_what_is_refused_is_named_by_key_or_line(write: Write, text: str, key: str, problem: str) -> None:
    """And never executed, guessed or half taken."""
    with pytest.raises(ConfigError) as caught:
        loaded(write(text))

    assert caught.value.key == key
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize(
    "text", ["logging: [", "a: b: c", "a:\n\tb: c", "'", '"\\UFFFFFFFF"', "%YAML 9.9\n--- a", "@", "&", "a: |x", "{]"]
)
def test_what_is_no_yaml_is_named_by_its_line(write: Write, text: str) -> None:
    """In the words of the parser."""
    with pytest.raises(ConfigError, match=r": line \d+(?:, column \d+)?: is not valid YAML: \S"):
        loaded(write(text))


def test_aliases_of_aliases_cost_nothing(write: Write) -> None:
    """The "billion laughs": nine lines that stand for a thousand million texts, plain and merged."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ConfigError, match=r"line \d, column \d+: aliases make it larger than 4194304 characters"):
        loaded(write("\n".join(lines)))

    lines = ["a0: &a0 {x: lol}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    with pytest.raises(ConfigError, match="aliases make it larger"):
        loaded(write("\n".join(lines)))

    chain = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 50)]
    with pytest.raises(ConfigError, match=r"line \d+, column \d+: is nested more than 32 levels deep"):
        loaded(write("\n".join(chain)))


def test_a_file_that_is_not_utf8_is_named_by_line_and_byte(tmp_path: Path) -> None:
    """Latin-1, UTF-16, anything."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"logging: {}\ncontext: {version: caf\xe9}\n")
    with pytest.raises(ConfigError, match="line 2, byte 23: is not UTF-8 text"):
        loaded(str(path))

    path.write_bytes("logging: {}".encode("utf-16"))
    with pytest.raises(ConfigError, match="line 1, byte 1: is not UTF-8 text"):
        loaded(str(path))


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe that nobody writes to would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "big.yaml").write_bytes(b"#" * (1 << 20) + b"\n")

    for name, problem in (
        ("pipe", "is not a regular file"),
        (".", "is a directory, expected a YAML file"),
        ("loop", "cannot be read: Too many levels of symbolic links"),
        ("missing.yaml", "cannot be read: No such file or directory"),
        ("big.yaml", "is larger than 1048576 bytes"),
        ("/dev/zero", "is not a regular file"),
        ("x" * 300, "cannot be read: File name too long"),
    ):
        with pytest.raises(ConfigError) as caught:
            loaded(str(tmp_path / name))
        assert caught.value.problem == problem
    with pytest.raises(ConfigError, match=r"argument: path: got \"a\\x00b\", expected a path"):
        loaded("a\0b")
    with pytest.raises(ConfigError, match=r"a\\x00b: cannot be read: embedded null byte"):
        load_settings(environ={"LOG_CONFIG": "a\0b"})
