"""Mutants that no test notices, and why: what they change cannot be seen, or cannot be set up."""

from __future__ import annotations

import re
from typing import Any

from monitoring_generator.mutation.harness import Mutant

#: What the mutant's text begins with, as a pattern, and the reason.
_REASONS = [
    (
        r"ErrorBudgetBurn\w+: comparison: job:\S+ > \S+ \* \S+ -> \S+ >= ",
        "a ratio of sums of rates is never exactly the limit",
    ),
    (
        r"job_operation:operation_duration_seconds:p95_5m: function: rate\(.* -> increase\(",
        "a percentile stays the same when all buckets are multiplied",
    ),
    (
        r"job_operation:operation_duration_seconds:p95_5m: labels: \S+_bucket\{operation=.* -> \S+_bucket\{\} ",
        "only percentiles with a count are kept, and the count has the same selection",
    ),
    (
        r"(device:disk_used|instance:memory_used):ratio: number: 0 -> 1 ",
        "no disk and no memory has less than a byte",
    ),
    (
        r"CriticalRecord: labels: log_messages_total\{\S+ (offset 2m )?-> log_messages_total\{\} .*\(at (18|21|30)\)",
        "the other operand has the level, and only equal labels match",
    ),
    (r"TargetDown: number: 1 -> 0\.5 ", "`up` is 0 or 1"),
    (r"Watchdog: (number|hold: keep_firing_for)", "fires always, whatever its value"),
]


def reason_for(mutant: Mutant[Any]) -> str | None:
    """Why nobody notices this mutant; None if that is not known."""
    return next((reason for pattern, reason in _REASONS if re.match(pattern, str(mutant))), None)
