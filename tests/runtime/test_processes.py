"""Random processes: check values of the original system, predictive chains against closed forms,
and what they share with other values of the language.
"""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import stats

from anglipy.diagnostics import InternalError, ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.processes import PROCESSES, Process, UserProcess
from anglipy.runtime.values import Keyword, PersistentMap, Vector
from tests.statistical.assertions import assert_cdf, assert_counts, seeded_rng

produce, absorb = PRIMITIVES["produce"].fn, PRIMITIVES["absorb"].fn
NORMAL = CONSTRUCTORS["normal"](0, 1)
UNIT = Vector([Vector([1.0, 0.0]), Vector([0.0, 1.0])])


def build(name: str, *args: Any) -> Process:
    return PROCESSES[name](*args)


def after(process: Any, *values: Any) -> Any:
    for value in values:
        process = absorb(process, value)
    return process


def log_prob(process: Any, value: Any) -> float:
    found: float = produce(process).log_prob(value)
    return found


def log_joint(process: Any, values: Any) -> float:
    """Of the values one after the other."""
    total = 0.0
    for value in values:
        total += log_prob(process, value)
        process = absorb(process, value)
    return total


# ---- check values


def test_restaurant() -> None:
    assert log_prob(build("CRP", 1), 0) == 0.0
    process = after(build("CRP", 1), 0)
    for table in (0, 1, 77):
        assert log_prob(process, table) == pytest.approx(math.log(0.5), abs=1e-12)


def test_first_table_is_0_and_new_ones_are_the_smallest_free() -> None:
    rng = np.random.default_rng(0)
    assert {produce(build("CRP", 5.0)).sample(rng) for _ in range(20)} == {0}
    draws = {produce(after(build("CRP", 5.0), 0, 2)).sample(rng) for _ in range(200)}
    assert draws == {0, 1, 2}


def test_dirichlet_process() -> None:
    process = build("DP", 1, NORMAL)
    assert log_prob(process, 0.5) == pytest.approx(-1.0439385332, abs=1e-9)
    expected = math.log(0.5 + 0.5 * math.exp(NORMAL.log_prob(0.5)))
    assert expected == pytest.approx(-0.391514, abs=5e-7)
    assert log_prob(after(process, 0.5), 0.5) == pytest.approx(expected, abs=1e-12)
    assert log_prob(after(process, 0.5), 0.6) == pytest.approx(
        math.log(0.5) + NORMAL.log_prob(0.6), abs=1e-12
    )


def test_dirichlet_discrete() -> None:
    process = after(build("dirichlet-discrete", [1, 1, 1]), 2)
    assert log_prob(process, 2) == pytest.approx(math.log(2 / 4), abs=1e-12)
    assert Keyword("counts")(process) == Vector([1, 1, 2])


# ---- closed forms


@pytest.mark.parametrize("alpha", [0.3, 2])
def test_partitions_have_the_formula_of_ewens(alpha: float) -> None:
    """alpha^K prod (n_k - 1)! / (alpha (alpha + 1) ... (alpha + n - 1)), in any order."""
    tables = [0, 1, 0, 2, 0, 1]
    exact = 3 * math.log(alpha) + math.lgamma(3) + math.lgamma(2)
    exact -= sum(math.log(alpha + i) for i in range(6))
    assert log_joint(build("CRP", alpha), tables) == pytest.approx(exact, abs=1e-12)
    assert log_joint(build("CRP", alpha), tables[::-1]) == pytest.approx(exact, abs=1e-12)


def test_urn_is_a_dirichlet_multinomial() -> None:
    alpha, values = np.array([0.5, 1.0, 2.0]), [2, 2, 0, 1, 2]
    exact = stats.dirichlet_multinomial(alpha, 5).logpmf([1, 1, 3]) - math.log(20)
    assert log_joint(build("dirichlet-discrete", alpha), values) == pytest.approx(exact, abs=1e-12)


def squared_exponential(x: float, y: float) -> float:
    return math.exp(-0.5 * (x - y) ** 2) + (0.1 if x == y else 0.0)


