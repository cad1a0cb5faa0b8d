"""The embedded AWS as a process of its own, and the variables with which programs find it and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from tools.deploy_local.errors import DeployError
from tools.deploy_local.settings import ROOT, RUN, Settings


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS."""

    url: str
    region: str
    #: File with one JSON line for each different API call that it got.
    calls: Path

    def client(self, service: str) -> Any:
        """A boto3 client of it."""
        return _client(service, self.url, self.region)

    def set_faults(self, **faults: list[str]) -> None:
        """Make these things go wrong, and no others; see `tools/aws_local/faults.py`."""
        self._put("faults", faults)

    def set_phase(self, phase: str) -> None:
        """Record calls as those of `phase` from now on."""
        self._put("phase", phase)

    def _put(self, what: str, value: object) -> None:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        connection.request("PUT", f"/aws-local/{what}", body=json.dumps(value))
        if connection.getresponse().status != 200:
            raise DeployError(f"the embedded AWS refuses {what} {value}")


@cache
def _client(service: str, url: str, region: str) -> Any:
    """Made once: making one takes longer than most calls."""
    session = boto3.Session("testing", "testing", region_name=region)
    return session.client(service, endpoint_url=url)  # type: ignore[call-overload]


@contextlib.contextmanager
def running(settings: Settings, name: str) -> Iterator[EmbeddedAws]:
    """Start one for the environment's account, on a free port; it ends with the block."""
    folder = RUN / name
    folder.mkdir(parents=True, exist_ok=True)
    calls = folder / "calls.jsonl"
    calls.unlink(missing_ok=True)
    shutil.rmtree(folder / "logs", ignore_errors=True)  # of the last run
    command = [sys.executable, "-W", "ignore", "-m", "tools.aws_local", "--port", "0"]
    command += ["--account", settings.account, "--record", str(calls)]
    domain = settings.values["domain"]
    command += ["--certificate", domain["certificate_arn"], domain["name"]]
    with (folder / "aws.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()  # printed when it is ready
        if not url:
            raise DeployError("the embedded AWS did not start", (folder / "aws.log").read_text(encoding="utf-8"))
        yield EmbeddedAws(url, settings.region, calls)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def variables(aws: EmbeddedAws, home: Path) -> dict[str, str]:
    """The environment of a program that must use `aws`: no account, no proxy and no home of the user's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "TF_", "CDK_")) and not name.lower().endswith("_proxy")
    }
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": aws.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",  # what the embedded AWS lacks is an error at once
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "localhost,127.0.0.1",
        "NO_COLOR": "1",
        "HOME": str(home),
    }
