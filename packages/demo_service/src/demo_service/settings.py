"""What the service reads from the environment beside the library's own variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from logging_system import ConfigError
from logging_system.config.values import Reader, read_bool, read_path, read_text, whole_number


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Checked settings. `host` is loopback unless told otherwise (a container sets 0.0.0.0)."""

    host: str = "127.0.0.1"
    port: int = 8000
    database: str = "orders.sqlite3"
    chaos: bool = False
    alert_webhook: bool = False
    #: File that gets the metrics' last state after shutdown, for a summary that must be exact.
    final_metrics: str | None = None


_VARIABLES: tuple[tuple[str, str, Reader], ...] = (
    ("HOST", "host", read_text),
    ("PORT", "port", whole_number(0, 65_535)),
    ("DATABASE", "database", read_path),
    ("DEMO_CHAOS", "chaos", read_bool),
    ("DEMO_ALERT_WEBHOOK", "alert_webhook", read_bool),
    ("DEMO_FINAL_METRICS", "final_metrics", read_path),
)


def load_service_settings(environ: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Read them. Raises ConfigError, which names the variable and what was expected."""
    values: dict[str, object] = {}
    for variable, name, read in _VARIABLES:
        if environ.get(variable, "").strip():
            try:
                values[name] = read(environ[variable])
            except ValueError as error:
                raise ConfigError("environment", variable, str(error)) from None
    return ServiceSettings(**values)  # type: ignore[arg-type]  # the readers return the fields' types
