"""`environments/prices.yaml`: prices of each region, assumed traffic of each environment.

Prices are read by dotted path, `nat_gateway.hour`, and nothing has a default: a price that is not there is an error.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.cost.errors import CostError

FILE = "environments/prices.yaml"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of one part of the file, by dotted path."""

    place: str
    values: dict[str, Any]

    def __getitem__(self, path: str) -> float:
        """The number at `path`. Raises CostError when there is none."""
        found: Any = self.values
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
            raise CostError(f"{FILE}: {self.place}.{path}: got {found}, expected a number of 0 or more")
        return float(found)


@dataclass(frozen=True, slots=True)
class Prices:
    """The whole file."""

    dated: dt.date
    hours: float
    assumed: Numbers
    document: dict[str, Any]

    def of(self, region: str) -> Numbers:
        """Prices in `region`. Raises CostError when there are none."""
        regions = self.document["regions"]
        if region not in regions:
            raise CostError(f"{FILE}: regions.{region}: missing, there are prices of {', '.join(regions)} only")
        return Numbers(f"regions.{region}", regions[region])

    def usage(self, environment: str) -> Numbers:
        """Assumed traffic of an environment."""
        return Numbers(f"usage.{environment}", self.document["usage"].get(environment, {}))


def load_prices(path: Path) -> Prices:
    """Read the file. Raises CostError when it is no table of prices."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        dated, hours, assumed = document["dated"], float(document["hours_per_month"]), document["assumed"]
    except (KeyError, TypeError, ValueError):
        raise CostError(f"{FILE}: expected dated, hours_per_month, regions, usage and assumed") from None
    if not isinstance(dated, dt.date):
        raise CostError(f"{FILE}: dated: got {dated}, expected a date such as 2025-07-01")
    return Prices(dated, hours, Numbers("assumed", assumed), document)
