"""What training tells: where it is, and the record that becomes part of the artifact.

Losses are in nats per trace. `from_data` takes records as they stand in files, and checks them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from anglipy.ic.checked import number, record_of

__all__ = ["Live", "Progress", "SiteLoss", "TrainingRecord"]

LONGEST_S = 1e10
"""No training takes three hundred years."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of training at a validation. Losses are nats per trace."""

    traces: int
    traces_per_second: float
    """Since the last report."""
    training_loss: float
    """Mean since the last report."""
    validation_loss: float
    prior_loss: float
    """Of proposing from the prior, on the same validation traces."""
    best_loss: float
    best_at: int
    """Traces at the best validation."""
    seconds: float
    """Of training so far, over all sessions."""
    fraction: float
    """Of the budget."""


@dataclass(frozen=True, slots=True)
class SiteLoss:
    """How well one site is learned: nats per trace on the validation set."""

    site: str
    loss: float
    prior_loss: float
    steps: int
    """Choices at this site in the validation set."""


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What became of a training; part of the artifact."""

    traces: int
    seconds: float
    best_loss: float
    best_at: int
    prior_loss: float
    interrupted: bool
    history: tuple[Progress, ...] = ()
    sites: tuple[SiteLoss, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    early: bool = False
    """Whether it stopped because validations got no better."""

    @property
    def judged(self) -> TrainingRecord:
        """With a warning if the network has become worse than the prior."""
        if self.warnings or self.best_loss <= self.prior_loss:
            return self
        worse = (
            f"the network proposes worse than the prior does (validation loss {self.best_loss:.4f} "
            f"nats, the prior's {self.prior_loss:.4f}): it needs more --traces or --minutes, which "
            "--resume adds to"
        )
        return replace(self, warnings=(worse,))

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> TrainingRecord:
        """The inverse of `to_data`. Raises ValueError for other data."""
        found = record_of(cls, data)
        for seconds in (found.seconds, *(progress.seconds for progress in found.history)):
            number(seconds, 0.0, LONGEST_S)
        return found


@dataclass(frozen=True, slots=True)
class Live:
    """What training is doing right now, for a display."""

    traces: int
    traces_per_second: float
    """Lately."""
    training_loss: float
    """Since the last validation."""
    seconds: float
    fraction: float
    """Of the budget."""
    validated: Progress | None
    """At the last validation."""
    sites: tuple[SiteLoss, ...]
    """Of the network that was best so far."""

    @property
    def seconds_left(self) -> float | None:
        """Estimated, of the budget; None as long as there is nothing to go by."""
        return self.seconds * (1.0 - self.fraction) / self.fraction if self.fraction > 0 else None
