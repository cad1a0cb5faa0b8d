"""A process that logs numbered records, for the tests of files; run as a program.

`file_writer.py NAME COUNT [PER_BURST]` logs COUNT records with `writer` and `number` (COUNT 0: until
standard input ends), PER_BURST at a time with a short rest after each. It prints `flushed N` when all records
below N are known to be in the file, `lost N` when some were dropped, and at the end one JSON line with what was
logged and dropped.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import sys
import time

from prometheus_client import REGISTRY

from logging_system import configure, flush, get_logger, shutdown

#: Seconds of rest after a burst.
_REST = 0.01
#: Bursts between two flushes.
_FLUSH_EVERY = 10


def _dropped() -> int:
    samples = [sample for family in REGISTRY.collect() for sample in family.samples]
    return int(sum(sample.value for sample in samples if sample.name == "log_records_dropped_total"))


def _told_to_stop() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0]) and not os.read(sys.stdin.fileno(), 1)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(name: str, count: int, per_burst: int) -> None:
    """Log, then say what became of it."""
    configure(console_output=False, overflow="block")
    logger = get_logger("writer")
    logged = 0
    for number in itertools.count():
        if number == count > 0:
            break
        if per_burst and number and number % per_burst == 0:
            if number % (per_burst * _FLUSH_EVERY) == 0:
                _say(f"{'flushed' if flush() else 'lost'} {number}")
            if count == 0 and _told_to_stop():
                break
            time.sleep(_REST)
        logger.info("a record of a usual length, as services write them", writer=name, number=number)
        logged += 1
    whole = shutdown(30)
    _say(json.dumps({"logged": logged, "dropped": _dropped(), "whole": whole}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
