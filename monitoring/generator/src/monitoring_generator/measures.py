"""Measures that alerts name in one word and that every monitoring system computes in its own way.

Here is Prometheus' way: under which name they are recorded, how, and with which labels.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A recorded series of Prometheus and the labels that each has."""

    recorded_as: str
    labels: tuple[str, ...]
    expression: str


#: File systems without a disk of their own, and those that are full by nature.
_NO_DISK = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"'
_USED = f"(node_filesystem_size_bytes{{{_NO_DISK}}} - node_filesystem_free_bytes)"
#: As `df` counts: blocks reserved for root are neither used nor to be had. Size alone made 25 % into 70 %.
_USABLE = "(node_filesystem_size_bytes - node_filesystem_free_bytes + node_filesystem_avail_bytes > 0)"

MEASURES = {
    "disk_used_ratio": Measure(
        "device:disk_used:ratio",
        ("job", "instance", "device", "fstype"),
        # A device that is mounted twice is one disk.
        f"max by (job, instance, device, fstype) ({_USED} / {_USABLE} and node_filesystem_readonly == 0)",
    ),
    "memory_used_ratio": Measure(
        "instance:memory_used:ratio",
        ("job", "instance"),
        # Free memory is not what a host can still give: caches count as used there, not in MemAvailable.
        "max by (job, instance) (1 - node_memory_MemAvailable_bytes / (node_memory_MemTotal_bytes > 0)"
        " or process_resident_memory_bytes / (process_memory_limit_bytes > 0))",
    ),
}
