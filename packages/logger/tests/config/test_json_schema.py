"""The JSON schema for editors: up to date, complete, and of the same mind as the loader."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from logging_system import ConfigError
from logging_system.config.json_schema import json_schema, main
from logging_system.config.key_tree import TREE, Section
from logging_system.config.load import load_settings
from logging_system.config.yaml_file import parse_yaml
from packages.logger.tests.config import corpus
from packages.logger.tests.config.test_load import SEED_FILE

Write = Callable[[str], str]

ROOT = Path(__file__).parents[4]
COMMITTED = ROOT / "docs" / "logging_config.schema.json"
VALIDATOR = jsonschema.Draft7Validator(json_schema(), format_checker=jsonschema.FormatChecker(["regex"]))


def takes(document: object) -> bool:
    """Whether the schema does."""
    return bool(VALIDATOR.is_valid(document))


def loads(path: str | Path) -> bool:
    """Whether the loader takes a file."""
    try:
        load_settings(path, environ={})
    except ConfigError:
        return False
    return True


def key_paths(section: Section, prefix: str = "") -> Iterator[str]:
    """Every setting of the file."""
    for name, each in section.keys.items():
        if isinstance(each, Section):
            yield from key_paths(each, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_committed_schema_is_what_the_settings_say(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m logging_system.config.json_schema` makes it anew."""
    assert main(["--check", str(COMMITTED)]) == 0, capsys.readouterr().err


