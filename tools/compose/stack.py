"""The stack as an object: up, down, and what a test does with its parts.

    with Stack("proof", overrides=[Path("override.yaml")], env={"DEMO_CHAOS": "1"}, ports="free") as stack:
        httpx.get(stack.url("prometheus") + "/api/v1/targets")
        stack.stop("alertmanager")

Two stacks at a time need two project names and `ports="free"`. An override is a Compose file merged
over compose.yaml; paths in it are relative to the repository's root, so give absolute ones.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tools.compose.command import ROOT, Compose
from tools.compose.docker import check_engine
from tools.compose.errors import StackError
from tools.compose.images import Images, prepare
from tools.compose.secret_files import make_secrets

#: The variable of each published port and what it is when nobody sets it; `metrics` is the service's second port.
PORTS: Mapping[str, tuple[str, int]] = {
    "service": ("SERVICE_PORT", 8000),
    "metrics": ("METRICS_PORT", 8080),
    "prometheus": ("PROMETHEUS_PORT", 9090),
    "alertmanager": ("ALERTMANAGER_PORT", 9093),
    "grafana": ("GRAFANA_PORT", 3000),
}


class Stack:
    """One project of compose.yaml. Raises StackError for whatever a user could mend."""

    def __init__(
        self,
        project: str | None = None,
        *,
        overrides: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
        ports: Literal["fixed", "free"] = "fixed",
        profiles: Sequence[str] = (),
        images: Images | None = None,
        root: Path = ROOT,
    ) -> None:
        check_engine()
        self.new_password = make_secrets(root)
        numbers = {name: _free_port() if ports == "free" else None for name in PORTS}
        chosen = {PORTS[name][0]: str(number) for name, number in numbers.items() if number}
        own = {**chosen, **(env or {})}
        self._compose = Compose(root, project, overrides, profiles, own)
        #: What the services run on; give the same to the next stack and nothing is built again.
        self.images = images or prepare(self._compose)
        self._compose = Compose(root, project, overrides, profiles, {**own, **self.images.env})

    def __enter__(self) -> Self:
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    @property
    def services(self) -> list[str]:
        """Those that run here: all but what is left out for want of an image."""
        return [name for name in self._compose.services if name not in self.images.left_out]

    def up(self, seconds: int = 180) -> None:
        """Start everything and wait until all of it is healthy."""
        try:
            self._compose.run(
                "up",
                "--detach",
                "--no-build",
                "--wait",
                "--wait-timeout",
                str(seconds),
                *self.services,
                seconds=seconds + 60,
            )
        except StackError as error:
            raise StackError(taken_port(str(error)) or f"{error}\n{self._what_failed()}") from None

    def down(self) -> None:
        """Remove the containers, networks and volumes."""
        self._compose.run("down", "--volumes", "--remove-orphans", "--timeout", "10", seconds=120)

    def url(self, name: str) -> str:
        """`http://127.0.0.1:<port>` of a service with a published port, or of `metrics`."""
        service, port = self._published(name)
        for published in self._compose.config["services"][service]["ports"]:
            if published["target"] == port:
                return f"http://{published['host_ip']}:{published['published']}"
        raise KeyError(name)

    @staticmethod
    def _published(name: str) -> tuple[str, int]:
        return ("service" if name == "metrics" else name), PORTS[name][1]

    def start(self, service: str) -> None:
        """Start a stopped service; does not wait for its health."""
        self._compose.run("start", service)

    def stop(self, service: str, seconds: int = 10) -> None:
        """SIGTERM, and SIGKILL after `seconds`."""
        self._compose.run("stop", "--timeout", str(seconds), service)

    def restart(self, service: str) -> None:
        """Stop and start."""
        self._compose.run("restart", service)

    def kill(self, service: str, signal: str = "SIGKILL") -> None:
        """Send a signal to the main process."""
        self._compose.run("kill", "--signal", signal, service)

    def exec(self, service: str, *command: str, stdin: str | None = None) -> str:
        """What a command prints that runs in the service's container, without a shell."""
        return self._compose.run("exec", "--no-TTY", service, *command, stdin=stdin)

    def logs(self, service: str) -> str:
        """What a service has printed."""
        return self._compose.run("logs", "--no-color", "--no-log-prefix", service)

    def container(self, service: str) -> str:
        """The id of a service's container, running or not, for `docker inspect` and the like."""
        return self._compose.run("ps", "--all", "--quiet", service).strip()

    def states(self) -> dict[str, str]:
        """`running (healthy)` and the like, by service."""
        lines = self._compose.run("ps", "--all", "--format", "json").splitlines()
        parts = [json.loads(line) for line in lines]
        return {part["Service"]: part["State"] + (f" ({part['Health']})" if part["Health"] else "") for part in parts}

    def _what_failed(self) -> str:
        """The last lines of each service that is not healthy."""
        bad = [name for name, state in self.states().items() if state != "running (healthy)"]
        return "\n".join(
            f"{name}: {self.states()[name]}\n" + "\n".join(self.logs(name).splitlines()[-15:]) for name in bad
        )


def taken_port(message: str) -> str | None:
    """What to do when Docker's message says that a port is in use; None for any other message."""
    found = re.search(r"127\.0\.0\.1:(\d+).*(?:already allocated|already in use)", message)
    if found is None:
        return None
    variable = next(
        (name for name, number in PORTS.values() if str(number) == found[1]), "its variable in compose.yaml"
    )
    return f"port {found[1]} of 127.0.0.1 is in use: stop what uses it, or set {variable} to another one"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
