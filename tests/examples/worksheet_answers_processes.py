"""What the worksheets on random processes and distributions of one's own must find."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import special, stats

from tests.examples.worksheet_checks import (
    Estimate,
    Exact,
    Known,
    Sweeps,
    Worksheet,
    of_joint,
)

__all__ = ["WORKSHEETS", "of_moments"]


def of_moments(values: Any, prior: Any, first: Any, second: Any) -> Known:
    """Of functions f of part of the choices, where the weight depends on the rest, too.

    Args:
        values: of f, shape (n, k).
        prior: probabilities, shape (n,).
        first: the mean of the weight given each of them, shape (n,); positive everywhere.
        second: the mean of its square, shape (n,).

    """
    f = np.asarray(values, dtype=float).reshape(len(prior), -1)
    p, m1, m2 = (np.asarray(a, dtype=float) for a in (prior, first, second))
    evidence = p @ m1
    mean = (p * m1) @ f / evidence
    return Known(mean, np.sqrt((p * m2) @ (f - mean) ** 2) / evidence)


# ---- the infinite automaton

Weighted = Iterator[tuple[Any, float]]
"""(what an outcome has to say, its probability times that of the data)"""

CRP_CONCENTRATION = 0.5
URN = 0.5


def _seats(counts: Sequence[int], concentration: float) -> Iterator[tuple[int, float]]:
    """The tables of a Chinese restaurant with their probabilities; the last is new."""
    total = sum(counts) + concentration
    yield from ((table, count / total) for table, count in enumerate(counts))
    yield len(counts), concentration / total


def _seated(counts: Sequence[int], table: int) -> tuple[int, ...]:
    after = [*counts, 0] if table == len(counts) else [*counts]
    after[table] += 1
    return tuple(after)


def _automata(text: Sequence[int], state: int, urns: Any, delta: Any, states: Any) -> Weighted:
    """Of every automaton: how probable `a` is next, and how many states there are."""
    urn = urns.get(state, (0, 0))
    mass = [(count + URN) / (sum(urn) + 2 * URN) for count in urn]
    if not text:
        yield (mass[0], len({0, *delta.values()})), 1.0
        return
    symbol, *rest = text
    filled = {**urns, state: _seated(urn, symbol)}
    if (state, symbol) in delta:
        reached = [(delta[state, symbol], 1.0, states)]
    else:
        seats = _seats(states, CRP_CONCENTRATION)
        reached = [(to, p, _seated(states, to)) for to, p in seats]
    for to, p, after in reached:
        for found, q in _automata(rest, to, filled, {**delta, (state, symbol): to}, after):
            yield found, p * mass[symbol] * q


def pdia() -> tuple[float, float]:
    """The probability that a is next, and that there are two states."""
    found = list(_automata([0, 1] * 4, 0, {}, {}, (1,)))
    evidence = math.fsum(p for _, p in found)
    next_a = math.fsum(mass * p for (mass, _), p in found)
    two = math.fsum(p for (_, count), p in found if count == 2)
    return next_a / evidence, two / evidence


# ---- the hierarchical Dirichlet process

DOCUMENTS = ((1, 0, 1), (1, 0), (3, 3, 2))
WORD_URN = 0.2


def _franchise(words: Any, tables: Any, dishes: Any, menu: Any, urns: Any, topics: Any) -> Weighted:
    """The topics of all words. `words` are pairs (document, word); tables and their dishes are of
    the document under way, topics of all documents.
    """
    if not words:
        yield topics, 1.0
        return
    (document, word), *rest = words
    if not topics[document]:
        tables, dishes = (), ()
    for table, p in _seats(tables, 1.0):
        new = table == len(tables)
        for topic, q in _seats(menu, 1.0) if new else [(dishes[table], 1.0)]:
            urn = urns.get(topic, Counter())
            mass = (urn[word] + WORD_URN) / (urn.total() + 4 * WORD_URN)
            given = [*topics]
            given[document] = (*topics[document], topic)
            after = _franchise(
                rest, _seated(tables, table), (*dishes, topic) if new else dishes,
                _seated(menu, topic) if new else menu, {**urns, topic: urn + Counter([word])},
                tuple(given),
            )  # fmt: skip
            for found, r in after:
                yield found, p * q * mass * r


def hdp() -> tuple[float, float, float]:
    """The probabilities that the first words of documents 1 and 2, and of 1 and 3, have one topic,
    and the mean number of topics.
    """
    words = [(i, word) for i, document in enumerate(DOCUMENTS) for word in document]
    sums = np.zeros(4)
    for topics, p in _franchise(words, (), (), (), {}, ((), (), ())):
        first = [document[0] for document in topics]
        count = len({topic for document in topics for topic in document})
        sums += p * np.array([1.0, first[0] == first[1], first[0] == first[2], count])
    together, apart, topics_ = sums[1:] / sums[0]
    return float(together), float(apart), float(topics_)


# ---- two urns

LETTERS = (0, 0, 1, 0, 2)


def polya_urn() -> tuple[np.ndarray, float]:
    """The distribution of the next letter, and the probability that the first two letters came
    from one urn.
    """
    following, same, evidence = np.zeros(3), 0.0, 0.0
    for picks in np.ndindex(*[2] * len(LETTERS)):
        urns = np.ones((2, 3))
        p = 1.0
        for which, letter in zip(picks, LETTERS, strict=True):
            p *= urns[which, letter] / urns[which].sum()
            urns[which, letter] += 2
        ones, zeros = sum(picks), len(picks) - sum(picks)
        p *= special.beta(1 + ones, 1 + zeros)
        share = (1 + ones) / (2 + len(picks))
        mixed = urns / urns.sum(axis=1, keepdims=True)
        following += p * (share * mixed[1] + (1 - share) * mixed[0])
        same += p * (picks[0] == picks[1])
        evidence += p
    return following / evidence, same / evidence


# ---- relations

LIKES = {(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (3, 4), (4, 3), (3, 0)}


def _partitions(people: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """The groups that a Chinese restaurant puts people in, with their probabilities."""
    work: list[tuple[tuple[int, ...], tuple[int, ...], float]] = [((), (), 1.0)]
    while work:
        groups, counts, p = work.pop()
        if len(groups) == people:
            yield groups, p
            continue
        for g, q in _seats(counts, 1.0):
            work.append(((*groups, g), _seated(counts, g), p * q))


def _links(groups: Sequence[int], power: int) -> float:
    """The mean of a power of the probability of the links, over that of each pair of groups."""
    linked: Counter[tuple[int, int]] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    for a in range(5):
        for b in range(5):
            if a != b:
                pairs[groups[a], groups[b]] += 1
                linked[groups[a], groups[b]] += (a, b) in LIKES
    return math.prod(
        special.beta(0.5 + power * linked[g], 0.5 + power * (n - linked[g]))
        / special.beta(0.5, 0.5)
        for g, n in pairs.items()
    )


def relations() -> Known:
    """Whether Ann and Bob are in one group, Ann and Dan, and how many groups there are."""
    groups, prior = zip(*_partitions(5), strict=True)
    values = [(g[0] == g[1], g[0] == g[3], len(set(g))) for g in groups]
    first, second = ([_links(g, power) for g in groups] for power in (1, 2))
    return of_moments(values, prior, first, second)


# ---- Marsaglia's method

OBSERVED = (1.5, 0.5, 2.5)
TRIES = math.pi / 4
"""The probability that a try is accepted."""


def _marsaglia() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mu = np.linspace(-20, 22, 100_001)
    prior = stats.norm.pdf(mu, 1, math.sqrt(5)) * (mu[1] - mu[0])
    weight = np.prod([stats.norm.pdf(y, mu, math.sqrt(2)) for y in OBSERVED], axis=0)
    return mu, prior, weight


def marsaglia_mean() -> Known:
    return of_joint(*_marsaglia())


def marsaglia_variance() -> Known:
    mu, prior, weight = _marsaglia()
    return of_joint((mu - marsaglia_mean().mean) ** 2, prior, weight)


def marsaglia_tries() -> Known:
    """What is tried has nothing to do with what is accepted."""
    _, prior, weight = _marsaglia()
    tries = np.arange(1, 60)
    masses = TRIES * (1 - TRIES) ** (tries - 1)
    first, second = prior @ weight, prior @ weight**2
    return of_moments(tries, masses, np.full(59, first), np.full(59, second))


# ---- fish

CATCHES = (0, 0, 3, 0, 5, 2, 0, 4)


def zero_inflated(n: Any, p: Any, rate: Any) -> Any:
    return p * stats.poisson.pmf(n, rate) + (1 - p) * (n == 0)


def fishing() -> Known:
    """The means of p and the rate, and the probability that nothing is caught next."""
    p, rate = np.meshgrid((np.arange(300) + 0.5) / 300, (np.arange(600) + 0.5) / 20, indexing="ij")
    prior = stats.beta.pdf(p, 2, 2) / 300 * stats.gamma.pdf(rate, 2, scale=2) / 20
    weight = np.prod([zero_inflated(n, p, rate) for n in CATCHES], axis=0)
    nothing = zero_inflated(0, p, rate)
    parts = [(nothing * prior, 1.0), ((1 - nothing) * prior, 0.0)]
    values = [np.stack([p.ravel(), rate.ravel(), np.full(p.size, v)], axis=1) for _, v in parts]
    return of_joint(
        np.concatenate(values),
        np.concatenate([part.ravel() for part, _ in parts]),
        np.concatenate([weight.ravel()] * 2),
    )


def log_probabilities() -> np.ndarray:
    return np.log([float(zero_inflated(n, 0.6, 3.0)) for n in (0, 1, 5)])


def sweeps(function: str, truth: Callable[[], float], discrepancy: float) -> Sweeps:
    """Of the sweeps of 500 states that `samples` has."""
    return Sweeps(function, "samples", 500, truth, discrepancy)


WORKSHEETS: list[Worksheet] = [
    Worksheet(
        "pdia",
        [
            sweeps(
                "(fn [s] (get (stat/empirical-distribution (stat/collect-results s)) :a 0.0))",
                lambda: pdia()[0], 0.06,
            ),
            sweeps(
                "(fn [s] (get (stat/empirical-distribution (stat/collect-predicts :states s)) 2))",
                lambda: pdia()[1], 0.12,
            ),
        ],
    ),
    Worksheet(
        "hdp",
        [
            Exact("(pr-str corpus)", lambda: '"[[1 0 1] [1 0] [3 3 2]]"'),
            sweeps(
                "(partial p-same-topic 0 1)",
                lambda: hdp()[0], 0.18,
            ),
            sweeps(
                "(partial p-same-topic 0 2)",
                lambda: hdp()[1], 0.12,
            ),
            sweeps(
                "mean-topics",
                lambda: hdp()[2], 0.25,
            ),
        ],
    ),
    Worksheet(
        "polya_urn",
        [
            Exact("(:counts (absorb (absorb (urn 3 2.) 1) 1))", lambda: [1, 5, 1]),
            *(
                sweeps(
                    f"(fn [s] (nth (next-letters s) {letter}))",
                    lambda letter=letter: float(polya_urn()[0][letter]), 0.05,
                )
                for letter in range(3)
            ),
            sweeps(
                "(fn [s] (stat/empirical-mean (stat/collect-by"
                " #(let [[a b] (:picks (get-predicts %))] (if (= a b) 1 0)) s)))",
                lambda: polya_urn()[1], 0.05,
            ),
        ],
    ),
    Worksheet(
        "relations",
        [
            sweeps(
                function, lambda place=place: float(relations().mean[place]), seen
            )
            for place, (function, seen) in enumerate([
                ('#(together % "ann" "bob")', 0.4),
                ('#(together % "ann" "dan")', 0.1),
                ("(fn [s] (empirical-mean (collect-predicts :groups s)))", 0.6),
            ])
        ],
    ),
    Worksheet(
        "marsaglia",
        [
            Estimate("posterior-mean", marsaglia_mean, 20_000, 0.1),
            Estimate("posterior-variance", marsaglia_variance, 20_000, 0.1),
            Estimate("mean-tries", marsaglia_tries, 20_000, 0.1),
        ],
    ),
    Worksheet(
        "zero_inflated",
        [
            Exact("mass", lambda: 1.0),
            Exact("log-probabilities", log_probabilities),
            Exact(
                "(pr-str (zero-inflated-poisson 0.6 3.0))",
                lambda: '"(zero-inflated-poisson 0.6 3.0)"',
            ),
            Estimate("[(first means) (second means) p-nothing]", fishing, 20_000, 0.3),
        ],
    ),
]  # fmt: skip
