"""The demo stays on this machine, whatever the user's environment says."""

from __future__ import annotations

import http.server
import threading
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ProfileNotFound

from tools.demo.aws import REGION
from tools.demo.children import answers
from tools.demo.loopback import keep_to_loopback


@pytest.fixture
def url() -> Iterator[str]:
    """A server on loopback that answers."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Empty) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class _Empty(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is changed in `os.environ` is put back."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "of the user")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "of the user")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setattr(urllib.request, "_opener", None)  # it keeps the proxies of its first use


def test_nothing_of_an_account_or_a_proxy_is_left() -> None:
    """Other variables are."""
    environ = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "real", "https_proxy": "http://p", "LOG_LEVEL": "DEBUG"}
    keep_to_loopback(environ)

    assert environ["AWS_ACCESS_KEY_ID"] == "testing"
    assert environ["LOG_LEVEL"] == "DEBUG"
    assert environ.keys().isdisjoint({"AWS_PROFILE", "AWS_SESSION_TOKEN", "https_proxy"})


def test_a_proxy_does_not_come_between_the_parts(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Port 9 has no listener."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert not answers(url)
    keep_to_loopback()
    assert answers(url)


def test_a_profile_that_is_not_there_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor reads back from the embedded AWS by itself."""
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    with pytest.raises(ProfileNotFound):
        boto3.session.Session().client("logs", region_name=REGION)
    keep_to_loopback()
    assert boto3.session.Session().client("logs", region_name=REGION).meta.region_name == REGION