def test_the_check_tells_a_schema_that_is_missing_or_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And writes nothing."""
    path = tmp_path / "s.json"
    assert main(["--check", str(path)]) == 1
    assert not path.exists()
    assert main([str(path)]) == 0
    assert main(["--check", str(path)]) == 0
    path.write_text("{}", encoding="utf-8")
    assert main(["--check", str(path)]) == 1
    assert capsys.readouterr().err.count(f"python -m logging_system.config.json_schema {path} makes it anew\n") == 2


def test_the_schema_is_one_and_all_it_refers_to_is_there() -> None:
    """Draft 7, which editors know."""
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)

    names = re.findall(r"'#/definitions/(\w+)'", repr(schema))
    assert set(names) == schema["definitions"].keys()


def test_the_full_example_names_every_setting_and_none_with_its_default() -> None:
    """So that what starts from it (the fuzz runs) reaches them all."""
    document = parse_yaml(str(corpus.EXAMPLE))
    schema: Any = json_schema()

    for path in key_paths(TREE):
        value, place = document, schema
        for name in path.split("."):
            value, place = value[name], place["properties"][name]  # type: ignore[assignment]
        assert place["description"].endswith(".")
        assert path.endswith(".enabled") or value != place["default"]
    assert takes(document)
    assert loads(corpus.EXAMPLE)


def test_the_defaults_of_the_schema_are_valid_themselves() -> None:
    """An editor fills them in."""

    def defaults(place: Any) -> Any:
        if "properties" not in place:
            return place["default"]
        return {name: defaults(each) for name, each in place["properties"].items()}

    assert takes(defaults(json_schema()))


def test_the_examples_of_the_documentation_pass_both(write: Write) -> None:
    """Those of the guide, and the file that users were promised first."""
    guide = (ROOT / "docs" / "logger.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert examples

    for example in [*examples, SEED_FILE]:
        path = write(example)
        assert loads(path)
        assert takes(parse_yaml(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "logging:\nhandlers:\n  file:\n",
        "logging: {level: info, levels: {a: Fatal}, handle_sighup: ' Yes', flush_level: null, rate_limit: ''}",
        "handlers: {file: {max_size: 10 mb, max_age: 90, rotate_every: 1D, compress: ZSTD, backup_count: '3'}}",
        "handlers: {cloudwatch: {retention_days: '30', log_group: null, endpoint_url: '', log_stream: 5}}",
        "redaction: {presets: 'gdpr, HIPAA', keys: [a], safe_keys: null, patterns: null, hash_key: 12345}",
        "handlers: {alertmanager: {url: ' HTTP://[::1]:9093/am/', timeout: 2s, retry_for: 1e3, runbook_url: ''}}",
        "context: {version: 2, service_name: 2026-06-19, environment: no}",
        "logging: {integer_bits: '53', sample_rate: '.5', flush_interval: 1e-3, level: 30, buffer_bytes: 1.5GiB}",
    ],
)
def test_what_the_loader_takes_in_all_its_forms_the_schema_takes(write: Write, text: str) -> None:
    """No false alarm in the editor."""
    path = write(text)

    assert loads(path)
    assert takes(parse_yaml(path))


@pytest.mark.parametrize(
    "text",
    [
        "loging: {}",
        "logging: 3",
        "logging: {level: LOUD}",
        "logging: {level: true}",
        "logging: {level: null}",
        "logging: {levels: {a: LOUD}}",
        "logging: {levels: {'': INFO}}",
        "logging: {levels: null}",
        "logging: {sample_rate: 1.5}",
        "logging: {sample_rate: half}",
        "logging: {rate_limit: 0}",
        "logging: {flight_recorder: -1}",
        "logging: {max_record_size: 100}",
        "logging: {integer_bits: 32}",
        "logging: {fsync: maybe}",
        "logging: {overflow: wait}",
        "logging: {flush_interval: 0}",
        "logging: {flush_interval: 90000}",
        "logging: {filters: {}}",
        "logging: {filters: [{}]}",
        "logging: {filters: [{action: drop}]}",
        "logging: {filters: [{lgger: a}]}",
        "logging: {filters: [{logger: ''}]}",
        "logging: {filters: [{level: LOUD}]}",
        "logging: {filters: [{message: {regexp: a}}]}",
        "logging: {filters: [{message: {regex: '['}}]}",
        "logging: {filters: [{route: '/*/a'}]}",
        "logging: {filters: [{logger: a, action: stop}]}",
        "redaction: {presets: [sox]}",
        "redaction: {presets: 'pci;gdpr'}",
        "redaction: {keys: 5}",
        "redaction: {patterns: [a]}",
        "redaction: {patterns: {a: '['}}",
        "handlers: {kafka: {}}",
        "handlers: {file: false}",
        "handlers: {file: {max_size: 10 megs}}",
        "handlers: {file: {max_size: -5}}",
        "handlers: {file: {max_size: 1.5}}",
        "handlers: {file: {max_age: soon}}",
        "handlers: {file: {backup_count: 1.5}}",
        "handlers: {file: {dir: ''}}",
        "handlers: {file: {enabled: maybe}}",
        "handlers: {cloudwatch: {retention_days: 2}}",
        "handlers: {cloudwatch: {log_stream: '{hots}'}}",
        "handlers: {cloudwatch: {log_stream: '{}'}}",
        "handlers: {alertmanager: {url: 'localhost:9093'}}",
        "handlers: {alertmanager: {url: 'http://localhost:9093/?a=b'}}",
        "handlers: {alertmanager: {instance: '{hots}'}}",
        "context: {version: true}",
        "context: {service_name: '  '}",
        "metrics: {port: 70000}",
        "metrics: {port: http}",
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(write: Write, text: str) -> None:
    """For the mistakes that people make."""
    path = write(text)

    assert not takes(parse_yaml(path))
    assert not loads(path)


#: What only the loader sees: texts that are out of range, patterns, and rules whose parts contradict each other.
_ONLY_THE_LOADER = re.compile(
    r"bytes or a size|at least 1KB|whole number|a time such|seconds, more|a share|regular expression|leave no level|"
    r"secret key"
)


def test_on_mutations_of_the_example_schema_and_loader_say_the_same(tmp_path: Path) -> None:
    """But for what a schema cannot say."""
    chance = random.Random(4)
    path = tmp_path / "any.yaml"
    valid = 0

    for _ in range(600):
        path.write_bytes(corpus.wrong_file(chance))
        try:
            document = parse_yaml(str(path))
        except ConfigError:
            continue
        problem = ""
        try:
            load_settings(path, environ={})
        except ConfigError as error:
            problem = error.problem
        if not problem or not _ONLY_THE_LOADER.search(problem):
            assert takes(document) == (not problem), (
                f"{path.read_bytes()!r}: {problem or next(VALIDATOR.iter_errors(document))}"
            )
        valid += not problem

    assert valid > 50
