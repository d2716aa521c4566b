"""Annealed importance sampling: runs from the prior that are led to the posterior step by step.

Neal 2001, "Annealed importance sampling". A run begins with exponent `start-exponent`; with each of
`steps` equal steps of the exponent b the log weight grows by the step times the log likelihood, and
the run makes one move of `rmh` for the distribution p(choices) p(observations | choices)^b:

    log weight = b_0 log L(x_0) + sum over k of (b_k - b_{k-1}) log L(x_{k-1})

so that the mean weight is an unbiased estimate of the evidence, of smaller variance than that of
importance sampling. (Anglican's leaves the prior out of its moves, and is biased.) All runs go in
lockstep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np

from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import LockstepOptions, Startable, StepInfo, register, whole_number
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import FloatArray
from anglipy.inference.mcmc.chain import SingleWalk
from anglipy.inference.mcmc.groups import GroupWalk, flocks_of
from anglipy.inference.mcmc.kernels import Proposing
from anglipy.inference.mcmc.moves import Rules
from anglipy.inference.mcmc.options import real_number
from anglipy.inference.posterior import Posterior

__all__ = ["Ais", "AisOptions", "AisState"]

_ONE_BY_ONE = 100
"""Scalar runs in one step."""


@dataclass(frozen=True, slots=True)
class AisOptions(LockstepOptions):
    """How many runs, and how they are led."""

    samples: int = 1_000
    """Runs, each of which gives a weighted draw."""
    steps: int = 1
    """Steps from the first to the last exponent (`:number-of-steps`)."""
    start_exponent: float = 0.0
    """The first exponent of the likelihood."""
    end_exponent: float = 1.0
    """The last exponent; 1 gives the posterior."""
    alpha: float = 0.5
    """As of `rmh`."""
    sigma: float = 1.0
    """As of `rmh`."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        for name in ("samples", "steps"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        for name in ("start_exponent", "end_exponent"):
            number = real_number(
                name.replace("_", "-"),
                getattr(self, name),
                0.0,
                1e9,
                "0 is the prior, 1 the posterior",
            )
            object.__setattr__(self, name, number)
        object.__setattr__(self, "alpha", real_number("alpha", self.alpha, 0.0, 1.0, "as of `rmh`"))
        object.__setattr__(self, "sigma", real_number("sigma", self.sigma, 0.0, inf, "as of `rmh`"))

    def exponents(self) -> FloatArray:
        """The exponents, shape (steps + 1,)."""
        return np.linspace(self.start_exponent, self.end_exponent, self.steps + 1)


@dataclass(frozen=True, slots=True)
class AisState:
    """The program, and the draws so far."""

    query: Any
    value: Any
    options: AisOptions
    draws: Draws = NO_DRAWS


class Ais:
    """The engine `ais`."""

    name = "ais"
    options_type = AisOptions

    def init(self, query: Startable, value: Any, options: AisOptions) -> AisState:
        """No draw yet."""
        return AisState(query, value, options)

    def step(self, state: AisState, rng: Any) -> tuple[AisState, StepInfo]:
        """Some runs, from their beginning to their end."""
        options, made = state.options, state.draws.count
        grouped = None if options.scalar else for_groups(state.query)
        rules = Rules(proposing=Proposing(options.alpha, options.sigma))
        walk: Any
        if grouped is None:
            count = min(_ONE_BY_ONE, options.samples - made)
            walk = SingleWalk(state.query.start(state.value), count, rules)
        else:
            count = min(options.lanes, options.samples - made)
            walk = GroupWalk(flocks_of(grouped, state.value, count, count), rules)
        begun, _ = walk.moved(rng)
        walk, log_weights = _led(begun, options.exponents().tolist(), rng)
        draws = state.draws.and_also((), (), (), [(death, 1) for death in begun.deaths()])
        draws = walk.noted(draws, [walk], log_weights)
        return replace(state, draws=draws), StepInfo(
            draws.count, options.samples, draws_ess=draws.ess
        )

    def is_done(self, state: AisState) -> bool:
        """Whether all runs are made."""
        return state.draws.count >= state.options.samples

    def result(self, state: AisState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if every weight is zero, AQ507 if there is
        no draw.
        """
        return state.draws.posterior(self.name, state.options, independent=True)


def _led(walk: Any, exponents: list[float], rng: Any) -> tuple[Any, FloatArray]:
    """The runs at their end, and their log weights; -inf for those that were impossible at the
    beginning.
    """
    log_likelihood = walk.log_likelihoods()
    log_weights = exponents[0] * log_likelihood if exponents[0] else np.zeros(len(log_likelihood))
    log_weights[log_likelihood == -inf] = -inf
    for before, exponent in pairwise(exponents):
        log_weights += np.where(
            log_weights > -inf, (exponent - before) * walk.log_likelihoods(), 0.0
        )
        walk, _ = replace(walk, rules=replace(walk.rules, power=exponent)).moved(rng)
    return walk, log_weights


register(Ais())
