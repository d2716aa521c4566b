"""Conjugate pairs as processes: `dirichlet-discrete` and `mvn-niw`."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.distributions.checks import (
    elements,
    exact_integer,
    parameter_error,
    positive,
    value_error,
)
from anglipy.runtime.distributions.discrete import Discrete
from anglipy.runtime.distributions.matrices import (
    checked_square,
    checked_vector,
    lower_root,
    nested_vectors,
    observed_vector,
)
from anglipy.runtime.distributions.multivariate_t import MultivariateT
from anglipy.runtime.processes.base import Process
from anglipy.runtime.values import Vector

__all__ = ["DirichletDiscrete", "MvnNiw"]


class DirichletDiscrete(Process):
    """`(dirichlet-discrete counts)`: draws from `(discrete p)`, where p is drawn once from
    `(dirichlet counts)` and integrated out: the next index is i with probability proportional to
    counts[i], which then grows by one.
    """

    __slots__ = ("_predictive",)
    name = "dirichlet-discrete"
    fields = ("counts",)

    def __init__(self, counts: Any) -> None:
        listed = elements(counts)
        if not listed:
            raise parameter_error(self.name, "counts", "a sequence of numbers > 0", counts)
        for count in listed:
            positive(self.name, "each count", count)
        self.given = (Vector(listed),)
        self._predictive = Discrete(listed)

    def produce(self) -> Discrete:
        """The distribution of the next index."""
        return self._predictive

    def absorb(self, value: Any) -> DirichletDiscrete:
        """One more at an index."""
        counts = list(self.given[0])
        place = exact_integer(self.name, "the index", value)
        if not 0 <= place < len(counts):
            raise value_error(self.name, f"an index below {len(counts)}", value)
        counts[place] = counts[place] + 1
        return DirichletDiscrete(counts)


class MvnNiw(Process):
    """`(mvn-niw mu kappa nu psi)`: draws from `(mvn m s)`, where s is drawn once from the inverse
    Wishart distribution with nu degrees of freedom and scale matrix psi, and m from `(mvn mu (/ s
    kappa))`, both integrated out.

    `kappa` > 0 and `nu` > d - 1 say how many observations the prior mean and the prior covariance
    are worth. The next value is a multivariate t with nu' - d + 1 degrees of freedom, location mu'
    and scale psi' (kappa' + 1) / (kappa' (nu' - d + 1)), where primes are the parameters updated by
    the values absorbed. `(mvn-niw mu kappa nu psi n sum-x sum-xx)` begins with n values, their sum
    and the sum of their squares x x'. Murphy 2007, "Conjugate Bayesian analysis of the Gaussian
    distribution", sec. 8.
    """

    __slots__ = ("_kappa", "_mu", "_n", "_nu", "_psi", "_sum", "_sum_of_squares")
    name = "mvn-niw"
    fields = ("mu", "kappa", "nu", "psi", "n", "sum-x", "sum-xx")

    def __init__(
        self,
        mu: Any,
        kappa: Any,
        nu: Any,
        psi: Any,
        n: Any = 0,
        sum_x: Any = None,
        sum_xx: Any = None,
    ) -> None:
        import numpy as np

        listed, numbers = checked_vector(self.name, "mu", mu)
        d = len(listed)
        rows, self._psi = checked_square(self.name, "psi", psi, d, "mu")
        lower_root(self.name, "psi", self._psi, rows)
        self._mu, self._kappa = np.array(numbers), positive(self.name, "kappa", kappa)
        self._nu = positive(self.name, "nu", nu)
        if self._nu <= d - 1:
            raise parameter_error(self.name, "nu", f"> {d - 1}, as mu has {d} elements", nu)
        self._n = exact_integer(self.name, "n", n)
        total = Vector([0.0] * d) if sum_x is None else Vector(elements(sum_x) or ())
        squares = nested_vectors(np.zeros((d, d))) if sum_xx is None else sum_xx
        self._sum = np.array(checked_vector(self.name, "sum-x", total)[1])
        self._sum_of_squares = checked_square(self.name, "sum-xx", squares, d, "mu")[1]
        self.given = (Vector(listed), kappa, nu, rows, n, total, squares)

    def produce(self) -> MultivariateT:
        """The multivariate t of the next value."""
        import numpy as np

        n, d = self._n, len(self._mu)
        kappa, nu, psi = self._kappa + n, self._nu + n, self._psi
        mu = (self._kappa * self._mu + self._sum) / kappa
        if n:
            mean = self._sum / n
            apart = mean - self._mu
            scatter = self._sum_of_squares - n * np.outer(mean, mean)
            psi = psi + scatter + self._kappa * n / kappa * np.outer(apart, apart)
        freedom = nu - d + 1.0
        return MultivariateT(freedom, mu, psi * ((kappa + 1.0) / (kappa * freedom)))

    def absorb(self, value: Any) -> MvnNiw:
        """One value more in the sums."""
        import numpy as np

        x = np.array(observed_vector(self.name, value, len(self._mu)))
        squares = nested_vectors(self._sum_of_squares + np.outer(x, x))
        sums = (self._n + 1, Vector((self._sum + x).tolist()), squares)
        return MvnNiw(*[*self.given[:4], *sums])
