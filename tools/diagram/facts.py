"""What the diagram says, read from the environment's file, `environments/stack.yaml` and the committed templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.cost.inventory import Inventory, load_inventory


@dataclass(frozen=True, slots=True)
class Facts:
    """An environment's values, the stack's constants, what is counted in the templates."""

    values: dict[str, Any]
    stack: dict[str, Any]
    inventory: Inventory

    @property
    def name(self) -> str:
        """First part of every name."""
        return f"{self.values['project']}-{self.values['environment']}"

    @property
    def path(self) -> str:
        """First part of the names of log groups."""
        return f"/{self.values['project']}/{self.values['environment']}"

    @property
    def zones_with_gateway(self) -> list[str]:
        """Zones that have a NAT gateway."""
        zones: list[str] = self.values["availability_zones"]
        return {"nat_per_az": zones, "single_nat": zones[:1]}.get(self.values["network"]["egress"], [])

    def service_lines(self) -> list[str]:
        """Size, number and kind of the tasks."""
        service, container = self.values["service"], self.stack["container"]
        spot = f", of the others {service['spot_percent']} % on Spot" if service["spot_percent"] else ""
        return [
            (
                f"{service['min_tasks']} to {service['max_tasks']} tasks over all zones,"
                f" {service['cpu'] / 1024:g} vCPU, {service['memory']} MiB, {service['architecture']}"
            ),
            (
                f"at least {service['on_demand_base']} on demand{spot}; port {container['port']}, metrics"
                f" {container['metrics_port']}"
            ),
            (
                f"more at {service['scale_cpu_percent']} % CPU or {service['scale_requests_per_task']} requests"
                " a minute and task; a deployment that fails goes back"
            ),
        ]

    def data_lines(self) -> list[str]:
        """What outlives a release."""
        logs, days = self.values["logs"], self.stack["access_logs"]["expire_days"]
        return [
            f"ECR {self.name}/{self.values['service']['name']}: immutable tags, scanned",
            f"{self.inventory['Logs::LogGroup']} log groups, {logs['retention_days']} days:",
            *(f"  {self.path}/{group}" for group in (self.values["service"]["name"], "exec", "flow-logs")),
            f"  aws-waf-logs-{self.name}",
            f"  {len(self.stack['sensitive_data'])} kinds of sensitive data masked",
            f"S3: access logs of the load balancer, {days} days",
            f"KMS key alias/{self.name}, rotated",
            f"SNS {self.name}-critical to {', '.join(self.values['alarms']['critical'])}",
            f"SNS {self.name}-warning to {', '.join(self.values['alarms']['warning'])}",
        ]

    def observability_lines(self) -> list[str]:
        """What watches."""
        counted = self.inventory
        return [
            f"{counted['Logs::MetricFilter']} metric filters on the records",
            f"{counted['CloudWatch::Alarm']} alarms, {counted['CloudWatch::CompositeAlarm']} composite ones",
            f"dashboard, {counted['Logs::QueryDefinition']} saved queries, a detector of unusual records",
            f"budget {self.values['budget']['monthly_usd']} USD a month",
        ]

    def identity_lines(self) -> list[str]:
        """Who may plan and deploy."""
        return [
            f"GitHub {self.values['tags']['repository']}",
            f"{self.name}-plan: pull requests, reads only",
            f"{self.name}-deploy: GitHub environment {self.values['environment']}",
            f"both within {self.name}-boundary",
        ]


def load_facts(root: Path, environment: str) -> Facts:
    """Read the files under `root`."""

    def read(name: str) -> dict[str, Any]:
        document: dict[str, Any] = yaml.safe_load((root / "environments" / name).read_text(encoding="utf-8"))
        return document

    return Facts(read(f"{environment}.yaml"), read("stack.yaml"), load_inventory(root, environment))
