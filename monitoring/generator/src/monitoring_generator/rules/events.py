"""How many events a counter saw in a window, where `increase` alone misses some.

`increase` needs two samples in the window, so it does not see the first event of a series that is
born with it, an event that a restart brings back to the same number, or one that happened while
Prometheus was away. Four cases, each counted on its own and only when it saw something, because a
0 from one would hide what the next sees.
"""

from __future__ import annotations

from monitoring_generator.alerts import EventsAlert
from monitoring_generator.rules.pace import Pace
from monitoring_generator.rules.promql import number, selector

#: So far back a counter's last value is looked for; Prometheus may be away for so long without an old event
#: being taken for a new one.
LOOK_BACK = 3600.0


def condition(alert: EventsAlert, pace: Pace) -> str:
    """True while more events than the threshold lie in the window."""
    counter = selector(alert.metric, alert.part)
    window = pace.window(alert.window)
    seconds = number(pace.window_seconds(alert.window))
    before = f"{counter}[{pace.window(LOOK_BACK)}] offset {window}"
    cases = [
        f"({counter} > 0 and on (job, instance) time() - process_start_time_seconds < {seconds})",  # just started
        f"({counter} - last_over_time({before}) > 0)",  # more than before the window
        f"({counter} > 0 unless present_over_time({before}))",  # born in the window
        f"increase({counter}[{window}])",  # reset in the window; the last may be 0, it hides nothing
    ]
    labels = ", ".join(["job", *alert.by])
    return f"sum by ({labels}) ({' or '.join(cases)}) > {number(alert.threshold)}"
