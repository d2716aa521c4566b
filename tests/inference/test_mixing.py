"""Effective sample size and R-hat of chains, against ArviZ where it is there, and exact cases."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import InferenceError
from anglipy.inference.mixing import chain_ess, mixing_of, split_r_hat
from anglipy.inference.posterior import Posterior
from anglipy.repl.bars import ASCII
from anglipy.repl.posteriors import headline, picture
from anglipy.runtime.values import Keyword, Vector


def autoregressive(rho: float, chains: int, draws: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = np.empty((chains, draws))
    x[:, 0] = rng.standard_normal(chains)
    for t in range(1, draws):
        noise = rng.standard_normal(chains) * math.sqrt(1 - rho * rho)
        x[:, t] = rho * x[:, t - 1] + noise
    return x


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.5, 0.95])
@pytest.mark.parametrize(("chains", "draws"), [(1, 1000), (4, 501), (7, 20)])
def test_it_is_what_arviz_gives(rho: float, chains: int, draws: int) -> None:
    arviz = pytest.importorskip("arviz")
    x = autoregressive(rho, chains, draws)
    assert chain_ess(x) == pytest.approx(float(arviz.ess(x, method="mean")), rel=0.02)
    if chains > 1:
        assert split_r_hat(x) == pytest.approx(float(arviz.rhat(x, method="split")), rel=1e-9)


def test_the_effective_sample_size_of_an_autoregressive_chain() -> None:
    """n (1 - rho) / (1 + rho); the estimate has a standard deviation of a few percent."""
    x = autoregressive(0.8, 4, 20_000)
    assert chain_ess(x) == pytest.approx(80_000 * 0.2 / 1.8, rel=0.15)


def test_chains_in_different_places_do_not_agree() -> None:
    x = autoregressive(0.0, 2, 500)
    assert split_r_hat(x) < 1.02
    assert split_r_hat(x + np.array([[0.0], [3.0]])) > 1.5
    assert chain_ess(x + np.array([[0.0], [3.0]])) < 10


def test_what_never_changes() -> None:
    assert math.isnan(split_r_hat(np.ones((2, 10))))
    assert chain_ess(np.ones((2, 10))) == 1.0
    assert split_r_hat(np.array([[0.0] * 10, [1.0] * 10])) == math.inf
    assert chain_ess(np.ones((2, 3))) == 1.0
    constant = chain_posterior([7.0] * 40, [0, 1] * 20)
    assert constant.ess == 1.0
    assert replace(constant, acceptance=0.0).ess == 1.0
    assert replace(constant, acceptance=0.5).ess == 40.0
    assert replace(constant, acceptance=0.5).warnings == ()


def chain_posterior(values: list[object], chains: list[int]) -> Posterior:
    return Posterior(values, np.zeros(len(values)), chains=np.array(chains), algorithm="lmh")


def test_the_part_that_mixes_worst_counts() -> None:
    good, bad = autoregressive(0.0, 2, 400), autoregressive(0.9, 2, 400, seed=1)
    values = [Vector((good[c, t], bad[c, t])) for t in range(400) for c in (0, 1)]
    posterior = chain_posterior(values, [0, 1] * 400)
    assert posterior.ess == chain_ess(bad)
    assert posterior.mixing.chains == 2
    assert posterior.marginal(0).ess == chain_ess(good)
    assert posterior.r_hat == max(split_r_hat(good), split_r_hat(bad))


@pytest.mark.parametrize("draws", [2, 3, 6, 10])
def test_many_short_chains_that_stand_still_are_worth_their_number(draws: int) -> None:
    """All draws of a chain lie within 1/100 of the place where it began: no sum of autocorrelations
    over so few lags tells that, the means of 1,000 chains do, within sqrt(2 / 1,000).
    """
    x = autoregressive(0.0, 1000, draws) / 100 + autoregressive(0.0, 1000, 1, seed=1)
    assert chain_ess(x) == pytest.approx(1000, rel=0.2)
    independent = autoregressive(0.0, 1000, draws, seed=2)
    assert chain_ess(independent) == pytest.approx(1000 * draws, rel=0.2)


PRIOR = """
(defquery far (let [x (sample (normal 0 1))] (observe (normal x 0.1) 3) x))
(defquery near (let [x (sample (normal 0 1))] (observe (normal x 2) 0.5) x))
"""


@pytest.mark.parametrize("algorithm", ["lmh", "rmh"])
def test_chains_too_short_to_be_judged_are_warned_of(algorithm: str) -> None:
    """They give the prior: of chains of one draw there is nothing that could show it."""
    far, near = loads(PRIOR).far, loads(PRIOR).near
    single = far.infer(algorithm, samples=100, chains=100, seed=1)
    assert "1 draw per chain is too few to tell" in single.warnings[0]
    assert "and how many are effective" in single.warnings[0]
    assert "at least 2000" in single.warnings[0]
    some = near.infer("lmh", samples=1_900, chains=100, burn=100, seed=1)
    assert some.r_hat < 1.05
    assert "19 draws per chain are too few to tell" in some.warnings[0]
    assert "effective" not in some.warnings[0]
    stuck = far.infer(algorithm, samples=1_000, chains=100, seed=1)
    assert "the chains have not mixed" in stuck.warnings[0]
    assert near.infer(algorithm, samples=4_000, chains=100, burn=100, seed=1).warnings == ()


@pytest.mark.parametrize("each", [1, 2, 3])
def test_nothing_is_said_of_the_size_of_chains_that_nothing_can_be_said_of(each: int) -> None:
    """A hundred chains are a hundred effective samples; but of the prior, for all they show."""
    found = loads(PRIOR).far.infer("rmh", samples=100 * each, chains=100, seed=1)
    assert abs(found.mean() - 3.0 * 100 / 101) > 0.5
    assert math.isnan(found.ess)
    assert math.isnan(found.r_hat)
    assert math.isnan(found.standard_error())
    data = json.loads(found.to_json())
    assert (data["ess"], data["r_hat"], data["exact"]) == (None, None, False)
    assert data["weight_ess"] is None
    assert data["warnings"] == list(found.warnings)
    assert f"{100 * each} draws, ess unknown, " in found.summary()
    assert "exact" not in found.summary()
    assert "ess unknown" in repr(found)
    assert "ess unknown" in "\n".join(headline(found))
    assert picture(found, ASCII, 60)
    enough = loads(PRIOR).far.infer("rmh", samples=400, chains=100, seed=1)
    assert enough.ess > 0
    assert enough.r_hat > 1.05


def test_more_draws_than_were_asked_for_are_told() -> None:
    posterior = loads(PRIOR).near.infer("lmh", samples=10, chains=100, seed=1)
    assert posterior.draws == 100
    assert posterior.warnings[-1] == "100 draws, not 10: each of 100 chains has at least one"


def test_values_that_are_no_numbers() -> None:
    x = autoregressive(0.7, 1, 1000)[0] > 0.3
    names = [Keyword("high") if high else Keyword("low") for high in x]
    expected = chain_ess(x[None, :].astype(float))
    assert mixing_of(chain_posterior(names, [0] * 1000)).ess == pytest.approx(expected)


def test_chains_that_began_at_different_times_are_compared_at_their_ends() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    posterior = chain_posterior(values, [0, 0, 0, 1, 0, 1, 0, 1, 1])
    assert posterior.ess == chain_ess(np.array([[2.0, 3.0, 5.0, 7.0], [4.0, 6.0, 8.0, 9.0]]))


def test_draws_that_are_no_chain() -> None:
    with pytest.raises(InferenceError, match="no Markov chain"):
        _ = Posterior.from_particles([1.0, 2.0], [0.0, 0.0]).mixing


def test_the_standard_error_of_a_chain() -> None:
    x = autoregressive(0.5, 1, 2000)[0]
    posterior = chain_posterior(x.tolist(), [0] * 2000)
    assert posterior.standard_error() == pytest.approx(x.std() / math.sqrt(posterior.ess))


def test_runs_of_chains_are_combined_to_more_chains() -> None:
    one = chain_posterior([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1])
    both = Posterior.combined([one, chain_posterior([5.0, 6.0], [7, 7])])
    assert both.values == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert both.chains is not None
    assert both.chains.tolist() == [0, 1, 0, 1, 2, 2]
    assert both.mean() == 3.5
    assert both.log_evidence is None
    with pytest.raises(InferenceError, match="does not estimate the evidence"):
        Posterior.combined([one, Posterior.from_particles([1.0], [0.0])])


def test_chains_survive_files(tmp_path: object) -> None:
    one = replace(chain_posterior([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1]), acceptance=0.25)
    path = f"{tmp_path}/chains.json"
    one.save(path)
    again = Posterior.load(path)
    assert again.chains is not None
    assert again.chains.tolist() == [0, 1, 0, 1]
    assert again.acceptance == 0.25
    assert again.to_data()["chains"] == 2


def test_arviz_gets_the_chains_as_they_are() -> None:
    pytest.importorskip("arviz")
    data = chain_posterior([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1]).to_arviz()
    assert data.posterior["result"].values.tolist() == [[1.0, 3.0], [2.0, 4.0]]
