"""Whatever a source holds, loading it ends in a configuration or in a ConfigError that names the place."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from logging_system import ConfigError
from logging_system.config.load import load_settings
from logging_system.config.schema import KEYWORDS, SETTINGS, Settings
from packages.logger.tests.config import corpus

SEED: Final = 20_260_619
FILES: Final = 10_000
OTHERS: Final = 2_000


def outcome(number: int, given: object, path: Path | None, keywords: dict[str, Any], environ: dict[str, str]) -> object:
    """The settings or the ConfigError; everything else fails the test and says how to get there again."""
    try:
        return load_settings(path, keywords, environ)
    except ConfigError as error:
        return error
    except Exception as error:
        pytest.fail(f"seed {SEED}, number {number}: {error!r} for {given!r}")


def check(ends: list[object], source: str) -> None:
    """Each error names source and place in one short line that drives no terminal; both ends are reached."""
    errors = [end for end in ends if isinstance(end, ConfigError)]
    assert all(isinstance(end, Settings | ConfigError) for end in ends)
    assert 0.1 < len(errors) / len(ends) < 0.9
    for error in errors:
        text = str(error)
        assert (error.source, error.key) == (source, error.key or "a key"), f"seed {SEED}: {text}"
        assert len(text) < 1_500
        assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")], repr(text)


@pytest.mark.parametrize(("parser", "files"), [("libyaml", FILES), ("pure Python", FILES // 10)])
def test_any_file_ends_in_a_configuration_or_an_error_that_names_key_or_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: str, files: int
) -> None:
    """10,000 files: mutations of a full example, random bytes and pieces of YAML; fewer without PyYAML's C part."""
    if parser == "pure Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    chance = random.Random(SEED)
    path = tmp_path / "any.yaml"
    ends = []

    for number in range(files):
        content = corpus.wrong_file(chance)
        path.write_bytes(content)
        ends.append(outcome(number, content, path, {}, {}))

    check(ends, str(path))


def test_any_environment_ends_in_a_configuration_or_an_error_that_names_the_variable() -> None:
    """2,000 environments, with values that are right, nearly right and no UTF-8."""
    chance = random.Random(SEED)
    variables = {setting.env: setting.name for setting in SETTINGS if setting.env}
    right = load_settings(corpus.EXAMPLE, environ={})
    ends = []

    for number in range(OTHERS):
        environ: dict[str, str] = {}
        for variable in chance.sample(sorted(variables), k=chance.randint(1, 4)):
            usual = str(getattr(right, variables[variable]))
            value = usual if chance.random() < 0.6 else str(corpus.wrong_value(chance))
            environ[variable] = value if chance.random() < 0.9 else corpus.misspelt(value, chance) + "\udcff"
        ends.append(end := outcome(number, environ, None, {}, environ))
        assert not isinstance(end, ConfigError) or end.key in environ

    check(ends, "environment")


def test_any_keywords_end_in_a_configuration_or_an_error_that_names_the_keyword() -> None:
    """2,000 calls, with objects whose every method raises among the values."""
    chance = random.Random(SEED)
    right = load_settings(corpus.EXAMPLE, environ={})
    ends = []

    for number in range(OTHERS):
        keywords: dict[str, object] = {}
        for name in chance.sample(sorted(KEYWORDS), k=chance.randint(1, 3)):
            given = name if chance.random() < 0.9 else corpus.misspelt(name, chance)
            keywords[given] = getattr(right, name) if chance.random() < 0.6 else corpus.odd_object(chance)
        ends.append(outcome(number, sorted(keywords), None, keywords, {}))

    check(ends, "argument")
