"""Prometheus' recording and alerting rules (for 2.42 and newer): one module a statistic, `render.py` joins them."""