def test_gaussian_process_is_a_multivariate_normal() -> None:
    rng = np.random.default_rng(1)
    xs, ys = [float(x) for x in rng.normal(0, 2, 12)], [float(y) for y in rng.normal(0, 1, 12)]
    process: Any = build("GP", lambda x: 0.5 * x, squared_exponential)
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        total += produce(process)(x).log_prob(y)
        process = absorb(process, Vector([x, y]))
    cov = [[squared_exponential(x, y) for y in xs] for x in xs]
    exact = stats.multivariate_normal.logpdf(ys, [0.5 * x for x in xs], cov)
    assert total == pytest.approx(exact, abs=1e-9)
    again = build("GP", lambda x: 0.5 * x, squared_exponential, list(zip(xs, ys, strict=True)))
    one, other = produce(process)(0.3), produce(again)(0.3)
    assert (one.mean, one.sd) == pytest.approx((other.mean, other.sd), rel=1e-12)


def test_gaussian_process_by_hand() -> None:
    """One point: mean k y / (1 + noise), variance 1 + noise - k^2 / (1 + noise)."""
    process = after(build("GP", lambda x: 0.0, squared_exponential), [0.0, 2.0])
    dist, k = produce(process)(1.0), math.exp(-0.5)
    assert dist.mean == pytest.approx(k * 2.0 / 1.1, abs=1e-12)
    assert dist.sd == pytest.approx(math.sqrt(1.1 - k * k / 1.1), abs=1e-12)


def test_conjugate_normals() -> None:
    """The first value against the multivariate t; the joint density does not depend on the order,
    and that of one dimension is the one of a normal-inverse-gamma prior.
    """
    psi = Vector([Vector([2.0, 0.5]), Vector([0.5, 1.0])])
    process = build("mvn-niw", [1, -1], 2, 4, psi)
    exact = stats.multivariate_t([1, -1], np.array([[2, 0.5], [0.5, 1]]) * 3 / (2 * 3), df=3)
    assert log_prob(process, [0.5, 0.5]) == pytest.approx(exact.logpdf([0.5, 0.5]), abs=1e-9)
    values = [[0.5, 0.5], [2.0, -1.0], [0.0, -3.0]]
    assert log_joint(process, values) == pytest.approx(log_joint(process, values[::-1]), abs=1e-9)

    kappa, nu, psi_1, data = 2.0, 3.0, 1.5, [0.3, -1.0, 2.0, 0.1]
    line = build("mvn-niw", [0.5], kappa, nu, [[psi_1]])
    n, mean = len(data), float(np.mean(data))
    scatter = float(np.sum((np.array(data) - mean) ** 2))
    psi_n = psi_1 + scatter + kappa * n / (kappa + n) * (mean - 0.5) ** 2
    evidence = (
        -0.5 * n * math.log(math.pi)
        + math.lgamma((nu + n) / 2) - math.lgamma(nu / 2)
        + nu / 2 * math.log(psi_1) - (nu + n) / 2 * math.log(psi_n)
        + 0.5 * math.log(kappa / (kappa + n))
    )  # fmt: skip
    assert log_joint(line, [[x] for x in data]) == pytest.approx(evidence, abs=1e-9)


def test_linear_system_is_a_multivariate_normal() -> None:
    """All observations together: their covariance written down block by block."""
    a, c = np.array([[0.9, 0.2], [0.0, 0.7]]), np.array([[1.0, 0.5]])
    q, r = np.array([[0.3, 0.1], [0.1, 0.2]]), np.array([[0.4]])
    start, spread = np.array([1.0, -1.0]), np.array([[2.0, 0.3], [0.3, 1.0]])
    ys = [0.5, 1.5, -0.2, 0.1]
    process = build("LDS", start, spread, c, r, a, q)
    means, covs = [start], [spread]
    for _ in ys[1:]:
        means.append(a @ means[-1])
        covs.append(a @ covs[-1] @ a.T + q)
    cov = np.zeros((4, 4))
    for i in range(4):
        for j in range(i, 4):
            cov[i, j] = cov[j, i] = (
                c @ covs[i] @ np.linalg.matrix_power(a, j - i).T @ c.T + (r if i == j else 0)
            ).item()
    exact = stats.multivariate_normal.logpdf(ys, [(c @ m).item() for m in means], cov)
    assert log_joint(process, [[y] for y in ys]) == pytest.approx(exact, abs=1e-9)


# ---- drawing


def test_draws_of_a_restaurant() -> None:
    process = after(build("CRP", 2.0), 0, 0, 1)
    rng = seeded_rng("restaurant")
    assert_counts(
        lambda n: [produce(process).sample(rng) for _ in range(n)],
        {0: 0.4, 1: 0.2, 2: 0.4},
        discrepancy=0.05,
    )


