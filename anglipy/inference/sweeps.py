"""What the two ways to run a sweep of SMC share: its options, its end, its one own error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference.draws import Draws, place_of
from anglipy.inference.options import LockstepOptions, check_name, whole_number
from anglipy.inference.resampling import SCHEMES
from anglipy.runtime.checkpoints import Site

__all__ = ["Ended", "SmcOptions", "out_of_step"]


@dataclass(frozen=True, slots=True)
class SmcOptions(LockstepOptions):
    """Particles per sweep, sweeps, and when and how to resample."""

    particles: int = 1_000
    """Particles per sweep."""
    sweeps: int = 1
    """Independent sweeps, whose draws are pooled by weight."""
    resampling: str = "systematic"
    """How particles are resampled: the name of a scheme."""
    ess_threshold: float = 1.0
    """Resample when the effective sample size falls below this share of the particles: 1 resamples
    at every observe, as Anglican does; 0 never, which is importance sampling."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        object.__setattr__(self, "particles", whole_number("particles", self.particles))
        object.__setattr__(self, "sweeps", whole_number("sweeps", self.sweeps))
        check_name("resampling", self.resampling, SCHEMES)
        threshold = self.ess_threshold
        if (
            isinstance(threshold, bool)
            or not isinstance(threshold, (int, float))
            or not 0 <= threshold <= 1
        ):
            raise OptionError(
                "AQ303", f"the option `ess_threshold` must be between 0 and 1, got {threshold!r}"
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields, and `samples`, the number of draws over all sweeps."""
        *own, scalar, lanes = super(SmcOptions, cls).names()
        return (*own, "samples", scalar, lanes)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """`samples` with `particles` gives the number of sweeps, rounded up; `samples` alone is
        split evenly over sweeps of at most 1,000 particles.
        """
        rest = dict(given)
        if rest.get("samples") is None:
            rest.pop("samples", None)
            return cls(**rest)
        if "sweeps" in rest:
            raise OptionError(
                "AQ303", "give `samples` or `sweeps`, not both", help="samples = particles * sweeps"
            )
        samples = whole_number("samples", rest.pop("samples"))
        limit = whole_number("particles", rest.get("particles", SmcOptions().particles))
        rest["sweeps"] = -(-samples // limit)
        rest.setdefault("particles", -(-samples // rest["sweeps"]))
        return cls(**rest)


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a sweep."""

    draws: Draws
    log_evidence: float
    ess: float


def out_of_step(waiting: Counter[Site], ended: int) -> InferenceError:
    """AQ502: some particles have ended while others wait at an observe."""
    counts = waiting.most_common()
    others = sum(waiting.values())
    busiest = counts[0][0]
    where = f"the observe {place_of(busiest)}" if len(counts) == 1 else f"{len(counts)} observes"
    return InferenceError(
        "AQ502",
        f"observes out of step: {ended} of {ended + others} particles have ended, the other"
        f" {others} wait at {where}",
        busiest.span,
        help="SMC needs the same number of observes in every run; `importance` takes every program",
        notes=tuple(f"{count} wait at {place_of(site)}" for site, count in counts)
        if len(counts) > 1
        else (),
    )
