"""The example programs, run by hand: every answer chosen by the test, every density added up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from anglipy.api import load
from anglipy.model import Model
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.convert import from_python
from anglipy.runtime.machine import resume

__all__ = ["EXAMPLES", "Run", "example", "followed", "log_sum", "start", "told", "weighted"]

EXAMPLES = Path(__file__).parents[2] / "examples"


class Run(NamedTuple):
    """A run to its end or to a sample, with log probabilities of its answers and observations."""

    checkpoint: Sample | Result
    log_prior: float
    log_weight: float

    @property
    def log_joint(self) -> float:
        return self.log_prior + self.log_weight

    @property
    def result(self) -> Any:
        assert isinstance(self.checkpoint, Result), "the program draws more than it was told"
        return self.checkpoint.value


def example(name: str, query: str | None = None) -> Model:
    """The query of an example file, by default the one of the same name."""
    return load(EXAMPLES / f"{name}.aq").queries[query or name]


def _past_observes(checkpoint: Checkpoint, log_prior: float, log_weight: float) -> Run:
    while isinstance(checkpoint, Observe):
        log_weight += checkpoint.dist.log_prob(checkpoint.value)
        checkpoint = resume(checkpoint, checkpoint.value)
    return Run(checkpoint, log_prior, log_weight)


def start(model: Model, args: Any) -> Run:
    """The run up to its first draw."""
    return _past_observes(model.query.start(from_python(args)), 0.0, 0.0)


def told(run: Run, answer: Any) -> Run:
    """The run up to its next draw, after this answer to the draw that it stands at."""
    sample = run.checkpoint
    assert isinstance(sample, Sample), "the program draws less than it was told"
    log_prior = run.log_prior + sample.dist.log_prob(answer)
    return _past_observes(resume(sample, answer), log_prior, run.log_weight)


def followed(model: Model, args: Any, answers: Iterable[Any]) -> Run:
    """The run with these answers to its draws."""
    run = start(model, args)
    for answer in answers:
        run = told(run, answer)
    return run


def log_sum(log_values: Iterable[float]) -> float:
    """log of the sum of exponentials."""
    values = list(log_values)
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))


def weighted(
    model: Model, args: Any, rng: np.random.Generator, f: Callable[[Any], float] = lambda _: 1.0
) -> Callable[[int], Sequence[float]]:
    """Replicates of weight x f(result), one per draw of importance sampling."""

    def draw(n: int) -> Sequence[float]:
        posterior = model.infer("importance", args, samples=n, seed=int(rng.integers(2**32)))
        return list(_padded(posterior, n, f))

    return draw


def _padded(posterior: Any, n: int, f: Callable[[Any], float]) -> Iterator[float]:
    """Draws of weight zero are counted by a posterior and need not be kept."""
    pairs = list(zip(posterior.log_weights.tolist(), posterior.values, strict=True))
    yield from (math.exp(log_weight) * f(value) for log_weight, value in pairs)
    yield from [0.0] * (n - len(pairs))
