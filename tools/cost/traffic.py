"""What an environment does in a month: requests, tasks, gigabytes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tools.cost.environment import Environment
from tools.cost.prices import Prices

_GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Amounts of a month; `on_demand_tasks` and `spot_tasks` are averages, `…_gb` are 10⁹ bytes."""

    requests: float
    on_demand_tasks: float
    spot_tasks: float
    answer_gb: float
    record_gb: float
    flow_log_gb: float
    firewall_log_gb: float
    access_log_gb: float
    connections_per_second: float

    @property
    def tasks(self) -> float:
        """Average number of tasks."""
        return self.on_demand_tasks + self.spot_tasks


def traffic(environment: Environment, prices: Prices) -> Traffic:
    """The month that `usage` and `assumed` describe."""
    usage, assumed = prices.usage(environment.name), prices.assumed
    phases = (
        (1 - usage["busy"], usage["requests_per_second"]),
        (usage["busy"], usage["busy_requests_per_second"]),
    )
    rate = sum(share * per_second for share, per_second in phases)
    requests = rate * prices.hours * 3600
    on_demand, spot = 0.0, 0.0
    for share, per_second in phases:
        kinds = split(environment, tasks_at(environment, per_second))
        on_demand, spot = on_demand + share * kinds[0], spot + share * kinds[1]
    return Traffic(
        requests=requests,
        on_demand_tasks=on_demand,
        spot_tasks=spot,
        answer_gb=requests * assumed["bytes_per_answer"] / _GB,
        record_gb=requests
        * assumed["records_per_request"]
        * assumed["bytes_per_record"]
        * environment.sample_rate
        / _GB,
        flow_log_gb=requests * assumed["flow_log_bytes_per_request"] / _GB,
        firewall_log_gb=requests * assumed["firewall_log_bytes_per_request"] / _GB,
        access_log_gb=requests * assumed["access_log_bytes_per_request"] / _GB,
        connections_per_second=rate / assumed["requests_per_connection"],
    )


def tasks_at(environment: Environment, per_second: float) -> int:
    """How many tasks autoscaling keeps at that rate, were requests all that it looks at."""
    wanted = math.ceil(per_second * 60 / environment.requests_per_task)
    return min(max(wanted, environment.min_tasks), environment.max_tasks)


def split(environment: Environment, tasks: int) -> tuple[float, float]:
    """On demand and on Spot: the base is never on Spot, of the others `spot_percent` are."""
    above = max(0, tasks - environment.on_demand_base)
    spot = above * environment.spot_percent / 100
    return tasks - spot, spot
