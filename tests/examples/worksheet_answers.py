"""What the worksheets on Bayesian models must find, computed a second time."""

from __future__ import annotations

import numpy as np

from tests.examples import worksheet_truths as finite
from tests.examples import worksheet_truths_continuous as continuous
from tests.examples import worksheet_truths_regression as regression
from tests.examples.worksheet_checks import Estimate, Exact, Prints, Sweeps, Worksheet

__all__ = ["WORKSHEETS"]

SPRINKLER = Worksheet(
    "sprinkler",
    [
        Estimate("(get posterior true)", finite.rain_given_sprinkler, 40_000, 0.05),
        Sweeps(
            "(fn [sweep] (/ (count (filter :result sweep)) 1000.0))",
            "by-smc", 1_000, lambda: float(finite.rain_given_sprinkler().mean[0]), 0.05,
        ),
        Estimate(
            "(map marginals [:cloudy :raining :sprinkler])", finite.wet_grass_marginals, 40_000, 0.1
        ),
    ],
)  # fmt: skip

BURGLARY = Worksheet(
    "burglary",
    [
        Estimate(
            "(mapcat (juxt :burglary :earthquake :alarm :both) table)",
            finite.alarm_given_calls, 20_000, 0.2,
        ),
        Estimate("burglary-with-radio", finite.burglary_with_radio, 20_000, 0.35),
        Prints(lambda: "John\tMary\tburglary\tquake\talarm\n"),
    ],
)  # fmt: skip

STUDENT_NETWORK = Worksheet(
    "student_network",
    [
        Estimate("intelligent", finite.student_is_intelligent, 20_000, 0.1),
        Estimate("hard", finite.course_is_hard, 20_000, 0.1),
        Estimate(
            "(get (last joints) [:low :easy :A])", finite.average_student_with_an_a, 20_000, 0.1
        ),
        Exact("grade-of-best-explanation", lambda: ":A"),
        Exact("(set grades-ranked)", lambda: "#{:A :B :C}"),
    ],
)

COIN_FAMILY = Worksheet(
    "coin_family",
    [
        Estimate("one-mean", continuous.bias, 20_000, 0.02),
        Estimate("one-evidence", continuous.coin_evidence, 20_000, 0.002),
        Estimate("binomial-mean", continuous.bias, 20_000, 0.02),
        Estimate("next-is-heads", continuous.next_is_heads, 20_000, 0.05),
        Estimate("p-fair", continuous.fair_rather_than_bent, 20_000, 0.05),
        Estimate("bag-means", continuous.bag, 30_000, 0.5),
    ],
)

CRP_MIXTURE = Worksheet(
    "crp_mixture",
    [
        Sweeps(
            "(fn [sweep] (get (s/empirical-distribution (s/collect-results sweep)) 2 0.0))",
            "samples", 500, lambda: continuous.crp_mixture(lambda p: max(p) == 1), 0.2,
        ),
        Sweeps(
            "(fn [sweep] (get (s/empirical-distribution (s/collect-by (together 2 4) sweep))"
            " true 0.0))",
            "samples", 500, lambda: continuous.crp_mixture(lambda p: p[2] == p[4]), 0.15,
        ),
        Sweeps(
            "(fn [sweep] (s/empirical-mean (s/collect-results sweep)))",
            "concentrated-samples", 500,
            lambda: continuous.crp_mixture(lambda p: max(p) + 1, alpha=0.1), 0.4,
        ),
        Exact("(m/shape co-clustering)", lambda: [5, 5]),
        Exact("(map #(m/mget co-clustering % %) (range 5))", lambda: [1.0] * 5),
    ],
)  # fmt: skip

DP_MIXTURE = Worksheet(
    "dp_mixture",
    [
        Sweeps(
            "(fn [sweep] (get (empirical-distribution (collect-results sweep)) [0 0 1 1] 0.0))",
            "states", 500, lambda: continuous.dp_mixture(lambda p: p == (0, 0, 1, 1)), 0.2,
        ),
        Sweeps(
            "(fn [sweep] (empirical-mean (collect-predicts :first-mean sweep)))",
            "states", 500, continuous.dp_first_mean, 0.2,
        ),
    ],
)  # fmt: skip

