"""Numbers in the units of the panels, as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_STEPS: Final = {
    "short": (1000, ["", " K", " Mil", " Bil"]),
    "bytes": (1024, [" B", " KiB", " MiB", " GiB", " TiB"]),
    "Bps": (1000, [" B/s", " kB/s", " MB/s", " GB/s"]),
}
_SUFFIXES: Final = {"reqps": " req/s", "ops": " ops/s", "recps": " rec/s", "pps": " p/s", "cps": " c/s"}


def formatted(value: float, unit: str) -> str:
    """About as Grafana would write it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "dateTimeFromNow":
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%d %b %H:%M")
    if unit == "s":
        if 0 < abs(value) < 1:
            return f"{1000 * value:.3g} ms" if abs(value) >= 0.001 else f"{1_000_000 * value:.3g} µs"
        return f"{value:.3g} s" if value < 120 else f"{value / 60:.3g} min"
    if unit in _STEPS:
        base, names = _STEPS[unit]
        for name in names:
            if abs(value) < base or name == names[-1]:
                return f"{value:.4g}{name}"
            value /= base
    return f"{value:.3g}{_SUFFIXES.get(unit, '')}"
