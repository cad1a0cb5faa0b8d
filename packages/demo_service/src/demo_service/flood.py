"""More records than the library's buffer holds, for `/chaos/flood`: a few threads log until some were dropped."""

from __future__ import annotations

import itertools
import threading
import time

from prometheus_client import REGISTRY

from logging_system import get_logger

#: With one thread the writer keeps up.
THREADS = 4
#: Characters of each record: few records reach the bound, and the live page can still keep its 2,000.
_TEXT = "flood " * 700
#: Records between two looks at the clock.
_RUN = 20

logger = get_logger("demo_service.flood")


def flood(records: int, seconds: float) -> tuple[int, int]:
    """Log until records are dropped, `records` were logged, or `seconds` are over. Returns those logged and dropped.

    With `LOG_OVERFLOW=block` callers wait instead, and none is dropped.
    """
    before = dropped_records()
    deadline = time.monotonic() + seconds
    runs = itertools.count(1)
    logged: list[int] = []
    over = threading.Event()

    def work() -> None:
        while not over.is_set() and next(runs) * _RUN <= records and time.monotonic() < deadline:
            for _ in range(_RUN):
                logger.info("flood", text=_TEXT)
            logged.append(_RUN)

    threads = [threading.Thread(target=work, name=f"flood-{number}") for number in range(THREADS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if dropped_records() > before:
            over.set()
        time.sleep(0.005)
    return sum(logged), dropped_records() - before


def dropped_records() -> int:
    """All that `log_records_dropped_total` counts until now."""
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples)
    return int(sum(sample.value for sample in samples if sample.name == "log_records_dropped_total"))
