"""Configuration: precedence, sections, and errors that say where, what and what instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import ConfigError, configure
from logging_system.config.load import load, load_settings

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

Write = Callable[[str], str]


def test_the_file_of_the_documentation_is_read(write: Write) -> None:
    """As users were promised, with spaces in its empty lines."""
    settings = load_settings(write(SEED_FILE.replace("\n\n", "\n    \n")), environ={})

    assert (settings.service_name, settings.version, settings.environment) == ("my-service", "1.0.0", "production")
    assert (settings.max_file_size, settings.backup_count) == (10_485_760, 5)
    assert settings.console_format == "colored"


def test_keyword_beats_environment_beats_file_beats_default(write: Write) -> None:
    """The order of the contract."""
    path = write("logging: {level: DEBUG}\ncontext: {service_name: file, version: file}\nmetrics: {port: 1}\n")
    environ = {"SERVICE_NAME": "environment", "SERVICE_VERSION": "environment", "LOG_LEVEL": "  "}

    settings = load_settings(path, {"service_name": "keyword"}, environ)

    assert settings.service_name == "keyword"
    assert settings.version == "environment"
    assert settings.log_level == "DEBUG"
    assert settings.log_dir == "logs"
    assert settings.metrics_port == 1


def test_the_loader_tells_where_each_setting_comes_from(write: Write) -> None:
    """What `validate-config` shows."""
    path = write("logging: {level: DEBUG}\nhandlers: {console: {enabled: false}, cloudwatch: {timeout: 3}}\n")

    loaded = load(path, {"backup_count": 2}, {"LOG_DIR": "here"})

    assert loaded.file == path
    assert loaded.sources == {
        "logging.level": "file",
        "logging.console_output": "file",
        "handlers.cloudwatch": "file",
        "handlers.cloudwatch.timeout": "file",
        "handlers.file.dir": "environment (LOG_DIR)",
        "handlers.file.backup_count": "argument",
    }


def test_the_file_is_found_by_environment_or_by_its_name(tmp_path: Path) -> None:
    """`LOG_CONFIG`, else `./logging_config.yaml`, else none."""
    assert load_settings(environ={}).service_name == "logging-service"
    (tmp_path / "logging_config.yaml").write_text("context: {service_name: here}", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("context: {service_name: named}", encoding="utf-8")

    assert load_settings(environ={}).service_name == "here"
    assert load_settings("", environ={"LOG_CONFIG": "  "}).service_name == "here"
    assert load_settings(environ={"LOG_CONFIG": "other.yaml"}).service_name == "named"
    assert load_settings("logging_config.yaml", environ={"LOG_CONFIG": "other.yaml"}).service_name == "here"


def test_a_link_of_the_default_name_that_leads_nowhere_is_a_mistake(tmp_path: Path) -> None:
    """Whoever made it meant a file."""
    (tmp_path / "logging_config.yaml").symlink_to("missing.yaml")

    with pytest.raises(ConfigError, match=r"logging_config\.yaml: cannot be read: No such file"):
        load_settings(environ={})


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
        ("logging: {level: }", "logging.level: got null, expected DEBUG,"),
        ("logging: {levels: {a: INFO, b.c: LOUD}}", 'logging.levels.b.c: got "LOUD", expected DEBUG,'),
        ("logging: {levels: [a]}", 'logging.levels: got ["a"], expected logger names with levels'),
        ("logging: {levels: {' ': INFO}}", 'logging.levels: got " ", expected the name of a logger'),
        ("logging: {file_output: maybe}", 'logging.file_output: got "maybe", expected true or false'),
        ("logging: 3", "logging: got 3, expected a section with keys"),
        ("handlers: {file: false}", "handlers.file: got false, expected a section with keys"),
        ("handlers: {cloudwatch: [1]}", "handlers.cloudwatch: got [1], expected a section with keys"),
        ("metrics: {port: 70000}", "metrics.port: got 70000, expected a whole number from 0 to 65535"),
        (
            "handlers: {cloudwatch: {log_gruop: x}}",
            'handlers.cloudwatch.log_gruop: unknown key; did you mean "log_group"?',
        ),
        (
            "handlers: {cloudwatch: {retention_days: 2}}",
            "handlers.cloudwatch.retention_days: got 2, expected one of 1, 3,",
        ),
        (
            "handlers: {alertmanager: {url: alerts}}",
            'handlers.alertmanager.url: got "alerts", expected an address such as http://localhost:9093',
        ),
        (
            "handlers: {alertmanager: {url: 'http://me:pass word@host'}}",
            "handlers.alertmanager.url: got an address that is not shown because it may hold a password, expected an",
        ),
        ("handlers: {cloudwatch: {log_stream: '{hots}'}}", 'handlers.cloudwatch.log_stream: got "{hots}", expected'),
        ("handlers: {cloudwatch: {log_stream: '{pid:>9}'}}", 'got "{pid:>9}", expected a name with {host}'),
        ("redaction: {patterns: {plate: '['}}", "redaction.patterns"),
        ("- a", 'line 1: got ["a"], expected sections with keys'),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_line(write: Write, text: str, message: str) -> None:
    """File, key path, what was found, what was expected."""
    path = write(text)

    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ={})

    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert caught.value.key
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("level: DEBUG", 'level: unknown key; did you mean "logging.level"?'),
        ("LOG_DIR: here", 'LOG_DIR: unknown key; did you mean "handlers.file.dir"?'),
        ("logging: {max_file_size: 1}", 'logging.max_file_size: unknown key; did you mean "handlers.file.max_size"?'),
        ("logging.level: DEBUG", "logging.level: unknown key; write its parts as sections, one inside the other"),
        ("logging: {'': 1}", 'logging."": unknown key; known here: block_timeout, buffer_bytes,'),
        ("handlers: {xyz: 1}", "handlers.xyz: unknown key; known here: alertmanager, cloudwatch, console, file"),
    ],
)
def test_an_unknown_key_names_where_it_may_belong(write: Write, text: str, hint: str) -> None:
    """At the same place, at another, by its keyword or variable; else what there is."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write(text), environ={})

    assert hint in str(caught.value)


