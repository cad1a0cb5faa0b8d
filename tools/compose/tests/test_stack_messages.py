"""Docker's messages that a user meets often are said in words that help."""

from __future__ import annotations

import pytest

from tools.compose.stack import taken_port

ENDPOINT = "driver failed programming external connectivity on endpoint logging-system-service-1 (5f0c)"


@pytest.mark.parametrize(
    ("message", "variable"),
    [
        (f"{ENDPOINT}: Bind for 127.0.0.1:8000 failed: port is already allocated", "SERVICE_PORT"),
        (
            f"{ENDPOINT}: Error starting userland proxy: listen tcp4 127.0.0.1:9090: bind: address already in use",
            "PROMETHEUS_PORT",
        ),
    ],
)
def test_a_port_in_use_is_named_with_its_variable(message: str, variable: str) -> None:
    """Whether another container or another program has it."""
    said = taken_port(message)
    assert said is not None
    assert said.endswith(f"set {variable} to another one")


def test_another_message_is_left_as_it_is() -> None:
    """An address alone does not mean that."""
    assert taken_port("dial tcp 127.0.0.1:8000: connection refused") is None
