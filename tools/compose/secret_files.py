"""Passwords and addresses that are in no repository: the files in `secrets/`, and `.env` for Compose.

The folder is for its owner only. The files in it are readable by all, because Docker mounts them as
they are into containers that run under other uids; nobody else gets past the folder to them.
"""

from __future__ import annotations

import secrets
from pathlib import Path

GENERATED = "grafana_admin_password"
#: What receivers of alerts need, see monitoring/receivers.yaml; empty while none of them is on.
OF_RECEIVERS = ("slack_webhook_url", "smtp_password", "pagerduty_routing_key", "alert_webhook_url")
#: What receivers of alerts need, see monitoring/receivers.yaml; empty while none of them is on.
OF_RECEIVERS = ("slack_webhook_url", "smtp_password", "pagerduty_routing_key", "alert_webhook_url")
ADMIN = "GRAFANA_ADMIN_USER=admin"


def make_secrets(root: Path) -> bool:
    """Make what is missing: a random password, empty files for what only the user can know.

    Returns whether the password is new. What is there is never changed.
    """
    folder = root / "secrets"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    new = False
    for name in (GENERATED, *OF_RECEIVERS):
        file = folder / name
        if not file.exists():
            new = new or name == GENERATED
            file.write_text(secrets.token_urlsafe(24) if name == GENERATED else "", encoding="utf-8")
        file.chmod(0o644)
    _name_admin(root / ".env")
    return new


def _name_admin(file: Path) -> None:
    """Compose reads this file by itself; what else the user has in it stays."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if not any(line.startswith(ADMIN.partition("=")[0] + "=") for line in text.splitlines()):
        separator = "" if not text or text.endswith("\n") else "\n"
        file.write_text(f"{text}{separator}{ADMIN}\n", encoding="utf-8")
