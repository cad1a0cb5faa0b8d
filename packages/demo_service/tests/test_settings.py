"""Settings of the service: read and checked."""

from __future__ import annotations

import pytest

from demo_service.settings import ServiceSettings, load_service_settings
from logging_system import ConfigError


def test_defaults_are_loopback_and_harmless() -> None:
    """Nothing is open to the network, nothing breaks on purpose."""
    assert load_service_settings({}) == ServiceSettings(
        host="127.0.0.1", port=8000, chaos=False, alert_webhook=False, final_metrics=None
    )


def test_the_environment_is_read() -> None:
    """As a container sets it."""
    settings = load_service_settings({"HOST": "0.0.0.0", "PORT": "81", "DEMO_CHAOS": "1", "DATABASE": "/tmp/x"})
    assert (settings.host, settings.port, settings.chaos, settings.database) == ("0.0.0.0", 81, True, "/tmp/x")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "http", 'environment: PORT: got "http", expected a whole number from 0 to 65535'),
        ("DEMO_CHAOS", "perhaps", 'environment: DEMO_CHAOS: got "perhaps", expected true or false'),
    ],
)
def test_a_mistake_names_the_variable(variable: str, value: str, message: str) -> None:
    """And what was expected."""
    with pytest.raises(ConfigError, match=message):
        load_service_settings({variable: value})
