"""Access lines of servers: left out while a middleware of ours writes access records itself."""

from __future__ import annotations

import weakref
from typing import Final

#: Loggers on which servers write one line a request.
ACCESS_LOGGERS: Final = frozenset(["uvicorn.access", "gunicorn.access", "hypercorn.access", "django.server"])

#: The middlewares that exist. A program that drops its application has none any more.
middlewares: weakref.WeakSet[object] = weakref.WeakSet()


def is_covered(logger_name: str) -> bool:
    """Whether a record of this logger says what a middleware's access record says as well."""
    return logger_name in ACCESS_LOGGERS and len(middlewares) > 0
