"""One move of a chain: pick a choice, propose a value for it, run on from there, accept or refuse.

The move is a Metropolis-Hastings step on traces (Hastings 1970), with the ratio

    p(y | t') / p(y | t)                     the likelihoods
    * pick(choice | t') / pick(choice | t)   how likely the choice is picked: 1 / how many there are
    * p(x') q(x) / (p(x) q(x'))              1 where x' is drawn from its distribution
    * product of p'(z) / p(z)                over the choices z that are reused (see `traces`)

One move in ten reuses nothing behind the choice that it changes. The ratio of such a move has no
last factor; it makes every run of positive probability reachable from every other, however the
supports of later choices depend on earlier ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from anglipy.inference.mcmc.kernels import Proposing
from anglipy.inference.mcmc.traces import Key, Trace, changed

__all__ = ["REGENERATED", "Move", "Picking", "Rules", "Uniformly", "drawn_place", "moved"]

REGENERATED = 0.1
"""The probability that a move reuses nothing behind the choice that it changes."""


class Picking(Protocol):
    """How the choice that a move changes is picked. A value: learning makes another one."""

    def weight(self, key: Key) -> float:
        """How likely the choice with this address is picked, up to a factor; above zero."""

    def learned(self, key: Key, different: int, moves: int = 1) -> Self:
        """After so many moves of this choice, of which `different` made the outcome of the run
        different.
        """

    def facts(self) -> list[tuple[Any, Any]]:
        """What was learned, as pairs of label and value."""


@dataclass(frozen=True, slots=True)
class Uniformly:
    """Every choice is as likely as the others."""

    def weight(self, key: Key) -> float:
        """1."""
        return 1.0

    def learned(self, key: Key, different: int, moves: int = 1) -> Uniformly:
        """There is nothing to learn."""
        return self

    def facts(self) -> list[tuple[Any, Any]]:
        """Nothing."""
        return []


@dataclass(frozen=True, slots=True)
class Rules:
    """What tells one engine's moves from another's."""

    picking: Any = field(default_factory=Uniformly)
    proposing: Proposing = field(default_factory=Proposing)
    power: float = 1.0
    """The likelihood counts with this exponent."""
    announces: bool = False
    """Whether every draw predicts what was learned of picking."""

    def announced(self, predicts: tuple[Any, ...]) -> tuple[Any, ...]:
        """The predicts of a run, with what was learned if that is to be told."""
        if self.announces:
            for label, value in self.picking.facts():
                predicts = (label, value, predicts)
        return predicts


@dataclass(frozen=True, slots=True)
class Move:
    """What came of a move."""

    trace: Trace
    """The new one, or the old one again."""
    accepted: bool
    key: Key | None = None
    """The address of the choice that was picked; None for a run without choices."""


def moved(old: Trace, rules: Rules, rng: Any) -> Move:
    """One move. From a run that an observe makes impossible every move is accepted, until one is
    possible. A run without choices stays as it is.
    """
    if not old.choices:
        return Move(old, accepted=True)
    place, log_pick = _picked(old, rules.picking, rng)
    choice = old.choices[place]
    reuse = not rng.random() < REGENERATED
    value, log_prob, log_ratio = rules.proposing.proposed(choice, rng)
    if log_ratio == -math.inf:  # The value has no probability: the program is not to see it.
        return Move(old, accepted=False, key=choice.key)
    new, log_reused = changed(old, place, value, log_prob, reuse, rng)
    if new is None:
        return Move(old, accepted=False, key=choice.key)
    if old.is_possible:
        if not new.is_possible:
            return Move(old, accepted=False, key=choice.key)
        log_ratio += log_reused + rules.power * (new.log_likelihood - old.log_likelihood)
        log_ratio += _log_pick(new, rules.picking, choice.key) - log_pick
        if log_ratio < 0.0 and not rng.random() < math.exp(log_ratio):
            return Move(old, accepted=False, key=choice.key)
    return Move(new, accepted=True, key=choice.key)


def _picked(trace: Trace, picking: Picking, rng: Any) -> tuple[int, float]:
    """The place of a choice, and the log of the probability that it is picked."""
    if isinstance(picking, Uniformly):
        count = len(trace.choices)
        return drawn_place(rng, count), -math.log(count)
    u = rng.random()
    weights = [picking.weight(choice.key) for choice in trace.choices]
    total, below = math.fsum(weights), 0.0
    for place, weight in enumerate(weights[:-1]):
        below += weight
        if u < below / total:
            return place, math.log(weight / total)
    return len(weights) - 1, math.log(weights[-1] / total)


def _log_pick(trace: Trace, picking: Picking, key: Key) -> float:
    """The log of the probability that the choice with this address is picked."""
    if isinstance(picking, Uniformly):
        return -math.log(len(trace.choices))
    total = math.fsum(picking.weight(choice.key) for choice in trace.choices)
    return math.log(picking.weight(key) / total)


def drawn_place(rng: Any, count: int) -> int:
    """A uniform number below `count`, by comparisons of one uniform."""
    u = rng.random()
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if u < (middle + 1) / count:
            high = middle
        else:
            low = middle + 1
    return low
