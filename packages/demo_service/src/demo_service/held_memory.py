"""Memory held on purpose, for `/chaos/memory`: so many bytes, or as many as the process lacks to a share of its limit.

Held in mappings of their own, because what the allocator gets back it does not always give back.
"""

from __future__ import annotations

import asyncio
import mmap
import time
from collections.abc import Callable

from demo_service.memory_limit import memory_limit, resident_bytes

#: Share of the limit that is never exceeded: the kernel ends the process at all of it.
MOST_OF_LIMIT = 0.95
_MEGABYTE = 1 << 20
#: Seconds between two looks at what the process has.
_STEP_SECONDS = 0.25


class CannotHold(Exception):
    """The reason, for the caller."""


class HeldMemory:
    """One holding at a time, within what `limit` says, in bytes (None: there is none)."""

    def __init__(self, limit: Callable[[], int | None] = memory_limit) -> None:
        self._limit = limit
        self._blocks: list[mmap.mmap] = []
        self._released: asyncio.Event | None = None

    def release(self) -> int:
        """End the holding, if there is one. Returns the bytes that it held."""
        held = len(self._blocks) * _MEGABYTE
        if self._released is not None:
            self._released.set()
        return held

    async def hold(self, *, seconds: float, megabytes: int = 0, share: float | None = None) -> int:
        """Hold `megabytes`, or what takes the process to `share` of its limit, until `release` or for `seconds`.

        Returns the bytes held at most. Raises CannotHold if something is held already, there is no
        limit to take a share of, or the limit would nearly be reached.
        """
        limit = self._limit()
        if self._released is not None:
            raise CannotHold("memory is held already; /chaos/memory/release ends that")
        if share is not None and limit is None:
            raise CannotHold("the process runs under no memory limit; give megabytes instead")
        if limit is not None and share is None and resident_bytes() + megabytes * _MEGABYTE > limit * MOST_OF_LIMIT:
            raise CannotHold(f"{megabytes} MB more would exceed {MOST_OF_LIMIT:.0%} of the limit of {limit} bytes")
        released = self._released = asyncio.Event()
        most = 0
        try:
            deadline = time.monotonic() + seconds
            while True:
                wanted = megabytes
                if share is not None and limit is not None:
                    lacking = limit * min(share, MOST_OF_LIMIT) - resident_bytes()
                    wanted = len(self._blocks) + round(lacking / _MEGABYTE)
                await asyncio.to_thread(self._resize, wanted)
                most = max(most, len(self._blocks))
                left = deadline - time.monotonic()
                if left <= 0 or await _is_set(released, min(left, _STEP_SECONDS)):
                    return most * _MEGABYTE
        finally:
            self._released = None
            self._resize(0)

    def _resize(self, blocks: int) -> None:
        while len(self._blocks) > max(0, blocks):
            self._blocks.pop().close()
        while len(self._blocks) < blocks:
            block = mmap.mmap(-1, _MEGABYTE)
            block.write(b"x" * _MEGABYTE)  # touch each page, or the kernel would not hand it out
            self._blocks.append(block)


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
