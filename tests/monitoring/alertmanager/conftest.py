"""Who Alertmanager tells in the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.monitoring.alertmanager.stand_ins import AlertReceivers, Inbox


@pytest.fixture
def receivers() -> Iterator[AlertReceivers]:
    """Stand-ins on loopback."""
    with AlertReceivers() as running:
        yield running


@pytest.fixture
def inbox(receivers: AlertReceivers) -> Inbox:
    """What they get."""
    return receivers.inbox
