"""Sequential Monte Carlo: the bootstrap particle filter over the observes of a program.

All particles are advanced to their next observe, weighted by it, and resampled; Gordon, Salmond &
Smith 1993; for programs Wood, van de Meent & Mansinghka 2014, "A new approach to probabilistic
programming inference". As in Anglican, every survivor's weight becomes the mean weight, so that
weights accumulate the estimate of the evidence:

    Zhat = product over observes of the mean of the incremental weights,     E[Zhat] = p(y).

Unlike Anglican, a resampling that nothing would follow is left out: when every particle is at its
result right after an observe, the weights of that observe are kept as they are. Replacing a
resampling by its expectation is a Rao-Blackwellisation (Chopin & Papaspiliopoulos 2020, sec. 10.2.3
on using weights before resampling): same expectation, no larger variance.

A particle is (checkpoint, log_weight). Programs are pure between checkpoints, so the offspring of a
particle share the checkpoint that follows their observe; forking is keeping a reference. Memory is
O(particles) plus the results. Sweeps are independent; their draws are pooled by weight, so that a
sweep counts as exp(its log evidence).
"""

from __future__ import annotations

import gc
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np

from anglipy.diagnostics import AnglipyError, InferenceError, OptionError
from anglipy.inference.draws import NO_DRAWS, Draws, place_of
from anglipy.inference.engine import (
    Options,
    Startable,
    StepInfo,
    nearest,
    register,
    whole_number,
)
from anglipy.inference.log_space import (
    effective_sample_size,
    log_mean_exp,
    log_mean_exp_standard_error,
    normalise,
)
from anglipy.inference.posterior import Posterior
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.runs import answer_samples, log_prob_of, resume_observed
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result

__all__ = ["Particle", "Smc", "SmcOptions", "SmcState"]


