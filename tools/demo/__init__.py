"""`make demo`: the service under real traffic, an embedded AWS, Prometheus and Alertmanager, and a summary.

`supervisor.py` runs it; the other files are its parts.
"""
