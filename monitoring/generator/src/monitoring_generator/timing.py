"""Intervals of the stack around the alerts, which a window or hold has to fit.

They are written in `prometheus/prometheus.yml` and in the made `alertmanager/alertmanager.yml`;
tests compare. All are seconds.
"""

from __future__ import annotations

from typing import Final

#: Of a target that says nothing else. A range of `rate()` must hold four samples, so that two may be missed.
SCRAPE_INTERVAL: Final = 15.0
SAMPLES_IN_A_WINDOW: Final = 4

#: Of the route for `notify: immediate`. An alert that is over sooner is never notified: Alertmanager looks
#: at a group once in this time, and what fired and ended in between is forgotten.
IMMEDIATE_GROUP_INTERVAL: Final = 10.0
