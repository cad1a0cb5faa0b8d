"""What the demo reads from the environment and from the user's own configuration of the library."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from demo_service import __version__
from logging_system import ConfigError
from logging_system.config.load import DEFAULT_FILE, load_settings
from logging_system.config.schema import Settings
from logging_system.config.yaml_file import parse_yaml
from tools.demo.errors import wrong_setting

T = TypeVar("T", int, float)


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Checked settings. `seconds` None means until Ctrl-C; `config_file` is the user's own, if there is one."""

    seconds: float | None
    seed: int
    port: int
    metrics_port: int
    config_file: str | None
    log_dir: str | None
    library: Settings

    @property
    def service_name(self) -> str:
        """The user's, or that of the demo."""
        return "demo-service" if self.library.service_name == Settings().service_name else self.library.service_name

    @property
    def version(self) -> str:
        """The user's, or that of the demo service."""
        return __version__ if self.library.version == Settings().version else self.library.version


def load_demo_settings(environ: Mapping[str, str] = os.environ) -> DemoSettings:
    """Read and check. Raises DemoError with status 2: one line that says what to change."""
    seconds = _number(environ, "DEMO_SECONDS", float, 0.0, 0, 86_400, "seconds from 0 (until Ctrl-C) to 86400")
    seed = _number(environ, "DEMO_SEED", int, 1, 0, 2**32, "a whole number from 0")
    port = _number(environ, "PORT", int, 8000, 1, 65_535, "a port from 1 to 65535")
    metrics_port = _number(environ, "METRICS_PORT", int, 8080, 1, 65_535, "a port from 1 to 65535")
    try:
        library = load_settings(environ=environ)
    except ConfigError as error:
        raise wrong_setting(str(error)) from None
    named = environ.get("LOG_CONFIG", "").strip() or None
    config_file = named or (DEFAULT_FILE if os.path.exists(DEFAULT_FILE) else None)
    in_environment = bool(environ.get("LOG_DIR", "").strip())
    log_dir = library.log_dir if in_environment or library.log_dir != Settings().log_dir else None
    if log_dir is not None:
        check_writable(log_dir, "environment: LOG_DIR=" if in_environment else f"{config_file}: handlers.file.dir: ")
    return DemoSettings(
        seconds=seconds or None,
        seed=seed,
        port=port,
        metrics_port=metrics_port,
        config_file=config_file,
        log_dir=log_dir,
        library=library,
    )


def _number(
    environ: Mapping[str, str], name: str, read: Callable[[str], T], default: T, lowest: T, highest: T, expected: str
) -> T:
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        value = read(text)
    except ValueError:
        value = None
    if value is None or not lowest <= value <= highest:
        raise wrong_setting(f'environment: {name}: got "{text}", expected {expected}')
    return value


def check_writable(log_dir: str, named_by: str = "environment: LOG_DIR=") -> None:
    """Raise DemoError if no file can be made there; `named_by` says where the directory was set."""
    try:
        os.makedirs(log_dir, exist_ok=True)
        with tempfile.TemporaryFile(dir=log_dir):
            return
    except OSError as error:
        raise wrong_setting(f"{named_by}{log_dir}: cannot be written: {error.strerror}") from None


def write_service_config(settings: DemoSettings, aws_url: str, path: Path) -> None:
    """The user's configuration with what the demo needs on top: JSON in a file, and CloudWatch in the embedded AWS."""
    document: dict[str, Any] = dict(parse_yaml(settings.config_file)) if settings.config_file else {}
    logging = dict(document.get("logging") or {})
    logging.update(structured=True, file_output=True)
    handlers = dict(document.get("handlers") or {})
    handlers["file"] = {**(handlers.get("file") or {}), "enabled": True, "format": "json"}
    handlers["cloudwatch"] = {
        "endpoint_url": aws_url,
        "flush_interval": 0.5,
        "metrics_namespace": "AdvancedLogging",
        "retention_days": 1,
    }
    document.update(logging=logging, handlers=handlers)
    # JSON is YAML too.
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
