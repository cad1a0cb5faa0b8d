"""Costs: amounts by hand, every key that has a price, mistakes in one line, budgets, the document."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.cost import __main__ as command
from tools.cost.environment import NAMES, Environment, load_environment
from tools.cost.errors import CostError
from tools.cost.inventory import Inventory, load_inventory
from tools.cost.model import Bill, bill, fixed_and_gb, with_egress
from tools.cost.prices import Prices, load_prices
from tools.cost.tables import between_markers, over_budget
from tools.cost.traffic import split, tasks_at, traffic

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ROOT / "environments"
PRICES = load_prices(ENVIRONMENTS / "prices.yaml")
PROD = load_environment(ENVIRONMENTS, "prod")
INVENTORY = Inventory(Counter({"AWS::KMS::Key": 1, "AWS::WAFv2::WebACL": 1}), alarm_metrics=40, firewall_rules=3)


def cost_of(environment: Environment) -> Bill:
    """The bill with eight endpoints."""
    return bill(environment, INVENTORY, PRICES, 8)


def changed(tmp_path: Path, name: str, key: str, value: Any) -> Path:
    """A copy of environments/ with one value of a file changed."""
    folder = tmp_path / "environments"
    shutil.copytree(ENVIRONMENTS, folder)
    document = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    *path, last = key.split(".")
    found = document
    for part in path:
        found = found[part]
    found[last] = value
    (folder / name).write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


def test_the_way_out_by_hand() -> None:
    """Three gateways with an address each; eight endpoints in three zones; a single gateway."""
    assert fixed_and_gb(PROD, PRICES, 8) == pytest.approx((730 * 3 * (0.045 + 0.005), 0.045))
    assert fixed_and_gb(with_egress(PROD, "endpoints"), PRICES, 8) == pytest.approx((730 * 8 * 3 * 0.01, 0.01))
    assert fixed_and_gb(with_egress(PROD, "single_nat"), PRICES, 8) == pytest.approx((730 * 0.05, 0.045))


def test_tasks_by_hand() -> None:
    """Three of 1 vCPU and 2 GB at 15 requests a second, five at 50 for three tenths of the time."""
    expected = (0.7 * 3 + 0.3 * 5) * 730 * (0.03238 + 2 * 0.00356)
    assert cost_of(PROD).lines["tasks on demand"] == pytest.approx(expected)
    assert cost_of(PROD).lines["tasks on Spot"] == 0


def test_spot_is_only_above_the_base() -> None:
    """And cheaper."""
    mixed = replace(PROD, on_demand_base=3, spot_percent=50)
    assert split(mixed, 3) == (3, 0)
    assert split(mixed, 5) == (4, 1)
    assert split(replace(mixed, on_demand_base=9), 5) == (5, 0)
    assert cost_of(mixed).total < cost_of(PROD).total


@pytest.mark.parametrize(("rate", "tasks"), [(0, 3), (30, 3), (30.1, 4), (1000, 12)])
def test_tasks_follow_the_requests_between_their_bounds(rate: float, tasks: int) -> None:
    """600 a minute and task; 3 to 12 tasks."""
    assert tasks_at(PROD, rate) == tasks


def test_records_by_hand() -> None:
    """25.5 requests a second, two records of 700 bytes each, taken in and searched, kept a year at a seventh."""
    gb = 25.5 * 730 * 3600 * 2 * 700 / 1e9
    assert traffic(PROD, PRICES).record_gb == pytest.approx(gb)
    kept = gb * 365 * 24 / 730 * 0.15 * 0.03
    assert cost_of(PROD).lines["records"] == pytest.approx(gb * (0.50 + 0.12) + kept)


@pytest.mark.parametrize(
    "change",
    [
        {"zones": 4},
        {"egress": "endpoints"},
        {"architecture": "X86_64"},
        {"cpu": 2048},
        {"memory": 4096},
        {"min_tasks": 4},
        {"max_tasks": 4},
        {"on_demand_base": 1, "spot_percent": 50},
        {"requests_per_task": 300},
        {"sample_rate": 0.5},
        {"retention_days": 30},
        {"log_class": "INFREQUENT_ACCESS"},
    ],
)
def test_every_key_changes_the_cost(change: dict[str, Any]) -> None:
    """A key that changes nothing would not have to be read."""
    assert cost_of(replace(PROD, **change)).total != pytest.approx(cost_of(PROD).total)


def test_every_price_changes_the_cost() -> None:
    """No price is there in vain: each becomes a hundredth once, and some environment costs something else."""
    environments = [load_environment(ENVIRONMENTS, name) for name in NAMES]
    environments += [replace(PROD, architecture="X86_64", log_class="INFREQUENT_ACCESS", egress="endpoints")]
    environments += [replace(PROD, egress="single_nat")]
    inventories = [load_inventory(ROOT, one.name) for one in environments]

    def totals(prices: Prices) -> list[float]:
        return [bill(one, counted, prices, 8).total for one, counted in zip(environments, inventories, strict=True)]

    before = totals(PRICES)
    document = yaml.safe_load((ENVIRONMENTS / "prices.yaml").read_text(encoding="utf-8"))
    parts = [document["regions"]["us-west-2"], document["assumed"], *document["usage"].values()]
    count = 0
    for holder, key in [pair for part in parts for pair in _numbers(part)]:
        value = holder[key]
        holder[key] = value * 0.01
        count += 1
        assumed = replace(PRICES.assumed, values=document["assumed"])
        assert totals(replace(PRICES, document=document, assumed=assumed)) != before, key
        holder[key] = value
    assert count > 40


def _numbers(values: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    found = [(values, key) for key, value in values.items() if isinstance(value, int | float)]
    return found + [pair for value in values.values() if isinstance(value, dict) for pair in _numbers(value)]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_counted_is_what_the_templates_have(name: str) -> None:
    """NAT gateways, addresses and endpoints by the model's rules; alarms by metric."""
    environment, counted = load_environment(ENVIRONMENTS, name), load_inventory(ROOT, name)
    gateways = {"single_nat": 1, "nat_per_az": environment.zones, "endpoints": 0}[environment.egress]
    assert counted["EC2::NatGateway"] == counted["EC2::EIP"] == gateways
    names = yaml.safe_load((ENVIRONMENTS / "stack.yaml").read_text(encoding="utf-8"))["endpoints"]
    assert counted["EC2::VPCEndpoint"] == 1 + (len(names) if environment.egress == "endpoints" else 0)
    assert counted.alarm_metrics >= counted["CloudWatch::Alarm"] + 2
    assert counted.firewall_rules == 3


