"""What is made is committed, and `check` says whether it still follows from what it is made of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitoring_generator.__main__ import main

MONITORING = Path(__file__).parents[2]


@pytest.fixture
def alerts(tmp_path: Path) -> Path:
    """`alerts.yaml` in a copy of what files are made of and put into."""
    for name in ("alerts.yaml", "receivers.yaml"):
        if (MONITORING / name).exists():
            (tmp_path / "monitoring").mkdir(exist_ok=True)
            shutil.copy(MONITORING / name, tmp_path / "monitoring" / name)
    (tmp_path / "docs").mkdir()
    shutil.copy(MONITORING.parent / "docs" / "monitoring.md", tmp_path / "docs" / "monitoring.md")
    path = tmp_path / "monitoring" / "alerts.yaml"
    assert main(["--alerts", str(path), "write"]) == 0
    return path


def test_the_committed_files_are_those_of_the_specification(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody edits a made file, nobody forgets to make it."""
    assert main(["--alerts", str(MONITORING / "alerts.yaml"), "check"]) == 0, capsys.readouterr().out


def test_check_shows_a_difference_and_the_command_that_mends_it(
    alerts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As CI prints it."""
    made = alerts.parent / "prometheus" / "rules" / "alerts.yml"
    made.write_text(made.read_text(encoding="utf-8").replace("0.05", "0.5"), encoding="utf-8")

    assert main(["--alerts", str(alerts), "check"]) == 1
    shown = capsys.readouterr()
    assert "-    expr: job:log_errors:ratio_rate5m > 0.5 " in shown.out
    assert "python -m monitoring_generator write" in shown.err
    assert main(["--alerts", str(alerts), "write"]) == 0
    assert main(["--alerts", str(alerts), "check"]) == 0


def test_a_file_that_nothing_makes_any_more_is_found_and_taken_away(
    alerts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prometheus would go on loading it."""
    left_over = alerts.parent / "prometheus" / "rules" / "old.yml"
    left_over.write_text("groups: []\n", encoding="utf-8")

    assert main(["--alerts", str(alerts), "check"]) == 1
    assert f"{left_over}: nothing makes this file any more" in capsys.readouterr().out
    assert main(["--alerts", str(alerts), "write"]) == 0
    assert not left_over.exists()


def test_a_mistake_in_the_specification_is_told_and_nothing_is_written(
    alerts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, one line."""
    alerts.write_text("alerts: []\n", encoding="utf-8")
    made = alerts.parent / "prometheus" / "rules" / "alerts.yml"
    made.unlink()

    assert main(["--alerts", str(alerts), "write"]) == 2
    assert capsys.readouterr().err.startswith(f"monitoring_generator: {alerts}: ")
    assert not made.exists()


def test_rules_at_another_pace_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    """And nowhere else."""
    command = ["--alerts", str(MONITORING / "alerts.yaml"), "render", "--speed-up", "30", "--output", str(tmp_path)]
    assert main(command) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"alerts.yml", "objectives.yml"}
    assert "[10s]" in (tmp_path / "alerts.yml").read_text(encoding="utf-8")
    assert main([*command[:-2], "--speed-up", "0.5", "--output", str(tmp_path)]) == 2
