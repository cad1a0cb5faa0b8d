"""Mutants that no test notices, and why: they change nothing that could be seen."""

from __future__ import annotations

import re

from monitoring_generator.mutation.harness import Mutant

#: A pattern of the whole mutant's text, and the reason.
_REASONS: list[tuple[str, str]] = []


def reason_for(mutant: Mutant) -> str | None:
    """Why nobody notices this mutant; None if that is not known."""
    return next((reason for pattern, reason in _REASONS if re.search(pattern, str(mutant))), None)
