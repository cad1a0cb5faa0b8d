"""What of an environment file has a price. The file's own checks are those of Terraform and the CDK."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from tools.cost.errors import CostError

NAMES = ("dev", "staging", "prod")
Egress = Literal["single_nat", "nat_per_az", "endpoints"]
WAYS_OUT: tuple[Egress, ...] = ("single_nat", "nat_per_az", "endpoints")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`cpu` in units of 1/1024 vCPU, `memory` in MiB, `requests_per_task` a minute, `budget` in US dollars a month."""

    name: str
    region: str
    zones: int
    egress: Egress
    architecture: str
    cpu: int
    memory: int
    min_tasks: int
    max_tasks: int
    on_demand_base: int
    spot_percent: int
    requests_per_task: int
    sample_rate: float
    retention_days: int
    log_class: str
    budget: int


def load_environment(folder: Path, name: str) -> Environment:
    """The environment of `<folder>/<name>.yaml`. Raises CostError for a key that is not there."""
    values: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    try:
        service = values["service"]
        return Environment(
            name=values["environment"],
            region=values["region"],
            zones=len(values["availability_zones"]),
            egress=values["network"]["egress"],
            architecture=service["architecture"],
            cpu=service["cpu"],
            memory=service["memory"],
            min_tasks=service["min_tasks"],
            max_tasks=service["max_tasks"],
            on_demand_base=service["on_demand_base"],
            spot_percent=service["spot_percent"],
            requests_per_task=service["scale_requests_per_task"],
            sample_rate=service["log_sample_rate"],
            retention_days=values["logs"]["retention_days"],
            log_class=values["logs"]["class"],
            budget=values["budget"]["monthly_usd"],
        )
    except KeyError as error:
        raise CostError(f"environments/{name}.yaml: {error.args[0]}: missing") from None
