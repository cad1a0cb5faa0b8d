"""How much of the caller's values a record holds: the limits of the encoding, two of them settings.

They bound the work as well as the line: what cannot fit is cut before it is converted. Everything
that is cut leaves a marker with what it was before.
"""

from __future__ import annotations

from typing import Final

import orjson

from logging_system.config.schema import Settings

#: Containers inside containers; orjson itself stops at 254.
MAX_DEPTH: Final = 64
#: Elements of one container, and fields of one record.
MAX_ITEMS: Final = 10_000
#: Containers in one part of a record (its fields, its context): thirty lists that each hold the one before
#: twice have a billion.
MAX_CONTAINERS: Final = 20_000
#: Characters of a key, and of a logger's name.
MAX_NAME: Final = 1024
#: Characters that are left of a text for which there is no room.
SHORTEST_TEXT: Final = 64
#: Longer integers are written in hexadecimal: their decimal form has more than 4,300 digits (or nearly), which
#: the interpreter refuses by default, because the time it takes grows with the square of their number.
MAX_DECIMAL_BITS: Final = 14_280

#: Bytes of a line, newline included.
record_size: int = Settings().max_record_size
#: Integers outside these become text: receivers would round or refuse them.
smallest_integer: int = -(2**63)
largest_integer: int = 2**64 - 1
#: How orjson is called. The caller's dataclasses hold secrets, so it must not write them by itself.
orjson_options: int = orjson.OPT_PASSTHROUGH_DATACLASS


def use(settings: Settings) -> None:
    """Take over the settings; records made until now stay as they are."""
    global record_size, smallest_integer, largest_integer, orjson_options
    record_size = settings.max_record_size
    orjson_options = orjson.OPT_PASSTHROUGH_DATACLASS
    if settings.integer_bits == 53:
        largest_integer = 2**53 - 1
        smallest_integer = -largest_integer
        orjson_options |= orjson.OPT_STRICT_INTEGER
    else:
        smallest_integer, largest_integer = -(2**63), 2**64 - 1


class Budget:
    """What the values of one part of a record may still take, counted as a lower bound of their encoded bytes.

    It starts with twice the size of a record. Each value may take half of what is left, or its share if
    that is more. So a value is never cut that would have fitted into the record, and huge values leave
    room for those behind them.
    """

    __slots__ = ("_container_floor", "_container_share", "_containers", "_floor", "_share", "is_cut", "left")

    def __init__(self, values: int = 1) -> None:
        self.left = 2 * record_size
        self._containers = MAX_CONTAINERS
        self._share = self.left // max(values, 1)
        self._container_share = MAX_CONTAINERS // max(values, 1)
        self.next_value()

    def next_value(self) -> None:
        """A field (or another value of its own) begins."""
        self._floor = min(self.left // 2, self.left - self._share)
        self._container_floor = min(self._containers // 2, self._containers - self._container_share)
        #: Whether the present value has more containers than it may.
        self.is_cut = False

    @property
    def room(self) -> int:
        """Bytes that the present value may still take; below 1 there is none."""
        return self.left - self._floor

    def has_room(self) -> bool:
        """Whether the present value may have one more element."""
        return self.left > self._floor and not self.is_cut

    def takes_container(self) -> bool:
        """Whether the present value may have one more container; counts it then."""
        if self._containers <= self._container_floor:
            self.is_cut = True
            return False
        self._containers -= 1
        self.left -= 2
        return True
