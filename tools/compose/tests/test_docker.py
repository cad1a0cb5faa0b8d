"""What is said when Docker is missing or refuses, and when a registry counts as out of reach."""

from __future__ import annotations

import pytest

from tools.compose import docker
from tools.compose.__main__ import main
from tools.compose.errors import StackError
from tools.compose.tests.conftest import FakeDocker

NO_ROUTE = "dial tcp: lookup registry.example on 10.0.0.1:53: no such host"
NO_IMAGE = '[ "$1" = image ] && exit 1\n'


@pytest.fixture(autouse=True)
def _all_registries_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "_OUT_OF_REACH", set())


@pytest.mark.parametrize("command", ["up", "down", "image"])
def test_without_docker_one_line_says_what_to_install(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything else is done."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([command]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"make {command}: Docker is not installed; see ")
    assert said.err.count("\n") == 1
    assert said.out.count("\n") <= 1


def test_an_engine_that_does_not_run_is_told_from_a_missing_one(fake_docker: FakeDocker) -> None:
    """With Docker's own words and what to do."""
    fake_docker("echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2; exit 1")
    with pytest.raises(StackError, match=r"engine does not answer .*Cannot connect.*start it"):
        docker.check_engine()


def test_an_image_that_is_there_is_not_pulled(fake_docker: FakeDocker) -> None:
    """A stack that ran once starts without a registry."""
    calls = fake_docker("exit 0")
    assert docker.have("prom/prometheus:v3")
    assert "pull" not in calls.read_text(encoding="utf-8")


def test_a_registry_out_of_reach_is_asked_once(fake_docker: FakeDocker) -> None:
    """Each attempt may take half a minute; another registry is asked all the same."""
    calls = fake_docker(f"{NO_IMAGE}echo 'Error response from daemon: {NO_ROUTE}' >&2; exit 1")
    assert not docker.have("prom/prometheus:v3")
    assert not docker.have("grafana/grafana:12")
    assert not docker.have("registry.example/cadvisor:v1")
    pulled = [line.split()[-1] for line in calls.read_text(encoding="utf-8").splitlines() if line.startswith("pull")]
    assert pulled == ["prom/prometheus:v3", "registry.example/cadvisor:v1"]


def test_a_stand_in_is_never_asked_of_a_registry(fake_docker: FakeDocker) -> None:
    """It is made here or nowhere."""
    calls = fake_docker(f"{NO_IMAGE}exit 0")
    assert not docker.have("localhost/logging-system-stand-in/python:x")
    assert "pull" not in calls.read_text(encoding="utf-8")


@pytest.mark.parametrize("answer", ["manifest unknown", "pull access denied for x", "toomanyrequests: slow down"])
def test_a_registry_that_refuses_is_a_mistake_to_be_told(answer: str, fake_docker: FakeDocker) -> None:
    """A stand-in would hide a wrong digest."""
    fake_docker(f"{NO_IMAGE}echo 'Error response from daemon: {answer}' >&2; exit 1")
    with pytest.raises(StackError, match=answer):
        docker.have("prom/prometheus:v3")


def test_the_words_of_a_failed_build_are_kept(fake_docker: FakeDocker, tmp_path: object) -> None:
    """They are the only way to see why."""
    fake_docker("echo 'Step 3/9'; echo 'no space left on device' >&2; exit 1")
    with pytest.raises(StackError, match=r"docker build of x failed:\nStep 3/9\nno space left on device"):
        docker.build("x", tmp_path)  # type: ignore[arg-type]


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the known ones."""
    assert main(["sideways"]) == 2
    assert "up|down|image" in capsys.readouterr().err
