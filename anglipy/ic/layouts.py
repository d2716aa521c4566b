"""What the network must know of a prior: a proposal family, and the numbers that place its
proposals.

`Prior` is that for n particles at once: the name of the proposal family, the number of its
categories or coordinates, and a fixed layout of numbers per family (see `LAYOUTS`), one row per
particle. Proposals are parametrised relative to these numbers, so an untrained network proposes
roughly what the prior does, and a prior whose parameters change from visit to visit is followed.
`priors` says how each distribution of the language is described. This module imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anglipy.runtime.lanes.groups import Index

__all__ = [
    "ITSELF",
    "LARGEST_TABLE",
    "LAYOUTS",
    "UNBOUNDED",
    "Ask",
    "Floats",
    "Part",
    "Prior",
    "column",
    "either",
    "interval",
    "product",
    "product_parts",
    "side_by_side",
    "stack",
]

Floats = NDArray[np.float64]

LARGEST_TABLE = 256
"""Finite priors up to this size are proposed by a table of probabilities, larger ones by a mixture
on the integers.
"""

UNBOUNDED = 1e15
"""Stands for the missing upper end of the natural numbers; every double below it has its neighbours
at distance < 1.
"""

LAYOUTS = {
    "categorical": "log probability of each category",
    "integers": "location, scale, lowest, highest",
    "normal": "location, scale",
    "heavy": "location, scale",
    "interval": "low, high, and of the logit of the place in between: centre, spread, log width",
    "circle": "mean direction, concentration",
    "beta": "a, b",
    "positive": "location and scale of log((x - origin) * sign), origin, sign",
    "mvn": "mean (D), lower Cholesky factor of the covariance (D * D, row by row)",
    "dirichlet": "concentrations (D)",
    "multinomial": "total, log probabilities (D)",
    "wishart": "degrees of freedom, lower Cholesky factor of the scale matrix (P * P)",
    "correlation": "the concentration eta, the number of rows P",
    "prior": "nothing",
}
"""The proposal families, and what `Prior.numbers` holds for each. The numbers of a `product(...)`
are those of its parts, one after the other.
"""


class Prior(NamedTuple):
    """The prior of n particles as the network sees it."""

    family: str
    size: int
    """Categories of `categorical`, coordinates of vectors and matrices, 1 for the rest."""
    numbers: Floats
    """Laid out as `LAYOUTS[family]` says: (n, .), or (1, .) where they are the same for all. Rows
    of fewer categories are padded with -inf."""
    first: Any = 0
    """Of `categorical`: what is added to the index of a category, an integer or (n,)."""
    values: tuple[Any, ...] | None = None
    """Of `categorical`: the values that an index (with `first` added) stands for; None: itself."""
    parts: tuple[Prior, ...] = ()
    """Of products: the priors of the elements."""

    def at(self, places: Any) -> Prior:
        """That of some particles."""
        one = len(self.numbers) == 1
        return self._replace(
            numbers=self.numbers if one else self.numbers[places],
            first=self.first if self.first.__class__ is int else self.first[places],
            parts=tuple([part.at(places) for part in self.parts]),
        )


Part = tuple[Index | None, Prior]
"""Which particles of a group (None: all), and their prior."""

Ask = Callable[[Any], Prior]
"""What describes the distributions that a distribution is made of."""

ITSELF = Prior("prior", 1, np.zeros((1, 0)))


def stack(priors: Sequence[Prior]) -> Prior:
    """Plain priors of one slot as rows; a single row if they are the same."""
    one = priors[0]
    if len(priors) == 1:
        return one
    size = max(prior.size for prior in priors)
    width = max(prior.numbers.shape[1] for prior in priors)
    numbers = np.full((len(priors), width), -math.inf)
    for row, prior in zip(numbers, priors, strict=True):
        row[: prior.numbers.shape[1]] = prior.numbers[0]
    first = np.array([prior.first for prior in priors])
    values = one.values
    if values is not None and any(prior.values != values for prior in priors):
        lengths = [len(prior.values or ()) for prior in priors]
        first = first + np.cumsum([0, *lengths[:-1]])
        values = tuple(value for prior in priors for value in prior.values or ())
    columns = zip(*[prior.parts for prior in priors], strict=True)
    parts = tuple([stack(column) for column in columns])
    return Prior(one.family, size, numbers, first, values, parts)


def column(x: Any) -> Floats:
    """A float or an array (n,) as a column, (1, 1) or (n, 1)."""
    found: Floats = np.atleast_1d(np.asarray(x, dtype=np.float64))[:, None]
    return found


def side_by_side(*parts: Any) -> Floats:
    """Floats and arrays (n,) as columns, (n, .) or (1, .)."""
    if all(part.__class__ is not np.ndarray for part in parts):
        return np.array([parts], dtype=np.float64)
    return np.stack(np.broadcast_arrays(*parts), axis=1).astype(np.float64, copy=False)


def either(
    is_first: Any, first: Callable[..., Prior], other: Callable[..., Prior], *args: Any
) -> list[Part]:
    """`first(...)` for the particles where that is so, `other(...)` for the rest."""
    some = np.atleast_1d(is_first)
    if some.all():
        return [(None, first(*args))]
    if not some.any():
        return [(None, other(*args))]
    parts: list[Part] = []
    for make, mask in ((first, some), (other, ~some)):
        chosen = [arg[mask] if arg.__class__ is np.ndarray else arg for arg in args]
        parts.append((np.flatnonzero(mask), make(*chosen)))
    return parts


def interval(low: Any, high: Any, at: Any = None, width: Any = None) -> Prior:
    """A prior on low..high, around `at` and about `width` wide; without them, uniform."""
    if at is None:
        return Prior("interval", 1, side_by_side(low, high, 0.0, 1.0, 0.0))
    place = np.clip((at - low) / (high - low), 1e-6, 1.0 - 1e-6)
    share = np.clip(width / (high - low), 1e-6, 0.3) / 0.3
    # How far a component moves on the logit scale shrinks with the width, more so in the middle.
    spread = np.minimum(1.0, 0.3 * share / (place * (1.0 - place)))
    centre = np.log(place) - np.log1p(-place)
    return Prior("interval", 1, side_by_side(low, high, centre, spread, np.log(share)))


LARGEST_PRODUCT = 256
"""Vectors of more independent parts are proposed by their prior."""
_NO_PARTS = ("prior", "mvn", "dirichlet", "multinomial", "wishart", "correlation")
_OPEN, _CLOSE = "product(", ")"


def product(parts: Sequence[Prior]) -> Prior:
    """Independent parts side by side; `ITSELF` if one of them is no number and no choice, or they
    are too many. The name says which families there are: `product(normal*3,categorical:2*1)`.
    """
    if not 0 < len(parts) <= LARGEST_PRODUCT:
        return ITSELF
    if any(part.family in _NO_PARTS or part.parts for part in parts):
        return ITSELF
    runs: list[list[Any]] = []
    for part in parts:
        name = f"categorical:{part.size}" if part.family == "categorical" else part.family
        if runs and runs[-1][0] == name:
            runs[-1][1] += 1
        else:
            runs.append([name, 1])
    family = _OPEN + ",".join(f"{name}*{count}" for name, count in runs) + _CLOSE
    n = max(len(part.numbers) for part in parts)
    numbers = [np.broadcast_to(part.numbers, (n, part.numbers.shape[1])) for part in parts]
    return Prior(family, len(parts), np.concatenate(numbers, axis=1), 0, None, tuple(parts))


def product_parts(family: str) -> list[tuple[str, int]] | None:
    """Family and size of each part of a family that `product` named; None for other families, and
    for names that it does not give.

    >>> product_parts("product(normal*2,categorical:3*1)")
    [('normal', 1), ('normal', 1), ('categorical', 3)]
    """
    if not family.startswith(_OPEN) or not family.endswith(_CLOSE):
        return None
    found: list[tuple[str, int]] = []
    for run in family[len(_OPEN) : -len(_CLOSE)].split(","):
        name, _, count = run.rpartition("*")
        name, _, size = name.partition(":")
        plain = (count + size).isdecimal() and (count + size).isascii()
        if not plain or name not in LAYOUTS or name in _NO_PARTS:
            return None
        if (name == "categorical") != bool(size) or len(found) + int(count) > LARGEST_PRODUCT:
            return None
        if size and not 0 < int(size) <= LARGEST_TABLE * LARGEST_TABLE:
            return None
        found += [(name, int(size or 1))] * int(count)
    return found or None
