"""How well chains mix: effective sample size by autocorrelation, and split R-hat.

Of the draws of several chains of equal length, shape (chains, draws). Each chain is cut in two
halves; what is left over in the middle is dropped.

    R-hat = sqrt(((n - 1) / n W + B / n) / W)         Gelman et al. 2013, BDA3, eq. 11.3-11.4
    ESS   = m n / (1 + 2 sum of rho_t)                Vehtari et al. 2021, eq. 10-13

with m halves of n draws, W the variance within halves, B between them, and rho_t the
autocorrelation over all halves, summed by Geyer's initial monotone sequence (Geyer 1992).
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np

from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.parts import Part, Weighed, parts_of
from anglipy.inference.weighted import grouped

__all__ = [
    "LEAST",
    "Mixing",
    "by_chain",
    "chain_ess",
    "mixing_of",
    "part_mixing",
    "split_r_hat",
]

LEAST = 4
"""Draws of a chain, fewer of which have no two halves to compare: nothing in them could show that
the chains are still where they began."""
_PARTS = 100
"""Parts of results that are looked at."""
_MANY = 20
"""Chains whose means tell how precise their mean is, within about a third."""
_SHORT = 20
"""Draws of a chain, fewer of which tell the autocorrelation with a bias."""
_VALUES = 5
"""Of what is not a number, the events that it is one of so many most frequent values are."""


class Mixing(NamedTuple):
    """Of the part of the results that mixes worst."""

    ess: float
    """nan, for unknown, if a chain has fewer than 4 draws."""
    r_hat: float
    """nan if nothing in the results ever changes, or a chain has fewer than 4 draws."""
    chains: int
    draws: int
    """Of each chain: as many as the shortest has."""


def split_r_hat(draws: FloatArray) -> float:
    """The potential scale reduction; 1 is perfect. nan for chains shorter than 4 draws, or that
    never change; infinite where the halves are constant but differ.
    """
    halves = _halves(draws)
    n = halves.shape[1]
    if n < 2:
        return math.nan
    within = float(halves.var(axis=1, ddof=1).mean())
    between = float(halves.mean(axis=1).var(ddof=1))
    if within == 0.0:
        return math.nan if between == 0.0 else math.inf
    return math.sqrt((n - 1) / n + between / within)


def chain_ess(draws: FloatArray) -> float:
    """The number of independent draws whose mean is as precise; at most draws * log10(draws). One
    where nothing ever changes. Of chains that are too short for their autocorrelation to be known,
    or for it to die out, at most what their means tell (`_ess_of_means`).
    """
    halves = _halves(draws)
    m, n = halves.shape
    if n < 2:
        return _ess_of_means(draws)
    total = m * n
    covariances = np.array([_autocovariance(half) for half in halves])
    within = float(covariances[:, 0].mean()) * n / (n - 1)
    pooled = within * (n - 1) / n + float(halves.mean(axis=1).var(ddof=1))
    if pooled <= 0.0:
        return 1.0
    rho = 1.0 - (within - covariances.mean(axis=0)) / pooled
    rho[0] = 1.0
    time, has_died_out = _integrated_time(rho)
    ess = float(total / max(time, 1.0 / math.log10(max(total, 10))))
    if len(draws) < _MANY or (has_died_out and draws.shape[1] >= _SHORT):
        return ess
    return min(ess, _ess_of_means(draws))


def _ess_of_means(draws: FloatArray) -> float:
    """Of chains that are independent: their number times the variance of the draws over that of
    the means of chains, between one and the number of draws. The number of chains if each has a
    single draw.
    """
    m, n = draws.shape
    spread = float(draws.var(ddof=1)) if draws.size > 1 else 0.0
    if spread <= 0.0:
        return 1.0
    if m == 1:
        return float(n)
    of_means = float(draws.mean(axis=1).var(ddof=1))
    return float(m * n) if of_means * n <= spread else max(1.0, m * spread / of_means)


def _integrated_time(rho: FloatArray) -> tuple[float, bool]:
    """1 + 2 sum of rho_t, over the pairs (t, t + 1) for even t up to the first whose sum is not
    positive, each at most as large as the one before; of that first pair, rho_t if it is positive.
    And whether there is such a pair.
    """
    count = max((len(rho) - 1) // 2, 1)
    pairs = rho[: 2 * count].reshape(count, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0.0)
    last = int(negative[0]) if negative.size else count - 1
    total = np.minimum.accumulate(pairs[:last]).sum() if last else 0.0
    time = float(-1.0 + 2.0 * total + max(rho[2 * last], 0.0)) if last else 1.0
    return time, bool(negative.size)


def _autocovariance(x: FloatArray) -> FloatArray:
    """Of one half at lags 0, 1, ...; biased, by fast Fourier transform."""
    n = len(x)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(x - x.mean(), size)
    found: FloatArray = np.fft.irfft(spectrum * spectrum.conj(), size)[:n] / n
    return found


def _halves(draws: FloatArray) -> FloatArray:
    half = draws.shape[1] // 2
    halves: FloatArray = np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]])
    return halves


class Chained(Weighed, Protocol):
    """Results with weights that may be draws of chains."""

    @property
    def chains(self) -> IntArray | None:
        """The number of the chain of each draw, shape (len(values),)."""

    @property
    def acceptance(self) -> float | None:
        """The share of the moves that were accepted, if it is known."""


def mixing_of(results: Chained) -> Mixing:
    """Of the results of chains. Of numbers as they are, of other values by whether they are one of
    the most frequent; parts that never change are left out. If nothing ever changes it is one
    effective sample if no move is known to have been accepted, else as many as there are draws:
    then it is a constant.

    Of chains with fewer than `LEAST` draws all is nan. They are independent, so that as many draws
    as there are chains would be effective of what the chains are after so many moves; but that may
    be the prior, and whether it is the posterior no two of these draws can tell.
    """
    assert results.chains is not None
    order = by_chain(results.chains)
    if order.shape[1] < LEAST:
        return Mixing(math.nan, math.nan, *order.shape)
    ess, r_hat = math.inf, math.nan
    for part in parts_of(results, _PARTS):
        found = part_mixing(part, order, len(results.values))
        if found is not None:
            ess, r_hat = min(ess, found.ess), float(np.fmax(r_hat, found.r_hat))
    if ess == math.inf:
        ess = float(order.size) if results.acceptance else 1.0
    return Mixing(ess, r_hat, *order.shape)


def part_mixing(part: Part, order: IntArray, count: int) -> Mixing | None:
    """Of one part of `count` results, whose chains are `order` (see `by_chain`); None if it never
    changes.
    """
    changing = [column[order] for column in _columns(part, count)]
    changing = [draws for draws in changing if draws.size and draws.min() < draws.max()]
    if not changing:
        return None
    if order.shape[1] < LEAST:
        return Mixing(math.nan, math.nan, *order.shape)
    worst = float(np.fmax.reduce([split_r_hat(draws) for draws in changing]))
    return Mixing(min(map(chain_ess, changing)), worst, *order.shape)


def by_chain(chains: IntArray) -> IntArray:
    """The numbers of the draws of each chain, shape (chains, draws): the last ones, as many as the
    shortest has.
    """
    found = [np.flatnonzero(chains == number) for number in np.unique(chains)]
    shortest = min(map(len, found))
    return np.array([places[len(places) - shortest :] for places in found])


def _columns(part: Part, count: int) -> list[FloatArray]:
    """What is told of a part by numbers, one for each draw."""
    present = np.zeros(count)
    present[np.asarray(part.draws, dtype=np.intp)] = 1.0
    columns = [present] if len(part.draws) < count else []
    numbers = part.numbers
    if numbers is not None:
        if np.isfinite(numbers).all():
            column = np.full(count, numbers.mean())
            column[np.asarray(part.draws, dtype=np.intp)] = numbers
            columns.append(column)
        return columns
    pairs = grouped(part.values, np.full(len(part.values), 1.0 / len(part.values)), 1_000) or []
    for value, _ in pairs[:_VALUES]:
        column = np.zeros(count)
        column[np.asarray(part.draws, dtype=np.intp)] = _is(part.values, value)
        columns.append(column)
    return columns


def _is(values: object, wanted: object) -> list[bool]:
    from anglipy.runtime.equality import equal

    return [equal(value, wanted) for value in values]  # type: ignore[attr-defined]
