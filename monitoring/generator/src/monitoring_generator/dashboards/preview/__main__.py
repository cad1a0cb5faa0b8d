"""`python -m monitoring_generator.dashboards.preview --prometheus http://127.0.0.1:9090 --hours 6 --output DIR`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from monitoring_generator.dashboards.preview.page import page
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi
from monitoring_generator.dashboards.queries import Values, read_documents


def main() -> int:
    """Write one page a dashboard; returns the exit status."""
    parser = argparse.ArgumentParser(prog="preview", description="Draw the dashboards without Grafana.")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="default: %(default)s")
    parser.add_argument("--dashboards", type=Path, default=Path("monitoring/grafana/dashboards"))
    parser.add_argument("--hours", type=float, default=1.0, help="range shown; default: %(default)s")
    parser.add_argument("--end", type=float, default=time.time(), help="seconds since the epoch; default: now")
    parser.add_argument("--without", nargs="*", default=["loki", "cadvisor"], help="what does not run here")
    parser.add_argument("--output", type=Path, required=True, help="folder for the pages")
    chosen = parser.parse_args()
    seconds = chosen.hours * 3600
    values = Values(start=chosen.end - seconds, end=chosen.end, step=max(15.0, seconds / 250))
    chosen.output.mkdir(parents=True, exist_ok=True)
    for document in read_documents(chosen.dashboards):
        path = chosen.output / f"{document['uid']}.html"
        path.write_text(page(document, PrometheusApi(chosen.prometheus), values, chosen.without), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
