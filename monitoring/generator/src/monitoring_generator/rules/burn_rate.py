"""How fast an objective's error budget burns, over several times.

Ratios over long times are sums of recorded rates over sums of recorded rates, so that an hour with
much traffic weighs more than one with little, and no gap makes them NaN. Before a time has passed
since the first record, its ratio is that of the time so far.
"""

from __future__ import annotations

from monitoring_generator.alerts import BurnRateAlert, BurnWindow
from monitoring_generator.durations import format_duration
from monitoring_generator.objectives import Objective
from monitoring_generator.rules.pace import Pace
from monitoring_generator.rules.promql import Rule, counter_of, number, recording, selector
from monitoring_generator.spec_checks import SHORTEST_BURN_WINDOW

#: At the alerts' own interval of 15 s, 30 days were 172,800 samples a series at each evaluation.
INTERVAL = 60.0


def recordings(objective: Objective, alerts: list[BurnRateAlert], pace: Pace) -> list[Rule]:
    """Rates of all and of the bad, count of all, and the ratio over each time that alerts or the budget need."""
    base = format_duration(SHORTEST_BURN_WINDOW)
    total, bad = f"job:{objective.name}_total:rate{base}", f"job:{objective.name}_bad:rate{base}"
    counter, window = counter_of(objective.metric), pace.window(SHORTEST_BURN_WINDOW)
    of_all = f"{selector(counter, objective.of)}[{window}]"
    of_bad = f"{selector(counter, objective.of, objective.bad)}[{window}]"
    rules = [
        recording(total, f"sum by (job) (rate({of_all}))"),
        recording(bad, f"sum by (job) (rate({of_bad})) or 0 * {total}"),
        recording(_count(objective), f"sum by (job) (increase({of_all}))"),
    ]
    times = {window for alert in alerts for each in alert.windows for window in (each.short, each.long)}
    for seconds in sorted({SHORTEST_BURN_WINDOW, *times, objective.period}):
        if seconds == SHORTEST_BURN_WINDOW:
            ratio = f"{bad} / ({total} > 0)"
        else:
            time = pace.window(seconds)
            ratio = f"sum_over_time({bad}[{time}]) / (sum_over_time({total}[{time}]) > 0)"
        rules.append(recording(_ratio(objective, seconds), ratio))
    return rules


def condition(alert: BurnRateAlert, pace: Pace) -> str:
    """True while the budget burns too fast over the long and the short time of any of the windows."""
    return " or ".join(f"({_burns(alert, window, pace)})" for window in alert.windows)


def _burns(alert: BurnRateAlert, window: BurnWindow, pace: Pace) -> str:
    limit = f"{number(window.factor)} * {number(alert.objective.budget)}"
    both = [f"{_ratio(alert.objective, seconds)} > {limit}" for seconds in (window.long, window.short)]
    if alert.min_count:
        # One step is one recorded count: the counts of adjoining stretches are added, none twice.
        stretches = f"[{pace.window(window.long)}:{pace.window(SHORTEST_BURN_WINDOW)}]"
        both.append(f"sum_over_time({_count(alert.objective)}{stretches}) >= {alert.min_count}")
    return " and ".join(both)


def _ratio(objective: Objective, seconds: float) -> str:
    return f"job:{objective.name}_bad:ratio_rate{format_duration(seconds)}"


def _count(objective: Objective) -> str:
    return f"job:{objective.name}_total:increase{format_duration(SHORTEST_BURN_WINDOW)}"
