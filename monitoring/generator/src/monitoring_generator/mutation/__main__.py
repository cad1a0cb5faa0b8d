"""`python -m monitoring_generator.mutation [--sample 40 --seed 1]`: break every alert, print who noticed.

Exits with 1 if one that nobody noticed is not among those that are known (`known_survivors.py`), or
if fewer than 95 % of all were noticed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from monitoring_generator.checks.rule_files import rules_in
from monitoring_generator.mutation.harness import judge_all, sample, table
from monitoring_generator.mutation.known_survivors import reason_for
from monitoring_generator.mutation.of_rules import rule_mutants
from monitoring_generator.mutation.of_spec import spec_mutants
from monitoring_generator.mutation.promtool import PromtoolJudge
from monitoring_generator.rules.render import rule_documents
from monitoring_generator.spec import load_spec

WANTED = 0.95


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="monitoring_generator.mutation", description="Break alerts, see who notices.")
    parser.add_argument("--alerts", type=Path, default=Path("monitoring/alerts.yaml"), help="default: %(default)s")
    parser.add_argument("--only", help="judge mutants of this alert or recorded series only")
    parser.add_argument("--sample", type=int, help="judge so many only")
    parser.add_argument("--seed", type=int, default=1, help="which of them; default: %(default)s")
    chosen = parser.parse_args(arguments)

    real = rules_in(rule_documents(load_spec(chosen.alerts)))
    # Holds are broken in both ways alike.
    mutants = list({str(mutant): mutant for mutant in [*spec_mutants(chosen.alerts), *rule_mutants(real)]}.values())
    if chosen.only:
        mutants = [mutant for mutant in mutants if mutant.subject == chosen.only]
    if chosen.sample:
        mutants = sample(mutants, chosen.sample, chosen.seed)
    began = time.monotonic()
    outcomes = judge_all(mutants, PromtoolJudge(real, chosen.alerts.parent / "tests"))
    survivors = [outcome.mutant for outcome in outcomes if outcome.caught_by is None]
    print(table(outcomes))
    for mutant in survivors:
        print(f"survived: {mutant}: {reason_for(mutant) or 'NOBODY KNOWS WHY'}")
    share = 1 - len(survivors) / len(outcomes)
    print(f"{share:.1%} of {len(outcomes)} mutants were caught in {time.monotonic() - began:.0f} s")
    enough = share >= WANTED or chosen.only or chosen.sample  # a few of them say nothing about a share
    return 0 if enough and all(map(reason_for, survivors)) else 1


if __name__ == "__main__":
    sys.exit(main())
