"""All rules of the linter, and what is accepted although it breaks one."""

from __future__ import annotations

from typing import Final

from monitoring_generator.dashboards.lint.findings import Exclusion
from monitoring_generator.dashboards.lint.limits import LIMIT_RULES
from monitoring_generator.dashboards.lint.panels import PANEL_RULES
from monitoring_generator.dashboards.lint.queries import QUERY_RULES

RULES: Final = (*PANEL_RULES, *QUERY_RULES, *LIMIT_RULES)

_OVERDRAWN = "below 0 the budget is overdrawn, and by how much matters"
EXCLUSIONS: Final = (
    Exclusion("app-overview", "Error budget left", "values", reason=_OVERDRAWN),
    Exclusion("error-analysis", "Error budget left", "values", reason=_OVERDRAWN),
    Exclusion("error-analysis", "Error budget left over time", "values", reason=_OVERDRAWN),
    Exclusion("app-overview", "Versions that run", "values", reason="its number is a time"),
)
