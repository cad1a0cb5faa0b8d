"""Runs what ships: every query on real data, over a week, and with each of its parts broken."""
