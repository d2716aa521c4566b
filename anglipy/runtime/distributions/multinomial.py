"""The multinomial distribution."""

from __future__ import annotations

from math import inf
from typing import Any

from anglipy.runtime.distributions.base import CountVectors, Distribution
from anglipy.runtime.distributions.binomial import draw_successes
from anglipy.runtime.distributions.checks import elements, nonnegative_integer, parameter_error
from anglipy.runtime.distributions.finite import checked_weights
from anglipy.runtime.distributions.matrices import observed_vector
from anglipy.runtime.random_source import Rng
from anglipy.runtime.special import log_binomial_mass
from anglipy.runtime.values import Vector

__all__ = ["Multinomial"]

_LARGEST_N = 2**63 - 1


class Multinomial(Distribution):
    """`(multinomial n weights)`: mass n! / (k_0! k_1! ...) p_0^k_0 p_1^k_1 ... on vectors of counts
    that sum to n, with p_i = weights[i] / sum(weights): how often each index comes in n draws from
    `(discrete weights)`.

    `weights` is a sequence of numbers >= 0, not necessarily normalised. Whole doubles such as 2.0
    count as their integer; other vectors have no mass. Johnson, Kotz and Balakrishnan 1997, ch. 35.
    """

    __slots__ = ("_steps", "n")
    name = "multinomial"
    fields = ("n", "weights")

    def __init__(self, n: Any, weights: Any) -> None:
        self.n = nonnegative_integer("multinomial", "n", n)
        if self.n > _LARGEST_N:
            raise parameter_error("multinomial", "n", "below 2^63", n)
        given = elements(weights)
        if given is None:
            raise parameter_error("multinomial", "weights", "a sequence of numbers", weights)
        self.given = (n, tuple(given))
        floats = checked_weights("multinomial", "each weight", given)
        self._steps: list[tuple[float, float]] = []
        rest = 0.0
        for weight in reversed(floats):
            rest += weight
            self._steps.append((weight / rest, (rest - weight) / rest) if weight else (0.0, 1.0))
        self._steps.reverse()

    def sample(self, rng: Rng) -> Vector:
        """One count after the other: binomial among those that are left."""
        left, counts = self.n, []
        for p, _ in self._steps[:-1]:
            counts.append(draw_successes(left, p, rng) if left and p else 0)
            left -= counts[-1]
        return Vector([*counts, left])

    def log_prob(self, value: Any) -> float:
        """The sum of the binomial log masses of one count after the other."""
        counts = observed_vector("multinomial", value, len(self._steps))
        if min(counts) < 0.0 or max(counts) == inf or any(k != int(k) for k in counts):
            return -inf
        left = sum(map(int, counts))
        if left != self.n:
            return -inf
        total = 0.0
        for count, (p, q) in zip(counts, self._steps, strict=True):
            left -= int(count)
            total += log_binomial_mass(count, float(left), p, q)
        return total

    @property
    def support(self) -> CountVectors:
        """Vectors of counts that sum to n."""
        return CountVectors(len(self._steps), self.n)
