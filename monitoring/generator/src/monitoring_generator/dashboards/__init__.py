"""The four Grafana dashboards: made here, committed as JSON, checked by `lint`, run by `proof`."""
