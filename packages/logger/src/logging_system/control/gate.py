"""Decides about records that passed their level: filters, rate limit, sampling, in this order."""

from __future__ import annotations

from collections.abc import Mapping

from logging_system.config.schema import Settings
from logging_system.control.levels import LoggerCore
from logging_system.control.sampling import Sampler
from logging_system.levels import ERROR


class Gate:
    """Made from the settings; `make_gate` returns None when they ask for nothing, so that a record pays nothing."""

    def __init__(self, settings: Settings) -> None:
        self._sampler = Sampler(settings.sample_rate) if settings.sample_rate < 1 else None

    def admits(
        self,
        core: LoggerCore,  # noqa: ARG002
        level: int,
        message: object,  # noqa: ARG002
        place: bytes,  # noqa: ARG002
        fields: Mapping[str, object],  # noqa: ARG002
        context: Mapping[str, object],
    ) -> Mapping[str, object] | None:
        """Fields to add to the record, or None to leave it out (which is counted here).

        `place` is the encoded call site, `context` the context and bound fields.
        """
        if self._sampler is not None:
            if not self._sampler.keeps(level, context.get("correlation_id")):
                return None
            if level < ERROR:
                return {"sample_rate": self._sampler.rate}
        return {}

    def flush(self) -> None:
        """Write the summaries that are due, because the program ends or the configuration changes."""


def make_gate(settings: Settings) -> Gate | None:
    """The gate that the settings ask for."""
    return Gate(settings) if settings.sample_rate < 1 else None
