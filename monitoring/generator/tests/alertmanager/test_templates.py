"""What notifications say, with texts as a log record may hold them: nothing in them is trusted, nothing is required."""

from __future__ import annotations

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TEMPLATES = Path(__file__).parents[3] / "alertmanager" / "templates"
pytestmark = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool not found: apt-get install prometheus-alertmanager"
)

LABELS = {"alertname": "HighErrorRate", "job": "demo-service", "severity": "critical"}
ANNOTATIONS = {
    "summary": "demo-service: more than 5 % of the records are errors (now 12.5%)",
    "description": "Share of ERROR and CRITICAL.",
    "value": "12.5%",
    "threshold": "> 5%",
    "runbook_url": "https://example.com/HighErrorRate.md",
    "dashboard_url": "http://127.0.0.1:3000/d/error-analysis?var-job=demo-service",
}
#: What the body of a message is made of, and whether as text or as HTML.
BODIES = [("slack.text", "text"), ("notification.text", "text"), ("email.html", "html")]
HOSTILE = "<!channel> <b>bold</b>\nBcc: everybody@example.com\n{{ .Labels }} & 'x' \"y\""


class Template:
    """Renders as Alertmanager does, from a file of its data."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "data.json"

    def __call__(self, name: str, *alerts: dict[str, Any], kind: str = "text") -> str:
        """The template of that name for a group of alerts."""
        labels = [alert["labels"].items() for alert in alerts]
        annotations = [alert["annotations"].items() for alert in alerts]
        data = {
            "receiver": "critical",
            "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
            "externalURL": "http://127.0.0.1:9093",
            "commonLabels": dict(set(labels[0]).intersection(*labels)),
            "commonAnnotations": dict(set(annotations[0]).intersection(*annotations)),
            "alerts": list(alerts),
        }
        self._file.write_text(json.dumps(data), encoding="utf-8")
        text = f'{{{{ template "{name}" . }}}}'
        command = ["amtool", "template", "render", f"--template.glob={TEMPLATES}/*.tmpl", f"--template.text={text}"]
        done = subprocess.run(
            [*command, f"--template.type={kind}", f"--template.data={self._file}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def rendered(tmp_path: Path) -> Template:
    """Renders a template."""
    return Template(tmp_path)


def alert(status: str = "firing", labels: dict[str, str] | None = None, **annotations: str) -> dict[str, Any]:
    """One alert; only these annotations, if there are any."""
    return {
        "status": status,
        "labels": LABELS | (labels or {}),
        "annotations": annotations or ANNOTATIONS,
        "startsAt": "2026-01-02T03:04:05Z",
        "endsAt": "2026-01-02T04:05:06Z",
        "generatorURL": "http://127.0.0.1:9090/graph?g0.expr=x",
        "fingerprint": "aa",
    }


class Links(HTMLParser):
    """Addresses by the text of their link; the names of all elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: dict[str, str] = {}
        self.elements: set[str] = set()
        self._address: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.add(tag)
        self._address = dict(attrs).get("href")

    def handle_data(self, data: str) -> None:
        """The text of a link."""
        if self._address:
            self.addresses[data], self._address = self._address, None


@pytest.mark.parametrize(
    ("name", "kind"), [("slack.text", "text"), ("notification.text", "text"), ("email.html", "html")]
)
def test_value_threshold_time_and_links_are_in_every_notification(rendered: Template, name: str, kind: str) -> None:
    """What somebody needs at three in the morning."""
    text = rendered(name, alert(), kind=kind)
    plain = text.replace("&gt;", ">").replace("&#43;", "+").replace("&amp;", "&")
    for expected in (*ANNOTATIONS.values(), "2026-01-02 03:04:05 UTC", "http://127.0.0.1:9093/#/silences/new"):
        assert expected in plain
    assert "04:05:06" not in text


