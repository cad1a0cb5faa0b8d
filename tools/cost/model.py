"""The monthly bill of one environment, line by line, in US dollars."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tools.cost.environment import Egress, Environment
from tools.cost.inventory import Inventory
from tools.cost.prices import Prices
from tools.cost.traffic import Traffic, split, traffic


@dataclass(frozen=True, slots=True)
class Bill:
    """Cost by what it is for, in the order of a table."""

    environment: Environment
    lines: dict[str, float]

    @property
    def total(self) -> float:
        """All lines."""
        return sum(self.lines.values())

    @property
    def within_budget(self) -> bool:
        """Whether the environment's budget covers it."""
        return self.total <= self.environment.budget


def bill(environment: Environment, inventory: Inventory, prices: Prices, endpoints: int) -> Bill:
    """What a month of the assumed traffic costs; `endpoints` is how many interface endpoints a VPC without NAT has."""
    month = traffic(environment, prices)
    return Bill(
        environment,
        {
            "tasks on demand": tasks(environment, prices, month.on_demand_tasks, 0),
            "tasks on Spot": tasks(environment, prices, 0, month.spot_tasks),
            "load balancer": _load_balancer(environment, prices, month),
            "way out": way_out(environment, prices, month, endpoints),
            "firewall": _firewall(environment, inventory, prices, month),
            "records": _records(environment, prices, month),
            "flow and firewall logs": _other_logs(environment, prices, month),
            "metrics, alarms, dashboard": _metrics(environment, inventory, prices, month),
            "key, images, access logs": _stored(environment, inventory, prices, month),
            "data to clients": month.answer_gb * prices.of(environment.region)["data_out_gb"],
        },
    )


def tasks(environment: Environment, prices: Prices, on_demand: float, spot: float) -> float:
    """So many tasks the whole month."""
    price, kind = prices.of(environment.region), f"fargate.{environment.architecture}"
    hour = environment.cpu / 1024 * price[f"{kind}.vcpu"] + environment.memory / 1024 * price[f"{kind}.gb"]
    return prices.hours * hour * (on_demand + spot * (1 - price["fargate.spot_discount"]))


def most_for_tasks(environment: Environment, prices: Prices) -> float:
    """`max_tasks` tasks the whole month."""
    return tasks(environment, prices, *split(environment, environment.max_tasks))


def _load_balancer(environment: Environment, prices: Prices, month: Traffic) -> float:
    """A capacity unit is 25 new connections a second or 1 GB an hour; each zone has a public address."""
    price = prices.of(environment.region)
    units = max(month.connections_per_second / 25, month.answer_gb / prices.hours)
    hour = price["load_balancer.hour"] + units * price["load_balancer.capacity_unit_hour"]
    return prices.hours * (hour + environment.zones * price["public_address_hour"])


def way_out(environment: Environment, prices: Prices, month: Traffic, endpoints: int) -> float:
    """NAT gateways with their addresses, or endpoints in every zone; image layers come through S3's, which is free."""
    fixed, gb = fixed_and_gb(environment, prices, endpoints)
    return fixed + month.record_gb * gb


def fixed_and_gb(environment: Environment, prices: Prices, endpoints: int) -> tuple[float, float]:
    """What the way out costs a month, and each GB on it."""
    price = prices.of(environment.region)
    if environment.egress == "endpoints":
        hour = endpoints * environment.zones * price["interface_endpoint.zone_hour"]
        return prices.hours * hour, price["interface_endpoint.gb"]
    gateways = environment.zones if environment.egress == "nat_per_az" else 1
    hour = gateways * (price["nat_gateway.hour"] + price["public_address_hour"])
    return prices.hours * hour, price["nat_gateway.gb"]


def with_egress(environment: Environment, egress: Egress) -> Environment:
    """The same environment with another way out."""
    return replace(environment, egress=egress)


def _firewall(environment: Environment, inventory: Inventory, prices: Prices, month: Traffic) -> float:
    price = prices.of(environment.region)
    fixed = inventory["WAFv2::WebACL"] * price["firewall.acl"] + inventory.firewall_rules * price["firewall.rule"]
    return fixed + month.requests / 1e6 * price["firewall.million_requests"]


def _records(environment: Environment, prices: Prices, month: Traffic) -> float:
    """The service's records are always in the class STANDARD: metric filters and masking need it."""
    price = prices.of(environment.region)
    taken_in = month.record_gb * (price["logs.ingest.STANDARD"] + price["logs.masked"])
    return taken_in + _kept(environment, prices, month.record_gb)


def _other_logs(environment: Environment, prices: Prices, month: Traffic) -> float:
    """Each million of requests brings some firewall logs that are free to take in."""
    price = prices.of(environment.region)
    free = month.requests / 1e6 * price["firewall.free_log_gb_per_million"]
    billed = month.flow_log_gb + max(0.0, month.firewall_log_gb - free)
    taken_in = billed * price[f"logs.ingest.{environment.log_class}"]
    return taken_in + _kept(environment, prices, month.flow_log_gb + month.firewall_log_gb)


def _kept(environment: Environment, prices: Prices, gb_a_month: float) -> float:
    """Once as much is deleted as comes in."""
    months = environment.retention_days * 24 / prices.hours
    price = prices.of(environment.region)["logs.stored"]
    return gb_a_month * months * prices.assumed["stored_share_of_ingested"] * price


def _metrics(environment: Environment, inventory: Inventory, prices: Prices, month: Traffic) -> float:
    price, assumed = prices.of(environment.region), prices.assumed
    insights = assumed["insights_metrics.fixed"] + assumed["insights_metrics.per_task"] * month.tasks
    return (
        inventory["Logs::MetricFilter"] * price["metrics.own"]
        + insights * price["metrics.container_insights"]
        + inventory["CloudWatch::Dashboard"] * price["metrics.dashboard"]
        + inventory.alarm_metrics * price["alarms.metric"]
        + inventory["CloudWatch::CompositeAlarm"] * price["alarms.composite"]
    )


def _stored(environment: Environment, inventory: Inventory, prices: Prices, month: Traffic) -> float:
    """Access logs stay three months; a key is billed once more after each of its first two rotations."""
    price = prices.of(environment.region)
    return (
        inventory["KMS::Key"] * price["key"]
        + prices.assumed["image_storage_gb"] * price["stored_images_gb"]
        + 3 * month.access_log_gb * price["stored_objects_gb"]
    )
