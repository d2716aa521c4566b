"""What an engine reports on its way."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["StepInfo"]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What a step reports. Nothing of it is needed to go on."""

    draws: int
    """Draws that a posterior would have now, those of weight zero among them."""
    total: int | None
    """Draws at the end, where this is known."""
    ess: float | None = None
    """Effective sample size of the particles under way (SMC), or None."""
    log_evidence: float | None = None
    """Running estimate of the log evidence, or None."""
    resampled: bool = False
    draws_ess: float | None = None
    """Effective sample size of the draws so far, where they are independent, or None."""
