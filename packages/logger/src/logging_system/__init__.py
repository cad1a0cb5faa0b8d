"""Structured JSON logging: fast, bounded, correlated, measured.

    from logging_system import get_logger
    logger = get_logger("my-app")
    logger.info("Application started", version="1.0.0")

Everything public is named here; `logging_system.metrics`, `logging_system.integrations.asgi` and
`logging_system.sinks.base` are imported as modules.
"""

from logging_system.context import bind_context, get_context
from logging_system.errors import ConfigError, LoggingSystemError
from logging_system.logger import AdvancedLogger, get_logger
from logging_system.pipeline.lifecycle import configure, flush, reload, shutdown

__version__ = "0.1.0"

__all__ = [
    "AdvancedLogger",
    "ConfigError",
    "LoggingSystemError",
    "bind_context",
    "configure",
    "flush",
    "get_context",
    "get_logger",
    "reload",
    "shutdown",
]
