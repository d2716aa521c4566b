"""Exact inference by summing over all runs, for programs whose choices are discrete and finite.

Depth-first over the tree of choices: at a sample the run forks into one branch per value of the
distribution's support, each with its log probability; an observe adds its own; branches of
probability zero are cut. The weight of a result is the joint probability of its run, so the sum of
all weights is the evidence itself. Branches are forked from the continuation, never replayed. The
oracle of the tests of other engines.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from anglipy.diagnostics import InferenceError
from anglipy.inference.draws import NO_DRAWS, Draws, place_of
from anglipy.inference.engine import Options, Startable, StepInfo, register, whole_number
from anglipy.inference.log_space import log_sum_exp
from anglipy.inference.posterior import Posterior
from anglipy.inference.runs import log_prob_of, resume_observed, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Sample
from anglipy.runtime.distributions.base import (
    Booleans,
    Finite,
    IntegerRange,
    Product,
    listed_values,
)

__all__ = ["Enumerate", "EnumerateOptions", "EnumerateState"]

_STEP_SECONDS = 0.05
"""A step goes on for about this long."""


@dataclass(frozen=True, slots=True)
class EnumerateOptions(Options):
    """How many runs to follow at most."""

    max_paths: int = 1_000_000
    """Branches to follow at most; a program with more of them ends with an error."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_paths", whole_number("max_paths", self.max_paths))


@dataclass(frozen=True, slots=True)
class EnumerateState:
    """Branches still to be followed, as a stack, and the results so far."""

    options: EnumerateOptions
    branches: tuple[tuple[Checkpoint, float], ...]
    opened: int = 1
    """Branches opened so far; each ends in one result or is cut."""
    draws: Draws = NO_DRAWS


class Enumerate:
    """The engine `enumerate`."""

    name = "enumerate"
    options_type = EnumerateOptions

    def init(self, query: Startable, value: Any, options: EnumerateOptions) -> EnumerateState:
        """Run the program to its first checkpoint."""
        return EnumerateState(options, ((query.start(value), 0.0),))

    def step(self, state: EnumerateState, rng: Any) -> tuple[EnumerateState, StepInfo]:
        """Follow branches for about 0.05 seconds; draws nothing."""
        branches, opened = list(state.branches), state.opened
        values: list[Any] = []
        log_weights: list[float] = []
        predicts: list[tuple[Any, ...]] = []
        died: list[tuple[Observe, int]] = []
        deadline = time.monotonic() + _STEP_SECONDS
        while branches:
            checkpoint, log_prob = branches.pop()
            if isinstance(checkpoint, Sample):
                choices = _choices(checkpoint, state.options.max_paths - opened + 1)
                opened += len(choices) - 1
                branches.extend(_forked(checkpoint, log_prob, choices))
            elif isinstance(checkpoint, Observe):
                log_prob += log_prob_of(checkpoint)
                if log_prob > -math.inf:
                    branches.append((resume_observed(checkpoint), log_prob))
                else:
                    died.append((checkpoint, 1))
            else:
                values.append(checkpoint.value)
                log_weights.append(log_prob)
                predicts.append(checkpoint.state.predicts)
            if time.monotonic() > deadline:
                break
        draws = state.draws.and_also(values, log_weights, predicts, died)
        return EnumerateState(state.options, tuple(branches), opened, draws), StepInfo(
            draws.count, None
        )

    def is_done(self, state: EnumerateState) -> bool:
        """Whether no branch is left."""
        return not state.branches

    def result(self, state: EnumerateState) -> Posterior:
        """The exact posterior; if it was stopped early, that of the runs followed so far.

        Raises InferenceError AQ501 if every run has probability zero, AQ507 if none was followed to
        its end.
        """
        posterior = state.draws.posterior(self.name, state.options, None)
        log_evidence = log_sum_exp(posterior.log_weights)
        done = self.is_done(state)
        return replace(posterior, log_evidence=log_evidence if done else None, exact=done)


def _choices(sample: Sample, room: int) -> Sequence[Any]:
    """The values of a sample's support.

    Raises InferenceError AQ504 if it is not finite, AQ505 if there are more than `room` of them.
    """
    support = sample.dist.support
    choices: Sequence[Any]
    match support:
        case Booleans():
            choices = (True, False)
        case Finite(values):
            choices = values
        case IntegerRange(low, high):
            choices = range(low, high + 1)
        case Product() if (listed := listed_values(support)) is not None:
            choices = listed
        case _:
            raise InferenceError(
                "AQ504",
                f"cannot enumerate the values of {sample.dist!r}: they are not finitely many",
                sample.site.span,
                help="the algorithm `importance` takes every program",
                notes=(f"at {sample.address}",),
            )
    if len(choices) > room:
        raise InferenceError(
            "AQ505",
            f"the program has more runs than max_paths allows, found at {place_of(sample.site)}",
            sample.site.span,
            help="raise max_paths, or use the algorithm `importance`",
            notes=(f"at {sample.address}",),
        )
    return choices


def _forked(
    sample: Sample, log_prob: float, choices: Sequence[Any]
) -> list[tuple[Checkpoint, float]]:
    """A branch per choice of positive probability, the first choice last, so that it is followed
    first.
    """
    branches = []
    for choice in reversed(choices):
        total = log_prob + log_prob_of(sample, choice)
        if total > -math.inf:
            branches.append((resume_with(sample, choice), total))
    return branches


register(Enumerate())
