"""Configuration: precedence, reading of values, and errors that say where, what and what instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from logging_system import ConfigError
from logging_system.config.load import load_settings

SEED_FILE = """\
logging:
  level: INFO
  structured: true
  console_output: true
  file_output: true

handlers:
  file:
    max_size: 10MB
    backup_count: 5
    format: json
  console:
    format: colored

context:
  service_name: my-service
  version: 1.0.0
  environment: production
"""


@pytest.fixture
def write(tmp_path: Path) -> object:
    """Write a configuration file and return its path."""

    def write_file(text: str) -> str:
        path = tmp_path / "some.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_file


def test_the_file_of_the_documentation_is_read(write) -> None:  # type: ignore[no-untyped-def]
    """As users were promised."""
    settings = load_settings(write(SEED_FILE), environ={})

    assert (settings.service_name, settings.version, settings.environment) == ("my-service", "1.0.0", "production")
    assert (settings.max_file_size, settings.backup_count) == (10_485_760, 5)
    assert settings.console_format == "colored"


def test_keyword_beats_environment_beats_file_beats_default(write) -> None:  # type: ignore[no-untyped-def]
    """The order of the contract."""
    path = write("logging: {level: DEBUG}\ncontext: {service_name: file, version: file}\nmetrics: {port: 1}\n")
    environ = {"SERVICE_NAME": "environment", "SERVICE_VERSION": "environment", "LOG_LEVEL": "  "}

    settings = load_settings(path, {"service_name": "keyword"}, environ)

    assert settings.service_name == "keyword"
    assert settings.version == "environment"
    assert settings.log_level == "DEBUG"
    assert settings.log_dir == "logs"
    assert settings.metrics_port == 1


def test_the_file_is_found_by_environment_or_by_its_name(tmp_path: Path) -> None:
    """`LOG_CONFIG`, else `./logging_config.yaml`, else none."""
    assert load_settings(environ={}).service_name == "logging-service"
    (tmp_path / "logging_config.yaml").write_text("context: {service_name: here}", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("context: {service_name: named}", encoding="utf-8")

    assert load_settings(environ={}).service_name == "here"
    assert load_settings(environ={"LOG_CONFIG": "other.yaml"}).service_name == "named"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("handlers: {flie: {}}", 'handlers.flie: unknown key; did you mean "file"?'),
        ("handlers: {file: {max_siz: 1}}", 'handlers.file.max_siz: unknown key; did you mean "max_size"?'),
        (
            "handlers: {file: {max_size: 10 megs}}",
            'handlers.file.max_size: got "10 megs", expected bytes or a size such as 10MB',
        ),
        ("logging: {level: LOUD}", 'logging.level: got "LOUD", expected DEBUG, INFO, WARNING, ERROR or CRITICAL'),
        ("logging: {file_output: maybe}", 'logging.file_output: got "maybe", expected true or false'),
        ("logging: 3", "logging: got 3, expected a section with keys"),
        ("metrics: {port: 70000}", "metrics.port: got 70000, expected a whole number from 0 to 65535"),
        (
            "handlers: {cloudwatch: {log_gruop: x}}",
            'handlers.cloudwatch.log_gruop: unknown key; did you mean "log_group"?',
        ),
        (
            "handlers: {cloudwatch: {retention_days: 2}}",
            "handlers.cloudwatch.retention_days: got 2, expected one of 1, 3,",
        ),
        ("handlers: {cloudwatch: {log_stream: '{hots}'}}", 'handlers.cloudwatch.log_stream: got "{hots}", expected'),
        ("logging: [", "line 1, column 11: is not valid YAML"),
        ("- a", "got ['a'], expected a section with keys"),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_line(write, text: str, message: str) -> None:  # type: ignore[no-untyped-def]
    """File, key path, what was found, what was expected."""
    path = write(text)

    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ={})

    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"LOG_LEVEL": "LOUD"}, 'environment: LOG_LEVEL: got "LOUD", expected DEBUG,'),
        ({"MAX_FILE_SIZE": "0"}, 'environment: MAX_FILE_SIZE: got "0", expected bytes'),
        ({"BACKUP_COUNT": "-1"}, 'environment: BACKUP_COUNT: got "-1", expected a whole number from 0'),
        ({"LOG_OVERFLOW": "explode"}, "expected block, drop_newest or drop_oldest"),
        ({"LOG_CONFIG": "missing.yaml"}, "missing.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(environ: dict[str, str], message: str) -> None:
    """And the value."""
    with pytest.raises(ConfigError) as caught:
        load_settings(environ=environ)

    assert message in str(caught.value)


def test_an_unknown_keyword_names_the_nearest() -> None:
    """`configure(servicename=...)`."""
    with pytest.raises(ConfigError, match='argument: servicename: unknown argument; did you mean "service_name"'):
        load_settings(overrides={"servicename": "x"}, environ={})


def test_sinks_are_on_when_their_key_is_there(write) -> None:  # type: ignore[no-untyped-def]
    """`enabled: false` turns one off."""
    assert load_settings(environ={}).cloudwatch is None
    assert load_settings(write("handlers: {cloudwatch: {}}"), environ={}).cloudwatch is not None
    off = load_settings(write("handlers: {cloudwatch: {enabled: false}, console: {enabled: false}}"), environ={})
    assert off.cloudwatch is None
    assert not off.console_output


@pytest.mark.parametrize(
    ("text", "size"),
    [("10MB", 10_485_760), ("1.5 kB", 1536), ("2GiB", 2 << 30), (4096, 4096), ("4096", 4096), ("1b", 1)],
)
def test_sizes_are_bytes_or_text(text: object, size: int) -> None:
    """10MB is the seed's 10485760."""
    assert load_settings(overrides={"max_file_size": text}, environ={}).max_file_size == size
