"""The states that `doquery` gives: drawn in blocks, which run in lockstep, and handed out one by
one.

A state is the map `{:log-weight w :result r :predicts [[label value] ...]}`. What engines give
comes grouped by the way the runs took, so every block is shuffled: any number of states from the
beginning of the sequence are fair draws. Chains come in the order in which they move, those of
sweeps sweep by sweep. Runs of weight zero are left out, as Anglican does by default; how many there
were before a state is in its metadata, so that `log-marginal` can count them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from anglipy.diagnostics import InferenceError
from anglipy.host.algorithms import Request
from anglipy.runtime.machine import Query
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.references import with_meta
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["DROPPED", "EXACT", "states"]

SEARCHES = ("siman", "bamc")
"""Engines that look for the best run, and give those that are better than all before."""
WALK = 32
"""Draws of each chain that are made at a time."""
FIRST_BLOCK, LAST_BLOCK = 128, 16_384
"""Runs in the first block and at most: each block is twice as large as the one before."""
EQUALLY_WEIGHTED = frozenset({"smc"})
"""Engines whose states weigh the same within a block: Anglican resamples at every observe, also at
the last, and its programs rely on that by counting results. The engine here leaves out a resampling
that nothing follows, so the states of its sweeps are resampled."""
PATIENCE, CHAIN_PATIENCE = 200_000, 50_000
"""Runs of weight zero in a row after which there is no more hope; of chains, which take longer."""

DROPPED, EXACT = Keyword("dropped"), Keyword("exact")
_LOG_WEIGHT, _RESULT = Keyword("log-weight"), Keyword("result")
_PREDICTS = Keyword("predicts")


def states(query: Query, value: Any, request: Request) -> Iterator[PersistentMap]:
    """The states of a query, in the order in which they are to be looked at."""
    import numpy as np

    from anglipy.runtime.random_source import current_rng

    if request.seed is not None:
        rng = np.random.default_rng(request.seed)
    else:
        rng = np.random.default_rng(list(current_rng().bytes(16)))
    blocks = _walked if _is_chain(request.algorithm) else _blocks
    yield from islice(_kept(blocks(query, value, request, rng), request), request.count)


def _is_chain(algorithm: str) -> bool:
    from anglipy.inference import engine_named

    return hasattr(engine_named(algorithm), "walked")


def _walked(query: Query, value: Any, request: Request, rng: Any) -> Iterator[Any]:
    """The same of chains, in the order in which they move, without end. A search ends if it finds
    nothing better for long, or when it has tried as many runs as there shall be samples.
    """
    from anglipy.inference import engine_named, options_of
    from anglipy.inference.draws import all_weights_zero
    from anglipy.runtime.lanes.groups import using
    from anglipy.runtime.random_source import using_rng

    engine: Any = engine_named(request.algorithm)
    given = dict(request.options)
    if request.algorithm in SEARCHES and request.count is not None:
        given["samples"] = request.count
    options = options_of(request.algorithm, **given)
    with using(None), using_rng(rng):  # type: ignore[arg-type]
        state = engine.init(query, value, options)
    in_vain = 0
    while request.algorithm not in SEARCHES or _goes_on(engine, state, request, in_vain):
        with using(None), using_rng(rng):  # type: ignore[arg-type]
            state, draws = engine.walked(state, rng, WALK)
        in_vain = 0 if draws.count else in_vain + WALK
        found: list[PersistentMap | None] = [None] * draws.deaths.count
        for log_weight, result, predicts in draws.listed():
            found.append(_state(log_weight, result, predicts))
        if getattr(engine, "in_any_order", False):
            found = [found[place] for place in rng.permutation(len(found)).tolist()]
        failed = all_weights_zero("all runs", draws.deaths) if draws.deaths.count else None
        yield found, failed


def _goes_on(engine: Any, state: Any, request: Request, in_vain: int) -> bool:
    """Whether a search does."""
    return in_vain < CHAIN_PATIENCE and (request.count is None or not engine.is_done(state))


def _blocks(query: Query, value: Any, request: Request, rng: Any) -> Iterator[Any]:
    """(states or None for a run of weight zero), block by block, without end unless exact."""
    from anglipy.inference import infer
    from anglipy.runtime.lanes.groups import using

    size, exact = FIRST_BLOCK, request.algorithm == "enumerate"
    while True:
        options = dict(request.options)
        if request.algorithm in ("importance", "ic", "ais"):
            size = options.pop("samples", options.pop("particles", size))
            options["samples"] = size
        try:
            with using(None):  # type: ignore[arg-type]
                posterior = infer(query, value, request.algorithm, rng=rng, **options)
        except InferenceError as error:
            if error.diagnostic.code != "AQ501":
                raise
            # Every run of the block has weight zero.
            yield [] if exact else [None] * _runs(request.algorithm, options), error
        else:
            equal = request.algorithm in EQUALLY_WEIGHTED
            yield _shuffled(posterior, None if exact else rng, equal), None
        if exact:
            return
        size = min(2 * size, LAST_BLOCK)


def _runs(algorithm: str, options: dict[str, Any]) -> int:
    from anglipy.inference import options_of

    made: Any = options_of(algorithm, **options)
    found: int = getattr(made, "samples", 0) or getattr(made, "particles", 1)
    return found


def _shuffled(posterior: Any, rng: Any, equal: bool) -> list[PersistentMap | None]:
    """The runs of a block in random order, None for those of weight zero.

    `equal` asks for runs that all weigh the same, instead of runs of different weights.
    """
    from anglipy.inference.resampling import systematic

    values, log_weights = posterior.values, posterior.log_weights.tolist()
    predicts = posterior.predicts or [()] * len(values)
    places = range(len(values))
    if equal and (posterior.draws > len(values) or min(log_weights) < max(log_weights)):
        places = systematic(rng, posterior.weights, posterior.draws).tolist()
        log_weights = [posterior.log_evidence] * len(values)
    made = [_state(w, v, p) for w, v, p in zip(log_weights, values, predicts, strict=True)]
    if rng is None:
        return [with_meta(state, PersistentMap.of([(EXACT, True)])) for state in made]
    found: list[PersistentMap | None] = [made[place] for place in places]
    found.extend([None] * (posterior.draws - len(found)))
    return [found[place] for place in rng.permutation(len(found)).tolist()]


def _state(log_weight: float, result: Any, predicts: Any) -> PersistentMap:
    pairs = Vector([Vector(pair) for pair in predicts])
    return PersistentMap.of([(_LOG_WEIGHT, log_weight), (_RESULT, result), (_PREDICTS, pairs)])


def _kept(blocks: Iterator[Any], request: Request) -> Iterator[PersistentMap]:
    """The states of all runs, without those of weight zero if the request says so.

    Raises InferenceError AQ501 if there seems to be no run of positive weight.
    """
    patience = CHAIN_PATIENCE if _is_chain(request.algorithm) else PATIENCE
    dropped, error = 0, None
    for block, failed in blocks:
        error = failed or error
        for state in block:
            if state is None and request.drop_invalid:
                dropped += 1
            elif state is None:
                yield _state(-math.inf, None, ())
            else:
                yield _noting(state, dropped)
                dropped = 0
        if error is not None and (dropped >= patience or request.algorithm == "enumerate"):
            known = error.diagnostic
            raise InferenceError(
                "AQ501", known.message if dropped < patience
                else _in_a_row(dropped, known.message),
                known.span, known.help, known.notes,
            )  # fmt: skip


def _in_a_row(dropped: int, message: str) -> str:
    """What is said of the last block of runs, of so many runs in a row."""
    _, colon, why = message.partition(" have weight zero: ")
    return f"all of {dropped} runs in a row have weight zero" + (f": {why}" if colon else "")


def _noting(state: PersistentMap, dropped: int) -> PersistentMap:
    if not dropped:
        return state
    noted: PersistentMap = with_meta(state, PersistentMap.of([(DROPPED, dropped)]))
    return noted
