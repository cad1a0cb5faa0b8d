"""Single values: numbers, sizes, times, switches, texts and paths in every form a source can give them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from logging_system import ConfigError
from logging_system.config.load import load_settings


def read(name: str, value: object) -> object:
    """What `configure(name=value)` makes of it."""
    return getattr(load_settings(None, {name: value}, {}), name)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("max_file_size", "10MB", 10_485_760),
        ("max_file_size", "1.5 kB", 1536),
        ("max_file_size", "2GiB", 2 << 30),
        ("max_file_size", 4096, 4096),
        ("max_file_size", " 4096 ", 4096),
        ("max_file_size", "1b", 1),
        ("max_total_size", None, None),
        ("max_total_size", "", None),
        ("max_total_size", "1T", 1 << 40),
        ("max_age", "4w", 28 * 86_400),
        ("max_age", 90, 90),
        ("max_age", "1.5h", 5400),
        ("rotate_every", "1d", 86_400),
        ("flush_interval", "0.5", 0.5),
        ("flush_interval", 86_400, 86_400),
        ("flush_interval", "1e-3", 0.001),
        ("backup_count", "+7", 7),
        ("backup_count", 0, 0),
        ("integer_bits", "53", 53),
        ("sample_rate", 1, 1),
        ("sample_rate", ".25", 0.25),
        ("fsync", " YES ", True),
        ("fsync", "off", False),
        ("fsync", 1, True),
        ("file_compress", " Gzip", "gzip"),
        ("log_level", "fatal", "CRITICAL"),
        ("log_level", " 20 ", "INFO"),
        ("log_level", 25, "INFO"),
        ("version", 1.5, "1.5"),
        ("log_dir", Path("a/b"), "a/b"),
        ("max_record_size", "1KB", 1024),
    ],
)
def test_a_value_is_read_in_all_its_forms(name: str, value: object, expected: object) -> None:
    """As a number and as text, as an environment variable gives it."""
    assert read(name, value) == expected


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (
            "max_file_size",
            [0, -1, "0", "1.5.5MB", "MB", "10 QB", True, None, 2.5, 10**400, "9" * 5000, "0.5b", "１MB", [1]],
        ),
        ("max_age", [0, "0s", "3 fortnights", -1, True, math.nan, math.inf, 10**400, "9" * 400, [], "4000d"]),
        ("flush_interval", [0, -1, 86_401, True, "soon", "nan", "inf", 10**400, {}]),
        ("backup_count", [-1, 10_001, 1.0, "1.0", "1_000", True, None, "٣", 10**5000, b"5"]),
        ("integer_bits", [32, True, None, "sixty-four", 53.0]),
        ("sample_rate", [-0.1, 1.1, "half", True, math.nan, None, "1%"]),
        ("fsync", ["", "maybe", 2, 1.0, None, [], "truetrue"]),
        ("file_compress", ["bzip2", "", None, 1, "gzip,zstd"]),
        ("log_level", ["LOUD", "", None, True, -1, 3.5, "1.5", [], b"INFO"]),
        ("service_name", ["", "   ", None, True, [], {}, b"x", 10**5000, "\ud800"]),
        ("log_dir", ["", " ", None, 5, b"logs", "a\0b"]),
        ("max_record_size", ["1023", 0, "1 k b"]),
    ],
)
def test_what_a_setting_does_not_take_is_refused_with_its_name(name: str, values: list[object]) -> None:
    """With one line, whatever it is."""
    for value in values:
        with pytest.raises(ConfigError) as caught:
            read(name, value)
        assert str(caught.value).startswith(f"argument: {name}: got ")
        assert "expected" in str(caught.value)
        assert len(str(caught.value)) < 300


def test_a_home_directory_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`~` in a path and in `LOG_CONFIG`, which no shell has seen."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my.yaml").write_text("handlers: {file: {dir: ~/logs}}", encoding="utf-8")

    assert load_settings(environ={"LOG_CONFIG": "~/my.yaml"}).log_dir == str(tmp_path / "logs")


@pytest.mark.guarantee(54)
@pytest.mark.parametrize("name", ["../../etc/passwd", "%s%n", "a/b", "a\0b", "~root", "-rf", "x" * 1000, "{host}"])
def test_a_service_name_is_data_and_taken_as_it_is(name: str) -> None:
    """The file's name is made from it in one place, `sinks/file.py`, where it is made harmless."""
    assert load_settings(None, {"service_name": name}, {}).service_name == name
    assert load_settings(environ={"SERVICE_NAME": name}).service_name == name