@pytest.mark.parametrize("kind", ["text", "html"])
def test_the_silence_link_is_filled_in_with_what_the_group_shares(rendered: Template, kind: str) -> None:
    """Labels that differ within the group are left out, and the filter can be read back."""
    alerts = [alert(labels={"job": "a,b&c", "instance": instance}) for instance in ("one:1", "two:2")]
    name = "notification.silence_url" if kind == "text" else "email.html"
    for group, instance in ((alerts, ""), (alerts[:1], ',instance="one:1"')):
        text = rendered(name, *group, kind=kind)
        address = text if kind == "text" else Links(text).addresses["Silence"]
        query = urlsplit(address.replace("#/", "", 1)).query
        assert parse_qs(query) == {"filter": [f'{{alertname="HighErrorRate",job="a,b&c"{instance}}}']}


def test_the_end_is_told_with_its_time(rendered: Template) -> None:
    """And looks different."""
    assert rendered("notification.subject", alert("resolved")).startswith(
        "[RESOLVED] HighErrorRate: demo-service: more"
    )
    assert rendered("slack.color", alert("resolved")) == "good"
    for name, kind in BODIES:
        assert "2026-01-02 04:05:06 UTC" in rendered(name, alert("resolved"), kind=kind)


def test_several_alerts_are_counted_in_the_subject(rendered: Template) -> None:
    """One line, whatever they say."""
    group = [alert(labels={"instance": str(number)}) for number in range(3)] + [alert("resolved")]
    assert rendered("notification.subject", *group) == "[CRITICAL] HighErrorRate: demo-service: 3 firing, 1 resolved"
    assert rendered("slack.title", *group) == "[CRITICAL] HighErrorRate demo-service (4)"


def test_slack_gets_ten_alerts_and_the_number_of_all(rendered: Template) -> None:
    """A message that is too long would be refused."""
    text = rendered("slack.text", *(alert(labels={"instance": str(number)}) for number in range(40)))
    assert text.count(":rotating_light:") == 10
    assert "… and more: 40 in all" in text


def test_a_records_text_can_neither_call_a_channel_nor_add_a_header_nor_markup(rendered: Template) -> None:
    """The library's own alert carries the record's message."""
    hostile = alert(summary=HOSTILE, description=HOSTILE, value=HOSTILE, correlation_id=HOSTILE)
    text = rendered("slack.text", hostile)
    assert "<!channel>" not in text
    assert text.count("&lt;!channel&gt;") == 4
    assert "\n" not in rendered("notification.subject", hostile)
    html = rendered("email.html", hostile, kind="html")
    assert "b" not in Links(html).elements
    assert html.count("&lt;!channel&gt;") == 5  # the title too


def test_an_address_that_runs_a_program_is_no_link(rendered: Template) -> None:
    """As html/template sees to."""
    html = rendered("email.html", alert(summary="x", runbook_url="javascript:alert(1)"), kind="html")
    assert "javascript:" not in Links(html).addresses.get("Runbook", "")


def test_nothing_is_required(rendered: Template) -> None:
    """Other programs post alerts with a name and nothing else."""
    bare = alert(nothing="x")
    bare["labels"] = {"alertname": "Bare"}
    for name in ("notification.subject", "notification.text", "slack.text", "slack.title", "slack.color"):
        assert "no value" not in rendered(name, bare)
    assert "no value" not in rendered("email.html", bare, kind="html")
    assert rendered("notification.runbook_url", bare) == "http://127.0.0.1:9093"
    assert "Runbook" not in rendered("slack.text", bare)


@pytest.mark.parametrize(
    ("severity", "told"), [("critical", "critical"), ("warning", "warning"), ("info", "info"), ("page", "error")]
)
def test_pagerduty_gets_one_of_the_severities_that_it_knows(rendered: Template, severity: str, told: str) -> None:
    """It refuses any other, and the page would be lost."""
    assert rendered("pagerduty.severity", alert(labels={"severity": severity})) == told


def test_the_correlation_id_of_a_record_is_told(rendered: Template) -> None:
    """It leads to everything that the request did."""
    record = alert(summary="stock database is read-only", correlation_id="4bf92f35")
    for name, kind in BODIES:
        assert "4bf92f35" in rendered(name, record, kind=kind)
