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

__all__ = ["Mixing", "by_chain", "chain_ess", "mixing_of", "split_r_hat"]

_PARTS = 100
"""Parts of results that are looked at."""
_VALUES = 5
"""Of what is not a number, the events that it is one of so many most frequent values are."""


class Mixing(NamedTuple):
    """Of the part of the results that mixes worst."""

    ess: float
    r_hat: float
    """nan if nothing in the results ever changes, or a chain has fewer than 4 draws."""
    chains: int


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
    where nothing ever changes; the number of draws for chains shorter than 4.
    """
    halves = _halves(draws)
    m, n = halves.shape
    if n < 2:
        return float(draws.size)
    total = m * n
    covariances = np.array([_autocovariance(half) for half in halves])
    within = float(covariances[:, 0].mean()) * n / (n - 1)
    pooled = within * (n - 1) / n + float(halves.mean(axis=1).var(ddof=1))
    if pooled <= 0.0:
        return 1.0
    rho = 1.0 - (within - covariances.mean(axis=0)) / pooled
    rho[0] = 1.0
    time = max(_integrated_time(rho), 1.0 / math.log10(max(total, 10)))
    return float(total / time)


def _integrated_time(rho: FloatArray) -> float:
    """1 + 2 sum of rho_t, over the pairs (t, t + 1) for even t up to the first whose sum is not
    positive, each at most as large as the one before; of that first pair, rho_t if it is positive.
    """
    count = max((len(rho) - 1) // 2, 1)
    pairs = rho[: 2 * count].reshape(count, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0.0)
    last = int(negative[0]) if negative.size else count - 1
    total = np.minimum.accumulate(pairs[:last]).sum() if last else 0.0
    return float(-1.0 + 2.0 * total + max(rho[2 * last], 0.0)) if last else 1.0


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


def mixing_of(results: Chained) -> Mixing:
    """Of the results of chains. Of numbers as they are, of other values by whether they are one of
    the most frequent; parts that never change are left out.
    """
    assert results.chains is not None
    order = by_chain(results.chains)
    count = len(results.values)
    ess, r_hat = math.inf, math.nan
    for part in parts_of(results, _PARTS):
        for column in _columns(part, count):
            draws = column[order]
            if draws.size and draws.min() < draws.max():
                ess = min(ess, chain_ess(draws))
                r_hat = float(np.fmax(r_hat, split_r_hat(draws)))
    return Mixing(1.0 if ess == math.inf else ess, r_hat, len(order))


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
