"""What a posterior says of weighted results of every kind."""

from __future__ import annotations

import json
import math
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.diagnostics import InferenceError
from anglipy.inference import infer
from anglipy.inference.posterior import Posterior
from anglipy.runtime.values import (
    BigInt,
    Keyword,
    LazySeq,
    List,
    PersistentMap,
    PersistentSet,
    Vector,
    equal,
)
from tests.inference.programs import IN_STEP, dist, done, observe, predict, query, sample

K = Keyword


def posterior(values: list[Any], weights: list[float] | None = None, **rest: Any) -> Posterior:
    linear = np.array([1.0] * len(values) if weights is None else weights, dtype=float)
    with np.errstate(divide="ignore"):
        return Posterior.from_particles(values, np.log(linear), **rest)


def summary_of(values: list[Any], weights: list[float] | None = None) -> dict[str, Any]:
    data = posterior(values, weights).to_data()
    json.loads(json.dumps(data, allow_nan=False))
    found = data["posterior"]
    assert isinstance(found, dict)
    return found


# --- numbers ---

NUMBERS = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0.01, 10)), min_size=1, max_size=30)


@given(NUMBERS)
def test_mean_and_sd_are_weighted_moments(pairs: list[tuple[float, float]]) -> None:
    values, weights = [x for x, _ in pairs], [w for _, w in pairs]
    p = posterior(values, weights)
    mean = math.fsum(x * w for x, w in pairs) / math.fsum(weights)
    variance = math.fsum(w * (x - mean) ** 2 for x, w in pairs) / math.fsum(weights)
    assert p.mean() == pytest.approx(mean, rel=1e-9, abs=1e-6)
    assert p.sd() == pytest.approx(math.sqrt(variance), rel=1e-6, abs=1e-4)
    assert p.expectation(lambda x: x) == pytest.approx(p.mean(), rel=1e-9, abs=1e-6)


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_the_least_value_that_enough_lies_below(
    pairs: list[tuple[float, float]], q: float
) -> None:
    values, weights = np.array([x for x, _ in pairs]), np.array([w for _, w in pairs])
    x = posterior(values.tolist(), weights.tolist()).quantile(q)
    share = weights / weights.sum()
    assert x in values
    assert share[values <= x].sum() >= q - 1e-9
    assert share[values < x].sum() < q + 1e-9 or x == values.min()


def test_quantiles_by_hand() -> None:
    p = posterior([30, 10, 20], [1, 1, 2])
    assert [p.quantile(q) for q in (0, 0.25, 0.26, 0.75, 0.76, 1)] == [10, 10, 20, 20, 30, 30]
    assert posterior([1, 2], [0, 1]).quantile(0) == 2
    with pytest.raises(InferenceError, match="between 0 and 1"):
        p.quantile(50)


def test_several_quantiles_at_once() -> None:
    p = posterior([10.0, 20.0, 30.0], [1.0, 1.0, 2.0])
    assert p.quantile([0.25, 0.5, 1.0]).tolist() == [10.0, 20.0, 30.0]
    assert p.quantile(np.array([[0.25], [0.75]])).shape == (2, 1)
    assert isinstance(p.quantile(0.5), float)
    for wrong in ("a", 1.5, [0.5, -0.1], math.nan):
        with pytest.raises(InferenceError, match="level must be between 0 and 1"):
            p.quantile(wrong)


def test_draws_of_equal_weight_are_gone_through() -> None:
    assert list(posterior([3, 1, 2])) == [3, 1, 2]
    with pytest.raises(InferenceError, match="have weights") as caught:
        list(posterior([3, 1], [1.0, 2.0]))
    assert "posterior.values, posterior.weights" in str(caught.value)


