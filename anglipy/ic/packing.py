"""Tapes as arrays and a document, for pipes between processes and for files of traces.

`packed` lays the arrays of all events one after the other, one long array per dtype; the document
lists the events with the shapes of theirs. `unpacked` is the inverse: it takes files that anyone
may have written, so everything is checked before a network sees it. Of a prior only what a network
needs is kept: its family, size and numbers.
"""

from __future__ import annotations

from math import isqrt, prod
from typing import Any

import numpy as np

from anglipy.ic.checked import text, whole
from anglipy.ic.container import Contents
from anglipy.ic.layouts import LAYOUTS, Prior, product_parts
from anglipy.ic.observing import RAGGED, Kind, Observations
from anglipy.ic.tapes import Choices, Tape

__all__ = ["packed", "unpacked"]

LARGEST = 1 << 20
"""No size of a choice or an observation is above this."""
_CODES = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "f2", "f4", "f8")
_DTYPES = frozenset(np.dtype(code).name for code in _CODES)
_COLUMNS = {
    **dict.fromkeys(("normal", "heavy", "circle", "beta", "correlation"), 2),
    **{"integers": 4, "positive": 4, "interval": 5, "prior": 0},
}
"""Numbers of a prior, of families where that does not depend on its size."""
_WIDE = ("mvn", "dirichlet", "multinomial", "wishart", "correlation")
"""Families of values with several coordinates."""


def packed(tape: Tape) -> Contents:
    """The tape as arrays and JSON."""
    pack = _Pack()
    choices = [
        [
            event.site,
            event.prior.family,
            event.prior.size,
            *map(pack.add, (event.runs, event.instances, event.prior.numbers)),
            *map(pack.add, (event.values, event.log_prior)),
        ]
        for event in tape.choices
    ]
    observations = [
        [
            event.site,
            event.kind.name,
            list(event.kind.shape),
            *map(pack.add, (event.runs, event.instances, event.values)),
        ]
        for event in tape.observations
    ]
    document = {"count": tape.count, "choices": choices, "observations": observations}
    return Contents(pack.arrays(), document)


def unpacked(contents: Contents) -> Tape:
    """The tape of what `packed` made. Raises ValueError, with the reason, for anything else."""
    document = contents.document
    count = whole(document.get("count"), 1, LARGEST)
    unpack = _Unpack(contents.arrays)
    rows = (_listed(document, "choices", 8), _listed(document, "observations", 6))
    choices = [_choices(row, unpack, count) for row in rows[0]]
    observations = [_observations(row, unpack, count) for row in rows[1]]
    return Tape(count, choices, observations)


def _listed(document: dict[str, Any], name: str, length: int) -> list[list[Any]]:
    rows = document.get(name)
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == length for row in rows
    ):
        raise ValueError(f"{name} is no list of events")
    return rows


class _Pack:
    """Arrays, one after the other, by dtype."""

    def __init__(self) -> None:
        self.parts: dict[str, list[np.ndarray]] = {}

    def add(self, array: Any) -> list[Any]:
        """Take an array in: [dtype, shape]."""
        array = np.asarray(array)
        self.parts.setdefault(array.dtype.name, []).append(array.reshape(-1))
        return [array.dtype.name, list(array.shape)]

    def arrays(self) -> dict[str, np.ndarray]:
        """What was taken in."""
        return {name: np.concatenate(parts) for name, parts in self.parts.items()}