@pytest.mark.parametrize("sink", ["otlp", "kafka", "elasticsearch", "loki", "http", "syslog"])
def test_a_sink_of_the_documentation_that_is_not_there_yet_is_not_called_unknown(write: Write, sink: str) -> None:
    """It is spelt right; this version does not have it."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write(f"handlers: {{{sink}: {{enabled: false}}}}"), environ={})

    assert caught.value.key == f"handlers.{sink}"
    assert caught.value.problem.startswith("is a known sink, but not in this version, which has file, console,")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"LOG_LEVEL": "LOUD"}, 'environment: LOG_LEVEL: got "LOUD", expected DEBUG,'),
        ({"MAX_FILE_SIZE": "0"}, 'environment: MAX_FILE_SIZE: got "0", expected bytes'),
        ({"BACKUP_COUNT": "-1"}, 'environment: BACKUP_COUNT: got "-1", expected a whole number from 0'),
        ({"LOG_OVERFLOW": "explode"}, "expected block, drop_newest or drop_oldest"),
        ({"SERVICE_NAME": "caf\udce9"}, 'SERVICE_NAME: got "caf\\udce9", expected a text in UTF-8'),
        ({"LOG_CONFIG": "missing.yaml"}, "missing.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(environ: dict[str, str], message: str) -> None:
    """And the value."""
    with pytest.raises(ConfigError) as caught:
        load_settings(environ=environ)

    assert message in str(caught.value)


class Unprintable:
    """An argument that fails whatever one does with it."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __fspath__(self) -> str:
        raise RuntimeError("a\nb")


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"servicename": "x"}, 'servicename: unknown argument; did you mean "service_name"?'),
        ({"xyz": 1}, "xyz: unknown argument; known: alertmanager_dashboard_url,"),
        ({"cloudwatch": {}}, "cloudwatch: unknown argument"),
        ({"backup_count": None}, "backup_count: got null, expected a whole number from 0 to 10000"),
        ({"levels": {"shop": 3.5}}, "levels.shop: got 3.5, expected DEBUG,"),
        ({"sinks": 5}, "sinks: got 5, expected a list of sinks"),
        ({"sinks": "file"}, 'sinks: got "file", expected a list of sinks'),
        ({"sinks": [object()]}, "expected an object with name, write, idle and close"),
        ({"service_name": Unprintable()}, "service_name: got <Unprintable instance at"),
        ({"log_dir": Unprintable()}, "log_dir: got an object that cannot be read: RuntimeError: a\\nb"),
    ],
)
def test_a_mistake_in_a_keyword_names_the_keyword(keywords: dict[str, Any], message: str) -> None:
    """`configure(servicename=...)`, and objects of any kind."""
    with pytest.raises(ConfigError) as caught:
        configure(**keywords)

    assert str(caught.value).startswith("argument: ")
    assert message in str(caught.value)


def test_a_path_that_is_none_is_a_mistake_too() -> None:
    """As an argument like any other."""
    with pytest.raises(ConfigError, match="argument: path: got 5, expected a path"):
        load_settings(5, environ={})  # type: ignore[arg-type]