def test_keywords_compared_with_strings_are_warned_of() -> None:
    """Only where the comparison decides: not where a result has strings, or is asked rightly."""
    values = [PersistentMap.of([(K("cls"), K("up" if i else "down"))]) for i in range(3)]
    p = posterior(values)
    with pytest.warns(UserWarning, match=r'anglipy\.Keyword\("up"\)'):
        assert p.expectation(lambda r: r["cls"] == "up") == 0.0
    with pytest.warns(UserWarning, match="the same of every result"):
        p.expectation(lambda r: r["cls"] != "up")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert p.expectation(lambda r: r["cls"] == K("up")) == pytest.approx(2 / 3)
        assert p.expectation(lambda r: r["cls"] == K("left")) == 0.0
        assert posterior([K("up")]).expectation(lambda r: r == K("up") or r == "left") == 1.0
        assert posterior([K("up")]).expectation(lambda r: r is K("up")) == 1.0
        assert p.expectation(lambda _: 1.0) == 1.0
        text = posterior([PersistentMap.of([(K("cls"), "up")])])
        assert text.expectation(lambda r: r["cls"] == "up") == 1.0


def test_a_long_result_is_cut_with_dots() -> None:
    with pytest.raises(InferenceError, match=r"one is \[0 1 2 .* \.\.\.\n") as caught:
        posterior([Vector(range(100))]).mean()
    assert len(caught.value.diagnostic.message) < 100


def test_a_common_factor_of_the_weights_changes_nothing() -> None:
    low = Posterior.from_particles([1, 2, 4], np.array([0.0, 1.0, 2.0]) - 5000)
    high = Posterior.from_particles([1, 2, 4], np.array([0.0, 1.0, 2.0]) + 5000)
    assert low.mean() == pytest.approx(high.mean())
    assert low.ess == pytest.approx(high.ess)


def test_numbers_of_all_kinds() -> None:
    p = posterior([1, Fraction(1, 2), 2.5, BigInt(4), np.float64(2.0), np.int64(3)])
    assert p.mean() == pytest.approx(13 / 6)
    assert summary_of([True, False, True])["probabilities"] == [
        ["true", pytest.approx(2 / 3)],
        ["false", pytest.approx(1 / 3)],
    ]
    assert posterior([True, False, True, True]).mean() == 0.75


def test_the_mean_of_something_else_is_an_error() -> None:
    for what in (Posterior.mean, Posterior.sd, lambda p: p.quantile(0.5)):
        with pytest.raises(InferenceError, match=r"one is :a") as caught:
            what(posterior([1, K("a")]))
        assert caught.value.diagnostic.code == "AQ506"


def test_infinite_and_missing_numbers_are_none_in_json() -> None:
    found = summary_of([1.0, math.inf, math.nan, -math.inf])
    assert (found["mean"], found["sd"]) == (None, None)
    assert found["quantiles"]["2.5%"] is None
    assert {text for text, _ in found["probabilities"]} == {"1.0", "##Inf", "##NaN", "##-Inf"}
    assert summary_of([10**400, 1])["mean"] is None
    assert summary_of([math.inf, 2.0], [0, 1])["mean"] == 2.0


def test_all_nan_count_as_one_value() -> None:
    assert len(posterior([math.nan, float("nan"), 1.0]).probabilities()) == 2


# --- distinct values ---


def test_equality_is_clojures() -> None:
    values = [1, 1.0, True, BigInt(1), Vector([1]), List.of([1]), Vector([1.0]), "1", K("1")]
    pairs = posterior(values).probabilities()
    assert [value for value, _ in pairs][:2] == [1, Vector([1])]
    assert [p for _, p in pairs] == pytest.approx([2 / 9, 2 / 9] + [1 / 9] * 5)


def test_ties_keep_the_order_of_first_occurrence() -> None:
    assert [v for v, _ in posterior(list("bcabca")).probabilities()] == ["b", "c", "a"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=30))
def test_probabilities_add_up_the_weights(pairs: list[tuple[int, int]]) -> None:
    total = sum(w for _, w in pairs)
    found = posterior([v for v, _ in pairs], [w for _, w in pairs]).probabilities()
    exact = {v: sum(w for u, w in pairs if u == v) / total for v, _ in pairs}
    assert dict(found) == pytest.approx(exact)
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)


