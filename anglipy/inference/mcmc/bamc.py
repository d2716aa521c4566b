"""Bayesian ascent Monte Carlo: a search for the most probable run, in which every choice is a
bandit.

Tolpin & Wood 2015, "Maximum a posteriori estimation by search in probabilistic programs". The arms
of a choice are the values that it has had. The reward of a value is the log probability of the run
from this choice on: of its choices and of the observations. A run takes at every choice the arm
whose reward is the best of one draw from the belief about each, a normal about its mean; the belief
about a value that was never tried is what is known of all arms together, and if it wins a value is
drawn (open-world randomised probability matching). The draws are the runs that are better than all
before; see `searching`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from immutables import Map

from anglipy.inference.engine import UNREMARKABLE, register
from anglipy.inference.mcmc.searching import SearchEngine, SearchOptions
from anglipy.inference.mcmc.traces import Choice, Key, Trace, chance
from anglipy.inference.runs import draw, log_prob_of, resume_observed, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Sample
from anglipy.runtime.equality import key_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.scalars import Symbol
from anglipy.runtime.vectors import Vector

__all__ = ["Arm", "Bamc", "BamcOptions", "Bandit"]

_LEAST_SD = 1e-3
"""Of a belief: where rewards have not differed, they may yet."""
_IMPOSSIBLE = -1_000.0
"""What an observation of probability zero counts in a reward."""


@dataclass(frozen=True, slots=True)
class BamcOptions(SearchOptions):
    """What to show besides, and the options of every search."""

    predict_bandits: bool = field(default=False, metadata=UNREMARKABLE)
    """Whether every draw also predicts `$bandits`: by address the values tried, each with how often
    and its mean reward."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Rewards: their number, their mean, and the sum of their squared deviations (Welford 1962)."""

    value: Any = None
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def rewarded(self, reward: float) -> Arm:
        """With one more reward."""
        count = self.count + 1
        change = reward - self.mean
        mean = self.mean + change / count
        return Arm(self.value, count, mean, self.squares + change * (reward - mean))

    @property
    def sd(self) -> float:
        """Of the rewards, not too small; of a single reward it is not known, and 0."""
        if self.count < 2:
            return 0.0
        return max(math.sqrt(self.squares / (self.count - 1)), _LEAST_SD)


@dataclass(frozen=True, slots=True)
class Bandit:
    """The values that a choice has had, and all of its rewards together."""

    arms: Map[Any, Arm] = field(default_factory=Map)
    total: Arm = Arm()

    def pulled(self, rng: Any) -> Arm | None:
        """The arm whose reward may be the best; None for one that was never tried."""
        if not self.arms:
            return None
        spread = self.total.sd or 1.0
        best, found = self.total.mean + spread * rng.standard_normal(), None
        for arm in self.arms.values():
            belief = (arm.sd or spread) / math.sqrt(arm.count)
            reward = arm.mean + belief * rng.standard_normal()
            if reward > best:
                best, found = reward, arm
        return found

    def rewarded(self, value: Any, reward: float) -> Bandit:
        """After one more reward of a value."""
        key = key_of(value)
        arm = self.arms.get(key) or Arm(value)
        return Bandit(self.arms.set(key, arm.rewarded(reward)), self.total.rewarded(reward))


Bandits = Map[Key, Bandit]


class Bamc(SearchEngine):
    """The engine `bamc`. It remembers the bandit of every address."""

    name = "bamc"
    options_type = BamcOptions

    def memory(self, options: Any) -> Bandits:
        """No bandit yet."""
        return Map()

    def candidate(
        self, first: Checkpoint, memory: Any, options: Any, rng: Any
    ) -> tuple[Trace | None, Any]:
        """A run that takes at every choice the arm that may be the best."""
        trace = _run(first, memory, rng)
        return trace, _rewarded(memory, trace)

    def facts(self, memory: Any, options: Any) -> list[tuple[Any, Any]]:
        """The bandits, if they are to be predicted."""
        if not options.predict_bandits:
            return []
        shown = [
            (
                Vector(key),
                Vector(Vector((a.value, a.count, a.mean)) for a in bandit.arms.values()),
            )
            for key, bandit in memory.items()
        ]
        return [(Symbol("$bandits"), PersistentMap.of(shown))]


def _run(checkpoint: Checkpoint, bandits: Bandits, rng: Any) -> Trace:
    choices: list[Choice] = []
    log_likelihood = 0.0
    while True:
        if isinstance(checkpoint, Sample):
            value, log_prob = _answer(checkpoint, bandits, rng)
            choices.append(Choice(checkpoint, value, log_prob, log_likelihood))
            checkpoint = resume_with(checkpoint, value)
        elif isinstance(checkpoint, Observe):
            log_prob = log_prob_of(checkpoint)
            log_likelihood += log_prob
            if log_prob == -math.inf:
                return Trace(choices, checkpoint, log_prob)
            checkpoint = resume_observed(checkpoint)
        else:
            return Trace(choices, checkpoint, log_likelihood)


def _answer(sample: Sample, bandits: Bandits, rng: Any) -> tuple[Any, float]:
    """The value of an arm, if it has a probability here, else one that is drawn."""
    bandit = bandits.get((sample.site.id, sample.instance))
    arm = None if bandit is None else bandit.pulled(rng)
    if arm is not None:
        log_prob = chance(sample, arm.value)
        if log_prob > -math.inf:
            return arm.value, log_prob
    value = draw(sample, rng)
    return value, chance(sample, value)


def _rewarded(bandits: Bandits, trace: Trace) -> Bandits:
    """After a run: every choice is rewarded by what came from it on."""
    total = trace.log_likelihood
    if not trace.is_possible:
        total = _IMPOSSIBLE + (trace.choices[-1].log_likelihood if trace.choices else 0.0)
    later = 0.0
    rewarded = {}
    for choice in reversed(trace.choices):
        later += max(choice.log_prob, _IMPOSSIBLE)
        bandit = bandits.get(choice.key, _NO_BANDIT)
        reward = later + total - choice.log_likelihood
        rewarded[choice.key] = bandit.rewarded(choice.value, reward)
    return bandits.update(rewarded)


_NO_BANDIT = Bandit()

register(Bamc())
