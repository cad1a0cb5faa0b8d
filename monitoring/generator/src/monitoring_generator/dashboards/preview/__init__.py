"""Draws the dashboards without Grafana: a look at the layout and at real numbers. It is not Grafana."""