def test_the_limit_of_probabilities() -> None:
    p = posterior(list(range(1500)), list(range(1, 1501)))
    assert len(p.probabilities()) == 1000
    assert p.probabilities(2)[0][0] == 1499
    assert len(p.probabilities(None)) == 1500
    assert p.mode() == 1499
    assert "probabilities" not in p.to_data()["posterior"]
    assert len(summary_of(list(range(1000)))["probabilities"]) == 1000


def test_values_without_a_hash_of_their_own() -> None:
    arrays = [np.array([1, 2]), np.array([1, 2]), np.array([1, 3])]
    assert [p for _, p in posterior(arrays).probabilities()] == pytest.approx([2 / 3, 1 / 3])
    assert len(posterior([[1, [2]], [1, [2]], {"a": 1}]).probabilities()) == 2


# --- vectors, maps, mixtures ---


def test_vectors_are_summarised_by_element() -> None:
    found = summary_of([Vector([1, K("a")]), Vector([3, K("a")])], [3, 1])
    first, second = found["elements"]
    assert (first["mean"], first["kind"]) == (1.5, "number")
    assert second["probabilities"] == [[":a", 1.0]]
    assert found["probabilities"] == [["[1 :a]", 0.75], ["[3 :a]", 0.25]]


def test_vectors_of_different_lengths() -> None:
    found = summary_of([Vector([1]), Vector([2, 5]), Vector([])], [1, 1, 2])
    assert found["length"]["mean"] == pytest.approx(0.75)
    assert [part.get("probability") for part in found["elements"]] == [0.5, 0.25]
    assert found["elements"][0]["mean"] == 1.5
    assert found["elements"][1]["mean"] == 5.0


def test_maps_are_summarised_by_key() -> None:
    values = [
        PersistentMap.of([(K("mu"), 1.0), (K("name"), "x")]),
        PersistentMap.of([(K("mu"), 2.0)]),
    ]
    entries = summary_of(values)["entries"]
    assert entries[":mu"]["mean"] == 1.5
    assert entries[":name"]["probability"] == 0.5
    assert entries[":name"]["probabilities"] == [['"x"', 1.0]]


def test_nested_values() -> None:
    value = PersistentMap.of([(K("xs"), Vector([Vector([1, 2]), Vector([3])]))])
    inner = summary_of([value])["entries"][":xs"]["elements"][0]["elements"][1]
    assert inner["mean"] == 2.0


def test_nesting_deeper_than_the_stack() -> None:
    deep: Any = 1
    for _ in range(5_000):
        deep = Vector([deep])
    assert summary_of([deep, deep])["kind"] == "vector"


def test_results_of_mixed_kinds() -> None:
    found = summary_of([1, 2.0, None, True, K("a")], [1, 1, 2, 2, 2])
    assert found["kind"] == "mixed"
    assert found["parts"]["number"]["mean"] == 1.5
    assert found["parts"]["number"]["probability"] == 0.25
    assert set(found["parts"]) == {"number", "boolean", "other"}
    assert ["nil", 0.25] in found["probabilities"]


def test_sets_and_arrays() -> None:
    assert summary_of([PersistentSet([1, 2])])["probabilities"] == [["#{1 2}", 1.0]]
    assert summary_of([np.arange(3.0)])["elements"][2]["mean"] == 2.0
    huge = summary_of([np.zeros(5_000)])
    assert (len(huge["elements"]), huge["elements_left_out"]) == (2_000, 3_000)


def test_a_path_may_be_given_as_arguments() -> None:
    p = posterior([PersistentMap.of([(K("means"), Vector([1, Vector([2, 3])]))])])
    assert p.marginal("means", 0).mean() == 1.0
    assert p.marginal("means", 1, 1).mean() == 3.0


