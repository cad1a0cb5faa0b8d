"""The linter: `rules.py` has them all, `findings.py` runs them."""
