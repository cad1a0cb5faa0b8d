"""The redactor in force. Read `active.redactor` at each use: a new configuration replaces it."""

from __future__ import annotations

from logging_system.redact.redactor import Redactor

redactor: Redactor = Redactor()
