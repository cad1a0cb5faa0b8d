"""The variables at the top of the dashboards."""

from __future__ import annotations

from typing import Final

from monitoring_generator.dashboards.model import Variable

JOB: Final = Variable("job", "Service", "Services that log with the library.", "label_values(log_messages_total, job)")
INSTANCE: Final = Variable(
    "instance",
    "Instance",
    "Processes of the chosen services.",
    'label_values(log_messages_total{job=~"$job"}, instance)',
)
OPERATION: Final = Variable(
    "operation",
    "Operation",
    "Routes and timers.",
    'label_values(operation_duration_seconds_count{job=~"$job"}, operation)',
)
LEVEL: Final = Variable("level", "Level", "Levels of records.", 'label_values(log_messages_total{job=~"$job"}, level)')
#: The same names, so that a choice survives the way between the dashboards, over everything that is scraped.
TARGET_JOB: Final = Variable("job", "Job", "Everything that Prometheus scrapes.", "label_values(up, job)")
TARGET_INSTANCE: Final = Variable(
    "instance", "Instance", "Targets of the chosen jobs.", 'label_values(up{job=~"$job"}, instance)'
)
#: A name of its own: a service chosen elsewhere must not leave the panels of the hosts empty.
HOST: Final = Variable(
    "host", "Host", "Hosts with a node-exporter.", 'label_values(node_uname_info{job="node"}, instance)'
)
