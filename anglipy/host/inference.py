"""Inference as programs call it: `doquery` and the functions of anglican.inference that need an
engine. What only computes with states and weights is in `anglipy.runtime.primitives.weighted`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.host.algorithms import TRAINED, Request, request_of
from anglipy.host.states import states
from anglipy.runtime.access import values_of
from anglipy.runtime.checkpoints import Sample
from anglipy.runtime.locate import LANES
from anglipy.runtime.machine import Query
from anglipy.runtime.primitives.checks import fail, index
from anglipy.runtime.primitives.weighted import log_weight_of
from anglipy.runtime.randomness import current_rng, set_host_seed
from anglipy.runtime.seqs import LazySeq

__all__ = ["FUNCTIONS", "doquery", "infer", "noticing"]

_ASKED: ContextVar[list[str] | None] = ContextVar("anglipy_asked", default=None)


@contextmanager
def noticing() -> Iterator[list[str]]:
    """The names of the queries that are inferred while a program runs, to be read afterwards."""
    asked: list[str] = []
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def doquery(algorithm: Any, query: Any, value: Any = None, *options: Any) -> LazySeq:
    """The lazy sequence of states of a query by an algorithm, endless unless the algorithm ends."""
    if not isinstance(query, Query):
        fail("doquery", "a query", query, "(doquery :importance my-query [argument ...])")
    request = request_of(algorithm, options)
    asked = _ASKED.get()
    if asked is not None:
        asked.append(query.name)
    if request.algorithm in TRAINED:
        _check_artifact(query, request)
    return LazySeq(states(query, value, request))


def infer(algorithm: Any, query: Any, value: Any = None, *options: Any) -> LazySeq:
    """What `doquery` gives."""
    return doquery(algorithm, query, value, *options)


def _check_artifact(query: Query, request: Request) -> None:
    """Load the artifact that a request names. Raises ArtifactError if it is none of this query."""
    from anglipy.compile import program_hash, reachable_sites
    from anglipy.ic.artifact import Artifact

    given = request.options.get("artifact")
    if given is None:
        raise ArtifactError(
            "AQ610", f"the algorithm `:{request.algorithm}` needs an artifact",
            help='train one with `anglipy compile`, and give it: :artifact "FILE"',
        )  # fmt: skip
    artifact = given if isinstance(given, Artifact) else Artifact.load(given)
    namespace = query.frame[0].__globals__[LANES].namespace
    if query.name in namespace.definitions:
        artifact.check(program_hash(namespace, query.name), reachable_sites(namespace, query.name))
    request.options["artifact"] = artifact  # type: ignore[index]


def equalize(weighted: Any) -> LazySeq:
    """The states as a chain without weights: independent Metropolis-Hastings, in which the next
    state is taken with probability min(1, its weight / the weight of the present one).
    """
    return LazySeq(_equalized(iter(values_of(weighted, "equalize"))))


def _equalized(walk: Iterator[Any]) -> Iterator[Any]:
    from anglipy.runtime.primitives.changes import assoc
    from anglipy.runtime.scalars import Keyword

    rng, present = current_rng(), None
    log_weight = -math.inf
    for state in walk:
        offered = log_weight_of(state)
        # `1 - random` is never zero.
        if present is None or math.log(1.0 - rng.random()) < offered - log_weight:
            present, log_weight = state, offered
        yield assoc(present, Keyword("log-weight"), 0.0)


def rejection(log_bound: Any, weighted: Any) -> LazySeq:
    """The states that rejection sampling keeps, given a bound on their log weights."""
    bound = float(log_bound)
    rng = current_rng()

    def kept() -> Iterator[Any]:
        for state in values_of(weighted, "rejection"):
            log_weight = log_weight_of(state)
            if log_weight > bound + 1e-9:
                raise OptionError(
                    "AQ303", f"rejection: a log weight of {log_weight} is above the bound {bound}"
                )
            if math.log(1.0 - rng.random()) < log_weight - bound:
                yield state

    return LazySeq(kept())


def warmup(query: Any, value: Any = None) -> Any:
    """The query, after one run up to its first choice, which shows what is wrong before it."""
    if not isinstance(query, Query):
        fail("warmup", "a query", query)
    query.start(value)
    return query


def run_prior(query: Any, value: Any = None) -> Any:
    """The result of one run with all choices drawn from their priors; what is observed counts for
    nothing.
    """
    if not isinstance(query, Query):
        fail("run-prior", "a query", query)
    run = query(value)
    try:
        checkpoint = next(run)
        while True:
            drawn = isinstance(checkpoint, Sample)
            answer = checkpoint.dist.sample(current_rng()) if drawn else checkpoint.value  # type: ignore[union-attr]
            checkpoint = run.send(answer)
    except StopIteration as end:
        return end.value


def set_seed(seed: Any) -> None:
    """Restart the generator of `rand`, `sample*` and `doquery` without `:seed` from a number."""
    set_host_seed(index(seed, "set-seed!"))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "doquery": doquery,
    "infer": infer,
    "equalize": equalize,
    "rejection": rejection,
    "warmup": warmup,
    "run-prior": run_prior,
    "set-seed!": set_seed,
}
