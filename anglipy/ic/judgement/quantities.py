"""The numbers of a run whose ranks are looked at: its choices address by address, and how far they
are from a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from anglipy.ic.tapes import Choices
from anglipy.inference.log_space import FloatArray, IntArray

__all__ = ["Address", "addresses_of", "columns", "squared_distances"]

MOST = 48
"""Addresses that are looked at: those that most runs visit."""
LEAST_SHARE = 0.02
"""Of the runs that visit an address; others are too rare to be judged."""


class Address(NamedTuple):
    """One number of a choice."""

    site: str
    instance: int
    coordinate: int
    """Of a choice that is a vector, else 0."""
    discrete: bool
    of: int
    """How many coordinates the choice has."""

    @property
    def name(self) -> str:
        """For people: the site, with instance and coordinate where there are several."""
        coordinate = f".{self.coordinate}" if self.of > 1 else ""
        return f"{self.site}[{self.instance}]{coordinate}"


def addresses_of(events: Sequence[Choices], count: int) -> list[Address]:
    """The addresses that runs visit, the most visited first, in the order in which they are met."""
    visits: dict[Address, int] = {}
    for event in events:
        if event.prior.family == "prior":
            continue
        of = 1 if event.values.ndim == 1 else event.values.shape[1]
        discrete = event.prior.family == "categorical"
        for instance, made in zip(*np.unique(event.instances, return_counts=True), strict=True):
            for coordinate in range(of):
                address = Address(event.site, int(instance), coordinate, discrete, of)
                visits[address] = visits.get(address, 0) + int(made)
    kept = sorted(visits, key=lambda address: -visits[address])[:MOST]
    return [a for a in visits if a in kept and visits[a] >= LEAST_SHARE * count]


def columns(
    events: Sequence[Choices], count: int, addresses: Sequence[Address]
) -> list[FloatArray]:
    """For each address the number of each run there, (count,); nan where a run did not visit it."""
    found = {address: np.full(count, math.nan) for address in addresses}
    for event in events:
        of = 1 if event.values.ndim == 1 else event.values.shape[1]
        table = np.asarray(event.values, dtype=np.float64).reshape(len(event.runs), of)
        discrete = event.prior.family == "categorical"
        first: Any = event.prior.first if discrete else 0
        for instance in np.unique(event.instances).tolist():
            rows = np.flatnonzero(event.instances == instance)
            for coordinate in range(of):
                address = Address(event.site, instance, coordinate, discrete, of)
                if address in found:
                    added = first[rows] if np.ndim(first) else first
                    found[address][event.runs[rows]] = table[rows, coordinate] + added
    return [found[address] for address in addresses]


def squared_distances(
    addresses: Sequence[Address],
    truth: Sequence[FloatArray],
    draws: Sequence[FloatArray],
    points: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Squared distances of the truths of n runs, (n,), and of their draws, (n, L), from the truth
    of other runs, `points` (n,). Numbers count relative to their spread; what is discrete, or not
    there, counts as 1 where it differs.
    """
    of_truth, of_draws = np.zeros(len(points)), np.zeros(draws[0].shape)
    for address, own, drawn in zip(addresses, truth, draws, strict=True):
        point = own[points]
        spread = 1.0 if address.discrete else float(np.nanstd(own)) or 1.0
        of_truth += _apart(own, point, address.discrete, spread)
        of_draws += _apart(drawn, point[:, None], address.discrete, spread)
    return of_truth, of_draws


def _apart(a: FloatArray, b: FloatArray, discrete: bool, spread: float) -> FloatArray:
    missing = np.isnan(a) != np.isnan(b)
    difference = np.nan_to_num(a - b, nan=0.0)
    squared = (difference != 0.0) * 1.0 if discrete else (difference / spread) ** 2
    return np.where(missing, 1.0, squared)
