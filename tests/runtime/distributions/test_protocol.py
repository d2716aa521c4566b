"""What every distribution offers besides numbers: parameters, text, equality, supports, draws by
comparison.
"""

from __future__ import annotations

import copy
import math
import pickle
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import InternalError, ProgramError
from anglipy.runtime.distributions import CONSTRUCTORS, Distribution, UserDistribution
from anglipy.runtime.distributions.base import (
    Booleans,
    CorrelationMatrices,
    CountVectors,
    Finite,
    IntegerRange,
    IntegersFrom,
    Interval,
    Naturals,
    Positive,
    PositiveDefinite,
    Product,
    Reals,
    RealVector,
    Simplex,
    UnitInterval,
    Unknown,
)
from anglipy.runtime.randomness import (
    current_rng,
    observe_star,
    sample_star,
    set_host_seed,
    using_rng,
)
from anglipy.runtime.values import Keyword, PersistentMap, Vector
from tests.runtime.distributions.cases import build

A, B = Keyword("a"), Keyword("b")

COUNTS = PersistentMap.of([(0, 1), (2, 3)])
ALL: list[tuple[str, tuple[Any, ...], str, Any]] = [
    ("bernoulli", (0.3,), "(bernoulli 0.3)", IntegerRange(0, 1)),
    ("flip", (Fraction(1, 3),), "(flip 1/3)", Booleans()),
    ("beta", (2, 3), "(beta 2 3)", UnitInterval()),
    ("binomial", (5, 0.3), "(binomial 5 0.3)", IntegerRange(0, 5)),
    ("categorical", ([[A, 1], [B, 3]],), "(categorical [[:a 1] [:b 3]])", Finite((A, B))),
    ("chi-squared", (3,), "(chi-squared 3)", Positive()),
    ("dirac", ("x",), '(dirac "x")', Finite(("x",))),
    ("dirichlet", ([1, 2, 3],), "(dirichlet [1 2 3])", Simplex(3)),
    ("discrete", ([1, 2, 3],), "(discrete [1 2 3])", IntegerRange(0, 2)),
    ("exponential", (2,), "(exponential 2)", Positive()),
    ("gamma", (2, 3), "(gamma 2 3)", Positive()),
    ("laplace", (0, 1.5), "(laplace 0 1.5)", Reals()),
    ("mvn", ([0, 0], [[2, 1], [1, 2]]), "(mvn [0 0] [[2 1] [1 2]])", RealVector(2)),
    ("normal", (0, 1), "(normal 0 1)", Reals()),
    ("poisson", (3,), "(poisson 3)", Naturals()),
    ("student-t", (3,), "(student-t 3)", Reals()),
    ("student-t-loc-scale", (3, 1, 2), "(student-t-loc-scale 3 1 2)", Reals()),
    ("uniform-continuous", (0, 2), "(uniform-continuous 0 2)", Interval(0.0, 2.0)),
    ("uniform-discrete", (0, 3), "(uniform-discrete 0 3)", IntegerRange(0, 2)),
    ("beta2", (0.5, 3), "(beta2 0.5 3)", UnitInterval()),
    ("categorical-crp", (COUNTS, 2), "(categorical-crp {0 1, 2 3} 2)", Finite((0, 2, 1))),
    (
        "categorical-dp",
        (COUNTS, build("flip", 0.5), 2),
        "(categorical-dp {0 1, 2 3} (flip 0.5) 2)",
        Finite((0, 2, True, False)),
    ),
    ("cauchy", (0, 1), "(cauchy 0 1)", Reals()),
    ("continuous-min-max", (0, 2, 1, 3), "(continuous-min-max 0 2 1 3)", Interval(0.0, 2.0)),
    ("discrete-min-max", (3, 5, [1, 2]), "(discrete-min-max 3 5 [1 2])", IntegerRange(3, 4)),
    ("folded-normal", (1, 2), "(folded-normal 1 2)", Positive()),
    ("folded-normal-discrete", (1, 2), "(folded-normal-discrete 1 2)", Naturals()),
    ("folded-normal-positive", (1, 2), "(folded-normal-positive 1 2)", Positive()),
    ("geometric", (0.5,), "(geometric 0.5)", Naturals()),
    ("half-cauchy", (2,), "(half-cauchy 2)", Positive()),
    ("half-normal", (2,), "(half-normal 2)", Positive()),
    ("iid", (build("normal", 0, 1), 2), "(iid (normal 0 1) 2)", Product((Reals(), Reals()))),
    ("inverse-gamma", (2, 3), "(inverse-gamma 2 3)", Positive()),
    ("lkj", (3, 2), "(lkj 3 2)", CorrelationMatrices(3)),
    ("lognormal", (0, 1), "(lognormal 0 1)", Positive()),
    (
        "mixture",
        ([1, 2], [build("normal", 0, 1), build("normal", 3, 1)]),
        "(mixture [1 2] [(normal 0 1) (normal 3 1)])",
        Reals(),
    ),
    ("multinomial", (4, [1, 2]), "(multinomial 4 [1 2])", CountVectors(2, 4)),
    (
        "multivariate-t",
        (3, [0, 0], [[2, 1], [1, 2]]),
        "(multivariate-t 3 [0 0] [[2 1] [1 2]])",
        RealVector(2),
    ),
    ("mvn-mean-var", ([0, 1], 2), "(mvn-mean-var [0 1] 2)", RealVector(2)),
    ("mvn-mean-vars", ([0, 1], [2, 3]), "(mvn-mean-vars [0 1] [2 3])", RealVector(2)),
    ("negative-binomial", (2, 0.5), "(negative-binomial 2 0.5)", Naturals()),
    ("pareto", (1, 2), "(pareto 1 2)", Interval(1.0, math.inf)),
    (
        "product",
        ([build("flip", 0.5), build("discrete", [1, 1])],),
        "(product [(flip 0.5) (discrete [1 1])])",
        Product((Booleans(), IntegerRange(0, 1))),
    ),
    ("truncated", (build("poisson", 3), 2, None), "(truncated (poisson 3) 2 nil)", IntegersFrom(2)),
    ("von-mises", (0, 1), "(von-mises 0 1)", Interval(-math.pi, math.pi)),
    ("weibull", (2, 3), "(weibull 2 3)", Positive()),
    ("wishart", (3, [[2, 1], [1, 2]]), "(wishart 3 [[2 1] [1 2]])", PositiveDefinite(2)),
]
each = pytest.mark.parametrize(
    ("name", "parameters", "text", "support"), ALL, ids=[row[0] for row in ALL]
)


