"""The table of alerts in the docs: one line an alert, between the markers, the rest untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitoring_generator.docs_table import BEGIN, END, make_files
from monitoring_generator.errors import SpecError
from monitoring_generator.spec import load_spec

SPEC = load_spec(Path(__file__).parents[2] / "alerts.yaml")


def _page(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "docs" / "monitoring.md"
    page.parent.mkdir()
    page.write_text(text, encoding="utf-8")
    return page


def test_the_table_replaces_what_stands_between_the_markers(tmp_path: Path) -> None:
    """And nothing else."""
    page = _page(tmp_path, f"# Before\n{BEGIN}\nwritten before\n{END}\nafter\n")

    text = make_files(SPEC, tmp_path / "monitoring")[page]

    assert text.startswith(f"# Before\n{BEGIN}\n| Alert | Fires when |")
    assert text.endswith(f" |\n{END}\nafter\n")
    assert "written before" not in text
    assert [line.split("|")[1].strip(" `") for line in text.splitlines() if line.startswith("| `")] == [
        alert.name for alert in SPEC.alerts
    ]
    assert (
        "| `SlowRequests` | the slowest 5 % of the requests take more than 2 s | > 2s | 5m | 2m | warning |"
        " [SlowRequests](../monitoring/runbooks/SlowRequests.md) |\n"
    ) in text


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}\n{BEGIN}"])
def test_a_page_without_the_markers_is_refused(tmp_path: Path, text: str) -> None:
    """The table would be lost."""
    page = _page(tmp_path, text)
    with pytest.raises(SpecError, match="expected the lines"):
        make_files(SPEC, tmp_path / "monitoring")
    assert page.read_text(encoding="utf-8") == text
