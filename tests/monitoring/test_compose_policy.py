"""compose.yaml keeps every rule of tools/compose/policy.py, and each rule sees it when it is broken."""

from __future__ import annotations

import copy
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.compose.command import ROOT, Compose, program
from tools.compose.policy import RULES, findings

Break = Callable[[dict[str, Any]], Any]

#: One way to break each rule, on a service as Compose resolves it.
BREAKS: dict[str, Break] = {
    "digest": lambda service: service.update(image="prom/prometheus:v3.9.1"),
    "tag": lambda service: service.update(image="prom/prometheus:latest@sha256:" + "0" * 64),
    "user": lambda service: service.update(user="0:0"),
    "read_only": lambda service: service.pop("read_only"),
    "capabilities": lambda service: service.update(cap_add=["NET_ADMIN"]),
    "new_privileges": lambda service: service.update(security_opt=[]),
    "privileged": lambda service: service.update(privileged=True),
    "devices": lambda service: service.update(devices=[{"source": "/dev/kmsg", "target": "/dev/kmsg"}]),
    "namespaces": lambda service: service.update(network_mode="host"),
    "limits": lambda service: service["deploy"]["resources"]["limits"].pop("pids"),
    "healthcheck": lambda service: service.update(healthcheck={"disable": True}),
    "restart": lambda service: service.update(restart="no"),
    "init": lambda service: service.pop("init"),
    "stop_grace_period": lambda service: service.pop("stop_grace_period"),
    "log_rotation": lambda service: service["logging"]["options"].pop("max-size"),
    "loopback": lambda service: service["ports"][0].update(host_ip="0.0.0.0"),
    "docker_socket": lambda service: service["volumes"].append(
        {"type": "bind", "source": "/var/run/docker.sock", "target": "/var/run/docker.sock", "read_only": True}
    ),
    "read_only_mounts": lambda service: service["volumes"][0].pop("read_only"),
    "credentials": lambda service: service.update(environment={"GF_SECURITY_ADMIN_PASSWORD": "admin"}),
}


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    """What Docker would get, with every profile on."""
    return Compose(profiles=["*"], env={"GRAFANA_ADMIN_USER": "somebody"}).config


def test_every_service_keeps_the_rules(config: dict[str, Any]) -> None:
    """But for the named exceptions, each of which is needed."""
    assert findings(config) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_found(rule: str, config: dict[str, Any]) -> None:
    """By its name, for the service that breaks it, and nothing else is."""
    broken = copy.deepcopy(config)
    BREAKS[rule](broken["services"]["prometheus"])
    assert [found.split(":")[:2] for found in findings(broken)] == [["prometheus", f" {rule}"]]


@pytest.mark.parametrize("image", ["prom/prometheus", "localhost:5000/prometheus", "prom/prometheus:latest"])
def test_an_image_without_a_version_is_found(image: str, config: dict[str, Any]) -> None:
    """A registry's port is not taken for a tag."""
    broken = copy.deepcopy(config)
    broken["services"]["prometheus"]["image"] = image
    assert any(": tag:" in found for found in findings(broken))


def test_an_exception_that_nothing_needs_is_found(config: dict[str, Any]) -> None:
    """So that the table does not outlive its reasons."""
    mended = copy.deepcopy(config)
    mended["services"]["cadvisor"]["user"] = "65534"
    assert findings(mended) == ["cadvisor: user: keeps the rule, so it needs no exception"]


def _config_quietly(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`docker compose config -q` without an .env file, in the environment of somebody who has just cloned."""
    environ = {name: value for name, value in os.environ.items() if name != "GRAFANA_ADMIN_USER"}
    empty = folder / "env"
    empty.touch()
    return subprocess.run(
        [*program(), "--env-file", str(empty), "--file", str(ROOT / "compose.yaml"), "config", "--quiet"],
        env={**environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_configuration_is_complete_once_the_administrator_has_a_name(tmp_path: Path) -> None:
    """Nothing else must be set."""
    done = _config_quietly(tmp_path, GRAFANA_ADMIN_USER="somebody")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_it_the_way_out_is_named(tmp_path: Path) -> None:
    """There is no default administrator."""
    done = _config_quietly(tmp_path)
    assert done.returncode != 0
    assert "GRAFANA_ADMIN_USER" in done.stderr
    assert "make up" in done.stderr
