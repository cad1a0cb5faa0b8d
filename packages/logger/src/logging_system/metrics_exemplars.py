"""From a bucket of durations to a record in the log: exemplars of the OpenMetrics exposition.

An exemplar names the last request that fell into the bucket. What it is made of is kept as the
record's own bytes; nothing is read out of them before a scrape.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import orjson
from prometheus_client.samples import Exemplar

#: Of a record: its milliseconds since 1970, and its encoded context in two parts, as `logger.py` has them.
Source: TypeAlias = tuple[int, bytes, bytes]

#: Characters of all names and values of an exemplar together (OpenMetrics 1.0, "Exemplars").
MAX_CHARACTERS: Final = 128
_NAMES: Final = ("correlation_id", "trace_id")
#: Ids as the middlewares take them. Others are left out: an escape that a scraper reads wrongly fails the whole scrape.
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]+")


def exemplar_of(seconds: float, source: Source) -> Exemplar | None:
    """The exemplar of a duration; None if the record has neither id, or none that is plain and short enough.

    Where both do not fit, the correlation id goes first.
    """
    milliseconds, shared, tail = source
    context = orjson.loads(b"{%b%b" % (shared, tail))
    labels: dict[str, str] = {}
    left = MAX_CHARACTERS
    for name in _NAMES:
        value = context.get(name)
        if isinstance(value, str) and _SAFE_ID.fullmatch(value) and len(name) + len(value) <= left:
            labels[name] = value
            left -= len(name) + len(value)
    return Exemplar(labels, seconds, milliseconds / 1000) if labels else None
