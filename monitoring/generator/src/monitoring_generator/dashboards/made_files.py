"""The dashboards' files, which `python -m monitoring_generator` writes and checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitoring_generator.dashboards.model import Page
from monitoring_generator.dashboards.pages.app_overview import app_overview
from monitoring_generator.dashboards.pages.error_analysis import error_analysis
from monitoring_generator.dashboards.pages.infrastructure import infrastructure
from monitoring_generator.dashboards.pages.performance import performance
from monitoring_generator.dashboards.recorded import Known, known
from monitoring_generator.dashboards.render import render
from monitoring_generator.spec import Spec

#: Below the folder of alerts.yaml.
FOLDER: Final = Path("grafana/dashboards")
PAGES: Final[tuple[Callable[[Known], Page], ...]] = (app_overview, error_analysis, performance, infrastructure)


def make_files(spec: Spec, root: Path) -> dict[Path, str]:
    """The text of each dashboard by its path. Raises LookupError if an alert that they show is gone."""
    pages = [page(known(spec)) for page in PAGES]
    return {root / FOLDER / f"{page.uid}.json": render(page, spec) for page in pages}
