"""Parts of results as columns, for pandas and ArviZ."""

from __future__ import annotations

import math
import sys
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import OptionError
from anglipy.inference.parts import parts_of
from anglipy.inference.posterior import Posterior
from anglipy.runtime.values import Keyword, PersistentMap, Vector

K = Keyword


def of(*pairs: tuple[Any, Any]) -> PersistentMap:
    return PersistentMap.of(pairs)


def posterior(values: list[Any], weights: Any = None, **rest: Any) -> Posterior:
    linear = np.ones(len(values)) if weights is None else np.array(weights, dtype=float)
    return Posterior.from_particles(values, np.log(linear), **rest)


NESTED = [
    of((K("mu"), 1.0), (K("xs"), Vector([1, 2])), (K("name"), "a")),
    of((K("mu"), 3.0), (K("xs"), Vector([5])), (K("on"), True)),
]


def test_parts_have_names_paths_and_weights() -> None:
    parts = {part.name: part for part in parts_of(posterior(NESTED, [3, 1]))}
    assert list(parts) == ["mu", "xs[0]", "xs[1]", "name", "on"]
    assert parts["mu"].numbers.tolist() == [1.0, 3.0]
    assert parts["xs[1]"].probability == pytest.approx(0.75)
    assert (parts["xs[1]"].array, parts["xs[1]"].index) == ("xs", (1,))
    assert [part.kind for part in parts.values()] == [
        "number", "number", "number", "other", "boolean",
    ]  # fmt: skip
    p = posterior(NESTED, [3, 1])
    for part in parts.values():
        assert list(p.marginal(list(part.path)).values) == list(part.values)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (1.5, ["result"]),
        (Vector([1, Vector([2, 3])]), ["result[0]", "result[1][0]", "result[1][1]"]),
        (of((K("a"), of((K("b"), 1))), ("c", 2)), ["a.b", "c"]),
        (Vector([of((K("a"), 1))]), ["result[0].a"]),
        (Vector([]), ["result"]),
        (None, ["result"]),
    ],
    ids=str,
)
def test_names(value: Any, names: list[str]) -> None:
    assert [part.name for part in parts_of(posterior([value]))] == names


def test_predicts_are_parts_too() -> None:
    runs = [[(K("x"), 1), (K("x"), 2), ("mu", 9)], [(K("x"), 3)]]
    p = posterior([of((K("mu"), 1.0))] * 2, predicts=runs)
    assert [part.name for part in parts_of(p)] == ["mu", "x", "x #2", "predict mu"]


def test_not_more_parts_than_wanted() -> None:
    assert len(parts_of(posterior([np.zeros(5_000)]))) == 2_000
    assert len(parts_of(posterior([Vector(range(9))]), 4)) == 4


def test_a_data_frame() -> None:
    pytest.importorskip("pandas")
    frame = posterior(NESTED, [3, 1]).to_pandas()
    assert frame["weight"].tolist() == [0.75, 0.25]
    assert frame["mu"].tolist() == [1.0, 3.0]
    assert frame["xs[0]"].dtype == np.int64
    assert math.isnan(frame["xs[1]"][1])
    assert frame["name"].tolist()[0] == "a"
    assert (frame["weight"] * frame["mu"]).sum() == pytest.approx(1.5)
    run = loads("(defquery q (let [x (sample (flip 0.5))] (if x 1.0 2.0)))").q
    drawn = run.infer(samples=50, seed=0)
    assert drawn.to_pandas()["result"].tolist() == list(drawn.values)
    booleans = loads("(defquery q (sample (flip 0.5)))").q.infer(samples=50, seed=0)
    assert booleans.to_pandas()["result"].dtype == np.bool_


def test_columns_of_one_name_stay_apart() -> None:
    pytest.importorskip("pandas")
    frame = posterior([of((K("weight"), 7))]).to_pandas()
    assert frame["weight_"].tolist() == [7]


@pytest.fixture(scope="module")
def arviz() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("arviz")


