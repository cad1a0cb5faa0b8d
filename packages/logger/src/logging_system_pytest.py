"""pytest plugin of `logging_system`: the fixture `captured_records`.

It lies outside the package, because pytest imports plugins before everything else: a test run that
does not ask for the fixture does not import the library, and one that measures the library's
coverage measures its import as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from logging_system.testing import CapturedRecords


@pytest.fixture
def captured_records() -> Iterator[CapturedRecords]:
    """What the test logs through `logging_system`, as parsed records; no file is written. See CapturedRecords."""
    from logging_system.testing import capture_records

    with capture_records() as records:
        yield records
