"""The options that all engines of this package share, and which steps of a chain they keep."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from anglipy.diagnostics import OptionError
from anglipy.inference.engine import LockstepOptions, whole_number

__all__ = ["ChainOptions", "real_number"]


@dataclass(frozen=True, slots=True)
class ChainOptions(LockstepOptions):
    """How many chains, how long they are, and what of them is kept."""

    samples: int = 1_000
    """Draws to keep, over all chains; rounded up to the same number for each chain."""
    burn: int = 0
    """Draws at the beginning of each chain that are left out."""
    thin: int = 1
    """Of so many draws of a chain one is kept."""
    chains: int = 1
    """Independent chains (`:number-of-chains`), which tell whether they agree. Many run in
    lockstep."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        for name in ("samples", "thin", "chains"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        object.__setattr__(self, "burn", whole_number("burn", self.burn, least=0))

    @property
    def length(self) -> int:
        """The draws of one chain, those that are left out among them."""
        per_chain = -(-self.samples // self.chains)
        return self.burn + self.thin * (per_chain - 1) + 1

    def keeps(self, place: int) -> bool:
        """Whether draw number `place` of a chain, from 0, is kept."""
        return place >= self.burn and (place - self.burn) % self.thin == 0


def real_number(name: str, value: Any, low: float, high: float, help: str) -> Any:
    """The value of an option that is a number from `low` to `high`, and above zero if `high` is
    infinite, as it was given: a report says 2 if that was 2. Raises OptionError AQ303.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if good and low <= value <= high and (high < inf or 0 < value < inf):
        return value
    bounds = f"from {low:g} to {high:g}" if high < inf else "above 0"
    raise OptionError(
        "AQ303", f"the option `{name}` must be a number {bounds}, got {value!r}", help=help
    )
