"""Metric filters and saved queries read what the library writes: acceptance check 14."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.environment_files import ENVIRONMENTS, ROOT
from tests.infra.planned import Plan
from tools.aws_local.filter_pattern import compile_pattern, select

SPEC: dict[str, Any] = yaml.safe_load((ROOT / "monitoring" / "alerts.yaml").read_text(encoding="utf-8"))
STACK: dict[str, Any] = yaml.safe_load((ENVIRONMENTS / "stack.yaml").read_text(encoding="utf-8"))
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
#: Writes one record of each level, an access record and the notice of lost records, as the service does: to stdout.
PROGRAM = """
import asyncio, logging_system, os
from logging_system.integrations.asgi import LoggingMiddleware
from logging_system.own_records import drop_notice
log = logging_system.get_logger("demo_service", log_level="DEBUG")
for level in ("debug", "info", "warning", "error", "critical"):
    getattr(log, level)("a record")
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
async def nothing(*_):
    return None
scope = {"type": "http", "method": "GET", "path": "/api/orders", "headers": []}
asyncio.run(LoggingMiddleware(app)(scope, nothing, nothing))
logging_system.flush()
os.write(1, drop_notice("file", "overflow", 7)[2])
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Records that the library wrote, as a container's stdout."""
    folder: Path = tmp_path_factory.mktemp("records")
    variables = {"LOG_FORMAT": "json", "LOG_DIR": str(folder), "SERVICE_NAME": "demo-service", "ENVIRONMENT": "dev"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=True)
    found = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == len(LEVELS) + 2, done
    return found


def counted(lines: list[str], name: str) -> list[Any]:
    """The values that the metric filter of that name takes from the lines."""
    (metric,) = [metric for metric in STACK["log_metrics"] if metric["name"] == name]
    matches = compile_pattern(metric["pattern"])
    value = metric["value"]
    return [
        select(value, json.loads(line))[0] if value.startswith("$") else float(value) for line in lines if matches(line)
    ]


def test_filters_count_records_of_the_library(lines: list[str]) -> None:
    """Check 14: each filter takes from real records what its name says."""
    assert sum(counted(lines, "LogRecords")) == 4 + 1 + 1
    assert sum(counted(lines, "LogErrors")) == 2
    assert sum(counted(lines, "CriticalRecords")) == 1
    assert counted(lines, "RecordsDropped") == [7]
    (duration,) = counted(lines, "RequestDuration")
    assert duration >= 0


@pytest.mark.parametrize(
    ("alert", "key", "metric"),
    [
        ("HighErrorRate", "part", "LogErrors"),
        ("HighErrorRate", "of", "LogRecords"),
        ("CriticalRecord", "part", "CriticalRecords"),
    ],
)
def test_filters_have_the_levels_of_the_alerts(alert: str, key: str, metric: str) -> None:
    """The same levels in CloudWatch as in Prometheus: from monitoring/alerts.yaml."""
    (found,) = [one for one in SPEC["alerts"] if one["name"] == alert]
    (pattern,) = [one["pattern"] for one in STACK["log_metrics"] if one["name"] == metric]
    matches = compile_pattern(pattern)
    assert [level for level in LEVELS if matches(json.dumps({"level": level}))] == found[key]["level"]


def test_the_plan_has_each_filter_on_the_services_group(planned: Plan) -> None:
    """Check 14: pattern, value and unit as in stack.yaml, on the group that the container writes to."""
    (container,) = planned.one("aws_ecs_task_definition").json("container_definitions")
    group = container["logConfiguration"]["options"]["awslogs-group"]
    found = {}
    for one in planned.all("aws_cloudwatch_log_metric_filter"):
        assert one.values["log_group_name"] == group
        (made,) = one.values["metric_transformation"]
        found[made["name"]] = (one.values["pattern"], made["value"], made["unit"])
    assert found == {one["name"]: (one["pattern"], one["value"], one["unit"]) for one in STACK["log_metrics"]}


def test_saved_queries_name_fields_that_records_have(lines: list[str], planned: Plan) -> None:
    """Check 31: a renamed field breaks this test and not a search at night. `exception.type` is an error's own."""
    records = [json.loads(line) for line in lines]
    fields = {key for record in records for key in record} | {
        f"context.{key}" for record in records for key in record["context"]
    }
    own = {"exception.type", "example", "max", "p50", "p95", "records", "requests", "slowest", "sum", "bin"}
    words = {
        "and",
        "as",
        "asc",
        "by",
        "count",
        "desc",
        "fields",
        "filter",
        "in",
        "ispresent",
        "latest",
        "limit",
        "pct",
        "sort",
        "stats",
    }
    for query in planned.all("aws_cloudwatch_query_definition"):
        text = re.sub(r'"[^"]*"', "", query.values["query_string"])
        named = set(re.findall(r"(?<![\w.@])[a-z_]+(?:\.[a-z_]+)?(?![\w.])", text)) - words - own
        assert named <= fields, query.key
