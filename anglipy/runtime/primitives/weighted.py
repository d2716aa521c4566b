"""States and weighted values: anglican.state, anglican.stat and the parts of anglican.inference and
anglican.results that only compute.

Weighted values are a map `{x log-weight}` or a sequence of `[x log-weight]`. Statistics are
self-normalised; what has weight zero (log weight -Inf) does not take part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.access import get, values_of
from anglipy.runtime.equality import elements, equal, key_of
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.numbers import number, to_double
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.primitives.sequences import finish
from anglipy.runtime.scalars import Keyword, look_up
from anglipy.runtime.seqs import Seq
from anglipy.runtime.vectors import Vector

__all__ = ["log_mean", "log_sum", "log_weight_of", "pairs_of"]

_LOG_WEIGHT, _RESULT = Keyword("log-weight"), Keyword("result")
_PREDICTS = Keyword("predicts")


def log_sum(log_weights: list[float]) -> float:
    """log(sum(exp(w))), -Inf for no weights."""
    highest = max(log_weights, default=-math.inf)
    if not math.isfinite(highest):
        return highest
    return highest + math.log(math.fsum(math.exp(w - highest) for w in log_weights))


def log_mean(log_weights: list[float], count: int) -> float:
    """The logarithm of the sum of the weights divided by a number of draws."""
    if count and len(log_weights) == 1:
        return log_weights[0] - math.log(count)
    return log_sum(log_weights) - math.log(count) if count else -math.inf


# --- states ---------------------------------------------------------------------------------------


def log_weight_of(state: Any) -> float:
    """The log weight of a state, as a double."""
    return _log_weight(look_up(state, _LOG_WEIGHT, 0.0), "a state")


def _log_weight(value: Any, of: str) -> float:
    weight = to_double(number(value, "log-weight"))
    if weight != weight or weight == math.inf:
        raise ProgramError("AQ440", f"the log weight of {of} is {weight}")
    return weight


constant(
    "initial-state",
    PersistentMap.of([
        (_LOG_WEIGHT, 0.0), (_PREDICTS, Vector()), (_RESULT, None),
        (Keyword("anglican.state/mem"), PersistentMap.of(())),
        (Keyword("anglican.state/store"), None), (Keyword("anglican.state/catch-stack"), None),
    ]),
)  # fmt: skip


@primitive("get-log-weight", arity=(1, 1))
def get_log_weight(state: Any) -> Any:
    """The log weight of a state."""
    return look_up(state, _LOG_WEIGHT)


@primitive("get-result", arity=(1, 1))
def get_result(state: Any) -> Any:
    """The result of a state."""
    return look_up(state, _RESULT)


@primitive("get-predicts", arity=(1, 1))
def get_predicts(state: Any) -> PersistentMap:
    """What a state predicted as a map from labels; of equal labels the last wins."""
    pairs = values_of(look_up(state, _PREDICTS), "get-predicts")
    return PersistentMap.of((label, value) for label, value in map(tuple, pairs))


@primitive("get-predict", arity=(2, 3))
def get_predict(state: Any, label: Any, default: Any = None) -> Any:
    """What a state predicted last under a label, or the default."""
    wanted = key_of(label)
    pairs = values_of(look_up(state, _PREDICTS), "get-predict")
    for label, value in reversed([tuple(pair) for pair in pairs]):
        if key_of(label) == wanted:
            return value
    return default


def _map(state: Any) -> PersistentMap:
    return state if isinstance(state, PersistentMap) else fail("set-log-weight", "a state", state)


@primitive("set-log-weight", arity=(2, 2))
def set_log_weight(state: Any, log_weight: Any) -> Any:
    """The state with another log weight."""
    return _map(state).assoc(_LOG_WEIGHT, log_weight)


@primitive("add-log-weight", arity=(2, 2))
def add_log_weight(state: Any, log_weight: Any) -> Any:
    """The state with its log weight increased."""
    added = to_double(number(log_weight, "add-log-weight"))
    return _map(state).assoc(_LOG_WEIGHT, log_weight_of(state) + added)


@primitive("drop-invalid", arity=(1, 1))
def drop_invalid(states: Any) -> Seq:
    """The states whose log weight is finite."""
    walk = values_of(states, "drop-invalid")
    kept = (state for state in walk if math.isfinite(log_weight_of(state)))
    return finish(kept, _lazy(states))


def _lazy(collection: Any) -> bool:
    return isinstance(collection, Seq) and collection.known_length() is None


@primitive("log-marginal", arity=(1, 1))
def log_marginal(states: Any) -> float:
    """The logarithm of the mean weight of states, an estimate of the log evidence. Runs of weight
    zero that `doquery` left out count; the weights of an exact sequence are summed.
    """
    weights, count = [], 0
    for state in values_of(states, "log-marginal"):
        notes = getattr(state, "_meta", None)
        weights.append(log_weight_of(state))
        count += 1 + (look_up(notes, Keyword("dropped"), 0) if notes is not None else 0)
        if notes is not None and look_up(notes, Keyword("exact")):
            count = -1
            break
    if count == -1:
        return log_sum([log_weight_of(s) for s in values_of(states, "log-marginal")])
    return log_mean(weights, count)


# --- collecting -----------------------------------------------------------------------------------


@primitive("collect-by", arity=(2, 2), function_args=(0,))
def collect_by(f: Any, states: Any) -> PersistentMap:
    """A map from each value of f on the states to the logarithm of its weight, divided by the
    number of states.
    """
    call = function(f, "collect-by")
    groups: dict[Any, tuple[Any, list[float]]] = {}
    count = 0
    for state in values_of(states, "collect-by"):
        count += 1
        log_weight = log_weight_of(state)
        if log_weight > -math.inf:
            value = call(state)
            groups.setdefault(key_of(value), (value, []))[1].append(log_weight)
    return PersistentMap.of((value, log_mean(ws, count)) for value, ws in groups.values())


@primitive("collect-results", arity=(1, 1))
def collect_results(states: Any) -> PersistentMap:
    """`(collect-by :result states)`."""
    found: PersistentMap = collect_by(get_result, states)
    return found


@primitive("collect-predicts", arity=(2, 2))
def collect_predicts(label: Any, states: Any) -> PersistentMap:
    """A map from each value predicted under a label to the logarithm of its weight."""
    if isinstance(states, Keyword) or elements(states) is None:
        label, states = states, label
    found: PersistentMap = collect_by(lambda state: get_predict(state, label), states)
    return found


def pairs_of(weighted: Any, name: str) -> list[tuple[Any, float]]:
    """(value, log weight) of weighted values, those of weight zero left out."""
    pairs = []
    for entry in values_of(weighted, name):
        pair = tuple(elements(entry) or ())
        if len(pair) != 2:
            fail(name, "weighted values: [x log-weight] pairs or a map", entry)
        log_weight = _log_weight(pair[1], "a weighted value")
        if log_weight > -math.inf:
            pairs.append((pair[0], log_weight))
    return pairs


def shares(weighted: Any, name: str) -> list[tuple[Any, float]]:
    """(value, probability) of weighted values."""
    pairs = pairs_of(weighted, name)
    if not pairs:
        raise ProgramError("AQ440", f"{name}: there is nothing of positive weight")
    total = log_sum([log_weight for _, log_weight in pairs])
    return [(value, math.exp(log_weight - total)) for value, log_weight in pairs]


@primitive("empirical-distribution", arity=(1, 1))
def empirical_distribution(weighted: Any) -> PersistentMap:
    """A map from each value to its probability; the weights of equal values are added."""
    groups: dict[Any, list[Any]] = {}
    for value, share in shares(weighted, "empirical-distribution"):
        groups.setdefault(key_of(value), [value, 0.0])[1] += share
    return PersistentMap.of((value, share) for value, share in groups.values())


# --- comparing ------------------------------------------------------------------------------------


def _masses(distribution: Any, name: str) -> Iterable[tuple[Any, float]]:
    if not hasattr(distribution, "items"):
        fail(name, "a map from values to probabilities", distribution)
    return [(value, to_double(number(mass, name))) for value, mass in distribution.items()]


@primitive("KL", "kl-divergence", "kl-categorical", arity=(2, 2))
def kl_divergence(p: Any, q: Any) -> float:
    """The Kullback-Leibler divergence sum p log(p / q) over the values that both maps have."""
    terms = []
    for value, mass in _masses(p, "KL"):
        other = get(q, value)
        if other is not None and mass > 0:
            other = to_double(number(other, "KL"))
            terms.append(mass * math.log(mass / other) if other > 0 else math.inf)
    return math.fsum(terms)


@primitive("kl-normal", arity=(4, 4))
def kl_normal(mean_p: Any, sd_p: Any, mean_q: Any, sd_q: Any) -> float:
    """The Kullback-Leibler divergence of one normal distribution from another."""
    m, s, n, t = (to_double(number(x, "kl-normal")) for x in (mean_p, sd_p, mean_q, sd_q))
    if s <= 0 or t <= 0:
        fail("kl-normal", "positive standard deviations", Vector((s, t)))
    return math.log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - 0.5


@primitive("L2", arity=(2, 2))
def l2_distance(p: Any, q: Any) -> float:
    """The Euclidean distance of two maps from values to probabilities."""
    values = dict.fromkeys(key_of(v) for d in (p, q) for v, _ in _masses(d, "L2"))
    masses = [{key_of(v): mass for v, mass in _masses(d, "L2")} for d in (p, q)]
    return math.sqrt(
        math.fsum((masses[0].get(v, 0.0) - masses[1].get(v, 0.0)) ** 2 for v in values)
    )


@primitive("KS", arity=(2, 2))
def kolmogorov_smirnov(xs: Any, ys: Any) -> float:
    """The largest difference of the empirical distribution functions of two samples."""
    samples = [sorted(to_double(number(x, "KS")) for x in values_of(s, "KS")) for s in (xs, ys)]
    if not all(samples):
        fail("KS", "two samples that are not empty", xs)
    points = sorted({*samples[0], *samples[1]})
    worst, at = 0.0, [0, 0]
    for point in points:
        for which, sample in enumerate(samples):
            while at[which] < len(sample) and sample[at[which]] <= point:
                at[which] += 1
        worst = max(worst, abs(at[0] / len(samples[0]) - at[1] / len(samples[1])))
    return worst


@primitive("freqs", arity=(1, 1))
def freqs(values: Any) -> PersistentMap:
    """A map from each element to its relative frequency."""
    items = list(values_of(values, "freqs"))
    counts: dict[Any, list[Any]] = {}
    for value in items:
        counts.setdefault(key_of(value), [value, 0])[1] += 1
    return PersistentMap.of((value, count / len(items)) for value, count in counts.values())


@primitive("log-mean-exp", arity=(1, 1))
def log_mean_exp(log_weights: Any) -> float:
    """The logarithm of the mean of the exponentials of some numbers."""
    weights = [to_double(number(w, "log-mean-exp")) for w in values_of(log_weights, "log-mean-exp")]
    return log_mean(weights, len(weights))


@primitive("most-probable", arity=(1, 1))
def most_probable(distribution: Any) -> Any:
    """The value with the highest weight or probability in a map; the first of several."""
    best: Any = None
    for value, mass in values_of(distribution, "most-probable"):
        if best is None or mass > best[1]:
            best = (value, mass)
    return None if best is None else best[0]


@primitive("approx=", arity=(2, 3))
def is_approximately(a: Any, b: Any, tolerance: Any = 1e-9) -> bool:
    """True for numbers no further apart than a tolerance, and for collections of such numbers."""
    left, right = elements(a), elements(b)
    if left is not None and right is not None:
        first, second = list(left), list(right)
        return len(first) == len(second) and all(
            is_approximately(x, y, tolerance) for x, y in zip(first, second, strict=True)
        )
    if hasattr(a, "items") and hasattr(b, "items"):
        return len(a) == len(b) and all(
            is_approximately(x, get(b, k, math.nan), tolerance) for k, x in a.items()
        )
    if isinstance(a, (int, float)) or isinstance(b, (int, float)):
        x, y = to_double(number(a, "approx=")), to_double(number(b, "approx="))
        return x == y or abs(x - y) <= to_double(tolerance)
    return equal(a, b)
