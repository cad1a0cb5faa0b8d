"""A sink that hangs for 30 seconds neither blocks callers nor grows memory beyond the bound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = """
import json, resource, sys, threading, time
from logging_system import configure, get_logger, flush
seconds, bound = float(sys.argv[1]), int(sys.argv[2])
gate = threading.Event()
class Hanging:
    name = "hanging"
    taken = 0
    def write(self, entries):
        gate.wait()
        self.taken += len(entries)
    def idle(self): pass
    def close(self): pass
def resident():
    with open("/proc/self/statm") as stream: return int(stream.read().split()[1]) * resource.getpagesize()
sink = Hanging()
configure(console_output=False, sinks=[sink], buffer_bytes=bound, max_file_size="10MB", backup_count=1)
log = get_logger("hanging")
log.info("warm", text="x" * 200); flush(0.2)
before, number, longest, end = resident(), 0, 0.0, time.monotonic() + seconds
while (now := time.monotonic()) < end:
    for _ in range(20):
        log.info("x", number=number, text="x" * 200)
        number += 1
    longest = max(longest, time.monotonic() - now)
    time.sleep(0.005)
grown = resident() - before
in_file = flush(0.5)
gate.set()
flush(20)
from prometheus_client import REGISTRY
lost = sum(s.value for m in REGISTRY.collect() for s in m.samples
           if s.name == "log_records_dropped_total" and s.labels["sink"] in ("hanging", "buffer"))
print(json.dumps({"logged": number + 1, "taken": sink.taken, "lost": lost, "longest": longest, "grown": grown}))
"""


@pytest.mark.guarantee(26)
def test_a_sink_that_hangs_for_half_a_minute(tmp_path: Path, report: Callable[[str, str], None]) -> None:
    """What it misses is dropped and counted exactly; the file gets everything."""
    bound = 4 * 1024 * 1024
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOG_")}
    environment |= {"LOG_DIR": str(tmp_path), "SERVICE_NAME": "app"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "30", str(bound)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    report(
        "a sink that hangs for 30 s",
        f"{figures['logged']:,} records, 20 calls took at most {figures['longest'] * 1000:.1f} ms, memory grew "
        f"{figures['grown'] / 1e6:.1f} MB (bound {bound / 1e6:.1f} MB), {figures['lost']:,.0f} dropped and counted",
    )

    assert figures["lost"] > 0
    # The notice that records were dropped is one more record.
    assert 0 <= figures["taken"] + figures["lost"] - figures["logged"] <= 5
    # The buffer and the sink have that bound each, and the allocator has gaps.
    assert figures["grown"] < 2.5 * bound
    assert figures["longest"] < 1.0
