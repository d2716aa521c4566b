"""`truncated` for n particles at once, of distributions whose tails are known for arrays. Prepared:
the part that is truncated, the bounds, the log probability of being between them, and the
distribution itself.
"""

from __future__ import annotations

from math import inf, log
from typing import Any

import numpy as np

from anglipy.runtime.distributions.truncated import LIKELY, Truncated
from anglipy.runtime.lanes.families.base import Array, number_values, refuse
from anglipy.runtime.lanes.families.composite import CompositeFamily, Part
from anglipy.runtime.lanes.families.parameters import number, observed
from anglipy.runtime.lanes.families.special import log_complement_of
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.values import NotLanes, lane, row

__all__ = ["TruncatedFamily"]

_LOG_HALF = log(0.5)
_NARROW = -14.0
"""Log share of a tail below which a difference of tails has lost too many digits."""
_ROUNDS = 100


class TruncatedFamily(CompositeFamily):
    """`(truncated dist min max)`."""

    shapes = ("any", "any", "any")

    def plain(self, dist: Any) -> Any:
        """The part, the bounds, the log probability of being between them."""
        part = self.part(dist.dist)
        part.family.log_tails(part.prepared, np.zeros(1))  # NotLanes if they are not known.
        return part, dist.low, dist.high, dist._log_mass, dist.dist

    def prepare(self, dist: Any, low: Any, high: Any) -> Any:
        """Min at most max, and a chance to be between them."""
        part = self.part(dist)
        bounds = _bound(low, -inf), _bound(high, inf)
        log_mass = _log_between(part, *bounds)
        refuse(bounds[0] <= bounds[1], log_mass > -inf)
        return part, *bounds, log_mass, dist

    def sample(self, prepared: Any, rng: Any, n: int) -> Any:
        """Draws repeated until all are between the bounds; where that would take long, the inverse
        of the distribution function, one by one.
        """
        part, low, high, log_mass, dist = prepared
        found = np.empty(n)
        missing = np.broadcast_to(log_mass > LIKELY, n).copy()
        unlikely = np.flatnonzero(~missing)
        for _ in range(_ROUNDS):
            if not missing.any():
                break
            drawn = part.draw(rng, n)
            arrived = missing & (drawn >= low) & (drawn <= high)
            found[arrived] = drawn[arrived]
            missing &= ~arrived
        for place in [*unlikely.tolist(), *np.flatnonzero(missing).tolist()]:
            bounds = [_at(bound, place) for bound in (low, high)]
            found[place] = Truncated(row(dist, place), *bounds).sample(rng)
        return found

    def log_prob(self, prepared: Any, value: Any) -> Any:
        """That of the distribution, less the log probability of being between the bounds."""
        part, low, high, log_mass, _ = prepared
        x = number_values(observed(part.family, value))
        at = x if x.__class__ is float else lane(x)
        inside = (x >= low) & (x <= high)
        return np.where(inside, part.score(at) - log_mass, -inf)


def _bound(given: Any, none: float) -> Array:
    if given is None:
        return none
    found = number(given)
    refuse(~np.isnan(found))
    return found


def _at(bound: Array, place: int) -> float:
    return bound if bound.__class__ is float else float(bound[place])


def _log_between(part: Part, low: Array, high: Array) -> Any:
    """Log P(low <= X <= high) for each particle."""
    n = CURRENT.group.n
    bounds = [np.broadcast_to(bound, n).astype(np.float64) for bound in (low, high)]
    below, above = (part.family.log_tails(part.prepared, bound) for bound in bounds)
    middle = (below[0] < _LOG_HALF) & (above[1] < _LOG_HALF)
    outside = log_complement_of(np.minimum(np.logaddexp(below[0], above[1]), 0.0))
    lower, upper = _difference(above[0], below[0]), _difference(below[1], above[1])
    left = above[0] < below[1]
    found = np.where(middle, outside, np.where(left, lower, upper))
    tail = np.where(middle, 0.0, np.where(left, above[0], below[1]))
    narrow = (found - tail < _NARROW) & (bounds[0] < bounds[1]) & (bounds[1] - bounds[0] < inf)
    if narrow.any():
        raise NotLanes
    return found


def _difference(larger: Any, smaller: Any) -> Any:
    found = larger + log_complement_of(np.minimum(smaller - larger, 0.0))
    return np.where(larger > smaller, found, -inf)
