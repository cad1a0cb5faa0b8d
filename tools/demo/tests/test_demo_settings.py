"""The demo's settings: read, checked, merged with the user's own configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools.demo.errors import DemoError
from tools.demo.settings import load_demo_settings, write_service_config


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no configuration of a developer lies."""
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_it_runs_until_ctrl_c() -> None:
    """Under the demo's own name."""
    settings = load_demo_settings({})
    assert (settings.seconds, settings.seed, settings.port, settings.metrics_port) == (None, 1, 8000, 8080)
    assert (settings.service_name, settings.log_dir, settings.config_file) == ("demo-service", None, None)


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"DEMO_SECONDS": "abc"}, 'environment: DEMO_SECONDS: got "abc", expected seconds from 0'),
        ({"DEMO_SECONDS": "-1"}, 'environment: DEMO_SECONDS: got "-1"'),
        ({"DEMO_SECONDS": "nan"}, 'environment: DEMO_SECONDS: got "nan"'),
        ({"DEMO_SEED": "1.5"}, 'environment: DEMO_SEED: got "1.5", expected a whole number'),
        ({"PORT": "70000"}, 'environment: PORT: got "70000", expected a port'),
        ({"LOG_LEVEL": "LOUD"}, 'environment: LOG_LEVEL: got "LOUD", expected DEBUG'),
        ({"LOG_CONFIG": "missing.yaml"}, "missing.yaml: cannot be read: No such file"),
        ({"LOG_DIR": "occupied/logs"}, "environment: LOG_DIR=occupied/logs: cannot be written: Not a directory"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(environ: dict[str, str], line: str) -> None:
    """Before anything is started."""
    Path("occupied").write_text("", encoding="utf-8")

    with pytest.raises(DemoError) as caught:
        load_demo_settings(environ)

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert caught.value.status == 2


def test_a_log_directory_of_the_file_is_named_by_its_key() -> None:
    """The environment has no part in it."""
    Path("occupied").write_text("", encoding="utf-8")
    Path("logging_config.yaml").write_text("handlers: {file: {dir: occupied/logs}}", encoding="utf-8")

    with pytest.raises(
        DemoError, match=r"^logging_config\.yaml: handlers\.file\.dir: occupied/logs: cannot be written"
    ):
        load_demo_settings({})


def test_the_users_configuration_is_kept_and_cloudwatch_added(tmp_path: Path) -> None:
    """It is the file that `./logging_config.yaml` names, with what the demo cannot do without."""
    Path("logging_config.yaml").write_text(
        "logging: {level: DEBUG, file_output: false}\n"
        "handlers: {file: {max_size: 1MB, format: plain}, cloudwatch: {log_group: /mine}}\n"
        "context: {service_name: mine, environment: staging}\n",
        encoding="utf-8",
    )
    settings = load_demo_settings({})
    write_service_config(settings, "http://127.0.0.1:5", tmp_path / "merged.yaml")

    merged = yaml.safe_load((tmp_path / "merged.yaml").read_text(encoding="utf-8"))
    assert merged["logging"] == {"level": "DEBUG", "file_output": True, "structured": True}
    assert merged["handlers"]["file"] == {"max_size": "1MB", "format": "json", "enabled": True}
    assert "log_group" not in merged["handlers"]["cloudwatch"]
    assert merged["handlers"]["cloudwatch"]["endpoint_url"] == "http://127.0.0.1:5"
    assert merged["context"]["environment"] == "staging"
    again = load_demo_settings({"LOG_CONFIG": str(tmp_path / "merged.yaml")})
    assert again.library.cloudwatch is not None
