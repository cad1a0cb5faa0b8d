"""compose.yaml up and running: healthy, scraped, locked down, drained on SIGTERM, and gone without a trace."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.monitoring.notifications import wait_until
from tests.monitoring.programs import free_port
from tools.compose.command import ROOT
from tools.compose.docker import docker
from tools.compose.images import Images
from tools.compose.stack import PORTS, Stack

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def stack(images: Images) -> Iterator[Stack]:
    """The shipped stack, with the paths that make it slow or fail."""
    with Stack("test-stack", env={"DEMO_CHAOS": "1"}, images=images, ports="free") as running:
        yield running


def _inspect(stack: Stack, service: str) -> dict[str, Any]:
    inspected: dict[str, Any] = json.loads(docker("inspect", stack.container(service)))[0]
    return inspected


def _query(stack: Stack, path: str) -> Any:
    return httpx.get(f"{stack.url('prometheus')}/api/v1/{path}", timeout=10).raise_for_status().json()["data"]


def _services_that_run_everywhere() -> list[str]:
    return ["alertmanager", "node-exporter", "prometheus", "service"]


def test_everything_is_healthy(stack: Stack) -> None:
    """`up` waits for it, and these four run on every machine."""
    states = stack.states()
    assert set(states) >= set(_services_that_run_everywhere())
    assert set(states.values()) == {"running (healthy)"}


def test_the_page_shows_records_as_they_are_written(stack: Stack) -> None:
    """Its stream brings the record of a request that was made just now."""
    url = stack.url("service")
    assert "<html" in httpx.get(url).raise_for_status().text
    placed = httpx.post(f"{url}/api/orders", json={"item": "teapot"}).raise_for_status()
    correlation_id = placed.headers["x-correlation-id"]
    query = {"correlation_id": correlation_id}
    with httpx.stream("GET", f"{url}/logs/stream", params=query, timeout=20) as stream:
        lines = stream.iter_lines()
        assert any("order placed" in line for line in lines)


def test_the_service_says_its_metrics(stack: Stack) -> None:
    """The limit of its memory too: compose.yaml sets one, an alert compares with it."""
    metrics = httpx.get(f"{stack.url('metrics')}/metrics").raise_for_status().text
    assert 'app_build_info{service="demo-service"' in metrics
    limits = re.findall(r"^process_memory_limit_bytes (\S+)$", metrics, re.MULTILINE)
    assert [float(limit) for limit in limits] == [_inspect(stack, "service")["HostConfig"]["Memory"]]


def test_every_target_that_runs_is_up_and_no_other_is_missed(stack: Stack) -> None:
    """Services of profiles that are off, or left out, are no targets, so nothing is down."""

    def ask() -> dict[str, str] | None:
        found = {target["labels"]["instance"]: target["health"] for target in _query(stack, "targets")["activeTargets"]}
        return found if set(found.values()) == {"up"} else None

    up = wait_until(ask, 60, "not every target is up")
    hosts = {instance.partition(":")[0] for instance in up}
    assert hosts == set(stack.services)


def test_every_rule_can_be_evaluated(stack: Stack) -> None:
    """On what these targets expose."""

    def ask() -> list[dict[str, Any]] | None:
        rules = [rule for group in _query(stack, "rules")["groups"] for rule in group["rules"]]
        return rules if all(rule["health"] == "ok" for rule in rules) else None

    assert len(wait_until(ask, 60, "not every rule is ok")) > 20


def test_prometheus_and_alertmanager_know_each_other(stack: Stack) -> None:
    """The watchdog arrives."""
    watchdog = f"{stack.url('alertmanager')}/api/v2/alerts?filter=alertname=Watchdog"
    wait_until(lambda: httpx.get(watchdog, timeout=10).json(), 90, "no watchdog in Alertmanager")


@pytest.mark.parametrize("service", _services_that_run_everywhere())
def test_a_container_is_locked_down(service: str, stack: Stack) -> None:
    """As Docker runs it, not only as compose.yaml asks."""
    inspected = _inspect(stack, service)
    host = inspected["HostConfig"]
    assert inspected["Config"]["User"].partition(":")[0] not in ("", "0", "root")
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert min(host["Memory"], host["NanoCpus"], host["PidsLimit"]) > 0
    bindings = [binding for bound in (host["PortBindings"] or {}).values() for binding in bound]
    assert all(binding["HostIp"] == "127.0.0.1" for binding in bindings)


def test_a_process_has_no_capability_and_no_way_to_get_one(stack: Stack) -> None:
    """Seen from inside."""
    status = stack.exec("service", "/usr/bin/python3", "-c", "print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {int(fields[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
    assert fields["NoNewPrivs"] == "1"


def test_the_secrets_can_be_read_by_who_needs_them(stack: Stack) -> None:
    """The folder is closed to everybody on the host, the files in it are open in the container."""
    read = stack.exec("alertmanager", "amtool", "check-config", "/etc/alertmanager/alertmanager.yml")
    assert "SUCCESS" in read
    mounts = {mount["Destination"]: mount["RW"] for mount in _inspect(stack, "alertmanager")["Mounts"]}
    assert not mounts["/run/secrets/slack_webhook_url"]


def test_a_disk_of_the_host_is_seen_as_the_host_has_mounted_it(stack: Stack) -> None:
    """Through the container's read-only mount it would look read-only, and no disk alert could fire."""

    def ask() -> Any:
        return _query(stack, "query?query=node_filesystem_readonly")["result"]

    series = wait_until(ask, 60, "no file systems of the host")
    root = [one for one in series if one["metric"]["mountpoint"] == "/"]
    if not root:
        pytest.skip("the root file system here is of a type that node-exporter leaves out (overlay)")
    with open("/proc/mounts", encoding="utf-8") as mounts:
        options = next(line.split()[3] for line in mounts if line.split()[1] == "/")
    assert root[0]["value"][1] == ("1" if "ro" in options.split(",") else "0")


