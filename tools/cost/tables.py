"""The bills as the tables of docs/aws.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.cost.environment import WAYS_OUT
from tools.cost.model import Bill, fixed_and_gb, most_for_tasks, way_out, with_egress
from tools.cost.prices import Prices
from tools.cost.traffic import traffic


def tables(bills: Sequence[Bill], prices: Prices, endpoints: int) -> str:
    """Markdown: cost by line, then the ways out side by side."""
    return "\n\n".join([_note(bills, prices), _costs(bills, prices), _ways_out(bills, prices, endpoints)]) + "\n"


def _note(bills: Sequence[Bill], prices: Prices) -> str:
    months = {one.environment.name: traffic(one.environment, prices) for one in bills}
    words = [
        f"{name} {month.requests / 1e6:.1f} million requests, {month.record_gb:.0f} GB of records, "
        f"{month.tasks:.1f} tasks"
        for name, month in months.items()
    ]
    return f"US dollars a month, list prices of {prices.dated}. Assumed: {'; '.join(words)} on average."


def _costs(bills: Sequence[Bill], prices: Prices) -> str:
    rows = [(line, [f"{one.lines[line]:.2f}" for one in bills]) for line in bills[0].lines]
    rows.append(("**total**", [f"**{one.total:.2f}**" for one in bills]))
    rows.append(("budget", [str(one.environment.budget) for one in bills]))
    most = [one.total - _tasks(one) + most_for_tasks(one.environment, prices) for one in bills]
    rows.append(("total, were `max_tasks` there all month", [f"{total:.2f}" for total in most]))
    return _table(["", *(one.environment.name for one in bills)], rows)


def _tasks(one: Bill) -> float:
    return one.lines["tasks on demand"] + one.lines["tasks on Spot"]


def _ways_out(bills: Sequence[Bill], prices: Prices, endpoints: int) -> str:
    """A row for each environment; bold is what its file says."""
    rows = []
    for one in bills:
        month, cells = traffic(one.environment, prices), []
        for egress in WAYS_OUT:
            other = with_egress(one.environment, egress)
            cost = f"{way_out(other, prices, month, endpoints):.2f}"
            cells.append(f"**{cost}**" if egress == one.environment.egress else cost)
        rows.append((one.environment.name, [*cells, _break_even(one, prices, endpoints)]))
    return _table(["way out", *WAYS_OUT, "endpoints are cheaper than a NAT gateway per zone from"], rows)


def _break_even(one: Bill, prices: Prices, endpoints: int) -> str:
    """GB a month at which both cost the same."""
    nat, nat_gb = fixed_and_gb(with_egress(one.environment, "nat_per_az"), prices, endpoints)
    ends, ends_gb = fixed_and_gb(with_egress(one.environment, "endpoints"), prices, endpoints)
    return f"{max(0.0, (ends - nat) / (nat_gb - ends_gb)):.0f} GB a month" if nat_gb > ends_gb else "never"


def _table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)])


def between_markers(text: str, name: str, made: str) -> str:
    """`text` with `made` between `<!-- name: … -->` and `<!-- /name -->`. Raises ValueError without these."""
    begin, end = text.index(f"<!-- {name}:"), text.index(f"<!-- /{name} -->")
    head = text[: text.index("-->", begin) + len("-->")]
    return f"{head}\n{made}{text[end:]}"


def over_budget(bills: Sequence[Bill]) -> Mapping[str, str]:
    """A line for each environment that costs more than its budget."""
    return {
        one.environment.name: f"environments/{one.environment.name}.yaml: budget.monthly_usd: got "
        f"{one.environment.budget}, expected at least {one.total:.0f}, what the environment costs"
        for one in bills
        if not one.within_budget
    }
