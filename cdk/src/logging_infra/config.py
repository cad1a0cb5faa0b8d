"""An environment: the values of `environments/<name>.yaml`, read, checked and typed.

`load_environment` reads a file once, at the edge; everything below gets values that were checked by
`environments/schema.json` and by the rules across keys (`config_rules.py`). What each key means is in the schema.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import yaml

from logging_infra.config_rules import broken_rules
from logging_infra.config_schema import NO_MAPPING, mistakes, read_schema
from logging_infra.errors import ConfigError

#: As the schema's `environment`.
ENVIRONMENTS = ("dev", "staging", "prod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Who owns and pays; `repository` is owner/name on GitHub."""

    owner: str
    cost_center: str
    repository: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Address ranges, one subnet of each kind per zone, and the way out."""

    vpc_cidr: str
    public_subnets: tuple[str, ...]
    private_subnets: tuple[str, ...]
    egress: Literal["single_nat", "nat_per_az", "endpoints"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The ECS service: `memory` in MiB, timeouts in seconds, `scale_requests_per_task` a minute."""

    name: str
    image_digest: str
    architecture: Literal["ARM64", "X86_64"]
    cpu: int
    memory: int
    min_tasks: int
    max_tasks: int
    scale_cpu_percent: int
    scale_requests_per_task: int
    on_demand_base: int
    spot_percent: int
    stop_timeout: int
    deregistration_delay: int
    log_level: str
    log_sample_rate: float
    log_driver_buffer: str
    exec: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """How long records stay; `log_class` is for the groups that no metric filter reads."""

    retention_days: int
    log_class: Literal["STANDARD", "INFREQUENT_ACCESS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """E-mail addresses and https URLs, by severity."""

    critical: tuple[str, ...]
    warning: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Host name and its certificate."""

    name: str
    certificate_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waf:
    """`requests_per_five_minutes` of one address before it is blocked."""

    requests_per_five_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Whether the load balancer refuses deletion, and whether data outlives the stack."""

    deletion: bool
    retain_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """US dollars a month, and who is told."""

    monthly_usd: int
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """All values of one environment."""

    environment: Literal["dev", "staging", "prod"]
    project: str
    account: str
    region: str
    availability_zones: tuple[str, ...]
    tags: Tags
    network: Network
    service: Service
    logs: Logs
    alarms: Receivers
    domain: Domain
    waf: Waf
    protection: Protection
    budget: Budget

    @property
    def prefix(self) -> str:
        """First part of every name."""
        return f"{self.project}-{self.environment}"

    @property
    def path(self) -> str:
        """First part of the names of log groups and parameters."""
        return f"/{self.project}/{self.environment}"

    @property
    def metric_namespace(self) -> str:
        """Where our own metrics are."""
        return f"{self.project}/{self.environment}"


def load_environment(folder: Path, name: str, schema_file: Path) -> Environment:
    """The environment of `<folder>/<name>.yaml`. Raises ConfigError with a line for each mistake."""
    place = f"environments/{name}.yaml"
    if not name:
        raise ConfigError(["environment: missing, expected -c environment=dev, staging or prod"])
    if name not in ENVIRONMENTS:
        raise ConfigError([f"{place}: missing, expected dev, staging or prod as the environment"])
    try:
        values = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{place}: cannot be read: {error.strerror}"]) from None
    except yaml.YAMLError:
        raise ConfigError([f"{place}: {NO_MAPPING}"]) from None
    schema = read_schema(schema_file)
    wrong = mistakes(values, schema) or broken_rules(values, schema, name)
    if wrong:
        raise ConfigError(f"{place}: {line}" for line in wrong)
    return _environment(values)


def _environment(values: dict[str, Any]) -> Environment:
    sections: dict[str, Any] = {
        "tags": Tags,
        "network": Network,
        "service": Service,
        "logs": Logs,
        "alarms": Receivers,
        "domain": Domain,
        "waf": Waf,
        "protection": Protection,
        "budget": Budget,
    }
    values = {**values, "logs": {"log_class": values["logs"]["class"], **values["logs"]}}
    return Environment(
        **{
            field.name: _section(sections[field.name], values[field.name])
            if field.name in sections
            else _frozen(values[field.name])
            for field in fields(Environment)
        }
    )


def _section(kind: Any, values: dict[str, Any]) -> Any:
    return kind(**{field.name: _frozen(values[field.name]) for field in fields(kind)})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
