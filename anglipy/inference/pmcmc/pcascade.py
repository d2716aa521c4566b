"""The particle cascade: at every observe a particle dies or branches by itself, compared with those
that were there before it.

Let W be the mean weight of all that have arrived at this observe so far (counted in the order of
observes of a run), a particle of weight w among them. With R = w / W the particle has floor(R) or
floor(R) + 1 children, R on average, each of weight W. So the weight of its children is w on
average, and with K particles at the start

    E[1/K sum of the weights f(x) of all that come to the end] = p(y) E[f | y]

for any number of particles started, and for any program: observes need not be in step (Paige, Wood,
Doucet & Teh 2014, "Asynchronous anytime sequential Monte Carlo", with the branching of Anglican).
Particles start in batches, which share what is known of W; a batch runs in lockstep, or one by one
with the option `scalar`. Where a batch would grow to more than twice its size, copies are left out
and the others weigh more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from anglipy.inference.draws import NO_DRAWS, NO_MOMENTS, Draws
from anglipy.inference.engine import LockstepOptions, Startable, StepInfo, register, whole_number
from anglipy.inference.lockstep import for_groups
from anglipy.inference.log_space import FloatArray, IntArray, Moments
from anglipy.inference.pmcmc.batches import GroupBatches, ParticleBatches
from anglipy.inference.posterior import Posterior

__all__ = ["Mean", "PCascade", "PCascadeOptions", "PCascadeState", "branched"]


@dataclass(frozen=True, slots=True)
class PCascadeOptions(LockstepOptions):
    """How many particles start."""

    samples: int = 10_000
    """Particles to start, over all batches; about as many come to the end."""
    particles: int = 1_000
    """Particles that start together (`:number-of-particles`)."""

    def __post_init__(self) -> None:
        LockstepOptions.__post_init__(self)
        for name in ("samples", "particles"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))


class Mean(NamedTuple):
    """Of the weights that have arrived at an observe."""

    log_total: float = -math.inf
    arrivals: int = 0


@dataclass(frozen=True, slots=True)
class PCascadeState:
    """The means by number of observe, and the draws so far."""

    options: PCascadeOptions
    batches: GroupBatches | ParticleBatches
    means: tuple[Mean, ...] = ()
    started: int = 0
    evidence: Moments = NO_MOMENTS
    """Of the total weights of all that descend from one particle."""
    draws: Draws = NO_DRAWS


class PCascade:
    """The engine `pcascade`."""

    name = "pcascade"
    options_type = PCascadeOptions
    in_any_order = True
    """The draws of a batch come in the order of the ways that runs took, which tells nothing."""

    def init(self, query: Startable, value: Any, options: PCascadeOptions) -> PCascadeState:
        """Nobody has started."""
        grouped = None if options.scalar else for_groups(query)
        if grouped is None:
            return PCascadeState(options, ParticleBatches(query.start(value)))
        return PCascadeState(options, GroupBatches(grouped, value, options.lanes))

    def step(self, state: PCascadeState, rng: Any) -> tuple[PCascadeState, StepInfo]:
        """One batch, to its end."""
        size = min(state.options.particles, state.options.samples - state.started)
        state = self._after(state, size, rng)
        log_evidence = state.evidence.log_mean
        info = StepInfo(state.started, state.options.samples, log_evidence=log_evidence)
        return state, info

    def _after(self, state: PCascadeState, size: int, rng: Any) -> PCascadeState:
        cascade = _Cascade(list(state.means), 2 * size, rng)
        draws = state.draws
        totals = np.full(size, -math.inf)
        blocks, died = state.batches.run(size, cascade.branch, rng)
        for values, log_weights, predicts, roots in blocks:
            draws = draws.and_also(values, log_weights, predicts, families=state.started + roots)
            np.logaddexp.at(totals, roots, log_weights)
        if died:
            draws = draws.and_also((), (), (), died)
        return replace(
            state,
            means=tuple(cascade.means),
            started=state.started + size,
            evidence=state.evidence.and_also(Moments.of(totals, size)),
            draws=draws,
        )

    def walked(self, state: PCascadeState, rng: Any, count: int) -> tuple[PCascadeState, Draws]:
        """After one more batch: the state, and its draws. The state keeps none."""
        state = self._after(replace(state, draws=NO_DRAWS), state.options.particles, rng)
        return replace(state, draws=NO_DRAWS), state.draws

    def is_done(self, state: PCascadeState) -> bool:
        """Whether all have started."""
        return state.started >= state.options.samples

    def result(self, state: PCascadeState) -> Posterior:
        """The draws so far. Raises InferenceError AQ501 if nobody came to the end, AQ507 if nobody
        has started.
        """
        made = state.draws.posterior(self.name, state.options)
        return replace(
            made,
            log_evidence=state.evidence.log_mean,
            log_evidence_standard_error=state.evidence.standard_error,
        )


class _Cascade:
    """The means while a batch runs."""

    def __init__(self, means: list[Mean], limit: int, rng: Any) -> None:
        self.means, self.limit, self.rng = means, limit, rng

    def branch(self, place: int, log_weights: FloatArray, dead: int) -> tuple[IntArray, FloatArray]:
        """The ancestors of those who go on after observe number `place`, in ascending order, and
        their log weights; `dead` more arrived with weight zero.
        """
        while len(self.means) <= place:
            self.means.append(Mean())
        mean = self.means[place]
        mean = Mean(mean.log_total, mean.arrivals + dead)
        ancestors, after, self.means[place] = branched(self.rng, log_weights, mean, self.limit)
        return ancestors, after


def branched(
    rng: Any, log_weights: FloatArray, mean: Mean, limit: int
) -> tuple[IntArray, FloatArray, Mean]:
    """The ancestors of the children, at most `limit` where that many have children at all; their
    log weights; and the mean with these weights.

    Law: the children of a particle weigh together what it weighs, on average.
    """
    if len(log_weights) == 0:
        return np.empty(0, dtype=np.intp), log_weights, mean
    log_totals = np.logaddexp.accumulate(np.concatenate([[mean.log_total], log_weights]))[1:]
    log_means = log_totals - np.log(mean.arrivals + np.arange(1, len(log_weights) + 1))
    ratios = np.exp(log_weights - log_means)
    whole = np.floor(ratios)
    more = rng.random(len(ratios)) < ratios - whole
    children = whole.astype(np.intp) + np.asarray(more, dtype=bool)
    copies = _limited(children, limit)
    ancestors = np.repeat(np.arange(len(copies)), copies)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_each = log_means + np.log(children) - np.log(copies)
    return ancestors, log_each[ancestors], Mean(float(log_totals[-1]), mean.arrivals + len(ratios))


def _limited(children: IntArray, limit: int) -> IntArray:
    """The numbers of children with as many of them left out as there are above the limit, from the
    last particle on; each keeps one.
    """
    excess = int(children.sum()) - limit
    if excess <= 0:
        return children
    spare = np.maximum(children - 1, 0)[::-1]
    before = np.cumsum(spare) - spare
    left_out: IntArray = np.clip(excess - before, 0, spare)[::-1]
    return children - left_out


register(PCascade())