DPMEM = Worksheet(
    "dpmem",
    [
        Estimate(
            "(for [d distinct-values, k [1 2 3]] (get d k 0.0))",
            continuous.distinct_of_three, 20_000, 0.05,
        ),
        Estimate("same", continuous.same_draws, 20_000, 0.05),
        Sweeps(
            "(fn [sweep] (get (empirical-distribution (collect-results sweep)) 'the 0.0))",
            "next-states", 1_000, lambda: (4 + 2 / 4) / (6 + 2), 0.05,
        ),
    ],
)  # fmt: skip

GP_REGRESSION = Worksheet(
    "gp_regression",
    [
        Exact("predictive-means", lambda: continuous.gp(continuous.GP_GRID)[0]),
        Exact("predictive-sds", lambda: continuous.gp(continuous.GP_GRID)[1]),
        Exact("log-likelihood", lambda: continuous.gp(0.5)[2]),
        Estimate("length-probabilities", continuous.gp_lengths, 4_000, 0.1),
        Estimate("at-half", continuous.gp_at_half, 4_000, 0.1),
    ],
)

KALMAN = Worksheet(
    "kalman",
    [
        Exact("exact-last-mean", lambda: regression.kalman()[0]),
        Exact("(flatten exact-last-cov)", lambda: regression.kalman()[1]),
        Exact("exact-evidence", lambda: regression.kalman()[2]),
        *(
            Sweeps(
                f"(fn [sweep] (nth (empirical-mean (collect-by last-state sweep)) {i}))",
                "samples", 1_000, lambda i=i: float(regression.kalman()[0][i]), 0.05,
            )
            for i in range(2)
        ),
    ],
)  # fmt: skip

HMM = Worksheet(
    "hmm",
    [
        Exact("(flatten (mat/to-nested-vectors posterior))", lambda: regression.hmm().ravel()),
        Prints(lambda: "[17 3]\n"),
        Sweeps(
            "(fn [sweep] (get (empirical-distribution (collect-by (comp last :states get-predicts)"
            " sweep)) 2 0.0))",
            "samples", 500, lambda: float(regression.hmm()[-1, 2]), 0.15,
        ),
        Sweeps(
            "(fn [sweep] (get (empirical-distribution (collect-by #(nth (:states (get-predicts %))"
            " 10) sweep)) 0 0.0))",
            "samples", 500, lambda: float(regression.hmm()[10, 0]), 0.15,
        ),
    ],
)  # fmt: skip

LINEAR_REGRESSION = Worksheet(
    "bayesian_linear_regression",
    [
        Exact("exact-mean", regression.line_mean),
        Exact("(flatten (m/to-nested-vectors exact-cov))", regression.line_cov),
        Estimate("posterior-mean", regression.line, 30_000, 0.5),
        Estimate("degree-probabilities", regression.degrees, 30_000, 0.15),
    ],
)

POISSON_GAMMA = Worksheet(
    "poisson_gamma",
    [
        Estimate("rates", lambda: regression.league()[0], 20_000, 0.1),
        Estimate("p-better", lambda: regression.league()[1], 20_000, 0.05),
        Estimate(
            "(map winners [:lions :bears :nobody])", lambda: regression.league()[2], 20_000, 0.1
        ),
        Exact("density-at-two", regression.gamma_density_at_two),
        Estimate("better-by-draws", regression.better_by_draws, 20_000, 0.02),
        Estimate("inflated-mean", regression.inflated, 4_000, 0.5),
        Prints(lambda: "{:lions [2 3 1 4], :bears [0 1 1]}\n"),
    ],
)

LOGISTIC_REGRESSION = Worksheet(
    "logistic_regression",
    [
        Estimate(
            "(conj (vec coefficients)"
            " (empirical-mean (collect-predicts :passes-with-two-hours states)))",
            regression.logistic, 8_000, 0.2,
        ),
        Estimate("(exp evidence)", regression.logistic_evidence, 8_000, 0.01),
        Exact("by-quadrature", regression.logistic_by_quadrature),
    ],
)  # fmt: skip

