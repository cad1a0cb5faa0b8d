"""Memory held on purpose: as much as was asked for, and never the whole limit."""

from __future__ import annotations

import asyncio
import time

import pytest

from demo_service.held_memory import CannotHold, HeldMemory
from demo_service.memory_limit import resident_bytes

MEGABYTE = 1 << 20


def test_a_share_of_the_limit_is_reached_and_kept() -> None:
    """Also while the process takes memory itself."""
    limit = resident_bytes() * 2 + 200 * MEGABYTE
    held = HeldMemory(lambda: limit)

    async def run() -> None:
        holding = asyncio.create_task(held.hold(seconds=60, share=0.9))
        await _until(lambda: resident_bytes() >= limit * 0.89)
        assert resident_bytes() < limit * 0.92
        own = bytearray(b"x" * (40 * MEGABYTE))
        await _until(lambda: limit * 0.89 <= resident_bytes() < limit * 0.92)
        held.release()
        assert await holding >= 50 * MEGABYTE
        del own

    asyncio.run(run())
    assert resident_bytes() < limit * 0.8


def test_without_a_limit_there_is_no_share_of_it() -> None:
    """But megabytes can be held."""
    held = HeldMemory(lambda: None)

    with pytest.raises(CannotHold, match="under no memory limit"):
        asyncio.run(held.hold(seconds=0, share=0.5))
    assert asyncio.run(held.hold(seconds=0, megabytes=3)) == 3 * MEGABYTE


def test_what_would_have_the_kernel_end_the_process_is_refused() -> None:
    """Nothing stays held."""
    held = HeldMemory(lambda: resident_bytes() + 50 * MEGABYTE)

    with pytest.raises(CannotHold, match="200 MB more would exceed 95% of the limit"):
        asyncio.run(held.hold(seconds=0, megabytes=200))
    assert held.release() == 0


def test_there_is_one_holding_at_a_time() -> None:
    """It ends after its time."""
    held = HeldMemory(lambda: None)

    async def run() -> None:
        first = asyncio.create_task(held.hold(seconds=0.2, megabytes=1))
        await asyncio.sleep(0)
        with pytest.raises(CannotHold, match="held already"):
            await held.hold(seconds=0, megabytes=1)
        assert await first == MEGABYTE
        assert await held.hold(seconds=0, megabytes=2) == 2 * MEGABYTE

    asyncio.run(run())


async def _until(condition: object) -> None:
    deadline = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "the condition did not come true within 10 s"
        await asyncio.sleep(0.02)
