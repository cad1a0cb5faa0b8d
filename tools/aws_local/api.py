"""Calls from inside the embedded AWS to itself: botocore clients whose requests never leave the process.

CloudFormation's resource types use them, so that a stack and a program that calls the API go through the
same code, as in the real AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import OperationModel
from moto.core.botocore_stubber import BotocoreStubber

#: Called with the service and the operation of each call: how least privilege learns what CloudFormation did.
Listener = Callable[[str, str], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Tell `listener` about every call from now on."""
    _listeners.append(listener)


class _InProcess:
    """Answers requests of a botocore client from moto's backends of this process."""

    def __init__(self) -> None:
        self._stubber = BotocoreStubber()
        self._stubber.enabled = True

    def __call__(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:3]
        for listener in _listeners:
            listener(service, operation)
        response: AWSResponse | None = self._stubber(event_name, request)
        return response


@cache
def _session() -> Any:
    session: Any = botocore.session.Session()
    session.set_credentials("cloudformation", "cloudformation")
    session.register("before-send", _InProcess())
    return session


@cache
def client(service: str, region: str) -> Any:
    """A botocore client, such as `client("ecs", "us-west-2")`; its errors are botocore's."""
    return _session().create_client(service, region_name=region)


def operation_model(service: str, operation: str, region: str) -> OperationModel:
    """The description of an operation given by its method's name, such as `create_service`."""
    made = client(service, region)
    model: OperationModel = made.meta.service_model.operation_model(made.meta.method_to_api_mapping[operation])
    return model
