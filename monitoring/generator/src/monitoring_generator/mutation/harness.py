"""Mutants of whatever kind: judged one by one, counted, and those named that nobody noticed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mutant(Generic[T]):
    """One way in which something is broken.

    `subject` is what is broken (an alert, a panel), `kind` groups mutants in the table, `change` tells this one
    from all others of the subject, and `broken` is what is to be judged.
    """

    subject: str
    kind: str
    change: str
    broken: T

    def __str__(self) -> str:
        return f"{self.subject}: {self.kind}: {self.change}"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a mutant: which test saw it (None: none did), after how many seconds."""

    mutant: Mutant[T]
    caught_by: str | None
    seconds: float


def judge_all(
    mutants: Sequence[Mutant[T]], judge: Callable[[Mutant[T]], str | None], *, workers: int = 2
) -> list[Outcome[T]]:
    """The outcome of each mutant, in their order.

    `judge` names what noticed a mutant, or returns None; it is called from `workers` threads.
    """

    def outcome(mutant: Mutant[T]) -> Outcome[T]:
        began = time.monotonic()
        return Outcome(mutant, judge(mutant), time.monotonic() - began)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(outcome, mutants))


def sample(mutants: Sequence[Mutant[T]], size: int, seed: int) -> list[Mutant[T]]:
    """`size` of them, the same for the same seed; each subject is there, as far as `size` allows."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    shuffled = chance.sample(list(mutants), len(mutants))
    firsts = {mutant.subject: number for number, mutant in reversed(list(enumerate(shuffled)))}
    chosen = [*sorted(firsts.values()), *(number for number in range(len(shuffled)) if number not in firsts.values())]
    return [shuffled[number] for number in chosen[:size]]


def table(outcomes: Sequence[Outcome[T]]) -> str:
    """How many were caught, by subject and kind."""
    kinds = sorted({outcome.mutant.kind for outcome in outcomes})
    subjects = list(dict.fromkeys(outcome.mutant.subject for outcome in outcomes))
    lines = [["caught of mutants", *kinds, "all"]]
    for subject in [*subjects, None]:
        own = [outcome for outcome in outcomes if subject in (None, outcome.mutant.subject)]
        cells = [_caught([outcome for outcome in own if outcome.mutant.kind == kind]) for kind in kinds]
        lines.append([subject or "all", *cells, _caught(own)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _caught(outcomes: Sequence[Outcome[T]]) -> str:
    return f"{sum(outcome.caught_by is not None for outcome in outcomes)}/{len(outcomes)}" if outcomes else "-"
