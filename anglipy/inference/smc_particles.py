"""A sweep of SMC over single particles: the reference.

A particle is (checkpoint, log_weight). Programs are pure between checkpoints, so the offspring of a
particle share the checkpoint that follows their observe; forking is keeping a reference.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.draws import Draws
from anglipy.inference.garbage import without_collecting
from anglipy.inference.log_space import IntArray, Weighed, weigh_all
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.runs import answer_samples, log_prob_of, resume_observed
from anglipy.inference.sweeps import Ended, SmcOptions, out_of_step
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result

__all__ = ["Particle", "ParticleSweep", "all_weighed", "check_in_step", "is_over"]


class Particle(NamedTuple):
    """One run of the program and its log weight; `checkpoint` is where it died if that is -inf."""

    checkpoint: Checkpoint
    log_weight: float


@dataclass(frozen=True, slots=True)
class ParticleSweep:
    """The particles of a sweep between two steps."""

    options: SmcOptions
    particles: tuple[Particle, ...]
    families: IntArray | None = None
    """Which particle of the first generation each descends from; None before any resampling."""

    @classmethod
    def begin(cls, first: Checkpoint, options: SmcOptions) -> ParticleSweep:
        """All particles at the first checkpoint, which they share."""
        return cls(options, (Particle(first, 0.0),) * options.particles)

    def step(self, rng: Any, draws: Draws) -> tuple[ParticleSweep, Weighed, bool] | Ended:
        """Over the next observe: the sweep after it, the weights, and whether it resampled; or the
        end, with `draws` and the results.
        """
        with without_collecting():
            arrived = _advanced(self.particles, rng)
            check_in_step(arrived)
            particles = all_weighed(arrived)
        found = weigh_all(np.array([p.log_weight for p in particles]), len(particles))
        if is_over(particles):
            after = _with_results(draws, particles, self.families)
            return Ended(after, found.log_mean, found.ess)
        threshold = self.options.ess_threshold
        if threshold != 1 and found.ess >= threshold * len(particles):
            return replace(self, particles=particles), found, False
        ancestors = SCHEMES[self.options.resampling](rng, found.weights, len(particles))
        chosen = tuple(
            Particle(particles[i].checkpoint, found.log_mean) for i in ancestors.tolist()
        )
        families = ancestors if self.families is None else self.families[ancestors]
        return replace(self, particles=chosen, families=families), found, True


def _advanced(particles: tuple[Particle, ...], rng: Any) -> tuple[Particle, ...]:
    """Every living particle at its next observe or its result, samples drawn from the prior."""
    arrived = []
    for i, particle in enumerate(particles):
        if particle.log_weight > -math.inf:
            try:
                particle = Particle(answer_samples(particle.checkpoint, rng), particle.log_weight)
            except AnglipyError as error:
                error.noted(f"in particle {i + 1} of {len(particles)}")
                raise
        arrived.append(particle)
    return tuple(arrived)


def all_weighed(arrived: tuple[Particle, ...]) -> tuple[Particle, ...]:
    """Particles at an observe are weighted by it and taken to the checkpoint after it; those it
    kills stay there.
    """
    weighed = []
    for i, particle in enumerate(arrived):
        checkpoint, log_weight = particle
        if isinstance(checkpoint, Observe) and log_weight > -math.inf:
            try:
                log_weight += log_prob_of(checkpoint)
                if log_weight > -math.inf:
                    checkpoint = resume_observed(checkpoint)
            except AnglipyError as error:
                error.noted(f"in particle {i + 1} of {len(arrived)}")
                raise
            particle = Particle(checkpoint, log_weight)
        weighed.append(particle)
    return tuple(weighed)


def is_over(particles: tuple[Particle, ...]) -> bool:
    """Whether every living particle is at its result (none living is the end, too)."""
    return all(
        isinstance(particle.checkpoint, Result) or particle.log_weight == -math.inf
        for particle in particles
    )


def _with_results(
    draws: Draws, particles: tuple[Particle, ...], families: IntArray | None
) -> Draws:
    """The draws with the results of a sweep."""
    ended = [(p.checkpoint, p.log_weight) for p in particles if isinstance(p.checkpoint, Result)]
    if families is not None:
        families = draws.count + families[[isinstance(p.checkpoint, Result) for p in particles]]
    return draws.and_also(
        [result.value for result, _ in ended],
        [log_weight for _, log_weight in ended],
        [result.state.predicts for result, _ in ended],
        [(p.checkpoint, 1) for p in particles if isinstance(p.checkpoint, Observe)],
        families,
    )


def check_in_step(particles: tuple[Particle, ...]) -> None:
    """All living particles must be at an observe, whichever, or all at their results. Raises
    InferenceError AQ502.
    """
    living = [p.checkpoint for p in particles if p.log_weight > -math.inf]
    at_end = sum(isinstance(checkpoint, Result) for checkpoint in living)
    if at_end in (0, len(living)):
        return
    waiting = Counter(checkpoint.site for checkpoint in living if isinstance(checkpoint, Observe))
    raise out_of_step(waiting, at_end)
