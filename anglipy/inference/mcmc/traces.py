"""A run that can be run again from any of its choices: the trace, and the move from one to another.

A trace holds the choices of a run in order, each with its checkpoint, so that a move forks the run
at the choice that it changes; what came before is not run again. What comes after is reused from
the old trace where the address (site, instance) is the same: Wingate, Stuhlmueller & Goodman 2011,
"Lightweight implementations of probabilistic programming languages via transformational
compilation".

The move is a proposal with a reverse: at an address that both traces have,

* the old value is reused if the new distribution gives it a probability, and the ratio of these
  probabilities counts;
* otherwise a value is drawn anew. The move back would do the same only if that value has no
  probability under the old distribution either; if it has, it would be reused, the old value could
  not come back, and the move is refused. (Anglican lets it pass, which biases its chain.)

What only one of the traces has is drawn from its distribution in that direction, and cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from anglipy.diagnostics import UserError
from anglipy.inference.runs import draw, log_prob_of, resume_observed, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample

__all__ = ["Choice", "Key", "Trace", "begun", "chance", "changed"]

Key = tuple[str, int]
"""An address: the id of a site, and which visit to it."""


class Choice(NamedTuple):
    """One choice of a run."""

    sample: Sample
    value: Any
    log_prob: float
    """Natural log; -inf for a value of which the distribution cannot tell it."""
    log_likelihood: float
    """Of the observes before it."""

    @property
    def key(self) -> Key:
        """Its address."""
        return self.sample.site.id, self.sample.instance


@dataclass(slots=True, eq=False)
class Trace:
    """A run. Never changed once made, but for what it remembers of itself."""

    choices: list[Choice]
    """In the order in which they were made."""
    end: Result | Observe
    """The result; or the first observe that the run makes impossible, at which it was given up."""
    log_likelihood: float
    """Sum of the log probabilities of the observes; -inf if one is impossible."""
    _places: dict[Key, int] | None = field(default=None, init=False)

    @property
    def is_possible(self) -> bool:
        """Whether nothing was observed that this run makes impossible."""
        return self.log_likelihood > -math.inf

    @property
    def log_joint(self) -> float:
        """Log p(choices, observations)."""
        return math.fsum(choice.log_prob for choice in self.choices) + self.log_likelihood

    def at(self, key: Key) -> Choice | None:
        """The choice with this address."""
        if self._places is None:
            self._places = {choice.key: place for place, choice in enumerate(self.choices)}
        place = self._places.get(key)
        return None if place is None else self.choices[place]


def begun(first: Checkpoint, rng: Any) -> Trace:
    """A run whose choices are drawn from their distributions."""
    trace, _ = _run(first, [], 0.0, None, rng)
    assert trace is not None
    return trace


def changed(
    old: Trace, place: int, value: Any, log_prob: float, reuse: bool, rng: Any
) -> tuple[Trace | None, float]:
    """The run in which choice number `place` is `value`, and the log ratio of the probabilities of
    the choices that it reuses. None where the move has no way back.

    Without `reuse` every later choice is drawn anew.
    """
    choice = old.choices[place]
    choices = old.choices[:place]
    choices.append(choice._replace(value=value, log_prob=log_prob))
    checkpoint = resume_with(choice.sample, value)
    return _run(checkpoint, choices, choice.log_likelihood, old if reuse else None, rng)


def _run(
    checkpoint: Checkpoint,
    choices: list[Choice],
    log_likelihood: float,
    old: Trace | None,
    rng: Any,
) -> tuple[Trace | None, float]:
    """Run to the end, or to the first observe that is impossible."""
    log_ratio = 0.0
    while True:
        if isinstance(checkpoint, Sample):
            before = None if old is None else old.at((checkpoint.site.id, checkpoint.instance))
            value, log_prob, log_change = _answered(checkpoint, before, rng)
            if log_change == -math.inf and old is not None and old.is_possible:
                return None, log_change
            log_ratio += log_change
            choices.append(Choice(checkpoint, value, log_prob, log_likelihood))
            checkpoint = resume_with(checkpoint, value)
        elif isinstance(checkpoint, Observe):
            log_prob = log_prob_of(checkpoint)
            log_likelihood += log_prob
            if log_prob == -math.inf:
                return Trace(choices, checkpoint, log_prob), log_ratio
            checkpoint = resume_observed(checkpoint)
        else:
            return Trace(choices, checkpoint, log_likelihood), log_ratio


def _answered(sample: Sample, before: Choice | None, rng: Any) -> tuple[Any, float, float]:
    """A value for a choice, its log probability, and what counts of it in the ratio of the move."""
    if before is None:
        value = draw(sample, rng)
        return value, chance(sample, value), 0.0
    log_prob = chance(sample, before.value)
    if log_prob > -math.inf:
        # Where the old distribution could not tell the probability, the way back draws anew.
        known = before.log_prob > -math.inf
        return before.value, log_prob, log_prob - before.log_prob if known else -math.inf
    value = draw(sample, rng)
    comes_back = chance(before.sample, value) == -math.inf
    return value, chance(sample, value), 0.0 if comes_back else -math.inf


def chance(sample: Sample, value: Any) -> float:
    """The log probability of a value at a choice; -inf also where the distribution cannot tell it,
    because the value is of another kind, or because it has no density.
    """
    try:
        return log_prob_of(sample, value)
    except UserError:
        return -math.inf