def test_marginals() -> None:
    values = [
        PersistentMap.of([(K("mu"), 1.0), (K("xs"), Vector([1, 2]))]),
        PersistentMap.of([(K("mu"), 3.0), (K("xs"), Vector([5]))]),
    ]
    p = posterior(values, [3, 1], log_evidence=-2.0)
    assert p.marginal("mu").mean() == p.marginal(":mu").mean() == p.marginal(K("mu")).mean() == 1.5
    assert p.marginal("mu").log_evidence == -2.0
    assert p.marginal(["xs", 0]).mean() == 2.0
    assert p.marginal("xs", 0).mean() == p.marginal(Vector(["xs", 0])).mean() == 2.0
    assert posterior([{(1, 2): 7}]).marginal((1, 2)).mean() == 7
    assert list(p.marginal(["xs", 1]).values) == [2]
    assert p.marginal(["xs", 1]).log_evidence is None
    for missing in ("sigma", ["xs", 7], ["mu", 0], ["xs", "mu"]):
        with pytest.raises(InferenceError, match="no draw has the path"):
            p.marginal(missing)
    assert posterior([{"a": 1}, {"a": 2}]).marginal("a").mean() == 1.5


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("mu_1", "did you mean :mu-1?"),
        ("zz", "in the first result: :mu-1, :xs"),
        (["xs", 7], "under ['xs'] there is a sequence"),
        (["mu-1", "a"], "under ['mu-1'] there is 1.5, which has no parts"),
    ],
)
def test_a_part_that_is_not_there(path: Any, advice: str) -> None:
    p = posterior([PersistentMap.of([(K("mu-1"), 1.5), (K("xs"), Vector([1, 2]))])])
    with pytest.raises(InferenceError) as caught:
        p.marginal(path)
    assert advice in (caught.value.diagnostic.help or "")


def test_functions_of_maps_find_keywords_by_strings() -> None:
    """In Python alone: in the language a string is no keyword."""
    values = [PersistentMap.of([(K("mu"), mu), ("s", K("up"))]) for mu in (1.0, 3.0)]
    p = posterior(values, [3, 1])
    assert p.expectation(lambda r: r["mu"]) == p.expectation(lambda r: r.get(":mu")) == 1.5
    assert p.expectation(lambda r: "mu" in r and "nu" not in r) == 1.0
    assert p.expectation(lambda r: r["s"] == K("up")) == 1.0
    assert p.standard_error(lambda r: r["mu"]) == p.marginal("mu").standard_error()
    assert values[0].lookup("mu") is None
    assert not equal(K("mu"), "mu")
    assert values[0].get("nu", 7) == 7
    with pytest.raises(KeyError, match="nu") as caught:
        p.expectation(lambda r: r["nu"])
    assert caught.value.__notes__ == ['the keys are :mu "s"']


@pytest.mark.parametrize("f", [lambda r: r, lambda r: "x", lambda r: [1, r["mu"], {}]])
def test_functions_that_give_no_numbers(f: Any) -> None:
    p = posterior([PersistentMap.of([(K("mu"), 1.0)])])
    for ask in (p.expectation, p.standard_error):
        with pytest.raises(InferenceError, match="must give numbers"):
            ask(f)


# --- predicts ---


def test_predicts_are_kept_and_summarised() -> None:
    def body(_: Any) -> Any:
        return sample(
            "p/x",
            dist("flip", 0.5),
            lambda x: (
                predict(
                    K("x"),
                    x,
                    lambda: predict(K("x"), 1, lambda: predict("y", 2.5, lambda: done(x))),
                )
                if x
                else predict(K("x"), x, lambda: done(x))
            ),
        )

    for algorithm in ("importance", "smc", "enumerate"):
        p = infer(
            query("p", body), None, algorithm, **({} if algorithm == "enumerate" else {"seed": 0})
        )
        assert len(p.predicts) == len(p.values)
        assert all(
            dict(run[:1]) == {K("x"): v} for run, v in zip(p.predicts, p.values, strict=True)
        )
        data = p.to_data()["predicts"]
        assert set(data) == {":x", ":x #2", '"y"'}
        assert data['"y"']["probability"] == pytest.approx(0.5, abs=0.1)
        assert p.predicted("x").mean() == pytest.approx(p.mean())
        assert p.predicted("x", 2).mean() == pytest.approx(1.0)
        assert p.predicted("y").mean() == pytest.approx(2.5)
        with pytest.raises(InferenceError, match=r"no draw has the predict(.|\n)*a run predicts"):
            p.predicted("z")