def test_sinks_are_on_when_their_key_is_there(write: Write) -> None:
    """`enabled: false` turns one off."""
    assert load_settings(environ={}).cloudwatch is None
    assert load_settings(write("handlers: {cloudwatch: {}}"), environ={}).cloudwatch is not None
    assert load_settings(write("handlers: {cloudwatch: , file: null}"), environ={}).cloudwatch is not None
    off = load_settings(write("handlers: {cloudwatch: {enabled: false}, console: {enabled: false}}"), environ={})
    assert off.cloudwatch is None
    assert not off.console_output


@pytest.mark.parametrize("first", [True, False])
def test_enabled_decides_over_the_older_switch_whatever_comes_first(write: Write, first: bool) -> None:
    """`handlers.file.enabled` and `logging.file_output` are the same setting."""
    parts = ["logging: {file_output: true}", "handlers: {file: {enabled: false}}"]

    settings = load_settings(write("\n".join(parts if first else parts[::-1])), environ={})

    assert not settings.file_output


def test_structured_chooses_the_format_that_its_own_source_does_not_name(write: Write) -> None:
    """A keyword is over the file; within one source the format says more."""
    assert load_settings(write("logging: {structured: false}"), environ={}).file_format == "plain"
    both = write("logging: {structured: false}\nhandlers: {file: {format: json}}")
    assert load_settings(both, environ={}).file_format == "json"
    assert load_settings(both, {"structured": False}, {}).file_format == "plain"
    assert load_settings(write("logging: {structured: false}"), {"structured": True}, {}).file_format == "json"


def test_mappings_and_lists_are_read_from_the_file_and_from_keywords(write: Write) -> None:
    """A list may also be a text with commas."""
    text = """\
logging:
  levels: {shop: DEBUG, shop.cart: warn, urllib3: 40}
  filters: [{logger: kube, max_level: INFO}]
redaction:
  presets: [gdpr, pci]
  keys: "badge, locker"
  safe_keys: [token_count]
  patterns: {plate: "[A-Z]{2}-[0-9]+"}
"""
    levels = {"shop": "DEBUG", "shop.cart": "WARNING", "urllib3": "ERROR"}

    file = load_settings(write(text), environ={})
    keywords = load_settings(
        None,
        {
            "levels": {"shop": 10, "shop.cart": "warn", "urllib3": "ERROR"},
            "filters": [{"logger": "kube", "max_level": "INFO"}],
            "redact": "gdpr,pci",
            "redact_keys": ("badge", "locker"),
            "redact_safe_keys": "token_count",
            "redact_patterns": {"plate": "[A-Z]{2}-[0-9]+"},
        },
        {},
    )

    assert file == keywords
    assert (file.levels, file.redact) == (levels, ("gdpr", "pci"))
    assert file.redact_keys == ("badge", "locker")
    assert file.redact_patterns.keys() == {"plate"}
    assert len(file.filters) == 1


def test_a_long_value_is_not_printed_whole(write: Write) -> None:
    """Its beginning and its end say enough."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write(f"logging: {{level: {'x' * 1_000_000}}}"), environ={})
    assert len(caught.value.problem) < 200

    with pytest.raises(ConfigError) as caught:
        load_settings(write(f"logging: {{level: [{'[y, ' * 20}{'z' * 100_000}{']' * 21}}}"), environ={})
    assert len(caught.value.problem) < 300

    with pytest.raises(ConfigError) as caught:
        load_settings(None, {"x" * 100_000: 1}, {})
    assert len(caught.value.key) <= 200


def test_control_characters_of_a_value_and_a_key_are_shown_as_escapes(write: Write, tmp_path: Path) -> None:
    """A message must not drive the terminal it is printed on."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write('logging: {"\\e[2J": 1}'), environ={})
    assert caught.value.key == "logging.\\x1b[2J"

    with pytest.raises(ConfigError) as caught:
        load_settings(write('logging: {level: "\\e[31m\\n\\u202e"}'), environ={})
    assert '"\\x1b[31m\\n\\u202e"' in str(caught.value)

    (tmp_path / "a\nb.yaml").write_text("x: 1", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings("a\nb.yaml", environ={})
    assert str(caught.value).startswith("a\\nb.yaml: x: ")


def test_the_secret_of_the_hashes_stands_in_no_message(write: Write) -> None:
    """Not even when it is wrong."""
    sources: list[tuple[str | None, dict[str, Any], dict[str, str]]] = [
        (write("redaction: {hash_key: [hunter2]}"), {}, {}),
        (None, {"redact_hash_key": b"hunter2"}, {}),
        (None, {}, {"LOG_REDACT_HASH_KEY": "hunter2\udcff"}),
    ]
    for path, keywords, environ in sources:
        with pytest.raises(ConfigError) as caught:
            load_settings(path, keywords, environ)
        assert "hunter2" not in str(caught.value)
        assert "secret, expected a text" in str(caught.value)
    assert load_settings(None, {"redact_hash_key": ""}, {}).redact_hash_key is None