@dataclass(frozen=True, slots=True)
class SmcOptions(Options):
    """Particles per sweep, sweeps, and when and how to resample."""

    particles: int = 1_000
    sweeps: int = 1
    resampling: str = "systematic"
    """A scheme's name in `resampling.SCHEMES`."""
    ess_threshold: float = 1.0
    """Resample when the effective sample size falls below this share of the particles: 1 resamples
    at every observe, as Anglican does; 0 never, which is importance sampling."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "particles", whole_number("particles", self.particles))
        object.__setattr__(self, "sweeps", whole_number("sweeps", self.sweeps))
        if self.resampling not in SCHEMES:
            raise OptionError(
                "AQ303",
                f"the option `resampling` has no value `{self.resampling}`",
                help=f"{nearest(str(self.resampling), SCHEMES)}known: {', '.join(SCHEMES)}",
            )
        threshold = self.ess_threshold
        if (
            isinstance(threshold, bool)
            or not isinstance(threshold, (int, float))
            or not 0 <= threshold <= 1
        ):
            raise OptionError(
                "AQ303", f"the option `ess_threshold` must be between 0 and 1, got {threshold!r}"
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields, and `samples`, the number of draws over all sweeps."""
        return (*super(SmcOptions, cls).names(), "samples")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """`samples` with `particles` gives the number of sweeps, rounded up; `samples` alone is
        split evenly over sweeps of at most 1,000 particles.
        """
        rest = dict(given)
        if rest.get("samples") is None:
            rest.pop("samples", None)
            return cls(**rest)
        if "sweeps" in rest:
            raise OptionError(
                "AQ303", "give `samples` or `sweeps`, not both", help="samples = particles * sweeps"
            )
        samples = whole_number("samples", rest.pop("samples"))
        limit = whole_number("particles", rest.get("particles", cls().particles))
        rest["sweeps"] = -(-samples // limit)
        rest.setdefault("particles", -(-samples // rest["sweeps"]))
        return cls(**rest)


class Particle(NamedTuple):
    """One run of the program and its log weight; `checkpoint` is where it died if that is -inf."""

    checkpoint: Checkpoint
    log_weight: float


@dataclass(frozen=True, slots=True)
class SmcState:
    """The particles of the sweep under way, and the draws and log evidences of the sweeps
    before.
    """

    options: SmcOptions
    first: Checkpoint
    particles: tuple[Particle, ...]
    draws: Draws = NO_DRAWS
    log_evidences: tuple[float, ...] = ()


class Smc:
    """The engine `smc`."""

    name = "smc"
    options_type = SmcOptions

    def init(self, query: Startable, value: Any, options: SmcOptions) -> SmcState:
        """Run the program to its first checkpoint, once."""
        first = query.start(value)
        return SmcState(options, first, _fresh(first, options))

    def step(self, state: SmcState, rng: Any) -> tuple[SmcState, StepInfo]:
        """Advance every particle over its next observe, or to the end of the sweep."""
        with _without_garbage_collection():
            arrived = _advanced(state.particles, rng)
            _check_in_step(arrived)
            weighed = _weighed(arrived)
        if _is_over(weighed):
            return _end_of_sweep(state, weighed)
        options = state.options
        log_weights = np.array([particle.log_weight for particle in weighed])
        ess, log_evidence = effective_sample_size(log_weights), log_mean_exp(log_weights)
        resampled = options.ess_threshold == 1 or ess < options.ess_threshold * len(weighed)
        if resampled:
            ancestors = SCHEMES[options.resampling](rng, normalise(log_weights), len(weighed))
            weighed = tuple(
                Particle(weighed[i].checkpoint, log_evidence) for i in ancestors.tolist()
            )
        info = StepInfo(
            state.draws.count, options.particles * options.sweeps, ess, log_evidence, resampled
        )
        return replace(state, particles=weighed), info

    def is_done(self, state: SmcState) -> bool:
        """Whether all sweeps are complete."""
        return len(state.log_evidences) >= state.options.sweeps

    def result(self, state: SmcState) -> Posterior:
        """The draws of the complete sweeps. Raises InferenceError AQ501 if every weight is zero,
        AQ507 if there is none.
        """
        error = log_mean_exp_standard_error(state.log_evidences)
        return state.draws.posterior(self.name, state.options, error)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Keep Python's cycle collector from running.

    A step makes many small immutable objects that stay alive and form no cycles, and the collector
    walks over all of them again and again: with 10,000 particles that is half of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fresh(first: Checkpoint, options: SmcOptions) -> tuple[Particle, ...]:
    return (Particle(first, 0.0),) * options.particles


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


def _weighed(arrived: tuple[Particle, ...]) -> tuple[Particle, ...]:
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


def _is_over(particles: tuple[Particle, ...]) -> bool:
    """Whether every living particle is at its result (none living is the end, too)."""
    return all(
        isinstance(particle.checkpoint, Result) or particle.log_weight == -math.inf
        for particle in particles
    )


def _end_of_sweep(state: SmcState, particles: tuple[Particle, ...]) -> tuple[SmcState, StepInfo]:
    """Collect the results and start the next sweep."""
    ended = [(p.checkpoint, p.log_weight) for p in particles if isinstance(p.checkpoint, Result)]
    draws = state.draws.and_also(
        [result.value for result, _ in ended],
        [log_weight for _, log_weight in ended],
        [result.state.predicts for result, _ in ended],
        [p.checkpoint for p in particles if isinstance(p.checkpoint, Observe)],
    )
    log_weights = [p.log_weight for p in particles]
    log_evidence = log_mean_exp(log_weights)
    options = state.options
    info = StepInfo(
        draws.count,
        options.particles * options.sweeps,
        effective_sample_size(log_weights),
        log_evidence,
    )
    evidences = (*state.log_evidences, log_evidence)
    return SmcState(options, state.first, _fresh(state.first, options), draws, evidences), info


def _check_in_step(particles: tuple[Particle, ...]) -> None:
    """All living particles must be at an observe, whichever, or all at their results. Raises
    InferenceError AQ502.
    """
    living = [p.checkpoint for p in particles if p.log_weight > -math.inf]
    at_end = sum(isinstance(checkpoint, Result) for checkpoint in living)
    if at_end in (0, len(living)):
        return
    waiting = Counter(checkpoint.site for checkpoint in living if isinstance(checkpoint, Observe))
    counts = waiting.most_common()
    busiest, others = counts[0][0], len(living) - at_end
    where = f"the observe {place_of(busiest)}" if len(counts) == 1 else f"{len(counts)} observes"
    raise InferenceError(
        "AQ502",
        f"observes out of step: {at_end} of {len(living)} particles have ended, the other {others}"
        f" wait at {where}",
        busiest.span,
        help="SMC needs the same number of observes in every run; `importance` takes every program",
        notes=tuple(f"{count} wait at {place_of(site)}" for site, count in counts)
        if len(counts) > 1
        else (),
    )


register(Smc())
