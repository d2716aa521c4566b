"""ARTH150 as pgmpy has it: read from the file in its wheel, without importing it.

`pip install --no-deps pgmpy` is enough (2.4 MB); the packages that pgmpy itself needs are not used.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["OBSERVED", "Gene", "genes", "is_there", "joint", "network"]

FILE = "pgmpy/utils/example_models/arth150.json"
OBSERVED = 40
"""The leaves with the smallest numbers."""


class Gene(NamedTuple):
    """A node, normal given its parents."""

    name: str
    constant: float
    parents: tuple[tuple[int, float], ...]
    """Places of the parents among all genes, which come before, and their coefficients."""
    sd: float
    observed: bool


def is_there() -> bool:
    """Whether pgmpy is installed."""
    try:
        return bool(_text())
    except (importlib.metadata.PackageNotFoundError, OSError):
        return False


def _text() -> str:
    wheel = importlib.metadata.distribution("pgmpy")
    with open(str(wheel.locate_file(FILE)), encoding="utf-8") as file:
        return file.read()


@cache
def genes() -> tuple[Gene, ...]:
    """All genes: first those to be inferred, then the observed leaves; parents before children."""
    data: Any = json.loads(_text())
    parents = {name: cpd["parents"] for name, cpd in data["cpds"].items()}
    inner = {parent for own in parents.values() for parent in own}
    leaves = sorted((name for name in parents if name not in inner), key=int)
    observed = set(leaves[:OBSERVED])
    order = _parents_first(parents, observed)
    place = {name: number for number, name in enumerate(order)}
    return tuple(_gene(name, data["cpds"][name], place, name in observed) for name in order)


def _parents_first(parents: dict[str, list[str]], last: set[str]) -> list[str]:
    order: list[str] = []
    waiting = sorted(parents, key=lambda name: (name in last, int(name)))
    while waiting:
        name = next(n for n in waiting if all(parent in order for parent in parents[n]))
        waiting.remove(name)
        order.append(name)
    return order


def _gene(name: str, cpd: Any, place: dict[str, int], observed: bool) -> Gene:
    coefficients = cpd["coefficients"]
    slopes = tuple((place[parent], float(coefficients[parent][0])) for parent in cpd["parents"])
    sd = math.sqrt(float(cpd["variance"][0]))
    return Gene(name, float(coefficients["(Intercept)"][0]), slopes, sd, observed)


def network() -> list[list[Any]]:
    """The genes as the program reads them."""
    return [[g.name, g.constant, [list(p) for p in g.parents], g.sd, g.observed] for g in genes()]


def joint() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and covariance of all genes, in the order of `genes()`."""
    found = genes()
    mean = np.zeros(len(found))
    root = np.zeros((len(found), len(found)))
    for place, gene in enumerate(found):
        mean[place] = gene.constant + sum(slope * mean[p] for p, slope in gene.parents)
        root[place, place] = gene.sd
        for parent, slope in gene.parents:
            root[place] += slope * root[parent]
    return mean, root @ root.T
