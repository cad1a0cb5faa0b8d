"""Where operations of ours keep what moto has no place for: on the backend, so that a reset empties it too."""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BaseBackend


def table(backend: BaseBackend, name: str) -> dict[str, Any]:
    """The records of one kind in one account and region, by their key."""
    found: dict[str, Any] = vars(backend).setdefault(f"aws_local_{name}", {})
    return found
