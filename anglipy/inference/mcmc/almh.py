"""Adaptive lightweight Metropolis-Hastings: `lmh` that learns which choices are worth changing.

Tolpin, van de Meent, Paige & Wood 2015, "Output-sensitive adaptive Metropolis-Hastings for
probabilistic programs". A move earns 1 for the choice that it changed if the result or a predict of
the run is different afterwards, otherwise 0. A choice is picked with a probability proportional to
its upper confidence bound (Auer, Cesa-Bianchi & Fischer 2002)

    mean reward + 0.5 sqrt(log(all moves) / moves of this choice)

where a choice that was never moved counts as moved once, with reward 1. The ratio of a move has the
probabilities of picking. What is learned changes the bounds ever less, so that the chain converges
as one that does not learn (Roberts & Rosenthal 2007, diminishing adaptation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from immutables import Map

from anglipy.inference.engine import UNREMARKABLE, register
from anglipy.inference.mcmc.chain import ChainEngine
from anglipy.inference.mcmc.moves import Rules
from anglipy.inference.mcmc.options import ChainOptions
from anglipy.inference.mcmc.traces import Key
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["Almh", "AlmhOptions", "ByReward"]

_EXPLORATION = 0.5
_NEVER = (1.0, 1)


@dataclass(frozen=True, slots=True)
class AlmhOptions(ChainOptions):
    """Those of every chain, and whether to tell what was learned."""

    predict_choices: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every draw also predicts `$choice-rewards`, `$choice-counts`, maps of addresses, and
    `$total-count`."""


@dataclass(frozen=True, slots=True)
class ByReward:
    """Choices that make a difference are picked more often."""

    rewards: Map[Key, tuple[float, int]] = field(default_factory=Map)
    """By address the sum of the rewards, and the moves."""
    total: int = 1
    """Moves so far, and one."""

    def weight(self, key: Key) -> float:
        """The upper confidence bound of a choice; see the module's docstring."""
        reward, count = self.rewards.get(key, _NEVER)
        return reward / count + _EXPLORATION * math.sqrt(math.log(self.total + 1) / count)

    def learned(self, key: Key, different: int, moves: int = 1) -> ByReward:
        """After so many more moves of this choice."""
        reward, count = self.rewards.get(key, _NEVER)
        rewards = self.rewards.set(key, (reward + different, count + moves))
        return ByReward(rewards, self.total + moves)

    def facts(self) -> list[tuple[Any, Any]]:
        """What Anglican predicts of it; rewards and counts as they began."""
        found = [(Vector(key), pair) for key, pair in self.rewards.items()]
        rewards = PersistentMap.of([(key, reward) for key, (reward, _) in found])
        counts = PersistentMap.of([(key, count) for key, (_, count) in found])
        names = map(Symbol, ("$choice-rewards", "$choice-counts", "$total-count"))
        return list(zip(names, (rewards, counts, self.total), strict=True))


class Almh(ChainEngine):
    """The engine `almh`."""

    name = "almh"
    options_type = AlmhOptions

    def rules(self, options: Any) -> Rules:
        """Nothing learned yet."""
        return Rules(picking=ByReward(), announces=bool(options.predict_choices))


register(Almh())
