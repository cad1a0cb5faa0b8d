"""The whole of `alertmanager/alertmanager.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from monitoring_generator.alertmanager.categories import Category
from monitoring_generator.alertmanager.inhibition import inhibit_rules
from monitoring_generator.alertmanager.integrations import integration
from monitoring_generator.alertmanager.receivers import Receivers, Webhook, load_receivers
from monitoring_generator.alertmanager.routes import DEFAULT, MATCHERS, check_told, route_tree
from monitoring_generator.rules.pace import Pace
from monitoring_generator.spec import Spec

HEADER: Final = "# made from monitoring/{receivers,alerts}.yaml by monitoring_generator; do not edit\n"
NEEDS_0_26: Final = "# loads in Alertmanager from 0.26 on: older ones cannot read a webhook's address from a file\n"
FILE: Final = Path("alertmanager/alertmanager.yml")
SOURCE: Final = Path("receivers.yaml")
#: Where compose mounts secrets.
SECRETS: Final = Path("/run/secrets")


def make_files(spec: Spec, root: Path) -> dict[Path, str]:
    """The committed configuration below `root`, the folder of `receivers.yaml`. Raises SpecError."""
    return {root / FILE: render_alertmanager(spec, load_receivers(root / SOURCE))}


def render_alertmanager(spec: Spec, receivers: Receivers, *, speed_up: float = 1.0, secrets: Path = SECRETS) -> str:
    """Alertmanager's configuration; `speed_up` divides every duration (`rules/pace.py`).

    Templates are looked for in the folder `templates` next to the file. Raises SpecError for an
    alert that could end untold.
    """
    for alert in spec.alerts:
        check_told(alert, receivers.times, spec.evaluation_interval)
    pace = Pace(speed_up)
    document = {
        "templates": ["templates/*.tmpl"],
        "route": route_tree(receivers.times, pace),
        "inhibit_rules": inhibit_rules(spec),
        "receivers": [
            *(_receiver(category, category, receivers, secrets) for category in MATCHERS),
            _receiver("default", DEFAULT, receivers, secrets),
        ],
    }
    newer = any(
        receiver.enabled and isinstance(receiver.target, Webhook) and receiver.target.secret
        for receiver in receivers.all
    )
    return HEADER + NEEDS_0_26 * newer + yaml.safe_dump(document, sort_keys=False, width=1000, allow_unicode=True)


def _receiver(name: str, category: Category, receivers: Receivers, secrets: Path) -> dict[str, Any]:
    """Tells everybody who gets `category`."""
    document: dict[str, Any] = {"name": name}
    for receiver in receivers.of(category):
        key, config = integration(receiver, category, secrets)
        document.setdefault(key, []).append(config)
    return document
