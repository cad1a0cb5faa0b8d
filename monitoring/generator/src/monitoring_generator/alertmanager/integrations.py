"""One receiver as Alertmanager configures it: the part below `slack_configs`, `email_configs`, …

Only keys that Alertmanager 0.25 and 0.28 both know, but for the webhook's `url_file` (0.26). What
is written in a notification stands in `templates/*.tmpl`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitoring_generator.alertmanager.categories import Category
from monitoring_generator.alertmanager.receivers import Email, PagerDuty, Receiver, Slack, Webhook

Config = dict[str, Any]


def integration(receiver: Receiver, category: Category, secrets: Path) -> tuple[str, Config]:
    """The key of the integration's list and its entry in it; `secrets` is the folder of the files with secrets.

    Programs are told when an alert ends, people too but for events: those do not un-happen, and a
    page that closes itself after two minutes would be overlooked. A heartbeat has no end.
    """
    tell_programs = category != "heartbeat"
    tell_people = tell_programs and category != "immediate"
    match receiver.target:
        case Slack() as slack:
            return "slack_configs", _slack(slack, secrets) | {"send_resolved": tell_people}
        case Email() as email:
            return "email_configs", _email(email, secrets) | {"send_resolved": tell_people}
        case PagerDuty() as pagerduty:
            return "pagerduty_configs", _pagerduty(pagerduty, secrets) | {"send_resolved": tell_people}
        case Webhook(url=None, secret=str(secret)):
            return "webhook_configs", {"url_file": str(secrets / secret), "send_resolved": tell_programs}
        case Webhook(url=url):
            return "webhook_configs", {"url": url, "send_resolved": tell_programs}


def _template(name: str) -> str:
    return f'{{{{ template "{name}" . }}}}'


def _slack(slack: Slack, secrets: Path) -> Config:
    return {
        "api_url_file": str(secrets / slack.secret),
        "channel": slack.channel,
        "color": _template("slack.color"),
        "title": _template("slack.title"),
        "title_link": _template("notification.alertmanager_url"),
        "text": _template("slack.text"),
        "fallback": _template("slack.title"),
    }


def _email(email: Email, secrets: Path) -> Config:
    login: Config = {}
    if email.username and email.secret:
        login = {"auth_username": email.username, "auth_password_file": str(secrets / email.secret)}
    return {
        "to": ", ".join(email.to),
        "from": email.sender,
        "smarthost": email.smarthost,
        **login,
        "require_tls": email.tls,
        "headers": {"Subject": _template("notification.subject")},
        "html": _template("email.html"),
        "text": _template("notification.text"),
    }


def _pagerduty(pagerduty: PagerDuty, secrets: Path) -> Config:
    return {
        "routing_key_file": str(secrets / pagerduty.secret),
        "url": pagerduty.url,
        "client": "Alertmanager",
        "client_url": _template("notification.alertmanager_url"),
        "description": _template("notification.subject"),
        "severity": _template("pagerduty.severity"),
        "class": "{{ .CommonLabels.alertname }}",
        "component": "{{ .CommonLabels.job }}",
        "details": {"alerts": _template("notification.text")},
        "links": [
            {"href": _template("notification.runbook_url"), "text": "Runbook"},
            {"href": _template("notification.dashboard_url"), "text": "Dashboard"},
            {"href": _template("notification.silence_url"), "text": "Silence"},
        ],
    }
