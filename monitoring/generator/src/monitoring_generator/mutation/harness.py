"""Mutants of whatever kind: judged one by one, counted, and those named that nobody noticed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way in which something is broken.

    `subject` is what is broken (an alert, a panel), `kind` groups mutants in the table, `change` tells this one
    from all others of the subject, and `files` are the texts to judge, by name.
    """

    subject: str
    kind: str
    change: str
    files: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.subject}: {self.kind}: {self.change}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: which test saw it (None: none did), after how many seconds."""

    mutant: Mutant
    caught_by: str | None
    seconds: float


#: Returns the name of what noticed the mutant, or None.
Judge = Callable[[Mutant], str | None]


def judge_all(mutants: Sequence[Mutant], judge: Judge, *, workers: int = 2) -> list[Outcome]:
    """The outcome of each mutant, in their order; `judge` is called from `workers` threads."""

    def outcome(mutant: Mutant) -> Outcome:
        began = time.monotonic()
        return Outcome(mutant, judge(mutant), time.monotonic() - began)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(outcome, mutants))


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """`size` of them, the same for the same seed; each subject is there, as far as `size` allows."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    shuffled = chance.sample(list(mutants), len(mutants))
    firsts = {mutant.subject: mutant for mutant in reversed(shuffled)}
    chosen = [*firsts.values(), *(mutant for mutant in shuffled if mutant not in firsts.values())]
    return chosen[:size]


def table(outcomes: Sequence[Outcome]) -> str:
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


def _caught(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(outcome.caught_by is not None for outcome in outcomes)}/{len(outcomes)}" if outcomes else "-"
