"""Draws of vectors and matrices against their marginal laws; densities that integrate to one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.values import Vector
from tests.runtime.distributions.cases import build
from tests.runtime.distributions.test_sampling import draws_of
from tests.statistical.assertions import assert_cdf, assert_counts

SCALE = np.array([[2.0, 1.0], [1.0, 3.0]])


def arrays(dist: Any) -> Any:
    draw = draws_of(dist)

    def inside(x: Any) -> Any:
        return [inside(part) for part in x] if isinstance(x, Vector) else x

    return lambda n: np.array([inside(x) for x in draw(n)])


def test_wishart() -> None:
    """a'Xa is a'Va times a chi-squared, for every a; and the determinant is a product of those."""
    draw = arrays(build("wishart", 4.5, SCALE))
    for direction in ([1.0, 0.0], [0.0, 1.0], [1.0, -2.0]):
        a = np.array(direction)
        law = stats.chi2(4.5, scale=a @ SCALE @ a)
        assert_cdf(lambda n, a=a: a @ draw(n) @ a, law.cdf, discrepancy=0.04)
    roots = stats.chi2(4.5), stats.chi2(3.5)
    logs = np.log(roots[0].rvs(400_000, random_state=1)) + np.log(
        roots[1].rvs(400_000, random_state=2)
    )
    exact = np.sort(logs) + math.log(np.linalg.det(SCALE))
    assert_cdf(
        lambda n: np.log(np.linalg.det(draw(n))),
        lambda x: np.searchsorted(exact, x) / len(exact),
        discrepancy=0.06,
    )


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("eta", [0.5, 1.0, 4.0])
def test_correlations(d: int, eta: float) -> None:
    """Each is a beta distribution on [-1, 1]."""
    draw = arrays(build("lkj", d, eta))
    shape = eta + d / 2 - 1
    law = stats.beta(shape, shape, loc=-1, scale=2)
    for i, j in {(1, 0), (d - 1, 0), (d - 1, d - 2)}:
        assert_cdf(lambda n, i=i, j=j: draw(n)[:, i, j], law.cdf, discrepancy=0.05)


@pytest.mark.parametrize("eta", [1.0, 2.0, 3.5])
def test_densities_of_correlation_matrices_integrate_to_one(eta: float) -> None:
    """For d = 2 by quadrature, for d = 3 over a grid."""
    two = build("lkj", 2, eta)
    total, _ = integrate.quad(lambda r: math.exp(two.log_prob([[1, r], [r, 1]])), -1, 1)
    assert total == pytest.approx(1.0, abs=1e-7)
    three, cells = build("lkj", 3, eta), 24
    grid = (np.arange(cells) + 0.5) * 2 / cells - 1
    total = sum(
        math.exp(three.log_prob([[1, a, b], [a, 1, c], [b, c, 1]]))
        for a in grid for b in grid for c in grid
    )  # fmt: skip
    assert total * (2 / cells) ** 3 == pytest.approx(1.0, abs=0.01)


def test_matrices_outside_of_the_support() -> None:
    lkj, wishart = build("lkj", 2, 2), build("wishart", 3, SCALE)
    for matrix in ([[1, 2], [2, 1]], [[2, 1], [1, 2]], [[1, 0.5], [0.4, 1]], [[1, math.inf]] * 2):
        assert lkj.log_prob(matrix) == -math.inf
    for matrix in ([[1, 2], [2, 1]], [[1, 0.5], [0.4, 1]], [[0, 0], [0, 0]], [[math.inf] * 2] * 2):
        assert wishart.log_prob(matrix) == -math.inf
    for dist in (lkj, wishart):
        for value in (1, [1, 2], [[1]], None):
            with pytest.raises(ProgramError, match="the value must be a 2 by 2 matrix"):
                dist.log_prob(value)


def test_one_by_one_matrices() -> None:
    assert build("wishart", 3, [[2]]).log_prob([[5]]) == pytest.approx(
        stats.chi2(3, scale=2).logpdf(5)
    )
    assert build("lkj", 1, 2).log_prob([[1]]) == 0.0


def test_transform_sample() -> None:
    lower = np.linalg.cholesky(SCALE)
    assert build("wishart", 3, SCALE).transform_sample([[1, 0], [2, 1]])[1][0] == pytest.approx(
        (lower @ [[1, 2], [2, 5]] @ lower.T)[1, 0]
    )


def test_multivariate_t() -> None:
    """Every linear image is a t; three directions fix location and scale."""
    mu = np.array([1.0, -1.0])
    draw = arrays(build("multivariate-t", 2.5, mu, SCALE))
    for direction in ([1.0, 0.0], [0.0, 1.0], [1.0, -2.0]):
        a = np.array(direction)
        law = stats.t(2.5, loc=a @ mu, scale=math.sqrt(a @ SCALE @ a))
        assert_cdf(lambda n, a=a: draw(n) @ a, law.cdf, discrepancy=0.04)


def test_diagonal_normals() -> None:
    draw = arrays(build("mvn-mean-vars", [1, -1], [4, 0.25]))
    assert_cdf(lambda n: draw(n) @ [1.0, 2.0], stats.norm(-1.0, math.sqrt(5)).cdf, discrepancy=0.04)
    full = build("mvn", [1, -1], [[4, 0], [0, 4]])
    assert build("mvn-mean-var", [1, -1], 4).log_prob([0.3, 2]) == pytest.approx(
        full.log_prob([0.3, 2])
    )


@pytest.mark.parametrize("n", [3, 200])
def test_multinomial(n: int) -> None:
    """Counts, and sums of counts, are binomial; few are enumerated, many drawn by numpy."""
    draw = arrays(build("multinomial", n, [1, 0, 3, 4]))
    for places, p in (([0], 1 / 8), ([2], 3 / 8), ([0, 1, 3], 5 / 8)):
        law = stats.binom(n, p)
        likely = range(int(law.ppf(0.001)), int(law.ppf(0.999)) + 1)
        mass = {k: float(law.pmf(k)) for k in likely}
        counted = lambda n, places=places: draw(n)[:, places].sum(axis=1).tolist()  # noqa: E731
        assert_counts(counted, mass, discrepancy=0.08)


def test_values_of_multinomials() -> None:
    dist = build("multinomial", 4, [1, 1])
    assert dist.log_prob([1.0, 3]) == pytest.approx(math.log(4 / 16))
    for value in ([1, 2], [5, -1], [1.5, 2.5], [math.inf, 0]):
        assert dist.log_prob(value) == -math.inf
    huge = build("multinomial", 10**12, [1, 1]).log_prob([5 * 10**11, 5 * 10**11])
    assert huge == pytest.approx(-0.5 * math.log(math.pi / 2 * 1e12), rel=1e-9)


def test_matrices_are_drawn_as_nested_vectors_of_floats() -> None:
    for dist in (build("wishart", 3, SCALE), build("lkj", 2, 1)):
        drawn = dist.sample(np.random.default_rng(1))
        assert type(drawn) is Vector
        assert {type(row) for row in drawn} == {Vector}
        assert {type(x) for row in drawn for x in row} == {float}
        assert math.isfinite(dist.log_prob(drawn))
    assert {
        type(k) for k in CONSTRUCTORS["multinomial"](50, [1, 2]).sample(np.random.default_rng(1))
    } == {int}