class _Unpack:
    """The arrays again, in the order in which they were taken in."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        for name, array in arrays.items():
            if name not in _DTYPES or array.dtype.name != name or array.ndim != 1:
                raise ValueError(f"an array {name[:40]!r}")
        self.arrays_, self.at = arrays, dict.fromkeys(arrays, 0)

    def next(self, entry: Any) -> np.ndarray:
        """The array of an entry [dtype, shape]."""
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], list):
            raise ValueError("an entry of no array")
        name, shape = entry[0], [whole(size, 0, 1 << 32) for size in entry[1]]
        if not isinstance(name, str) or name not in self.arrays_:
            raise ValueError("an array of a dtype that is not there")
        start = self.at[name]
        end = self.at[name] = start + prod(shape)
        if end > len(self.arrays_[name]):
            raise ValueError("an array that is larger than the file")
        return self.arrays_[name][start:end].reshape(shape)


def _who(runs: np.ndarray, instances: np.ndarray, count: int) -> int:
    """How many runs took part in an event; none twice."""
    for array in (runs, instances):
        if array.dtype.kind != "i" or array.ndim != 1:
            raise ValueError("runs or instances that are no whole numbers")
    if not len(runs) or len(runs) != len(instances) or instances.min() < 1:
        raise ValueError("an event of nobody")
    if runs.min() < 0 or runs.max() >= count or np.bincount(runs).max() > 1:
        raise ValueError("an event of runs that are not there")
    return len(runs)


def _choices(row: list[Any], unpack: _Unpack, count: int) -> Choices:
    site, family, size = text(row[0]), text(row[1]), whole(row[2], 1, LARGEST)
    parts = product_parts(family)
    if (parts is None and family not in LAYOUTS) or (parts is not None and size != len(parts)):
        raise ValueError(f"the proposal family {family}")
    runs, instances, numbers, values, log_prior = map(unpack.next, row[3:])
    n = _who(runs, instances, count)
    columns = sum(_columns(*part) for part in parts or [(family, size)])
    if numbers.ndim != 2 or len(numbers) not in (1, n) or numbers.dtype != np.float64:
        raise ValueError(f"the numbers of the prior at {site}")
    if numbers.shape[1] != columns or np.isnan(numbers).any():
        raise ValueError(f"the numbers of the prior at {site}")
    shape = (n, size) if parts or family in _WIDE else (n,)
    if values.dtype.kind not in "fi" or values.shape != shape or not np.isfinite(values).all():
        raise ValueError(f"the values at {site}")
    if family == "categorical" and not (values.dtype.kind == "i" and _within(values, size)):
        raise ValueError(f"categories at {site} that are none")
    for place, (name, categories) in enumerate(parts or ()):
        if name == "categorical" and not _within(values[:, place], categories):
            raise ValueError(f"categories at {site} that are none")
    if log_prior.shape not in ((), (n,)) or not np.isfinite(log_prior).all():
        raise ValueError(f"the log probabilities at {site}")
    return Choices(site, runs, instances, Prior(family, size, numbers), values, log_prior)


def _columns(family: str, size: int) -> int:
    """How many numbers a prior of this family and size has, as `LAYOUTS` says."""
    if family == "mvn":
        return size + size * size
    if family == "wishart":
        rows = (isqrt(1 + 8 * size) - 1) // 2
        return 1 + rows * rows
    if family == "multinomial":
        return 1 + size
    return _COLUMNS.get(family, size)


def _observations(row: list[Any], unpack: _Unpack, count: int) -> Observations:
    if not isinstance(row[2], list):
        raise ValueError("an observation without a shape")
    kind = Kind(text(row[1]), tuple(whole(size, 1, LARGEST) for size in row[2]))
    runs, instances, values = map(unpack.next, row[3:])
    n, site = _who(runs, instances, count), text(row[0])
    if kind.name == "choice":
        fits = values.shape == (n,) and values.dtype.kind == "i" and len(kind.shape) == 1
        fits = fits and _within(values, kind.shape[0])
    elif kind.name in RAGGED:
        columns = 1 if kind.name == "string" else prod(kind.shape)
        fits = values.ndim == 3 and (len(values), values.shape[2]) == (n, columns)
        fits = fits and values.size > 0 and values.dtype == np.float64 and len(kind.shape) == 1
        # The first element is always there; nan stands for elements that are not.
        fits = fits and not (np.isinf(values).any() or np.isnan(values[:, 0]).any())
    else:
        fits = values.shape == (n, *kind.shape) and bool(np.isfinite(values).all())
    if not fits:
        raise ValueError(f"the values observed at {site}")
    return Observations(site, kind, runs, instances, values)


def _within(values: np.ndarray, size: int) -> bool:
    return bool(values.min() >= 0 and values.max() < size)
