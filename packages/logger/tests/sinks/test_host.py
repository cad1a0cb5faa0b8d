"""The names of this process for receivers elsewhere."""

from __future__ import annotations

import os
import socket

import pytest

from logging_system.sinks.host import host_name, process_name


def test_a_pattern_is_filled_in() -> None:
    """Host, process and service."""
    assert process_name("{service_name}/{host}:{pid}", "shop") == f"shop/{socket.gethostname()}:{os.getpid()}"


@pytest.mark.parametrize("answer", ["", None])
def test_a_machine_without_a_name_is_localhost(monkeypatch: pytest.MonkeyPatch, answer: str | None) -> None:
    """Logging goes on there as well."""

    def gethostname() -> str:
        if answer is None:
            raise OSError("no name")
        return answer

    monkeypatch.setattr(socket, "gethostname", gethostname)
    assert host_name() == "localhost"
