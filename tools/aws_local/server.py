"""The server: loopback only, one request at a time, ready when it says so.

`/aws-local/health` answers once everything is loaded. `/aws-local/faults` takes a JSON object of faults
(`faults.py`), for tests of a deployment that fails; `/aws-local/phase` a text that is recorded with each call from
then on (`recorder.py`).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from tools.aws_local import api, extension, faults
from tools.aws_local.recorder import Application, CallRecorder, StartResponse

HOST = "127.0.0.1"


class _QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """No line a request; errors are still logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a deployment makes thousands of requests."""


def make(port: int, *, account: str, record: Path | None = None) -> BaseWSGIServer:
    """The server, loaded and bound, for `serve_forever`; `port` 0 takes a free one."""
    os.environ["MOTO_ACCOUNT_ID"] = account
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # roles attach some of them
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CONFIG_FILE"):
        os.environ.pop(name, None)  # the calls to itself stay inside the process
    extension.load()

    recorder = CallRecorder(record)
    api.listen(lambda service, operation: recorder.record("cloudformation", service, operation))
    moto = DomainDispatcherApplication(create_backend_app)
    application = _one_at_a_time(recorder.watch(moto))
    return make_server(HOST, port, _control(application, recorder), threaded=True, request_handler=_QuietHandler)


def _one_at_a_time(application: Application) -> Application:
    """moto's backends are not made for threads; a lock costs nothing where the interpreter has one anyway."""
    lock = threading.Lock()

    def locked(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            return list(application(environ, start_response))

    return locked


def _control(application: Application, recorder: CallRecorder) -> Application:
    """The paths under `/aws-local/`; everything else is AWS."""

    def controlled(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/aws-local/"):
            return application(environ, start_response)
        status, answer = "200 OK", {"status": "ready"}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == "/aws-local/faults":
            faults.replace(json.loads(body))
        elif path == "/aws-local/phase":
            recorder.phase = json.loads(body)
        elif path != "/aws-local/health":
            status, answer = "404 Not Found", {"error": f"no such path: {path}"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return controlled