def test_every_environment_is_within_its_budget() -> None:
    """With some room: half of it is not nothing."""
    bills, _, _ = command.bills_of(ROOT, ENVIRONMENTS)
    assert over_budget(bills) == {}
    assert all(one.total > one.environment.budget / 4 for one in bills)


def test_more_than_the_budget_is_one_line_and_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names file, key, value and what would do."""
    changed(tmp_path, "dev.yaml", "budget.monthly_usd", 90)
    (tmp_path / "cdk").symlink_to(ROOT / "cdk")
    monkeypatch.chdir(tmp_path)
    assert command.main([]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("environments/dev.yaml: budget.monthly_usd: got 90, expected at least 1")


@pytest.mark.parametrize(
    ("name", "key", "value", "line"),
    [
        ("dev.yaml", "region", "eu-west-1", "regions.eu-west-1: missing, there are prices of us-west-2 only"),
        (
            "prices.yaml",
            "regions.us-west-2.key",
            "one",
            "regions.us-west-2.key: got one, expected a number of 0 or more",
        ),
        ("prices.yaml", "usage.dev.busy", None, "usage.dev.busy: got None, expected a number of 0 or more"),
        ("prices.yaml", "dated", "soon", "dated: got soon, expected a date such as 2025-07-01"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, name: str, key: str, value: object, line: str) -> None:
    """It names the file, the key and the value."""
    with pytest.raises(CostError) as caught:
        command.bills_of(ROOT, changed(tmp_path, name, key, value))
    assert str(caught.value) == f"environments/prices.yaml: {line}"


def test_what_is_made_is_put_between_its_markers() -> None:
    """And only there."""
    text = "a\n<!-- cost: made -->\nold\n<!-- /cost -->\nb\n"
    assert between_markers(text, "cost", "new\n") == "a\n<!-- cost: made -->\nnew\n<!-- /cost -->\nb\n"


def test_the_document_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m tools.cost write` after a change of prices or environments."""
    monkeypatch.chdir(ROOT)
    assert command.main(["check"]) == 0
