"""Debian's Prometheus, Alertmanager and node-exporter as processes on loopback, without containers."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.service_process import wait_for

PROGRAMS = ("prometheus", "promtool", "prometheus-alertmanager", "prometheus-node-exporter")


def need_programs() -> None:
    """Skip where one of them is missing, and say which."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not found: {', '.join(missing)}; on Debian: apt-get install prometheus prometheus-alertmanager")


def free_port() -> int:
    """A port of loopback that nobody has at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], directory: Path, ready: str) -> Iterator[None]:
    """A process until the block is left; waits until `ready`, an address, answers 200."""
    log = directory / f"{command[0]}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=output)
    try:
        with httpx.Client(timeout=5) as client:
            wait_for(lambda: _answers(process, client, ready, log), 60)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes], client: httpx.Client, address: str, log: Path) -> bool:
    assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
    try:
        return client.get(address).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def prometheus(directory: Path, config: Path, *, data: Path) -> Iterator[str]:
    """A Prometheus on `data`; gives its address."""
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=60d",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    with running(command, directory, f"http://{address}/-/ready"):
        yield f"http://{address}"
