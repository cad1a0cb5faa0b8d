"""The service's image: small, without a shell, with the pinned versions and nothing of the machine that built it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tools.compose.command import ROOT, Compose
from tools.compose.docker import docker
from tools.compose.errors import StackError
from tools.compose.images import SERVICE, Images

pytestmark = pytest.mark.timeout(300)

#: Bytes; what the issue asks for.
LARGEST = 150_000_000
#: Services of AWS that sinks use, and those that log in.
AWS_SERVICES = {"cloudwatch", "logs", "signin", "sso", "sso-oidc", "sts"}


@pytest.fixture(scope="module")
def image(images: Images) -> str:
    """The name of the image that the stack runs."""
    assert images is not None
    return Compose(project="test").image_of(SERVICE)


@pytest.fixture(scope="module")
def inspected(image: str) -> dict[str, Any]:
    """What Docker knows of it."""
    inspected: dict[str, Any] = json.loads(docker("image", "inspect", image))[0]
    return inspected


@pytest.fixture(scope="module")
def files(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tarfile.TarFile]:
    """Its file system."""
    exported = tmp_path_factory.mktemp("image") / "root.tar"
    container = docker("create", image).strip()
    try:
        docker("export", "--output", str(exported), container)
    finally:
        docker("rm", "--volumes", container)
    with tarfile.open(exported) as archive:
        yield archive


def test_it_is_small(inspected: dict[str, Any], proof_rows: list[str]) -> None:
    """Below 150 MB, unpacked."""
    proof_rows.append(f"image of the service: {inspected['Size'] / 1e6:.0f} MB, at most {LARGEST / 1e6:.0f}")
    assert inspected["Size"] < LARGEST


def test_it_says_how_it_is_run(inspected: dict[str, Any]) -> None:
    """User, signal, health check and ports are the image's own, so that plain `docker run` has them too."""
    config = inspected["Config"]
    assert config["User"] == "65532:65532"
    assert config["StopSignal"] == "SIGTERM"
    assert config["Entrypoint"] == ["/usr/bin/python3", "-m", "demo_service"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/python3", "-m", "demo_service.healthcheck"]
    assert set(config["ExposedPorts"]) == {"8000/tcp", "8080/tcp"}
    assert set(config["Volumes"]) == {"/data", "/logs"}
    labels = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
    assert labels >= {"title", "description", "source", "licenses", "version", "revision"}


def test_there_is_neither_a_shell_nor_pip(files: tarfile.TarFile) -> None:
    """Whoever breaks in finds little to work with."""
    names = {Path(name).name for name in files.getnames() if "/bin/" in f"/{name}"}
    assert names & {"sh", "bash", "dash", "busybox", "pip", "pip3", "apt-get", "wget", "curl"} == set()
    assert not any(re.search(r"(^|/)pip/__init__\.py$", name) for name in files.getnames())


def test_nothing_of_the_building_machine_is_left(image: str, inspected: dict[str, Any], files: tarfile.TarFile) -> None:
    """No setting of pip, no certificate, no address of an index: not in a file's name, not in the history."""
    names = files.getnames()
    assert [name for name in names if re.search(r"pip\.conf|\.netrc|\.pypirc|(^|/)wheels(/|$)|\.whl$", name)] == []
    certificates = [name for name in names if re.search(r"\.(pem|crt)$", name) and name.startswith("app/")]
    assert certificates == ["app/botocore/cacert.pem"]
    told = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image) + json.dumps(inspected["Config"])
    assert re.findall(r"(?i)index-url|find-links|trusted-host|_proxy|PIP_\w+=|SSL_CERT", told) == []


def test_the_application_belongs_to_root(files: tarfile.TarFile) -> None:
    """The service can write its data and its logs, not its code."""
    owners = {member.uid for member in files if member.name.startswith("app/")}
    assert owners == {0}
    assert {files.getmember(name).uid for name in ("data", "logs")} == {65532}


