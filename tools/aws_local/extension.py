"""Loading: everything of ours is put on moto's classes, once, before the first request."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from moto.core.base_backend import BackendDict

from tools.aws_local import resources, services
from tools.aws_local.cloudformation import backend
from tools.aws_local.operations import refuse_what_is_missing


@cache
def load() -> None:
    """Add the services' operations and the resource types; an operation that nobody wrote is an error."""
    for package in (services, resources):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    backend.install()
    refuse_what_is_missing()


def reset() -> None:
    """Empty every account, for tests in one process."""
    BackendDict.reset()
