"""What is the same in every environment: `environments/stack.yaml`, which Terraform reads too.

The file is the repository's own and has no schema: a missing key is a KeyError here, and tests read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from logging_infra.config import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What the image fixes; `writable` and `writable_for_exec` are the path of each volume."""

    port: int
    metrics_port: int
    user: str
    health_path: str
    health_command: tuple[str, ...]
    writable: Mapping[str, str]
    writable_for_exec: Mapping[str, str]
    #: Seconds from a task's start until its health counts.
    grace_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Which images expire: untagged ones after days, of those with the prefix all but the newest."""

    untagged_days: int
    candidate_prefix: str
    candidates_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogs:
    """Prefix of the load balancer's access logs, and the days after which they and stale uploads go."""

    prefix: str
    expire_days: int
    abort_upload_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """All of the file; `alarms` is what `alarm_plan.py` makes alarms from."""

    container: Container
    parameters: Mapping[str, str]
    images: Images
    access_logs: AccessLogs
    managed_rules: tuple[str, ...]
    endpoints: tuple[str, ...]
    sensitive_data: tuple[str, ...]
    log_metrics: tuple[Mapping[str, str], ...]
    queries: Mapping[str, str]
    dashboard: tuple[Mapping[str, Any], ...]
    alarms: Mapping[str, Any]


def load_constants(path: Path) -> Constants:
    """The constants in `path`."""
    values: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    container, images = values["container"], values["images"]
    return Constants(
        container=Container(**{**container, "health_command": tuple(container["health_command"])}),
        parameters=values["parameters"],
        images=Images(
            untagged_days=images["untagged_days"],
            candidate_prefix=images["candidates"]["prefix"],
            candidates_kept=images["candidates"]["keep"],
        ),
        access_logs=AccessLogs(**values["access_logs"]),
        managed_rules=tuple(values["firewall"]["managed_rules"]),
        endpoints=tuple(values["endpoints"]),
        sensitive_data=tuple(values["sensitive_data"]),
        log_metrics=tuple(values["log_metrics"]),
        queries=values["queries"],
        dashboard=tuple(values["dashboard"]),
        alarms={key: values[key] for key in ("alerts", "alarms", "anomaly", "page", "runbook_url")},
    )


def parameters_of(constants: Constants, values: Environment) -> dict[str, str]:
    """Value of each SSM parameter: `{service.log_level}` is that value of the environment."""
    return {
        name: re.sub(r"\{([a-z_.]+)\}", lambda found: text_of(value_at(values, found[1])), text)
        for name, text in constants.parameters.items()
    }


def value_at(values: Environment, path: str) -> object:
    """The value at a dotted path of the environment's file."""
    found: object = values
    for key in path.split("."):
        found = getattr(found, key)
    return found


def text_of(value: object) -> str:
    """A value as text, numbers the shortest way: `1.0` is `1`, as Terraform writes it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