def test_the_versions_are_the_pinned_ones(files: tarfile.TarFile) -> None:
    """All of them and no others, beside our own two."""
    pins = (ROOT / "requirements" / "service.txt").read_text(encoding="utf-8")
    requirements = [Requirement(line) for line in re.findall(r"^([a-z][^\\\n]*==[^\\\n]*?) *\\?$", pins, re.MULTILINE)]
    wanted = {
        (re.sub(r"[-_.]+", "_", wish.name).lower(), str(wish.specifier)[2:])
        for wish in requirements
        if wish.marker is None or wish.marker.evaluate({"sys_platform": "linux", "python_version": "3.11"})
    }
    found = {match for name in files.getnames() for match in re.findall(r"^app/([^/]+)-([^/-]+)\.dist-info$", name)}
    ours = {name for name, _ in found} & {"logging_system", "demo_service"}
    assert ours == {"logging_system", "demo_service"}
    assert {(name.lower(), version) for name, version in found if name not in ours} == wanted


def test_only_the_services_of_aws_that_are_used_are_described(files: tarfile.TarFile) -> None:
    """The other four hundred are most of botocore."""
    found = {match for name in files.getnames() for match in re.findall(r"^app/botocore/data/([^/]+)/", name)}
    assert found == AWS_SERVICES


def test_the_build_sees_the_sources_and_nothing_else(tmp_path: Path) -> None:
    """No secret can get into an image that is never sent to the builder."""
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text('FROM scratch\nCOPY . /\nCMD ["none"]\n', encoding="utf-8")
    tag = "localhost/logging-system-test/context:1"
    docker("build", "--tag", tag, "--file", str(dockerfile), str(ROOT))
    container = docker("create", tag).strip()
    try:
        docker("export", "--output", str(tmp_path / "context.tar"), container)
    finally:
        docker("rm", container)
        docker("image", "rm", tag)
    with tarfile.open(tmp_path / "context.tar") as archive:
        names = [member.name for member in archive if member.isfile() and not member.name.startswith(("dev/", "etc/"))]
    sent = [name for name in names if name != ".dockerenv"]
    packages = r"packages/(logger|demo_service)/(?!tests/).*"
    allowed = rf"requirements/(service|build)\.txt|docker/(install\.py|wheels/.*)|{packages}"
    assert [name for name in sent if not re.fullmatch(allowed, name)] == []
    assert len(sent) > 100


def _run_until_stopped(image: str, *options: str) -> tuple[list[dict[str, Any]], int]:
    """`docker run`, SIGTERM once it is healthy; its records and its exit status."""
    container = docker("run", "--detach", *options, image).strip()
    try:
        subprocess.run(["docker", "exec", container, "/usr/bin/python3", "-c", _WAIT], check=True, timeout=60)
        docker("stop", "--time", "15", container)
        status = int(docker("inspect", "--format", "{{.State.ExitCode}}", container))
        return [json.loads(line) for line in docker("logs", container).splitlines()], status
    finally:
        docker("rm", "--force", "--volumes", container)


_WAIT = """
import time, urllib.request
for _ in range(200):
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/health/ready"); break
    except OSError:
        time.sleep(0.1)
else:
    raise SystemExit(1)
"""


def test_docker_run_takes_settings_from_the_environment(image: str) -> None:
    """As the first README of the project has it; SIGTERM ends it with 0 although it is process 1."""
    records, status = _run_until_stopped(image, "--env", "LOG_LEVEL=DEBUG", "--env", "SERVICE_NAME=my-service")
    assert status == 0
    assert {record["context"]["service_name"] for record in records} == {"my-service"}
    assert records[-1]["message"] == "service stopped"


def test_it_runs_with_nothing_but_its_volumes_to_write_to(image: str) -> None:
    """Read-only, without a capability or new privileges, without a network."""
    options = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none"]
    records, status = _run_until_stopped(image, *options)
    assert status == 0
    assert any(record["message"] == "listening" for record in records)


def test_a_wrong_setting_is_one_line(image: str) -> None:
    """Exit status 2 and no stack trace, in a container too."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--env", "PORT=eighty", image],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert re.fullmatch(r"demo-service: .*PORT.*\n", done.stderr)


def test_without_a_service_the_health_check_fails(image: str) -> None:
    """It asks the service, not itself."""
    with pytest.raises(StackError):
        docker("run", "--rm", "--entrypoint", "/usr/bin/python3", image, "-m", "demo_service.healthcheck")


def test_hadolint_has_nothing_to_say() -> None:
    """Not even at its lowest level."""
    done = subprocess.run(
        ["hadolint", "--failure-threshold", "style", str(ROOT / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert (done.returncode, done.stdout) == (0, "")
