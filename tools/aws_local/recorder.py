"""The record of API calls: who called which operation of which service, one JSON line each.

`environments/deploy_actions.yaml` is made from it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router

#: `Credential=KEY/20260101/us-west-2/ecs/aws4_request` in the Authorization header.
_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/[^/]*/([a-z0-9-]+)/aws4_request")
#: How the access keys of an assumed role begin (IAM User Guide, "IAM identifiers").
_TEMPORARY = "ASIA"
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class CallRecorder:
    """Appends calls to a file, each different one once; a call without a recognisable operation is an error."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        #: Written with each call; whoever deploys sets it, to tell preparations from the deployment.
        self.phase = ""

    def record(self, caller: str, service: str, operation: str, *, assumed: bool = False) -> None:
        """Note that `caller` (terraform, cdk, cloudformation, …) called it; `assumed`: with a role's keys."""
        call = {"phase": self.phase, "caller": caller, "service": service, "operation": operation, "assumed": assumed}
        line = json.dumps(call) + "\n"
        with self._lock:
            if self._path is None or line in self._seen:
                return
            self._seen.add(line)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)

    def watch(self, application: Application) -> Application:
        """`application`, with its calls recorded."""

        def watched(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
            scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
            if scope:
                key, service = scope.groups()
                caller = caller_of(environ.get("HTTP_USER_AGENT", ""))
                self.record(caller, service, operation_of(environ, service), assumed=key.startswith(_TEMPORARY))
            return application(environ, start_response)

        return watched


def caller_of(user_agent: str) -> str:
    """The program behind a User-Agent header."""
    for mark, name in (("terraform", "terraform"), ("aws-cdk", "cdk"), ("cdk-assets", "cdk"), ("boto3", "boto3")):
        if mark in user_agent.lower():
            return name
    return "cdk" if "aws-sdk-js" in user_agent else "other"


def operation_of(environ: dict[str, Any], service: str) -> str:
    """The operation that a signed request calls, whatever its protocol; `?` and the path where unknown."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return str(target).rsplit(".", 1)[-1]
    path = _RPC_PATH.search(environ.get("PATH_INFO", ""))
    if path:
        return path[1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return _action(environ)
    try:
        operation, _ = get_service_router(service).match(Request(dict(environ)))
    except (NotFound, NotImplementedError):
        return f"? {environ['REQUEST_METHOD']} {environ.get('PATH_INFO')}"
    return str(operation.name)


def _action(environ: dict[str, Any]) -> str:
    """`Action` of a form; the body is put back for the application."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return str(parse_qs(body.decode("utf-8")).get("Action", ["?"])[0])