def test_a_request_under_way_is_answered_after_sigterm(stack: Stack) -> None:
    """The service drains, flushes and exits with 0."""
    url = stack.url("service")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx.get, f"{url}/chaos/slow", params={"seconds": 3}, timeout=30)
        in_flight = f"{stack.url('metrics')}/metrics"
        wait_until(lambda: "active_contexts 1.0" in httpx.get(in_flight).text, 10, "the slow request did not begin")
        stack.stop("service", 20)
        assert answer.result().status_code == 200
    state = _inspect(stack, "service")["State"]
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    assert '"service stopped"' in stack.logs("service")

    stack.start("service")
    wait_until(lambda: stack.states()["service"] == "running (healthy)", 60, "the service did not come back")


def _left(project: str) -> str:
    label = f"label=com.docker.compose.project={project}"
    return (
        docker("ps", "--all", "--quiet", "--filter", label)
        + docker("volume", "ls", "--quiet", "--filter", label)
        + docker("network", "ls", "--quiet", "--filter", label)
    )


@pytest.mark.usefixtures("images")
def test_make_up_and_make_down() -> None:
    """From nothing to healthy to nothing; what is printed is where things are."""
    project, image = "test-make", "localhost/logging-system-test/service:make"
    ports = {variable: str(free_port()) for variable, _ in PORTS.values()}
    environ = {"COMPOSE_PROJECT_NAME": project, "SERVICE_IMAGE": image, **ports}
    up = _run_tool("up", environ)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        page = f"http://127.0.0.1:{ports['SERVICE_PORT']}/"
        assert page in up.stdout
        assert httpx.get(page).status_code == 200
        assert ("secrets/grafana_admin_password" in up.stdout) != ("Left out" in up.stdout)
        assert _left(project)
    finally:
        down = _run_tool("down", environ)
    assert down.returncode == 0, down.stdout + down.stderr
    assert _left(project) == ""
    assert image not in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")


def _run_tool(command: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:

    return subprocess.run(
        [sys.executable, "-m", "tools.compose", command],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
