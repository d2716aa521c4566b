"""Simulated annealing: a search for the most probable run, by the moves of `lmh`.

A move is accepted with probability min(1, exp((J' - J) / T)), where J is the log joint probability
of the choices and the observations and T the temperature: 1 at first, lower after every move.
Kirkpatrick, Gelatt & Vecchi 1983; Lundy & Mees 1986, "Convergence of an annealing algorithm". The
draws are the runs that are better than all before; see `searching`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anglipy.inference.engine import register
from anglipy.inference.mcmc.moves import REGENERATED, drawn_place
from anglipy.inference.mcmc.options import real_number
from anglipy.inference.mcmc.searching import SearchEngine, SearchOptions
from anglipy.inference.mcmc.traces import Trace, begun, chance, changed
from anglipy.inference.options import check_name
from anglipy.inference.runs import draw
from anglipy.runtime.checkpoints import Checkpoint

__all__ = ["SCHEDULES", "Siman", "SimanOptions"]

SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "exponential": lambda temperature, rate: rate * temperature,
    "lundy-mees": lambda temperature, rate: temperature / (1.0 + (1.0 - rate) * temperature),
}
"""The next temperature from the present one and the cooling rate."""


@dataclass(frozen=True, slots=True)
class SimanOptions(SearchOptions):
    """How fast to cool, and the options of every search."""

    cooling_rate: float = 0.99
    """How slowly it cools, at most 1."""
    cooling_schedule: str = "exponential"
    """`exponential`: T becomes rate T; `lundy-mees`: T / (1 + (1 - rate) T), slower and slower."""

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        rate = real_number("cooling-rate", self.cooling_rate, 0.0, 1.0, "0.999 cools slowly")
        object.__setattr__(self, "cooling_rate", rate)
        check_name("cooling-schedule", self.cooling_schedule, SCHEDULES)


class Siman(SearchEngine):
    """The engine `siman`. It remembers the present run and the temperature."""

    name = "siman"
    options_type = SimanOptions

    def memory(self, options: Any) -> tuple[Trace | None, float]:
        """No run yet; a temperature of 1."""
        return None, 1.0

    def candidate(
        self, first: Checkpoint, memory: Any, options: Any, rng: Any
    ) -> tuple[Trace | None, Any]:
        """The present run with one choice drawn anew."""
        old, temperature = memory
        cooler = SCHEDULES[options.cooling_schedule](temperature, options.cooling_rate)
        if old is None:
            new: Trace | None = begun(first, rng)
            return new, (new, cooler)
        new = _changed(old, rng)
        return new, (new if _accepts(old, new, temperature, rng) else old, cooler)


def _changed(old: Trace, rng: Any) -> Trace | None:
    """A run with one choice drawn anew."""
    if not old.choices:
        return old
    place = drawn_place(rng, len(old.choices))
    sample = old.choices[place].sample
    reuse = not rng.random() < REGENERATED
    value = draw(sample, rng)
    return changed(old, place, value, chance(sample, value), reuse, rng)[0]


def _accepts(old: Trace, new: Trace | None, temperature: float, rng: Any) -> bool:
    if new is None or not old.is_possible:
        return new is not None
    if not new.is_possible:
        return False
    change = new.log_joint - old.log_joint
    if change >= 0.0 or temperature == 0.0:
        return change >= 0.0
    return bool(rng.random() < math.exp(change / temperature))


register(Siman())