def test_every_constructor_is_covered() -> None:
    assert sorted(CONSTRUCTORS) == sorted(row[0] for row in ALL)


@each
def test_text_support_and_parameters(
    name: str, parameters: tuple[Any, ...], text: str, support: Any
) -> None:
    dist = build(name, *parameters)
    assert repr(dist) == text
    assert dist.support == support
    assert tuple(dist.parameters()) == dist.fields
    assert len(dist.fields) == len(parameters)


@each
def test_equal_parameters_make_equal_values(
    name: str, parameters: tuple[Any, ...], text: str, support: Any
) -> None:
    one, other = build(name, *parameters), build(name, *parameters)
    assert one == other
    assert hash(one) == hash(other)
    assert one != build("dirac", "another")
    assert one != text


@each
def test_pickle_and_copy_give_an_equal_value_that_draws_the_same(
    name: str, parameters: tuple[Any, ...], text: str, support: Any
) -> None:
    dist = build(name, *parameters)
    dist.sample(np.random.default_rng(0))
    for twin in (pickle.loads(pickle.dumps(dist)), copy.deepcopy(dist)):
        assert twin == dist
        assert twin.sample(np.random.default_rng(3)) == dist.sample(np.random.default_rng(3))


@each
def test_instances_have_slots_only(
    name: str, parameters: tuple[Any, ...], text: str, support: Any
) -> None:
    assert not hasattr(build(name, *parameters), "__dict__")


def test_keywords_find_parameters_as_they_were_given() -> None:
    dist = build("normal", 0, Fraction(1, 2))
    assert Keyword("mean")(dist) == 0
    assert type(Keyword("mean")(dist)) is int
    assert Keyword("sd")(dist) == Fraction(1, 2)
    assert Keyword("variance")(dist, "none") == "none"
    assert dist.get("sd") == Fraction(1, 2)
    assert Keyword("lambda")(build("poisson", 3)) == 3
    assert Vector([1, 2]) == Keyword("weights")(build("discrete", [1, 2]))


