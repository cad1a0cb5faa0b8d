"""Faults on demand: what must go wrong in the embedded AWS, so that a failing deployment can be tested."""

from __future__ import annotations

#: Image digests that no task can pull; a service that is given one fails its deployment.
_unpullable: set[str] = set()


def replace(faults: dict[str, list[str]]) -> None:
    """Take these faults and no others; an unknown kind is a KeyError."""
    unknown = set(faults) - {"unpullable_images"}
    if unknown:
        raise KeyError(f"unknown faults: {sorted(unknown)}")
    _unpullable.clear()
    _unpullable.update(faults.get("unpullable_images", []))


def can_be_pulled(image: str) -> bool:
    """Whether a task gets `image` (`repository@digest`)."""
    return image.rpartition("@")[2] not in _unpullable
