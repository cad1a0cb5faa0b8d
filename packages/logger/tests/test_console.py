"""The console: coloured for people, JSON for machines, harmless whatever the data holds."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, flush, get_logger

logger = get_logger("console")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


def _written(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, log_dir: Path, **settings: Any) -> str:
    monkeypatch.setattr("sys.stdout", stream)
    configure(log_dir=log_dir, service_name="app", **settings)
    with logger.context(correlation_id="c1"):
        logger.error("evil \x1b[2J\u202e\nsecond line", note="a b", exc_info=ValueError("\x07bell"))
    assert flush()
    return stream.getvalue()


def test_a_terminal_gets_colours_and_no_raw_control_characters(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> None:
    """Data must not be able to drive the terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = _written(monkeypatch, Terminal(), log_dir)

    assert "\x1b[31mERROR" in text
    assert "evil \\x1b[2J\\u202e\\nsecond line" in text
    assert 'note="a b"' in text
    assert "correlation_id=c1" in text
    assert "ValueError: \\x07bell" in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_a_pipe_gets_json_lines(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> None:
    """As a container's log driver reads them; the same bytes as in the file."""
    text = _written(monkeypatch, io.StringIO(), log_dir)

    assert text == (log_dir / "app.log").read_text(encoding="utf-8")
    assert json.loads(text)["message"].startswith("evil")


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> None:
    """https://no-color.org"""
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in _written(monkeypatch, Terminal(), log_dir)


def test_a_format_can_be_named(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> None:
    """Whatever the stream is."""
    assert "\x1b[31m" in _written(monkeypatch, io.StringIO(), log_dir, console_format="colored")
    assert _written(monkeypatch, Terminal(), log_dir, console_format="json").startswith("{")


def test_a_closed_stream_costs_nothing(monkeypatch: pytest.MonkeyPatch, log_dir: Path) -> None:
    """The file still gets every record."""
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr("sys.stdout", stream)
    configure(log_dir=log_dir, service_name="app")
    logger.info("x")

    assert flush()
    assert "x" in (log_dir / "app.log").read_text(encoding="utf-8")