def test_keywords_find_what_a_categorical_is_made_of() -> None:
    dist = build("categorical", PersistentMap.of([(A, 1), (B, 3)]))
    assert [Keyword(name)(dist) for name in ("values", "weights")] == [(A, B), (1, 3)]
    assert Keyword("index")(dist)[B] == 1
    assert Keyword("categories")(dist) == ((A, 1), (B, 3))


def test_distributions_with_different_parameters_differ() -> None:
    assert build("normal", 0, 1) != build("normal", 0, 2)
    assert build("normal", 0, 1) != build("laplace", 0, 1)
    assert build("normal", 0, 1) != build("normal", 0.0, 1.0), "as 0 and 0.0 differ in Clojure"


def test_equal_categories_are_listed_once_in_the_support() -> None:
    assert build("categorical", [[A, 1], [B, 2], [A, 3]]).support == Finite((A, B))


class Uniform:
    """A symbolic uniform on [low, high): `u < c` is answered by the script, and narrows the
    interval.
    """

    def __init__(self, script: list[bool]) -> None:
        self.low, self.high, self.script, self.asked = 0.0, 1.0, script, 0
        self.uniforms = 0

    def random(self) -> Uniform:
        self.uniforms += 1
        return self

    def __lt__(self, c: float) -> bool:
        if c <= self.low or c >= self.high:
            return self.high <= c
        if self.asked == len(self.script):
            self.script.append(True)
        below = self.script[self.asked]
        self.asked += 1
        self.low, self.high = (self.low, c) if below else (c, self.high)
        return below


def enumerate_draws(dist: Distribution) -> dict[Any, float]:
    """Every outcome with its probability, by following every branch of the comparisons."""
    outcomes: dict[Any, float] = {}
    script: list[bool] = []
    while True:
        rng = Uniform(list(script))
        value = dist.sample(rng)  # type: ignore[arg-type]
        assert rng.uniforms == 1
        outcomes[value] = outcomes.get(value, 0.0) + rng.high - rng.low
        script = rng.script
        while script and not script[-1]:
            script.pop()
        if not script:
            return outcomes
        script[-1] = False


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("flip", (0.3,)),
        ("flip", (0.0,)),
        ("flip", (1,)),
        ("bernoulli", (Fraction(1, 3),)),
        ("uniform-discrete", (-2, 3)),
        ("uniform-discrete", (5, 6)),
        ("uniform-discrete", (0, 200)),
        ("discrete", ([0, 1, 0, 2, 3, 0],)),
        ("discrete", ([7],)),
        ("discrete", (range(1, 100) and list(range(100)),)),
        ("categorical", ({"a": 1, "b": 0, "c": Fraction(1, 2)},)),
        ("categorical-crp", (COUNTS, 2)),
        ("discrete-min-max", (3, 6, [1, 0, 2])),
        ("truncated", (build("binomial", 50, 0.1), 2, 5)),
        ("truncated", (build("poisson", 3), 2, 5)),
        ("binomial", (5, 0.3)),
        ("binomial", (30, 0.5)),
        ("binomial", (4, 0)),
        ("binomial", (4, 1)),
        ("binomial", (0, 0.5)),
    ],
)
def test_one_uniform_and_comparisons_enumerate_every_outcome(
    name: str, parameters: tuple[Any, ...]
) -> None:
    dist = build(name, *parameters)
    outcomes = enumerate_draws(dist)
    assert math.fsum(outcomes.values()) == pytest.approx(1.0, abs=1e-15)
    for value, probability in outcomes.items():
        assert probability == pytest.approx(math.exp(dist.log_prob(value)), rel=1e-9)


def test_supports_and_draws_agree() -> None:
    """What has mass is drawn, what is drawn has mass."""
    dist = build("discrete", [0, 1, 0, 2])
    assert isinstance(dist.support, IntegerRange)
    assert set(enumerate_draws(dist)) == {
        k for k in range(dist.support.low, dist.support.high + 1) if dist.log_prob(k) > -math.inf
    }


