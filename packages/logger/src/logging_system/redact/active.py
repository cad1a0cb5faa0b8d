"""The redactor in force. Read `active.redactor` at each use: a new configuration replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logging_system.redact.build import make_redactor
from logging_system.redact.redactor import Redactor
from logging_system.redact.rules import Rules

if TYPE_CHECKING:
    from logging_system.config.schema import Settings

redactor: Redactor = Rules()


def use(settings: Settings) -> None:
    """Put the rules of a configuration in force.

    What was decided or encoded by the old ones (`record.forget_names`, messages of call sites, contexts)
    has to be forgotten after this, not before.
    """
    global redactor
    redactor = make_redactor(settings)
