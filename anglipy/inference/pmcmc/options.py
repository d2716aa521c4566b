"""The options that the engines of particle MCMC share, and which draws of a chain they keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from anglipy.diagnostics import OptionError
from anglipy.inference.options import LockstepOptions, check_name, whole_number
from anglipy.inference.pmcmc.nodes import Shape
from anglipy.inference.resampling import SCHEMES

__all__ = ["ConditionalOptions", "SweepOptions"]


@dataclass(frozen=True, slots=True)
class SweepOptions(LockstepOptions):
    """How large the sweeps are, how many draws are kept, and how to resample."""

    LEAST: ClassVar[int] = 1
    """Particles without which the engine does not move."""

    particles: int = 100
    """Particles per sweep, all of which are draws (`:number-of-particles`)."""
    samples: int = 10_000
    """Draws to keep, rounded up to whole sweeps."""
    burn: int = 0
    """Draws at the beginning that are left out."""
    thin: int = 1
    """Of so many draws one is kept."""
    resampling: str = "systematic"
    """How particles are resampled: the name of a scheme."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        for name in ("particles", "samples", "thin"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        object.__setattr__(self, "burn", whole_number("burn", self.burn, least=0))
        if self.particles < self.LEAST:
            raise OptionError(
                "AQ303",
                f"the option `particles` must be {self.LEAST} or more, got {self.particles}: one"
                " particle repeats the last path, and would be alone",
                help=f"give it {self.LEAST} at least; more move further, 100 for instance",
            )
        check_name("resampling", self.resampling, SCHEMES)

    @property
    def length(self) -> int:
        """The draws of the chain, those that are left out among them."""
        return self.burn + self.thin * (self.samples - 1) + 1

    def keeps(self, place: int) -> bool:
        """Whether draw number `place`, from 0, is kept."""
        return place >= self.burn and (place - self.burn) % self.thin == 0

    @property
    def shape(self) -> Shape:
        """Of a sweep."""
        return Shape(self.particles, 1, self.resampling, self.lanes)


@dataclass(frozen=True, slots=True)
class ConditionalOptions(SweepOptions):
    """Those of engines whose sweeps repeat a path."""

    LEAST: ClassVar[int] = 2
