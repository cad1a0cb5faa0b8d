"""`logging-system validate-config`: effective settings, where each comes from, and mistakes."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system.config.schema import SETTINGS
from packages.logger.tests.cli.conftest import Ran

Run = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


def table(out: str) -> dict[str, tuple[str, str]]:
    """Value and source by key."""
    rows = [re.split(r"\s{2,}", row.strip()) for row in out.partition("key ")[2].splitlines()[1:] if row]
    return {row[0]: (row[1], row[2]) for row in rows}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file that is found by its name."""
    path = tmp_path / "logging_config.yaml"
    path.write_text("logging: {level: DEBUG}\nhandlers: {file: {max_size: 2MB}}\n", encoding="utf-8")
    return path


def test_every_setting_is_shown_with_its_source(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, environment or default."""
    monkeypatch.setenv("LOG_DIR", "elsewhere")

    status, out, err = run("validate-config")
    shown = table(out)

    assert (status, err) == (0, "")
    assert out.startswith(f"{file.name} is valid; settings come from file, environment and defaults\n")
    assert shown.keys() == {setting.key for setting in SETTINGS} | {"handlers.cloudwatch"}
    assert shown["logging.level"] == ("DEBUG", "file")
    assert shown["handlers.file.max_size"] == ("2097152", "file")
    assert shown["handlers.file.dir"] == ("elsewhere", "environment (LOG_DIR)")
    assert shown["metrics.port"] == ("8080", "default")
    assert shown["handlers.cloudwatch"] == ("off", "default")


def test_a_file_can_be_named_or_missing(run: Run, tmp_path: Path) -> None:
    """As argument, by `LOG_CONFIG`, not at all."""
    named = tmp_path / "other.yaml"
    named.write_text(
        "handlers: {cloudwatch: {timeout: 5, endpoint_url: 'http://u:secret@host'}, console: {enabled: no}}"
    )

    status, out, _ = run("validate-config", str(named))

    assert status == 0
    assert table(out)["handlers.cloudwatch.timeout"] == ("5.0", "file")
    assert table(out)["handlers.cloudwatch.level"] == ("DEBUG", "default")
    assert table(out)["handlers.cloudwatch.endpoint_url"] == ("http://***@host", "file")
    assert table(out)["logging.console_output"] == ("false", "file")
    assert run("validate-config").out.startswith("no configuration file found; settings come from environment and")


def test_secrets_are_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether they are right or wrong."""
    monkeypatch.setenv("LOG_REDACT_HASH_KEY", "hunter2")
    assert table(run("validate-config").out)["redaction.hash_key"] == ("***", "environment (LOG_REDACT_HASH_KEY)")

    monkeypatch.setenv("LOG_REDACT_HASH_KEY", "hunter2\udcff")
    status, out, err = run("validate-config")
    assert status == 2
    assert "hunter2" not in out + err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("handlers: {flie: {}}", 'bad.yaml: handlers.flie: unknown key; did you mean "file"?\n'),
        ("handlers: {loki: {}}", "bad.yaml: handlers.loki: is a known sink, but not in this version, which has file, "),
        ("logging: [", "bad.yaml: line 2, column 1: is not valid YAML: "),
    ],
)
def test_a_mistake_is_status_2_and_one_line(run: Run, tmp_path: Path, text: str, message: str) -> None:
    """On standard error; nothing on standard output."""
    (tmp_path / "bad.yaml").write_text(text + "\n", encoding="utf-8")

    status, out, err = run("validate-config", "bad.yaml")

    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_status_2(run: Run) -> None:
    """And is named."""
    assert run("validate-config", "no.yaml") == (2, "", "no.yaml: cannot be read: No such file or directory\n")


def test_a_package_that_a_sink_needs_and_that_is_missing_is_a_mistake(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program would not start either."""
    (tmp_path / "aws.yaml").write_text("handlers: {cloudwatch: {}}", encoding="utf-8")
    assert run("validate-config", "aws.yaml").status == 0
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "boto3" else found(name))

    status, _, err = run("validate-config", "aws.yaml")

    assert status == 2
    assert "needs boto3: pip install 'logging-system[aws]'" in err


def test_a_variable_that_is_nearly_ours_is_pointed_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no mistake: it may belong to another program."""
    monkeypatch.setenv("LOG_LEVLE", "DEBUG")
    monkeypatch.setenv("LOG_THE_OTHER_PROGRAMS_OWN", "x")

    status, out, _ = run("validate-config")

    assert status == 0
    assert out.endswith("\nthe variable LOG_LEVLE has no meaning here; did you mean LOG_LEVEL?\n")


def test_values_cannot_drive_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shown with escapes."""
    monkeypatch.setenv("SERVICE_VERSION", "1\x1b[2J")

    assert table(run("validate-config").out)["context.version"][0] == "1\\x1b[2J"


def test_the_installed_script_checks_the_configuration_of_its_folder(start: Start, file: Path) -> None:
    """As a user runs it."""
    out, err = start("validate-config").communicate(timeout=20)

    assert out.startswith(f"{file.name} is valid; ")
    assert err == ""
