"""The CloudWatch sink against a real HTTP server that speaks AWS's protocol."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from logging_system import configure, flush, get_logger, shutdown
from logging_system.config.schema import CloudWatchSettings
from logging_system.sinks.base import Rejected
from logging_system.sinks.cloudwatch import CloudWatchSink

logger = get_logger("cloudwatch")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint of an embedded AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    # All servers of one process share their state.
    urllib.request.urlopen(f"http://{host}:{port}/moto-api/reset", data=b"", timeout=10).close()
    yield f"http://{host}:{port}"
    server.stop()


def _client(endpoint: str, name: str) -> Any:
    return boto3.client(name, endpoint_url=endpoint, region_name="us-west-2")  # type: ignore[call-overload]


def _messages(endpoint: str, group: str = "/app/app") -> list[str]:
    pages = _client(endpoint, "logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def _configure(tmp_path: Path, log_dir: Path, endpoint: str, *more: str) -> None:
    config = tmp_path / "cloudwatch.yaml"
    lines = ["handlers:", "  cloudwatch:", f"    endpoint_url: {endpoint}", "    flush_interval: 0.05"]
    config.write_text("\n".join([*lines, *(f"    {line}" for line in more)]), encoding="utf-8")
    configure(config, log_dir=log_dir, console_output=False, service_name="app", overflow="block")


def test_records_arrive_byte_for_byte_and_in_order(tmp_path: Path, log_dir: Path, aws: str) -> None:
    """What CloudWatch holds is what the file holds."""
    _configure(tmp_path, log_dir, aws, "retention_days: 30", "log_stream: 'me-{pid}'")
    for number in range(3000):
        logger.info("Grüße", number=number)
    assert flush(60)

    assert _messages(aws) == (log_dir / "app.log").read_text(encoding="utf-8").splitlines()
    [group] = _client(aws, "logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/app/app", 30)


def test_a_service_name_becomes_a_group_that_the_service_accepts(tmp_path: Path, log_dir: Path, aws: str) -> None:
    """Group names hold fewer characters than service names."""
    _configure(tmp_path, log_dir, aws)
    configure(tmp_path / "cloudwatch.yaml", log_dir=log_dir, console_output=False, service_name="my shop: tea & cups")
    logger.info("x")
    assert flush(30)

    assert len(_messages(aws, "/app/my_shop__tea___cups")) == 1


def test_records_are_counted_as_metrics_by_level(tmp_path: Path, log_dir: Path, aws: str) -> None:
    """One PutMetricData at the end, if not before."""
    _configure(tmp_path, log_dir, aws, "metrics_namespace: Tests")
    logger.error("x")
    logger.error("y")
    logger.info("z")
    assert shutdown(30)

    now = time.time()
    [point] = _client(aws, "cloudwatch").get_metric_statistics(
        Namespace="Tests",
        MetricName="log_messages",
        Dimensions=[{"Name": "service", "Value": "app"}, {"Name": "level", "Value": "ERROR"}],
        StartTime=now - 3600,
        EndTime=now + 3600,
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Sum"] == 2


def test_only_the_level_that_was_asked_for_is_sent(tmp_path: Path, log_dir: Path, aws: str) -> None:
    """Each remote sink has a level of its own."""
    _configure(tmp_path, log_dir, aws, "level: ERROR")
    logger.info("no")
    logger.error("yes")
    assert flush(30)

    assert [json.loads(message)["message"] for message in _messages(aws)] == ["yes"]


def test_a_group_deleted_meanwhile_is_made_again(tmp_path: Path, log_dir: Path, aws: str) -> None:
    """Somebody cleaned up; records go on."""
    _configure(tmp_path, log_dir, aws)
    logger.info("one")
    assert flush(30)
    _client(aws, "logs").delete_log_group(logGroupName="/app/app")
    logger.info("two")
    assert flush(30)

    assert [json.loads(message)["message"] for message in _messages(aws)] == ["two"]


def test_records_wait_for_an_endpoint_that_is_away(
    tmp_path: Path, log_dir: Path, aws: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`flush` says False meanwhile, the file is not held up, and everything arrives once it is there."""
    del aws  # it has the credentials and the clean state
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _configure(tmp_path, log_dir, f"http://127.0.0.1:{port}")
    for number in range(100):
        logger.info("x", number=number)

    assert not flush(0.5)
    assert len((log_dir / "app.log").read_text(encoding="utf-8").splitlines()) == 100
    assert "will be tried again" in capsys.readouterr().err

    server = ThreadedMotoServer("127.0.0.1", port)
    server.start()
    try:
        assert flush(30)
        assert len(_messages(f"http://127.0.0.1:{port}")) == 100
    finally:
        server.stop()


def test_events_that_the_service_refuses_are_counted(aws: str) -> None:
    """PutLogEvents answers 200 and names them in rejectedLogEventsInfo; too old is older than 14 days."""
    sink = CloudWatchSink(CloudWatchSettings(endpoint_url=aws), service_name="app", region="us-west-2")
    now = int(time.time() * 1000)
    entries = [(20, now - 20 * 24 * 3600 * 1000, b'{"old":1}\n', None), (20, now, b'{"new":1}\n', None)]

    with pytest.raises(Rejected) as refused:
        sink.write(entries)

    assert refused.value.count == 1
    assert _messages(aws) == ['{"new":1}']


def test_batches_keep_the_limits_of_the_service(aws: str) -> None:
    """10,000 events, 1,048,576 bytes with 26 for each event; the embedded AWS refuses more."""
    sizes: list[tuple[int, int]] = []
    sink = CloudWatchSink(CloudWatchSettings(endpoint_url=aws), service_name="app", region="us-west-2")
    put: Callable[[Any], int] = sink._put

    def measured(entries: Any) -> int:
        sizes.append((len(entries), sum(len(entry[2]) - 1 + 26 for entry in entries)))
        return put(entries)

    sink._put = measured  # type: ignore[method-assign]
    now = int(time.time() * 1000)
    sink.write([(20, now, b"%d\n" % number, None) for number in range(15_000)])
    sink.write([(20, now, b"x" * 300_000 + b"\n", None) for _ in range(10)])
    sink.write([(20, now, b"x" * 2_000_000 + b"\n", None)])

    assert all(count <= 10_000 for count, _ in sizes)
    assert all(size <= 1_048_576 for _, size in sizes[:-1])
    assert len(_messages(aws)) == 15_011
    assert max(len(message) for message in _messages(aws)) <= 1_048_576 - 26


def test_without_boto3_the_error_says_what_to_install(
    tmp_path: Path, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(Exception, match=r"handlers\.cloudwatch: needs boto3: pip install 'logging-system\[aws\]'"):
        _configure(tmp_path, log_dir, "http://127.0.0.1:1")