def test_numpy_is_not_loaded_by_building_and_scoring_scalars() -> None:
    """In a fresh interpreter; `anglipy check` must not pay for numpy."""
    code = (
        "import sys; from anglipy.runtime.distributions import CONSTRUCTORS as c;"
        "import anglipy.runtime.randomness;"
        "c['normal'](0, 1).log_prob(1); c['discrete']([1, 2]).log_prob(1); c['dirichlet']([1, 2]);"
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def dirac(x: Any) -> UserDistribution:
    return UserDistribution(
        "mine", {"x": x}, lambda rng: x, lambda value: 0.0 if value == x else -math.inf
    )


def test_user_distributions_look_like_the_others() -> None:
    dist = dirac(3)
    assert repr(dist) == "(mine 3)"
    assert Keyword("x")(dist) == 3
    assert dist.sample(np.random.default_rng(0)) == 3
    assert [dist.log_prob(3), dist.log_prob(4)] == [0.0, -math.inf]
    assert dist.support == Unknown()
    assert dist == dirac(3)
    assert dist != dirac(4)


def test_user_distributions_draw_from_the_engines_generator() -> None:
    """Also when one is made of another, and the cell is put back afterwards."""
    inner = UserDistribution(
        "inner", {}, lambda rng: sample_star(build("normal", 0, 1)), lambda value: 0.0
    )
    outer = UserDistribution(
        "outer",
        {},
        lambda rng: (sample_star(inner), sample_star(build("flip", 0.5))),
        lambda value: 0.0,
    )
    before = current_rng()
    rng = np.random.default_rng(7)
    expected = (rng.standard_normal(), bool(rng.random() < 0.5))
    assert outer.sample(np.random.default_rng(7)) == expected
    assert current_rng() is before


def test_the_generator_is_put_back_after_an_error() -> None:
    def fail(rng: Any) -> Any:
        raise ProgramError("AQ400", "no")

    before = current_rng()
    with pytest.raises(ProgramError):
        UserDistribution("bad", {}, fail, lambda value: 0.0).sample(np.random.default_rng(0))
    assert current_rng() is before


@pytest.mark.parametrize(
    ("answer", "shown"), [(None, "nil"), ("x", '"x"'), (math.nan, "##NaN"), (True, "true")]
)
def test_user_densities_must_be_numbers(answer: Any, shown: str) -> None:
    dist = UserDistribution("bad", {}, lambda rng: 0, lambda value: answer)
    with pytest.raises(ProgramError) as caught:
        dist.log_prob(5)
    assert caught.value.diagnostic.code == "AQ421"
    assert (
        caught.value.diagnostic.message
        == f"bad: observe* must give a number, got {shown} for the value 5"
    )


def test_user_densities_may_be_any_number() -> None:
    for answer in (0, Fraction(0), np.float64(0)):
        log_prob = UserDistribution("u", {}, lambda rng: 0, lambda value, a=answer: a).log_prob(1)
        assert log_prob == 0.0
        assert type(log_prob) is float


def test_sample_and_observe_outside_of_an_engine() -> None:
    set_host_seed(5)
    first = [sample_star(build("normal", 0, 1)) for _ in range(3)]
    set_host_seed(5)
    assert [sample_star(build("normal", 0, 1)) for _ in range(3)] == first
    assert observe_star(build("flip", 0.5), True) == pytest.approx(math.log(0.5))
    with using_rng(np.random.default_rng(1)):
        inside = sample_star(build("normal", 0, 1))
    assert inside == np.random.default_rng(1).standard_normal()


def test_sample_and_observe_want_a_distribution() -> None:
    with pytest.raises(ProgramError, match=r"sample\*: needs a distribution, got 3"):
        sample_star(3)
    with pytest.raises(ProgramError, match=r"observe\*: needs a distribution, got nil"):
        observe_star(None, 1)


def test_a_python_subclass_that_forgets_a_method_is_told_so() -> None:
    class Half(Distribution):
        __slots__ = ()
        name = "half"
        fields = ()

    with pytest.raises(InternalError, match="half: no density"):
        Half().log_prob(1)
    with pytest.raises(InternalError, match="half: no way to draw"):
        Half().sample(np.random.default_rng(0))
    assert Half().support == Unknown()
