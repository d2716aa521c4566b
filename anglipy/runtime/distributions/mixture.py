"""Mixtures of distributions."""

from __future__ import annotations

from math import exp, inf, log
from typing import Any

from anglipy.runtime.cumulative import Tails, log_add
from anglipy.runtime.distributions.base import (
    Distribution,
    Finite,
    Support,
    Unknown,
    listed_values,
)
from anglipy.runtime.distributions.checks import elements, parameter_error
from anglipy.runtime.distributions.finite import checked_weights, cumulative, draw
from anglipy.runtime.equality import equal, key_of
from anglipy.runtime.random_source import Rng
from anglipy.runtime.values import Vector

__all__ = ["Mixture"]


class Mixture(Distribution):
    """`(mixture weights components)`: density sum of p_i f_i(x), where f_i is the density of the
    i-th component and p_i = weights[i] / sum(weights): a draw from one of the distributions, which
    is chosen by the weights.

    `weights` is a sequence of numbers >= 0, not necessarily normalised; `components` a sequence of
    as many distributions, all of which must be able to take the values observed. Components should
    be all continuous or all discrete: masses and densities cannot be compared. McLachlan and Peel
    2000.
    """

    __slots__ = ("_log_weights", "_thresholds", "components")
    name = "mixture"
    fields = ("weights", "components")

    def __init__(self, weights: Any, components: Any) -> None:
        given, parts = elements(weights), elements(components)
        if given is None:
            raise parameter_error("mixture", "weights", "a sequence of numbers", weights)
        if parts is None or not all(isinstance(part, Distribution) for part in parts):
            raise parameter_error(
                "mixture", "components", "a sequence of distributions", components
            )
        floats = checked_weights("mixture", "each weight", given)
        if len(parts) != len(floats):
            raise parameter_error(
                "mixture", "components", f"{len(floats)}, as there are weights", components
            )
        self.given = (tuple(given), Vector(parts))
        self.components: list[Distribution] = parts
        total = log(sum(floats))
        self._log_weights = [log(w) - total if w > 0.0 else -inf for w in floats]
        self._thresholds = cumulative(floats)

    def sample(self, rng: Rng) -> Any:
        """One uniform to choose a component, then a draw from that."""
        return self.components[draw(self._thresholds, rng.random())].sample(rng)

    def log_prob(self, value: Any) -> float:
        """Log of the sum of the densities, each times its weight."""
        pairs = zip(self._log_weights, self.components, strict=True)
        logs = [
            log_weight + part.log_prob(value) for log_weight, part in pairs if log_weight > -inf
        ]
        largest = max(logs)
        if not -inf < largest < inf:
            return largest
        return largest + log(sum([exp(each - largest) for each in logs]))

    def log_tails(self, x: float) -> Tails | None:
        """Those of the components, each times its weight."""
        lower = upper = -inf
        for log_weight, part in zip(self._log_weights, self.components, strict=True):
            tails = part.log_tails(x)
            if tails is None:
                return None
            lower = log_add(lower, log_weight + tails[0])
            upper = log_add(upper, log_weight + tails[1])
        return min(0.0, lower), min(0.0, upper)

    def position(self, value: Any) -> int | None:
        """The place of a value in a finite support."""
        listed = listed_values(self.support) or ()
        places = (place for place, other in enumerate(listed) if equal(other, value))
        return next(places, None)

    @property
    def support(self) -> Support:
        """That of the components, if it is the same for all; their values, if they are finitely
        many.
        """
        pairs = zip(self._log_weights, self.components, strict=True)
        supports = [part.support for log_weight, part in pairs if log_weight > -inf]
        if all(support == supports[0] for support in supports):
            return supports[0]
        found: dict[Any, Any] = {}
        for support in supports:
            values = listed_values(support)
            if values is None:
                return Unknown()
            for value in values:
                found.setdefault(key_of(value), value)
        return Finite(tuple(found.values()))
