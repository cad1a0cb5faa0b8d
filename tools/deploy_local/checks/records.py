"""From a record that the library writes to a number in CloudWatch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import ROOT, Settings

#: A program that logs as the service does: to the console, where the awslogs driver takes it.
_PROGRAM = """
from logging_system import get_logger
log = get_logger("deploy-check")
log.debug("not counted")
log.info("counted", order_id=7)
log.warning("counted")
log.error("counted as an error", status=502)
log.critical("counted as critical")
"""
#: Metric → how much the program above adds to it.
EXPECTED = {"LogRecords": 4, "LogErrors": 2, "CriticalRecords": 1}


def lines_of_the_library() -> list[str]:
    """What the real library writes on the console as JSON."""
    environment = {**os.environ, "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "LOG_DIR": os.devnull}
    sources = str(ROOT / "packages" / "logger" / "src")
    environment["PYTHONPATH"] = sources
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True, cwd=ROOT / ".run"
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")]
    levels = [json.loads(line)["level"] for line in lines]
    assert levels == ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], done.stderr
    return lines


def metric_filters_count_what_the_library_wrote(aws: EmbeddedAws, settings: Settings) -> None:
    """Each filter on the service's log group adds what it must, no more."""
    before = {metric: _sum(aws, settings, metric) for metric in EXPECTED}
    logs, stream = aws.client("logs"), f"check/{settings.values['service']['name']}/{time.time_ns()}"
    logs.create_log_stream(logGroupName=settings.service_logs, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines_of_the_library()]
    logs.put_log_events(logGroupName=settings.service_logs, logStreamName=stream, logEvents=events)
    counted = {metric: _sum(aws, settings, metric) - before[metric] for metric in EXPECTED}
    assert counted == EXPECTED, counted


def _sum(aws: EmbeddedAws, settings: Settings, metric: str) -> float:
    now = datetime.now(tz=UTC)
    answer = aws.client("cloudwatch").get_metric_statistics(
        Namespace=settings.metric_namespace,
        MetricName=metric,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))
