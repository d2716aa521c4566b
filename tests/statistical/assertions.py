"""Assertions about random output whose rate of false alarms is known, not hoped for.

The suite may raise a false alarm with probability ALPHA in total. At most ASSERTIONS calls share
that budget, so each call may err with probability LEVEL. Every call states the smallest discrepancy
it must see; the number of draws is computed from it such that a discrepancy of that size goes
unseen with probability MISS at most. All bounds hold for finite samples, none is an approximation
for large ones:

    assert_mean    Hoeffding 1963, theorem 2 (values in known bounds), or the median of means
                   (known bound on the standard deviation; Lugosi and Mendelson 2019, theorem 2)
    assert_cdf     the inequality of Dvoretzky, Kiefer and Wolfowitz, constant of Massart 1990
    assert_counts  the G-test with the bound of Agrawal 2020, "Finite-sample concentration of the
                   multinomial in relative entropy", theorem 1.2

`draw(n)` gives n independent replicates. Nobody widens a discrepancy to make a test pass.
"""

from __future__ import annotations

import math
import os
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "ALPHA",
    "ASSERTIONS",
    "LEVEL",
    "MISS",
    "assert_cdf",
    "assert_counts",
    "assert_mean",
    "cdf_sample_size",
    "counts_sample_size",
    "relative_entropy_bound",
    "seeded_rng",
]

ALPHA = 1e-6
"""Probability that a correct program fails any statistical assertion of the suite."""
ASSERTIONS = 1000
"""Upper limit on the number of calls of the assertions below in one run of the suite."""
LEVEL = ALPHA / ASSERTIONS
"""Probability that a correct program fails one call."""
MISS = 1e-3
"""Probability that a discrepancy of the stated size passes one call."""

Draw = Callable[[int], Sequence[Any] | np.ndarray]


def seeded_rng(label: str) -> np.random.Generator:
    """A generator seeded by the label, or by ANGLIPY_SEED if that is set; prints the seed for a
    failure report.
    """
    seed = int(os.environ.get("ANGLIPY_SEED", zlib.crc32(label.encode())))
    print(f"seed of {label}: {seed} (repeat with ANGLIPY_SEED={seed})")
    return np.random.default_rng(seed)


def assert_mean(
    draw: Draw,
    truth: float,
    *,
    discrepancy: float,
    bounds: tuple[float, float] | None = None,
    sd: float | None = None,
) -> None:
    """The expectation of the replicates is `truth`.

    Give either `bounds` that hold every replicate, or an upper bound `sd` of their standard
    deviation. Draws about 27 (range / discrepancy)^2, or 2650 (sd / discrepancy)^2, replicates.
    """
    if (bounds is None) == (sd is None):
        raise ValueError("assert_mean needs either bounds or sd")
    if bounds is not None:
        estimate, tolerance, n = _hoeffding(draw, bounds, discrepancy)
    else:
        assert sd is not None
        estimate, tolerance, n = _median_of_means(draw, sd, discrepancy)
    assert abs(estimate - truth) <= tolerance, (
        f"mean of {n} replicates is {estimate}, should be {truth} +- {tolerance}"
    )


def _hoeffding(
    draw: Draw, bounds: tuple[float, float], discrepancy: float
) -> tuple[float, float, int]:
    width = bounds[1] - bounds[0]
    alarm, miss = math.log(2 / LEVEL) / 2, math.log(2 / MISS) / 2
    n = math.ceil(((math.sqrt(alarm) + math.sqrt(miss)) * width / discrepancy) ** 2)
    values = _floats(draw, n)
    assert bounds[0] <= values.min(), f"a replicate is {values.min()}, below the bound {bounds[0]}"
    assert values.max() <= bounds[1], f"a replicate is {values.max()}, above the bound {bounds[1]}"
    return float(values.mean()), width * math.sqrt(alarm / n), n


def _median_of_means(draw: Draw, sd: float, discrepancy: float) -> tuple[float, float, int]:
    # A group mean is off by more than 2 sd / sqrt(size) with probability 1/4 at most (Chebyshev);
    # the median is off by more only if half of the groups are: probability exp(-groups / 8) at most
    # (Hoeffding). Half of the discrepancy is tolerated, so a mean that is off by all of it passes
    # with the same small probability.
    groups = math.ceil(8 * math.log(1 / LEVEL))
    size = math.ceil((4 * sd / discrepancy) ** 2)
    values = _floats(draw, groups * size)
    estimate = float(np.median(values.reshape(groups, size).mean(axis=1)))
    return estimate, 2 * sd / math.sqrt(size), groups * size


