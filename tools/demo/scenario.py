"""What the traffic asks for: a sequence that a seed repeats, in good and bad phases."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

REQUESTS_PER_SECOND = 30.0
#: Without an end, good and bad take turns; with one, the middle is bad. Seconds, and shares of the whole.
GOOD_SECONDS, BAD_SECONDS = 60.0, 45.0
BAD_FROM, BAD_UNTIL = 0.3, 0.9

ITEMS = ("teapot", "cup", "kettle", "strainer", "tray", "caddy")
CUSTOMERS = ("ada", "grace", "edsger", "barbara", "donald", "margaret")

#: Of a hundred requests in a phase.
GOOD = {"browse": 44, "order": 28, "look up": 16, "bad order": 4, "not found": 4, "slow": 3, "error": 1}
BAD = {"browse": 28, "order": 18, "look up": 10, "bad order": 6, "not found": 5, "slow": 5, "error": 25, "critical": 3}


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `{order}` in a path stands for an order that was placed before."""

    kind: str
    method: str
    path: str
    body: dict[str, object] | None = None
    headers: dict[str, str] = field(default_factory=dict)


def is_bad(elapsed: float, seconds: float | None) -> bool:
    """Tell whether traffic is bad `elapsed` seconds after its start, when it lasts `seconds` (None: for ever)."""
    if seconds is None:
        return elapsed % (GOOD_SECONDS + BAD_SECONDS) >= GOOD_SECONDS
    return BAD_FROM * seconds <= elapsed < BAD_UNTIL * seconds


class Scenario:
    """Draws steps; the same seed and the same phases give the same steps."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - traffic, no secret
        self._number = 0

    def next(self, *, bad: bool) -> Step:
        """The next request."""
        mix = BAD if bad else GOOD
        kind = self._random.choices(list(mix), weights=list(mix.values()))[0]
        self._number += 1
        method, path, body = self._request(kind)
        return Step(kind, method, path, body, self._headers())

    def _request(self, kind: str) -> tuple[str, str, dict[str, object] | None]:
        draw = self._random
        if kind == "order":
            body: dict[str, object] = {
                "item": draw.choice(ITEMS),
                "quantity": draw.randint(1, 5),
                "customer": draw.choice(CUSTOMERS),
                "unit_price_cents": draw.randint(2, 90) * 50,
            }
            return "POST", "/api/orders", body
        if kind == "bad order":
            return "POST", "/api/orders", {"item": draw.choice(ITEMS), "quantity": 0}
        paths = {
            "browse": f"/api/orders?limit={draw.choice((5, 10, 20))}",
            "look up": "/api/orders/{order}",
            "not found": f"/api/orders/{draw.randint(10**6, 10**7)}",
            "slow": f"/chaos/slow?seconds={draw.uniform(0.2, 0.9):.2f}",
            "error": "/chaos/error",
            "critical": "/chaos/critical",
        }
        return "GET", paths[kind], None

    def _headers(self) -> dict[str, str]:
        """Some clients bring an id of their own, some a trace, most neither."""
        draw = self._random.random()
        if draw < 0.25:
            return {"X-Correlation-ID": f"{self._random.getrandbits(32):08x}-client-{self._number}"}
        if draw < 0.4:
            return {
                "traceparent": f"00-{self._random.getrandbits(128) | 1:032x}-{self._random.getrandbits(64):016x}-01"
            }
        return {}
