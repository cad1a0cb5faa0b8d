"""One construct a file; each takes the values it needs, checked before."""
