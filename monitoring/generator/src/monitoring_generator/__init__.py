"""Makes Prometheus rules from `monitoring/alerts.yaml`; `python -m monitoring_generator` is the door."""