def cdf_sample_size(discrepancy: float) -> int:
    """Draws after which a distance of distribution functions of this size is seen."""
    alarm, miss = math.log(2 / LEVEL) / 2, math.log(2 / MISS) / 2
    return math.ceil(((math.sqrt(alarm) + math.sqrt(miss)) / discrepancy) ** 2)


def assert_cdf(draw: Draw, cdf: Callable[[Any], Any], *, discrepancy: float) -> None:
    """The replicates have the distribution function `cdf` (of an array), continuous.

    Sees every distribution whose function is somewhere `discrepancy` away. Draws about 27 /
    discrepancy^2 replicates.
    """
    n = cdf_sample_size(discrepancy)
    values = np.sort(_floats(draw, n))
    expected = np.asarray(cdf(values), dtype=float)
    steps = np.arange(n + 1) / n
    distance = float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))
    tolerance = math.sqrt(math.log(2 / LEVEL) / (2 * n))
    worst = values[int(np.argmax(np.abs(steps[1:] - expected)))]
    assert distance <= tolerance, (
        f"the distribution function of {n} replicates is {distance} away near {worst}, "
        f"at most {tolerance} is allowed"
    )


def relative_entropy_bound(n: int, categories: int, probability: float) -> float:
    """The relative entropy that n draws from `categories` exceed with at most this probability
    (Agrawal 2020).

    P(D >= x) <= exp(-n x) (e n x / (k - 1))^(k - 1) for n x > k - 1; solved for x by bisection.
    """
    freedom = categories - 1
    if freedom == 0:
        return 0.0

    def log_bound(total: float) -> float:
        return -total + freedom * (1 + math.log(total / freedom))

    low, high = float(freedom), 2.0 * freedom + 2.0
    while log_bound(high) > math.log(probability):
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if log_bound(middle) > math.log(probability) else (low, middle)
    return high / n


def counts_sample_size(categories: int, discrepancy: float) -> int:
    """Draws after which a total variation of this size is seen; by Pinsker's inequality, TV <=
    sqrt(D / 2).
    """
    alarm, miss = (relative_entropy_bound(1, categories, p) for p in (LEVEL, MISS))
    return math.ceil(((math.sqrt(alarm / 2) + math.sqrt(miss / 2)) / discrepancy) ** 2)


def assert_counts(draw: Draw, probabilities: Mapping[Any, float], *, discrepancy: float) -> None:
    """The replicates have these probabilities; what is not listed shares the probability that is
    left over.

    Sees every distribution at a total variation of `discrepancy` or more. Equality of outcomes is
    that of Python's dictionaries. Draws about (30 + 3 k) / discrepancy^2 replicates for k outcomes.
    """
    rest = 1.0 - math.fsum(probabilities.values())
    assert rest > -1e-9, f"the probabilities sum to {1.0 - rest}"
    expected = {outcome: p for outcome, p in probabilities.items() if p > 0.0}
    categories = len(expected) + (rest > 1e-9)
    n = counts_sample_size(categories, discrepancy)
    counts = Counter(draw(n))
    unlisted = sum(count for outcome, count in counts.items() if outcome not in expected)
    if rest <= 1e-9:
        strange = [outcome for outcome in counts if outcome not in expected]
        assert not strange, f"impossible outcomes: {strange[:5]}"
    pairs = [(counts[outcome], p) for outcome, p in expected.items()]
    pairs += [(unlisted, rest)] if rest > 1e-9 else []
    entropy = math.fsum(c / n * math.log(c / n / p) for c, p in pairs if c)
    tolerance = relative_entropy_bound(n, categories, LEVEL)
    assert entropy <= tolerance, (
        f"G = {2 * n * entropy} for {n} replicates, at most {2 * n * tolerance} is allowed: "
        + ", ".join(f"{o!r}: {counts[o]} for {n * p:.1f}" for o, p in list(expected.items())[:20])
    )


def _floats(draw: Draw, n: int) -> np.ndarray:
    values = np.asarray(draw(n), dtype=float)
    assert values.shape == (n,), f"draw({n}) gave the shape {values.shape}"
    assert not np.isnan(values).any(), "a replicate is nan"
    return values