CHANGE_POINT = Worksheet(
    "change_point",
    [
        Estimate("switch-probabilities", lambda: regression.switch_point()[0], 30_000, 0.25),
        Estimate("(conj (vec rates) fell)", lambda: regression.switch_point()[1], 30_000, 0.3),
        Sweeps(
            "(fn [sweep] (empirical-mean (collect-by (comp :changes :result) sweep)))",
            "changing-states", 1_000, regression.number_of_changes, 0.15,
        ),
    ],
)  # fmt: skip

MONTY_HALL = Worksheet(
    "monty_hall",
    [
        Estimate("(map chances [:stay :switch])", finite.monty_hall, 20_000, 0.05),
        Estimate(
            "stay-with-ignorant-host", lambda: continuous.of_draws(1 / 2, 1 / 4), 20_000, 0.05
        ),
        Estimate("(:black other-side)", lambda: continuous.of_draws(2 / 3, 2 / 9), 20_000, 0.05),
        Estimate("both-boys", finite.tuesday_boys, 20_000, 0.05),
    ],
)

TUG_OF_WAR = Worksheet(
    "tug_of_war",
    [
        Estimate("p-strong-after-one", lambda: finite.alice_is_strong(finite.SINGLE), 20_000, 0.05),
        Estimate("p-strong-after-more", lambda: finite.alice_is_strong(finite.MORE), 20_000, 0.05),
        Estimate("next-probabilities", finite.next_match, 20_000, 0.05),
        Estimate("strong-wins", finite.strong_wins, 20_000, 0.05),
    ],
)

BRANCHING = Worksheet(
    "branching",
    [
        Estimate("r-probabilities", finite.branching, 20_000, 0.05),
        Estimate("geometric-mean", finite.noisy_geometric, 20_000, 0.15),
        Estimate("extinction", finite.extinction, 20_000, 0.05),
        Estimate("founder-given-extinct", finite.founder_given_extinct, 20_000, 0.1),
        Prints(lambda: "extinct after three generations: 0."),
    ],
)

GAUSSIAN_MIXTURE = Worksheet(
    "gaussian_mixture",
    [Estimate("[highest lowest]", regression.collapsed_mixture, 8_000, 0.5)],
)

RANDOM_WALK = Worksheet(
    "random_walk",
    [
        Estimate("return-probability", finite.return_probability, 20_000, 0.05),
        Estimate("[farthest returns]", finite.loops, 20_000, 0.2),
        Estimate("p-won", lambda: finite.gamblers()[0], 20_000, 0.05),
        Estimate("mean-games", lambda: finite.gamblers()[1], 20_000, 1.0),
        Sweeps(
            "(fn [sweep] (empirical-mean (collect-by (comp double peek :result) sweep)))",
            "walks-seen", 1_000, lambda: float(finite.walker()[1] @ np.arange(10)), 0.1,
        ),
        Sweeps(
            "(fn [sweep] (get (empirical-distribution (collect-by (comp first :result) sweep)) 3"
            " 0.0))",
            "walks-seen", 1_000, lambda: float(finite.walker()[0][3]), 0.1,
        ),
    ],
)  # fmt: skip

BIRTHDAYS_AND_POLLS = Worksheet(
    "birthdays_and_polls",
    [
        Estimate("shared", finite.shared_birthday, 10_000, 0.05),
        Exact("(double exact-shared)", lambda: 1 - finite.all_differ(23)),
        Estimate("people-in-room", finite.people_in_room, 20_000, 1.0),
        Estimate("[p-wins expected-support]", regression.election, 20_000, 0.05),
        Exact("sd-support", regression.election_sd, within=0.01),
        Estimate("share", regression.survey, 20_000, 0.02),
        Estimate("[expected-tanks at-most-80]", finite.tanks, 20_000, 3.0),
    ],
)

WORKSHEETS: list[Worksheet] = [
    SPRINKLER, BURGLARY, STUDENT_NETWORK, COIN_FAMILY, CRP_MIXTURE, DP_MIXTURE, DPMEM,
    GP_REGRESSION, KALMAN, HMM, LINEAR_REGRESSION, POISSON_GAMMA, LOGISTIC_REGRESSION, CHANGE_POINT,
    MONTY_HALL, TUG_OF_WAR, BRANCHING, GAUSSIAN_MIXTURE, RANDOM_WALK, BIRTHDAYS_AND_POLLS,
]  # fmt: skip
