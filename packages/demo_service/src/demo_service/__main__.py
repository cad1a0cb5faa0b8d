"""`python -m demo_service`: configure logging, open the ports, serve until SIGTERM or Ctrl-C, flush, exit 0.

A setting that is wrong, a port that is taken or a directory that cannot be written is one line on
stderr and exit status 2.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from threading import Thread
from types import FrameType
from wsgiref.simple_server import WSGIServer

import prometheus_client
import uvicorn

from demo_service.app import create_app
from demo_service.live_feed import LiveFeed
from demo_service.memory_limit import MemoryLimitCollector
from demo_service.settings import ServiceSettings, load_service_settings
from logging_system import ConfigError, configure, get_logger, shutdown
from logging_system.metrics import start_server
from logging_system.pipeline.lifecycle import current_settings

#: Seconds for requests under way and for the flush: together below the 10 s that Docker gives.
DRAIN_SECONDS = 6
FLUSH_SECONDS = 3.0


class Server(uvicorn.Server):
    """Ends the endless streams first, or the drain would wait for them."""

    def __init__(self, config: uvicorn.Config, feed: LiveFeed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called for SIGTERM and SIGINT."""
        self._feed.end()
        super().handle_exit(sig, frame)


def main() -> int:
    """Run the service; returns the exit status."""
    try:
        settings = load_service_settings()
        # Microseconds, so that numbers of an earlier process are never taken for ours.
        feed = LiveFeed(first=time.time_ns() // 1000)
        configure(sinks=[feed])
        _check_log_dir()
        listener = _listen(settings.host, settings.port, "PORT")
        metrics_server, _ = _start_metrics(settings.host)
    except ConfigError as error:
        print(f"demo-service: {error}", file=sys.stderr)
        return 2

    prometheus_client.REGISTRY.register(MemoryLimitCollector())
    metrics_url = f"http://{settings.host}:{metrics_server.server_port}/metrics"
    try:
        app = create_app(settings, feed, metrics_url=metrics_url)
    except sqlite3.Error as error:
        print(f"demo-service: DATABASE={settings.database}: {error}", file=sys.stderr)
        return 2

    _serve(settings, listener, Server(_config_of(app), feed), metrics_url)

    delivered = shutdown(FLUSH_SECONDS)
    metrics_server.shutdown()
    if settings.final_metrics:
        prometheus_client.write_to_textfile(settings.final_metrics, prometheus_client.REGISTRY)
    if not delivered:
        print("demo-service: not every record reached every sink; see log_records_dropped_total", file=sys.stderr)
    return 0


def _config_of(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,  # the middleware writes the access record
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
    )


def _serve(settings: ServiceSettings, listener: socket.socket, server: Server, metrics_url: str) -> None:
    # After its drain uvicorn raises the signal again, for a supervisor that counts how processes end.
    # Ours ends by itself, with 0, so the second one must find a handler that does nothing.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    port = listener.getsockname()[1]
    get_logger("demo_service").info("listening", url=f"http://{settings.host}:{port}/", metrics_url=metrics_url)
    server.run(sockets=[listener])


def _listen(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; without it answers take 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        raise _port_error(error, host, port, variable) from None
    return listener


def _start_metrics(host: str) -> tuple[WSGIServer, Thread]:
    port = current_settings().metrics_port
    try:
        return start_server(port, host)
    except OSError as error:
        raise _port_error(error, host, port, "METRICS_PORT") from None


def _port_error(error: OSError, host: str, port: int, variable: str) -> ConfigError:
    reason = error.strerror or str(error)
    return ConfigError("environment", f"{variable}={port}", f"cannot listen on {host}: {reason}; choose another port")


def _check_log_dir() -> None:
    """A service that cannot keep its records should not start."""
    settings = current_settings()
    if not settings.file_output:
        return
    try:
        os.makedirs(settings.log_dir, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.log_dir):
            return
    except OSError as error:
        raise ConfigError(
            "environment", f"LOG_DIR={settings.log_dir}", f"cannot be written: {error.strerror}"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