@pytest.mark.filterwarnings("ignore")
def test_inference_data_of_equal_weights_are_the_draws(arviz: Any) -> None:
    values = [of((K("mu"), float(i)), (K("xs"), Vector([i, 2 * i]))) for i in range(6)]
    data = posterior(values, log_evidence=-2.0).to_arviz()
    assert data.posterior["mu"].shape == (1, 6)
    assert data.posterior["mu"].values[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert data.posterior["xs"].shape == (1, 6, 2)
    assert data.posterior["xs"].values[0, 3].tolist() == [3, 6]
    assert data.posterior.attrs["log_evidence"] == -2.0
    assert arviz.summary(data).loc["mu", "mean"] == pytest.approx(2.5)


@pytest.mark.filterwarnings("ignore")
def test_inference_data_of_weighted_draws_are_resampled(arviz: Any) -> None:
    p = loads(
        "(defquery q [y] (let [x (sample (normal 0 1))] (observe (normal x 1) y) x))"
    ).q.infer(args=[1.0], samples=20_000, seed=0)
    data = p.to_arviz()
    assert data.posterior["result"].shape == (1, math.floor(p.ess))
    assert float(data.posterior["result"].mean()) == pytest.approx(p.mean(), abs=0.02)
    assert p.to_arviz(draws=77).posterior["result"].shape == (1, 77)
    copies = p.resample(10_000, 0)
    assert copies.to_arviz().posterior["result"].shape[1] <= copies.ess
    exact = replace(p, exact=True)
    assert exact.to_arviz().posterior["result"].shape == (1, 4_000)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(3))
def test_arviz_finds_how_many_draws_are_effective(arviz: Any, seed: int) -> None:
    """Of copies and of families, from the order of the draws. The estimate itself scatters by about
    10 % for some hundred effective samples.
    """
    rng = np.random.default_rng(seed)
    log_weights = rng.normal(scale=1.5, size=4_000)
    p = Posterior.from_particles(rng.normal(size=4_000).tolist(), log_weights)
    for q in (p, p.resample(4_000, seed)):
        found = arviz.ess(q.to_arviz(), method="mean")["result"].item()
        assert q.ess < 1_000
        assert found == pytest.approx(q.ess, rel=0.35)


@pytest.mark.filterwarnings("ignore")
def test_arviz_gets_the_error_of_early_and_of_late_states(arviz: Any) -> None:
    walk = loads(
        "(defquery walk [ys] (loop [x 0 ys ys xs []] (if (empty? ys) xs"
        " (let [x (sample (normal x 1))] (observe (normal x 0.3) (first ys))"
        " (recur x (rest ys) (conj xs x))))))"
    ).walk
    p = walk.infer("smc", args=[[0.3, -0.2, 0.5, 1.0, 0.0, 0.4]], particles=4_000, seed=1)
    data = p.to_arviz()
    assert data.posterior["result"].shape == (1, 4_000, 6)
    errors = arviz.mcse(data)["result"].values
    own = [p.marginal(place).standard_error() for place in range(6)]
    assert errors == pytest.approx(own, rel=0.35)
    effective = arviz.ess(data)["result"].values
    assert effective[-1] > 2 * effective[0]


@pytest.mark.filterwarnings("ignore")
def test_arviz_summarises_keywords_by_their_probabilities(arviz: Any) -> None:
    values = [of((K("mu"), float(i)), (K("cls"), K("up" if i % 4 else "down"))) for i in range(80)]
    table = arviz.summary(posterior(values).to_arviz())
    means = table["mean"].to_dict()
    assert means == {"mu": 39.5, "cls[:up]": 0.75, "cls[:down]": 0.25}


@pytest.mark.filterwarnings("ignore")
def test_words_and_gaps_in_inference_data(arviz: Any) -> None:
    data = posterior([*NESTED] * 3).to_arviz()
    name = data.posterior["name"]
    assert name.coords["name_value"].values.tolist() == ['"a"']
    assert name.values[0].tolist() == [[1.0], [0.0]] * 3
    assert np.isnan(data.posterior["xs"].values[0, 1, 1])


@pytest.mark.parametrize(("method", "module"), [("to_pandas", "pandas"), ("to_arviz", "arviz")])
def test_what_is_not_installed_is_named(
    method: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(OptionError, match="not installed") as caught:
        getattr(posterior([1]), method)()
    assert caught.value.diagnostic.code == "AQ305"
    assert "anglipy[frames]" in caught.value.diagnostic.help
