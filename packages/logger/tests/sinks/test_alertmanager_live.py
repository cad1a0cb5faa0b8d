"""The direct channel with a real Alertmanager: what it receives it notifies of, each event once."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger, shutdown
from packages.logger.tests.sinks.alert_receiver import receiving

Wait = Callable[[Callable[[], object]], None]

BINARY = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
pytestmark = pytest.mark.skipif(BINARY is None, reason="no alertmanager on PATH (Debian: prometheus-alertmanager)")

CONFIGURATION = """
route: {{receiver: hook, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: "{hook}", send_resolved: true}}]}}]
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def _alertmanager(directory: Path, port: int, hook: str) -> Iterator[str]:
    """A running one; its address."""
    (directory / "am.yml").write_text(CONFIGURATION.format(hook=hook), encoding="utf-8")
    arguments = [
        f"--config.file={directory / 'am.yml'}",
        f"--storage.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    process = subprocess.Popen([str(BINARY), *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _active(url: str) -> list[dict[str, Any]]:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=2) as answer:
        alerts: list[dict[str, Any]] = json.load(answer)
        return alerts
    return []


def test_each_critical_record_is_one_notification_also_if_alertmanager_starts_later(
    tmp_path: Path, log_dir: Path, wait_until: Wait
) -> None:
    """Two records with the same text are two notifications; each ends by itself, which is notified, too."""
    port = _free_port()
    with receiving() as hook:
        configure(
            log_dir=log_dir,
            console_output=False,
            service_name="app",
            alertmanager_url=f"http://127.0.0.1:{port}",
            alertmanager_resolve_after=3,
        )
        with get_logger("shop").context(correlation_id="c1"):
            get_logger("shop").critical("before it is there")
        assert not flush(0.5)
        with _alertmanager(tmp_path, port, hook.url) as url:
            wait_until(lambda: len(_active(url)) == 1)
            for _ in range(2):
                get_logger("shop").critical("the same twice")
            assert shutdown()
            wait_until(lambda: len(_events(hook.posts, "resolved")) == 3)

        firing = _events(hook.posts, "firing")
    assert sorted(summary for _, summary in firing) == ["before it is there", "the same twice", "the same twice"]
    assert len({event for event, _ in firing}) == 3
    assert sorted(_events(hook.posts, "resolved")) == sorted(firing)


def _events(notifications: list[dict[str, Any]], status: str) -> list[tuple[str, str]]:
    """Event and summary of what was notified, as often as it was."""
    return [
        (alert["labels"]["event_id"], alert["annotations"]["summary"])
        for notification in notifications
        for alert in notification["alerts"]
        if alert["status"] == status
    ]
