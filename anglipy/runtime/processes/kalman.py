"""Linear dynamical systems."""

from __future__ import annotations

from typing import Any

from anglipy.runtime.distributions.checks import elements, finite, parameter_error
from anglipy.runtime.distributions.matrices import (
    checked_square,
    checked_vector,
    lower_root,
    nested_vectors,
    observed_vector,
)
from anglipy.runtime.distributions.mvn import Mvn
from anglipy.runtime.processes.base import Process
from anglipy.runtime.values import Vector

__all__ = ["LDS"]


class LDS(Process):
    """`(LDS init-mean init-cov obs-matrix obs-cov trans-matrix trans-cov)`: observations of a
    hidden state that moves linearly.

    The first state x is from `(mvn init-mean init-cov)`, the next one A x + `(mvn 0 trans-cov)`
    with A = trans-matrix, and each is observed as C x + `(mvn 0 obs-cov)` with C = obs-matrix,
    which has a row for each observed number and a column for each number of the state. The states
    are integrated out by the filter of Kalman. `(LDS ... mean cov)` begins with another mean and
    covariance of the state that is observed next. Kalman 1960; Sarkka 2013, theorem 4.2.
    """

    __slots__ = ("_cov", "_mean", "_observing", "_predictive", "_steps")
    name = "LDS"
    fields = (
        "init-mean", "init-cov", "obs-matrix", "obs-cov", "trans-matrix", "trans-cov", "mean", "cov"
    )  # fmt: skip

    def __init__(
        self,
        init_mean: Any,
        init_cov: Any,
        obs_matrix: Any,
        obs_cov: Any,
        trans_matrix: Any,
        trans_cov: Any,
        mean: Any = None,
        cov: Any = None,
    ) -> None:
        import numpy as np

        start, _ = checked_vector(self.name, "init-mean", init_mean)
        d = len(start)
        moving = (
            self._square("trans-matrix", trans_matrix, d),
            self._square("trans-cov", trans_cov, d),
        )
        self._observing = (
            self._rectangle(obs_matrix, d),
            checked_square(self.name, "obs-cov", obs_cov, None),
        )
        if len(self._observing[0]) != len(self._observing[1][1]):
            raise parameter_error(
                self.name, "obs-matrix", "of as many rows as obs-cov has", obs_matrix
            )
        self._square("init-cov", init_cov, d, definite=True)
        lower_root(self.name, "obs-cov", self._observing[1][1], obs_cov)
        mean = init_mean if mean is None else mean
        cov = init_cov if cov is None else cov
        self._mean = np.array(checked_vector(self.name, "mean", mean)[1])
        self._cov = self._square("cov", cov, d)
        self._steps = moving
        self.given = (
            init_mean, init_cov, obs_matrix, obs_cov, trans_matrix, trans_cov, mean, cov,
        )  # fmt: skip
        self._predictive: Mvn | None = None

    def _square(self, parameter: str, given: Any, d: int, definite: bool = False) -> Any:
        rows, matrix = checked_square(self.name, parameter, given, d, "init-mean")
        if definite:
            lower_root(self.name, parameter, matrix, rows)
        return matrix

    def _rectangle(self, given: Any, width: int) -> Any:
        import numpy as np

        rows = [elements(row) for row in elements(given) or []]
        if not rows or any(row is None or len(row) != width for row in rows):
            raise parameter_error(
                self.name, "obs-matrix", f"a matrix with {width} columns, as init-mean has", given
            )
        each = "each element of obs-matrix"
        return np.array([[finite(self.name, each, x) for x in row or ()] for row in rows])

    def produce(self) -> Mvn:
        """The normal of the next observation: mean C m, covariance C V C' + obs-cov."""
        if self._predictive is None:
            c, (_, noise) = self._observing
            spread = c @ self._cov @ c.T + noise
            self._predictive = Mvn(c @ self._mean, 0.5 * (spread + spread.T))
        return self._predictive

    def absorb(self, value: Any) -> LDS:
        """The process after an observation: the state is updated by it, and then moves."""
        import numpy as np

        c, (_, noise) = self._observing
        y = np.array(observed_vector(self.name, value, len(c)))
        spread = c @ self._cov @ c.T + noise
        gain = np.linalg.solve(spread, c @ self._cov).T
        mean = self._mean + gain @ (y - c @ self._mean)
        # The form of Joseph: what rounding does to the gain does not make the covariance negative.
        rest = np.eye(len(mean)) - gain @ c
        cov = rest @ self._cov @ rest.T + gain @ noise @ gain.T
        a, drift = self._steps
        moved = a @ cov @ a.T + drift
        state = Vector((a @ mean).tolist()), nested_vectors(0.5 * (moved + moved.T))
        return LDS(*[*self.given[:6], *state])
