"""The live feed: positions, bounds, waking."""

from __future__ import annotations

import asyncio
import threading

from demo_service.live_feed import LiveFeed


def _entries(*numbers: int) -> list[tuple[int, int, bytes, str | None]]:
    return [(20, 0, b"%d\n" % number, None) for number in numbers]


def test_readers_get_what_is_behind_their_position() -> None:
    """Numbers start at 1."""
    feed = LiveFeed()
    feed.write(_entries(10, 11, 12))

    assert [(number, line) for number, _, line in feed.after(1)] == [(2, b"11\n"), (3, b"12\n")]
    assert feed.after(3) == []
    assert [number for number, _, _ in feed.after(0, limit=2)] == [1, 2]


def test_only_the_newest_are_kept() -> None:
    """A reader that was away too long starts at the oldest kept."""
    feed = LiveFeed(kept=3)
    feed.write(_entries(*range(10)))

    assert (feed.oldest, feed.last) == (8, 10)
    assert [line for _, _, line in feed.after(0)] == [b"7\n", b"8\n", b"9\n"]


def test_numbers_can_start_anywhere() -> None:
    """So that those of two processes differ."""
    feed = LiveFeed(kept=2, first=1000)
    feed.write(_entries(*range(5)))

    assert (feed.first, feed.oldest, feed.last) == (1000, 1003, 1004)
    assert [number for number, _, _ in feed.after(0)] == [1003, 1004]


def test_a_write_from_another_thread_wakes_every_reader() -> None:
    """The sink's thread writes, the event loop reads."""

    async def run() -> list[int]:
        feed = LiveFeed()
        feed.attach()

        async def read() -> int:
            while not (records := feed.after(0)):
                await feed.wait(10)
            return len(records)

        readers = [asyncio.create_task(read()) for _ in range(3)]
        await asyncio.sleep(0)
        threading.Thread(target=feed.write, args=(_entries(1),)).start()
        return list(await asyncio.wait_for(asyncio.gather(*readers), 10))

    assert asyncio.run(run()) == [1, 1, 1]


def test_the_end_wakes_readers_too() -> None:
    """Or the service could not stop."""

    async def run() -> None:
        feed = LiveFeed()
        feed.attach()
        reader = asyncio.create_task(feed.wait(10))
        await asyncio.sleep(0)
        feed.end()
        await asyncio.wait_for(reader, 5)

    asyncio.run(run())