def test_draws_of_a_dirichlet_process() -> None:
    process = after(build("DP", 2.0, NORMAL), 9.0, 9.0)
    rng = seeded_rng("Dirichlet process")
    dist = produce(process)
    old = [dist.sample(rng) for _ in range(40_000)]
    assert_counts(
        lambda n: [dist.sample(rng) == 9.0 for _ in range(n)],
        {True: 0.5, False: 0.5},
        discrepancy=0.05,
    )
    new = [x for x in old if x != 9.0]
    assert_cdf(lambda n: new[:n], stats.norm.cdf, discrepancy=0.05)


# ---- values of the language


ALL: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("CRP", (1.5,), 0, "(CRP 1.5 {})"),
    ("DP", (1, NORMAL), 0.5, "(DP 1 (normal 0 1) {})"),
    ("GP", (abs, max), Vector([1.0, 2.0]), "(GP #function[abs] #function[max] [])"),
    ("dirichlet-discrete", (Vector([1, 2]),), 1, "(dirichlet-discrete [1 2])"),
    (
        "mvn-niw",
        (Vector([0, 0]), 1, 3, UNIT),
        Vector([1.0, 2.0]),
        "(mvn-niw [0 0] 1 3 [[1.0 0.0] [0.0 1.0]] 0 [0.0 0.0] [[0.0 0.0] [0.0 0.0]])",
    ),
    (
        "LDS",
        (Vector([0]), [[1]], [[1]], [[1]], [[1]], [[1]]),
        Vector([1.0]),
        "(LDS [0] [[1]] [[1]] [[1]] [[1]] [[1]] [0] [[1]])",
    ),
]
each = pytest.mark.parametrize(("name", "args", "value", "text"), ALL, ids=[row[0] for row in ALL])


def test_every_process_is_covered() -> None:
    assert sorted(PROCESSES) == sorted(row[0] for row in ALL)


@each
def test_text_equality_and_parameters(name: str, args: Any, value: Any, text: str) -> None:
    process = build(name, *args)
    assert repr(process) == text
    assert process == build(name, *args)
    assert hash(process) == hash(build(name, *args))
    assert tuple(process.parameters()) == process.fields
    assert not hasattr(process, "__dict__")


@each
def test_absorbing_makes_a_new_process(name: str, args: Any, value: Any, text: str) -> None:
    process = build(name, *args)
    more = absorb(process, value)
    assert repr(process) == text
    assert more != process
    assert more == absorb(build(name, *args), value)
    rebuilt = build(name, *more.given)
    assert rebuilt == more, "the second constructor takes the state"
    if name != "GP":
        assert produce(rebuilt) == produce(more)


@each
def test_pickle_and_copy(name: str, args: Any, value: Any, text: str) -> None:
    process = absorb(build(name, *args), value)
    for twin in (pickle.loads(pickle.dumps(process)), copy.deepcopy(process)):
        assert twin == process


def test_keywords_find_parameters_and_state() -> None:
    process = after(build("CRP", 1.5), 0, 0, 3)
    assert Keyword("alpha")(process) == 1.5
    assert Keyword("counts")(process) == PersistentMap.of([(0, 2), (3, 1)])


def test_processes_of_users() -> None:
    def urn(counts: tuple[float, ...]) -> UserProcess:
        def absorbed(value: int) -> UserProcess:
            return urn(tuple(c + (i == value) for i, c in enumerate(counts)))

        return UserProcess(
            "urn", {"counts": counts}, lambda: CONSTRUCTORS["discrete"](counts), absorbed
        )

    process = urn((1.0, 1.0, 1.0))
    assert log_prob(after(process, 2), 2) == pytest.approx(math.log(0.5))
    assert repr(process) == "(urn [1.0 1.0 1.0])"
    assert process == urn((1.0, 1.0, 1.0))
    assert process != after(process, 0)
    assert Keyword("counts")(after(process, 0)) == (2.0, 1.0, 1.0)


def test_absorb_of_users_must_give_a_process() -> None:
    process = UserProcess("bad", {}, lambda: NORMAL, lambda value: 3)
    with pytest.raises(ProgramError, match="bad: absorb must give a process, got 3") as caught:
        absorb(process, 1)
    assert caught.value.diagnostic.code == "AQ423"


def test_a_python_subclass_that_forgets_a_method_is_told_so() -> None:
    class Half(Process):
        __slots__ = ()
        name = "half"
        fields = ()

    with pytest.raises(InternalError, match="half: nothing to produce"):
        Half().produce()
    with pytest.raises(InternalError, match="half: no way to absorb"):
        Half().absorb(1)


