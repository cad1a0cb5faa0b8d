"""The memory limit of the process, as both versions of control groups tell it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from demo_service import memory_limit as module
from demo_service.memory_limit import MemoryLimitCollector, memory_limit, resident_bytes

NO_LIMIT_V1 = "9223372036854771712\n"


def _system(root: Path, groups: str, **limits: str) -> Path:
    """A file system with /proc/self/cgroup and the files of the groups; `__` stands for a slash, `_` for a dot."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups, encoding="utf-8")
    for name, text in limits.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        file = "memory.limit_in_bytes" if "memory" in name.split("__") else "memory.max"
        (path.parent / file).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("groups", "limits", "expected"),
    [
        ("0::/\n", {"x": "268435456\n"}, 268435456),  # version 2, in a container
        ("0::/\n", {"x": "max\n"}, None),
        ("0::/app/inner\n", {"app__inner__x": "max\n", "app__x": "100\n"}, 100),  # the one above limits, too
        ("0::/app\n", {"app__x": "300\n", "x": "200\n"}, 200),
        ("0::/../other\n", {"x": "5\n"}, None),  # outside what can be seen
        ("4:memory:/docker/abc\n", {"memory__x": "268435456\n"}, 268435456),  # version 1, in a container
        ("4:cpu,memory:/a\n", {"memory__a__x": "7\n", "memory__x": NO_LIMIT_V1}, 7),
        ("4:memory:/\n", {"memory__x": NO_LIMIT_V1}, None),
        ("4:cpu:/\n", {"memory__x": "7\n"}, None),
        ("0::/\n4:memory:/\n", {"memory__x": "7\n"}, 7),  # both, as on hosts between the versions
        ("0::/\n", {"x": "nonsense"}, None),
        ("", {}, None),
    ],
)
def test_the_limit_is_found(tmp_path: Path, groups: str, limits: dict[str, str], expected: int | None) -> None:
    """The lowest on the way up; None where there is none."""
    assert memory_limit(_system(tmp_path, groups, **limits)) == expected


def test_a_system_without_control_groups_has_no_limit(tmp_path: Path) -> None:
    """Another operating system."""
    assert memory_limit(tmp_path) is None


@pytest.mark.parametrize(("limit", "series"), [(268435456, "process_memory_limit_bytes 2.68435456e+08\n"), (None, "")])
def test_the_metric_is_there_only_with_a_limit(monkeypatch: pytest.MonkeyPatch, limit: int | None, series: str) -> None:
    """A ratio to no limit would be wrong whatever the number."""
    monkeypatch.setattr(module, "memory_limit", lambda: limit)
    registry = CollectorRegistry()
    registry.register(MemoryLimitCollector())

    text = generate_latest(registry).decode()
    assert text.endswith(f"# TYPE process_memory_limit_bytes gauge\n{series}")


def test_resident_memory_is_that_of_the_process() -> None:
    """It grows with what is touched."""
    source = (
        "from demo_service.memory_limit import resident_bytes as now\n"
        "before = now(); held = b'x' * (50 << 20); print((now() - before) >> 20)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert 49 <= int(done.stdout) <= 55
    assert resident_bytes() > 10 << 20
