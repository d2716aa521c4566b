"""Running a program with its prior: samples are answered by draws, observes are scored, errors get
their place.

What every engine that draws from the prior is made of. Each function takes a checkpoint and gives
the next one of interest; nothing here loops over particles or knows an algorithm.
"""

from __future__ import annotations

import math
from typing import Any

from anglipy.diagnostics import AnglipyError, InferenceError
from anglipy.inference.log_space import is_log_weight
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.locate import explain, placed
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
    """Run to the end with samples drawn from the prior: the result and its log weight, which is
    the sum of the log probabilities of the observes.

    A run that meets an observe of probability zero is not carried on: that observe is returned,
    with -inf.
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
    while isinstance(checkpoint, Sample):
        checkpoint = resume_with(checkpoint, draw(checkpoint, rng))
    return checkpoint


def draw(sample: Sample, rng: Any) -> Any:
    """A value from the prior of one sample."""
    try:
        return sample.dist.sample(rng)
    except Exception as error:
        # A distribution may be user code: any error of it becomes one that the user can read.
        explained = _placed(explain(error), sample)
        if explained is error:
            raise
        raise explained from error


def log_prob_of(checkpoint: Sample | Observe, value: Any = None) -> float:
    """The log probability of an observe's value (or of `value` at a sample): finite or -inf.

    Raises:
        InferenceError: AQ503 if it is nan or +inf, with the address, the value, the distribution.

    """
    observed = checkpoint.value if isinstance(checkpoint, Observe) else value
    try:
        log_prob = checkpoint.dist.log_prob(observed)
    except Exception as error:
        # A distribution may be user code: any error of it becomes one that the user can read.
        explained = _placed(explain(error), checkpoint)
        if explained is error:
            raise
        raise explained from error
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
    return resume_with(observe, observe.value)


def resume_with(checkpoint: Sample | Observe, value: Any) -> Checkpoint:
    """What comes after a checkpoint that is answered by this value."""
    try:
        return resume(checkpoint, value)
    except AnglipyError as error:
        _placed(error, checkpoint)
        raise


def _placed(error: AnglipyError, checkpoint: Sample | Observe) -> AnglipyError:
    """The error with the address of the last checkpoint, and its span if it had none."""
    return placed(error, checkpoint.site, checkpoint.instance)
