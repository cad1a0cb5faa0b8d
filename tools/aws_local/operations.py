"""How operations are put on moto's response classes, and what happens to those that nobody wrote."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

Function = TypeVar("Function", bound=Callable[..., Any])


def operation(response: type[BaseResponse]) -> Callable[[Function], Function]:
    """Make the decorated function the operation of its name; moto's own one, if any, is replaced."""

    def add(function: Function) -> Function:
        setattr(response, function.__name__, function)
        return function

    return add


class EmbeddedError(ServiceException):  # type: ignore[misc]
    """An error of ours. moto looks for the description of its code in the raising service only if that is moto's."""


def fail(code: str, message: str) -> EmbeddedError:
    """An error as the service answers it, to raise."""
    return EmbeddedError(code, message)


def refuse_what_is_missing() -> None:
    """Answer an operation that is not written with an error that names it, which no client tries again.

    moto answers with status 500 and a stack trace, which clients repeat for minutes.
    """
    original = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        try:
            return original(self)
        except NotImplementedError as error:
            name = f"{self.service_name}:{self._get_action()}"
            message = f"the embedded AWS does not have {name} ({error})"
            with warnings.catch_warnings(action="ignore"):  # no service describes this code
                return self.serialized(ActionResult(EmbeddedError("UnsupportedOperation", message)))

    BaseResponse.call_action = call_action