# --- the rest ---


def test_lazy_results_are_realised() -> None:
    lazy = query("q", lambda _: done(LazySeq(iter([1, 2]))))
    p = infer(lazy, None, samples=1, seed=0)
    assert list(p.values) == [Vector([1, 2])]
    assert p.values[0].known_length() == 2

    def forever() -> Any:
        while True:
            yield 1

    with pytest.raises(InferenceError) as caught:
        infer(query("q", lambda _: done(LazySeq(forever()))), None, samples=1, seed=0)
    assert caught.value.diagnostic.code == "AQ508"


def test_the_report_has_what_it_must_have() -> None:
    data = infer(IN_STEP["coin"], None, samples=50, seed=0).to_data()
    assert data["query"] == "coin"
    assert data["algorithm"] == "importance"
    assert data["options"] == {"samples": 50}
    assert data["draws"] == 50
    assert 1 <= data["ess"] <= 50
    assert data["log_evidence"] == pytest.approx(math.log(0.41), abs=0.5)
    assert data["seconds"] > 0
    assert {"mean", "sd", "quantiles", "probabilities"} <= set(data["posterior"])
    assert list(data["posterior"]["quantiles"]) == ["2.5%", "25%", "50%", "75%", "97.5%"]
    smc = infer(IN_STEP["coin"], None, "smc", particles=5, seed=0).to_data()
    told = {"particles": 5, "sweeps": 1, "resampling": "systematic", "ess_threshold": 1.0}
    assert smc["options"] == told


def test_runs_of_weight_zero_are_counted_and_not_kept() -> None:
    body = query(
        "z",
        lambda _: sample(
            "z/x",
            dist("flip", 0.5),
            lambda x: observe("z/o", dist("dirac", x), True, lambda: done(x)),
        ),
    )
    p = infer(body, None, samples=200, seed=0)
    assert p.draws == 200
    assert set(p.values) == {True}
    assert p.log_evidence == pytest.approx(math.log(len(p.values) / 200))
    assert p.log_evidence_standard_error == pytest.approx(1 / math.sqrt(200), rel=0.2)


def test_resample_gives_equal_weights() -> None:
    p = posterior([1, 2, 3], [1, 2, 5]).resample(8, 0)
    assert list(p.values) == [1, 2, 2, 3, 3, 3, 3, 3]
    assert p.weight_ess == 8
    assert p.ess == pytest.approx(64 / (1 + 4 + 25))
    assert len(posterior([1, 2]).resample(5, np.random.default_rng(0))) == 5


def test_the_text_for_people() -> None:
    text = infer(IN_STEP["branching"], None, "smc", particles=50, sweeps=2, seed=0).summary()
    assert text.splitlines()[0].startswith("branching by smc (particles 50, sweeps 2")
    assert "100 draws, ess" in text
    assert "standard error" in text
    assert "mean" in text
    assert "exact" in infer(IN_STEP["coin"], None, "enumerate").summary()


@pytest.mark.parametrize(
    ("values", "log_weights", "code"),
    [
        ([1, 2], [0.0], "AQ506"),
        ([1, 2], [0.0, math.nan], "AQ503"),
        ([1, 2], [0.0, math.inf], "AQ503"),
        ([1, 2], [-math.inf, -math.inf], "AQ501"),
        ([], [], "AQ501"),
    ],
)
def test_particles_that_make_no_posterior(values: Any, log_weights: Any, code: str) -> None:
    with pytest.raises(InferenceError) as caught:
        Posterior.from_particles(values, log_weights)
    assert caught.value.diagnostic.code == code


def test_a_posterior_cannot_be_changed() -> None:
    p = posterior([1, 2])
    with pytest.raises(AttributeError):
        p.values = [3]  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        p.weights[0] = 1.0
