"""The run: start the parts, watch them, stop them in good order, compare what they saw."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from logging_system.sinks.cloudwatch import default_log_group
from logging_system.sinks.file import log_file_path
from tools.demo import aws, monitoring
from tools.demo.children import Child, wait_until_ready
from tools.demo.counting import FileCount, count_files, count_metrics
from tools.demo.errors import DemoError
from tools.demo.log_tail import LogTail
from tools.demo.parent import ParentMake
from tools.demo.ports import Ports, choosing
from tools.demo.run_dir import RunDir
from tools.demo.settings import DemoSettings, check_writable, write_service_config
from tools.demo.summary import Summary
from tools.demo.terminal import StatusLine

READY_SECONDS = 30.0
#: Longer than the service gives itself for draining and flushing.
SERVICE_STOP_SECONDS = 15.0


class Supervisor:
    """One run of the demo."""

    def __init__(self, settings: DemoSettings) -> None:
        self._settings = settings
        # Kept, because its lock goes with it: without the lock the next demo would empty the folder under our feet.
        self._own_run_dir = RunDir()
        self._run_dir = self._own_run_dir.path
        self._log_dir = settings.log_dir or str(self._run_dir / "logs")
        check_writable(self._log_dir)
        self._log_file = Path(log_file_path(self._log_dir, settings.service_name))
        self._before = FileCount()
        self._children: list[Child] = []
        self._urls: dict[str, str] = {}
        self._make = ParentMake()
        self._signalled = False
        self._stopping = False

    def run(self) -> int:
        """Returns the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._before = count_files(self._log_file)
        try:
            with choosing():
                self._start_parts()
            if self._stop_asked():
                print("stopped before traffic began", flush=True)
                return 0
            self._show_urls()
            seconds = self._send_traffic()
            return self._finish(seconds)
        finally:
            for child in self._children:
                child.kill()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._stopping:
            os.write(sys.stdout.fileno(), b"\nstopping already, a few seconds more\n")
        self._signalled = True

    def _stop_asked(self) -> bool:
        return self._signalled or self._make.was_interrupted()

    # -- start -----------------------------------------------------------------------------------

    def _start(self, name: str, command: list[str], environ: dict[str, str] | None = None) -> Child:
        child = Child(name, command, {**os.environ, "PYTHONUNBUFFERED": "1", **(environ or {})}, self._run_dir)
        self._children.append(child)
        return child

    def _wait(self, child: Child, url: str, started: float) -> None:
        wait_until_ready(child, url, seconds=READY_SECONDS, interrupted=self._stop_asked)
        print(f"  {child.name:<14} ready after {time.monotonic() - started:.1f} s", flush=True)

    def _start_parts(self) -> None:
        print("Starting", flush=True)
        started = time.monotonic()
        ports = Ports()
        port = ports.take(self._settings.port, "service")
        metrics_port = ports.take(self._settings.metrics_port, "metrics")
        aws_port = ports.take(5001, "embedded AWS")
        url = f"http://127.0.0.1:{port}"
        self._urls = {
            "live page": f"{url}/",
            "API": f"{url}/docs",
            "metrics": f"http://127.0.0.1:{metrics_port}/metrics",
            "logs": f"{url}/logs/stream",
            "embedded AWS": f"http://127.0.0.1:{aws_port}",
        }

        moto = self._start(
            "embedded AWS", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(aws_port)]
        )
        config = self._run_dir / "logging_config.yaml"
        write_service_config(self._settings, self._urls["embedded AWS"], config)
        service = self._start(
            "service", [sys.executable, "-m", "demo_service"], self._service_environ(port, metrics_port, config)
        )
        self._wait(service, f"{url}/health/ready", started)
        # Prometheus begins when there is something to scrape: at the demo's pace 4 s without metrics are an alert.
        waiting = [(moto, f"{self._urls['embedded AWS']}/moto-api/")]
        waiting += self._start_monitoring(ports, metrics_port, f"{url}/alerts/webhook")
        for child, ready_url in waiting:
            self._wait(child, ready_url, started)

    def _service_environ(self, port: int, metrics_port: int, config: Path) -> dict[str, str]:
        return {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "METRICS_PORT": str(metrics_port),
            "DATABASE": str(self._run_dir / "orders.sqlite3"),
            "DEMO_CHAOS": "1",
            "DEMO_ALERT_WEBHOOK": "1",
            "DEMO_FINAL_METRICS": str(self._run_dir / "final-metrics.prom"),
            "LOG_CONFIG": str(config),
            "LOG_DIR": self._log_dir,
            "SERVICE_NAME": self._settings.service_name,
            "SERVICE_VERSION": self._settings.version,
            "BACKUP_COUNT": "10000",  # the summary counts every record
        }

    def _start_monitoring(self, ports: Ports, metrics_port: int, webhook_url: str) -> list[tuple[Child, str]]:
        programs = monitoring.find_programs()
        missing = monitoring.missing_line(programs)
        if missing:
            print(f"  {missing}", flush=True)
        preferred = {"Prometheus": 9090, "Alertmanager": 9093}
        taken = {name: ports.take(port, name) for name, port in preferred.items() if name in programs}
        self._urls.update({name: f"http://127.0.0.1:{port}" for name, port in taken.items()})
        commands: dict[str, list[str]] = {}
        if "Alertmanager" in taken:
            commands["Alertmanager"] = monitoring.alertmanager_command(
                programs["Alertmanager"],
                self._run_dir / "alertmanager",
                port=taken["Alertmanager"],
                webhook_url=webhook_url,
            )
        if "Prometheus" in taken:
            commands["Prometheus"] = monitoring.prometheus_command(
                programs["Prometheus"],
                self._run_dir / "prometheus",
                port=taken["Prometheus"],
                metrics_port=metrics_port,
                alertmanager_port=taken.get("Alertmanager"),
            )
        return [(self._start(name, command), f"{self._urls[name]}/-/ready") for name, command in commands.items()]

    def _show_urls(self) -> None:
        print("\nRunning" + ("" if self._settings.seconds else "; Ctrl-C stops it"), flush=True)
        for name, url in [*self._urls.items(), ("log file", str(self._log_file))]:
            print(f"  {name:<14} {url}", flush=True)
        print(flush=True)

    # -- traffic ---------------------------------------------------------------------------------

    def _send_traffic(self) -> float:
        """Send until the time is over or somebody asks to stop. Returns the seconds it took."""
        seconds = self._settings.seconds
        command = [sys.executable, "-m", "tools.demo.traffic", self._urls["live page"].rstrip("/")]
        command += ["--seed", str(self._settings.seed), "--seconds", str(seconds or 0)]
        counts = self._run_dir / "traffic.json"
        traffic = self._start("traffic", [*command, "--summary", str(counts)])
        while not counts.exists():  # it writes that once it listens to SIGTERM
            traffic.check()
            time.sleep(0.02)
        started = time.monotonic()
        status, tail = StatusLine(), LogTail(self._log_file)
        # With an end, traffic may end between any two looks at it; `_finish` sees whether it ended well.
        watched = [child for child in self._children if child is not traffic or not seconds]
        while not self._stop_asked() and (traffic.is_running or not seconds):
            for child in watched:
                child.check()
            now = time.monotonic()
            of = f" of {seconds:.0f}" if seconds else ""
            status.show(now, f"  {now - started:4.0f}{of} s   {tail.read()}")
            time.sleep(0.1)
        status.end()
        return time.monotonic() - started

    # -- the end ---------------------------------------------------------------------------------

    def _finish(self, seconds: float) -> int:
        self._stopping = True
        print("Stopping: traffic, service, then reading back from CloudWatch", flush=True)
        by_name = {child.name: child for child in self._children}
        if by_name["traffic"].stop(10) != 0:
            raise DemoError(f"the traffic did not end well:\n{by_name['traffic'].tail()}")
        status = by_name["service"].stop(SERVICE_STOP_SECONDS)
        if status != 0:
            raise DemoError(f"the service ended with status {status}:\n{by_name['service'].tail()}")

        group = default_log_group(self._settings.service_name)
        summary = Summary(
            seconds=seconds,
            traffic=json.loads((self._run_dir / "traffic.json").read_text(encoding="utf-8")),
            file=count_files(self._log_file) - self._before,
            metrics=count_metrics(self._run_dir / "final-metrics.prom"),
            cloudwatch_events=aws.count_log_events(self._urls["embedded AWS"], group),
            cloudwatch_metrics=aws.sum_of_metric(self._urls["embedded AWS"], self._settings.service_name),
            log_file=str(self._log_file),
        )
        for child in self._children:
            child.stop(5)
        summary.write_json(self._run_dir / "summary.json")
        print(summary.text(), flush=True)
        return 1 if summary.problems() else 0
