"""Running a program with its prior: samples are answered by draws, observes are scored, errors get
their place.

What every engine that draws from the prior is made of. Each function takes a checkpoint and gives
the next one of interest; nothing here loops over particles or knows an algorithm.
"""

from __future__ import annotations

import math
from typing import Any

from anglipy.diagnostics import AnglipyError, InferenceError, ProgramError
from anglipy.inference.log_space import is_log_weight
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.machine import resume
from anglipy.runtime.printing import pr_str

__all__ = [
    "answer_samples",
    "draw",
    "log_prob_of",
    "resume_observed",
    "resume_with",
    "run_weighted",
]


def run_weighted(checkpoint: Checkpoint, rng: Any) -> tuple[Result | Observe, float]:
    """Run to the end, samples drawn from the prior: the result and its log weight, the sum of log
    p(observe).

    A run that meets an observe of probability zero is not carried on: the observe is returned, with
    -inf.
    """
    log_weight = 0.0
    while True:
        checkpoint = answer_samples(checkpoint, rng)
        if not isinstance(checkpoint, Observe):
            return checkpoint, log_weight
        log_prob = log_prob_of(checkpoint)
        if log_prob == -math.inf:
            return checkpoint, log_prob
        log_weight += log_prob
        checkpoint = resume_observed(checkpoint)


def answer_samples(checkpoint: Checkpoint, rng: Any) -> Observe | Result:
    """The next observe or the result, every sample before it answered by a draw from its prior."""
    try:
        while isinstance(checkpoint, Sample):
            checkpoint = resume(checkpoint, checkpoint.dist.sample(rng))
    except AnglipyError as error:
        _place(error, checkpoint)
        raise
    except AttributeError as error:
        _require_distribution(checkpoint, "sample", error)
        raise
    return checkpoint


def draw(sample: Sample, rng: Any) -> Any:
    """A value from the prior of one sample."""
    try:
        return sample.dist.sample(rng)
    except AnglipyError as error:
        _place(error, sample)
        raise
    except AttributeError as error:
        _require_distribution(sample, "sample", error)
        raise


def log_prob_of(checkpoint: Sample | Observe, value: Any = None) -> float:
    """Log p of an observe's value (or of `value` at a sample): finite or -inf.

    Raises:
        InferenceError: AQ503 if it is nan or +inf, with the address, the value and the
        distribution.

    """
    observed = checkpoint.value if isinstance(checkpoint, Observe) else value
    try:
        log_prob = checkpoint.dist.log_prob(observed)
    except AnglipyError as error:
        _place(error, checkpoint)
        raise
    except AttributeError as error:
        _require_distribution(checkpoint, "observe", error)
        raise
    if is_log_weight(log_prob):
        return log_prob
    what = "infinite" if log_prob == math.inf else "not a number (nan)"
    raise InferenceError(
        "AQ503",
        f"the log probability of {pr_str(observed)} under {checkpoint.dist!r} is {what}",
        checkpoint.site.span,
        notes=(f"at {checkpoint.address}",),
    )


def resume_observed(observe: Observe) -> Checkpoint:
    """What comes after an observe; the program goes on with the observed value."""
    try:
        return resume(observe, observe.value)
    except AnglipyError as error:
        _place(error, observe)
        raise


def resume_with(sample: Sample, value: Any) -> Checkpoint:
    """What comes after a sample that is answered by this value."""
    try:
        return resume(sample, value)
    except AnglipyError as error:
        _place(error, sample)
        raise


def _place(error: AnglipyError, checkpoint: Checkpoint) -> None:
    """Give an error the address of the last checkpoint, and its span if it had none."""
    if not isinstance(checkpoint, Result):
        error.located(checkpoint.site.span).noted(f"at {checkpoint.address}")


def _require_distribution(checkpoint: Checkpoint, verb: str, error: AttributeError) -> None:
    """Raise ProgramError AQ412 if an attribute was missing because `dist` is not a distribution."""
    if isinstance(checkpoint, Result):
        return
    dist: object = checkpoint.dist
    if not isinstance(dist, Distribution):
        span, notes = checkpoint.site.span, (f"at {checkpoint.address}",)
        message = f"{verb}: needs a distribution, got {pr_str(dist)}"
        raise ProgramError("AQ412", message, span, notes=notes) from error
