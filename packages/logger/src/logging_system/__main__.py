"""`python -m logging_system`: a short tour that logs one of everything.

Obeys the same settings as any program: environment, `logging_config.yaml`, defaults.
"""

from __future__ import annotations

import sys

from logging_system import ConfigError, configure, get_logger, shutdown
from logging_system.levels import NUMBERS
from logging_system.pipeline.lifecycle import current_settings
from logging_system.sinks.file import log_file_path


class OutOfStockError(Exception):
    """An error of the tour."""


def main() -> int:
    """Log one of everything; returns the exit status: 2 for a wrong setting, 1 if something was not delivered."""
    try:
        configure()
    except ConfigError as error:
        print(f"logging_system: {error}", file=sys.stderr)
        return 2

    logger = get_logger("tour")
    logger.info("Application started", version="1.0.0")
    for level in NUMBERS:
        logger.log(level, f"a record at level {level}")

    with logger.context(user_id="user123", session_id="sess456"):
        logger.info("a record of a request", action="login", password="hunter2")  # noqa: S106 - shows the mask
        with logger.timer("database_query", table="orders"):
            sum(range(100_000))
        logger.bind(component="billing").warning("a record of a bound logger", amount_cents=1250)
        try:
            _reserve()
        except OutOfStockError:
            logger.exception("order failed", order_id=7)

    delivered = shutdown()
    settings = current_settings()
    if settings.file_output:
        print(f"The same records lie in {log_file_path(settings.log_dir, settings.service_name)}", file=sys.stderr)
    return 0 if delivered else 1


def _reserve() -> None:
    try:
        int("no teapot")
    except ValueError as cause:
        raise OutOfStockError("no teapot left") from cause


if __name__ == "__main__":
    sys.exit(main())
