"""The Chinese restaurant process and the Dirichlet process."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.distributions.restaurant import CategoricalCrp, CategoricalDp
from anglipy.runtime.processes.base import Process
from anglipy.runtime.values import PersistentMap

__all__ = ["CRP", "DP"]

_NO_COUNTS = PersistentMap.of(())


class CRP(Process):
    """`(CRP alpha)`: the Chinese restaurant process with concentration alpha > 0: the next customer
    sits at table k with probability proportional to how many sit there, at a new table with
    probability proportional to alpha.

    Tables are natural numbers; a new one is the smallest that is not taken, so that the first
    customer sits at 0. `(CRP alpha counts)` begins with a map from tables to customers. Aldous
    1985, "Exchangeability and related topics", sec. 11.
    """

    __slots__ = ("_predictive",)
    name = "CRP"
    fields = ("alpha", "counts")

    def __init__(self, alpha: Any, counts: Any = _NO_COUNTS) -> None:
        self.given = (alpha, counts)
        self._predictive = CategoricalCrp.of_process(counts, alpha)

    def produce(self) -> CategoricalCrp:
        """The distribution of the next table."""
        return self._predictive

    def absorb(self, value: Any) -> CRP:
        """One customer more at a table."""
        return CRP(self.given[0], _with_one_more(self.given[1], value))


class DP(Process):
    """`(DP alpha h)`: the Dirichlet process with concentration alpha > 0 and base distribution h,
    the random measure integrated out: the next value is one that came before with probability
    proportional to how often it came, a draw from h with probability proportional to alpha.

    `(DP alpha h counts)` begins with a map from values to counts. Blackwell and MacQueen 1973,
    "Ferguson distributions via Polya urn schemes".
    """

    __slots__ = ("_predictive",)
    name = "DP"
    fields = ("alpha", "h", "counts")

    def __init__(self, alpha: Any, h: Any, counts: Any = _NO_COUNTS) -> None:
        self.given = (alpha, h, counts)
        self._predictive = CategoricalDp.of_process(counts, h, alpha)

    def produce(self) -> CategoricalDp:
        """The distribution of the next value."""
        return self._predictive

    def absorb(self, value: Any) -> DP:
        """A value came once more."""
        alpha, h, counts = self.given
        return DP(alpha, h, _with_one_more(counts, value))


def _with_one_more(counts: Any, value: Any) -> PersistentMap:
    known = counts if isinstance(counts, PersistentMap) else PersistentMap.of(counts.items())
    return known.assoc(value, known.lookup(value, 0) + 1)
