"""Mutation of alerts: each is broken in every way known here, and a test must see it; needs `promql-parser`."""