def constant(x: Any, y: Any = None) -> float:
    return 1.0


WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("CRP", (0,), "CRP: alpha must be > 0, got 0"),
    ("CRP", (1, 3), "CRP: counts must be a map from values to counts, got 3"),
    ("DP", (1, 3), "DP: h must be a distribution, got 3"),
    ("GP", (3, constant), "GP: m must be a function, got 3"),
    ("GP", (constant, constant, [1]), "GP: points must be a sequence of pairs [x y], got [1]"),
    ("dirichlet-discrete", ([],), "dirichlet-discrete: counts must be a sequence of numbers > 0"),
    ("dirichlet-discrete", ([1, 0],), "dirichlet-discrete: each count must be > 0, got 0"),
    ("mvn-niw", ([0], 0, 1, [[1]]), "mvn-niw: kappa must be > 0, got 0"),
    ("mvn-niw", ([0, 0], 1, 1, UNIT), "mvn-niw: nu must be > 1, as mu has 2 elements, got 1"),
    ("mvn-niw", ([0], 1, 1, [[-1]]), "mvn-niw: psi must be positive definite, got [[-1]]"),
    ("LDS", ([0], [[1]], [[1, 2]], [[1]], [[1]], [[1]]), "LDS: obs-matrix must be a matrix with 1"),
    ("LDS", ([0], [[1]], [[1]], UNIT, [[1]], [[1]]), "LDS: obs-matrix must be of as many rows as"),
    ("LDS", ([0], [[0]], [[1]], [[1]], [[1]], [[1]]), "LDS: init-cov must be positive definite"),
]


@pytest.mark.parametrize(("name", "args", "message"), WRONG)
def test_wrong_parameters_are_named(name: str, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ProgramError) as caught:
        build(name, *args)
    assert caught.value.diagnostic.message.startswith(message)


def test_wrong_values_are_named() -> None:
    for process, value, message in (
        (build("dirichlet-discrete", [1, 1]), 2, "the value must be an index below 2, got 2"),
        (build("GP", constant, constant), 3, "GP: the value must be a pair"),
        (
            build("GP", constant, constant),
            [1, "a"],
            "GP: the value must be a pair .* with a number",
        ),
        (build("mvn-niw", [0], 1, 1, [[1]]), [1, 2], "the value must be a vector of 1 numbers"),
    ):
        with pytest.raises(ProgramError, match=message):
            absorb(process, value)


def test_points_without_noise_are_absorbed_once() -> None:
    process = after(build("GP", constant, constant), [0, 1])
    with pytest.raises(ProgramError, match="GP: the variance at 0 must be > 0") as caught:
        absorb(process, [0, 1])
    assert "add noise" in str(caught.value)
    with pytest.raises(ProgramError, match="the value of k must be a number, got nil"):
        produce(build("GP", constant, lambda x, y: None))(0)


def test_produce_and_absorb_want_a_process() -> None:
    with pytest.raises(ProgramError, match="produce: needs a process, got 3"):
        produce(3)
    with pytest.raises(ProgramError, match="absorb: needs a process, got nil"):
        absorb(None, 1)


# ---- what is asked of distributions


def test_tags() -> None:
    tag, get_tag = PRIMITIVES["tag"].fn, PRIMITIVES["get-tag"].fn
    tagged = tag(Keyword("a"), NORMAL)
    assert get_tag(tagged) == Keyword("a")
    assert get_tag(NORMAL) is None
    assert tagged == NORMAL
    assert tagged.log_prob(1) == NORMAL.log_prob(1)


def test_transform_sample() -> None:
    transform = PRIMITIVES["transform-sample"].fn
    mvn = CONSTRUCTORS["mvn"]([1, 1], [[4, 0], [0, 1]])
    assert transform(mvn, Vector([1, 2])) == Vector([3.0, 3.0])
    wishart = CONSTRUCTORS["wishart"](3, [[4, 0], [0, 1]])
    assert transform(wishart, Vector([Vector([1, 0]), Vector([0, 1])])) == Vector(
        [Vector([4.0, 0.0]), Vector([0.0, 1.0])]
    )
    with pytest.raises(ProgramError, match="expected mvn or wishart"):
        transform(NORMAL, Vector([1]))


def test_normal_cdf() -> None:
    cdf = PRIMITIVES["normal-cdf"].fn
    for x in (-9.0, 0, 1.5):
        assert cdf(x, 0.5, 2) == pytest.approx(stats.norm.cdf(x, 0.5, 2), rel=1e-12)
