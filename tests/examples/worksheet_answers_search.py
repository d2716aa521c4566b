"""What the worksheets on search and nested inference must find; and the table of them all."""

from __future__ import annotations

import hashlib
import itertools
import math
import operator
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from scipy import stats

from tests.examples.worksheet_answers_decisions import WORKSHEETS as DECISIONS
from tests.examples.worksheet_answers_processes import WORKSHEETS as PROCESSES
from tests.examples.worksheet_checks import (
    Estimate,
    Exact,
    Known,
    Prints,
    Sweeps,
    Worksheet,
    of_joint,
)

__all__ = ["WORKSHEETS"]

normal = stats.norm.pdf


def part(known: Known, place: int) -> Known:
    """One of several."""
    return Known(known.mean[place : place + 1], known.sd[place : place + 1])


# ---- nested inference

HABIT = 0.55


def _meeting(other: float) -> Known:
    """Whether they meet at the popular bar, if the other goes there with this probability."""
    prior = np.array([HABIT * other, HABIT * (1 - other), (1 - HABIT) * other,
                      (1 - HABIT) * (1 - other)])  # fmt: skip
    return of_joint([1, 1, 0, 0], prior, [1, 0, 0, 1])


def schelling() -> Known:
    return _meeting(float(_meeting(HABIT).mean[0]))


def schelling_levels() -> Known:
    """Level by level: each is computed by 2,000 draws of the one before, and shown by as many.

    With odds o, (p after) = h o / (h o + (1 - h)), so an error of p grows by the derivative.
    """
    p, variance, means, sds = HABIT, 0.0, [], []
    for _ in range(5):
        means.append(p)
        sds.append(math.sqrt(variance + p * (1 - p)))
        after = _meeting(p)
        slope = HABIT * (1 - HABIT) / (HABIT * p + (1 - HABIT) * (1 - p)) ** 2
        share = HABIT * p + (1 - HABIT) * (1 - p)  # of the draws, which is not dropped inside
        variance = slope**2 * variance + float(after.sd[0]) ** 2 / share
        p = float(after.mean[0])
    return Known(np.array(means), np.array(sds))


def scalar_implicature() -> Known:
    """The pragmatic listener's probabilities of 0 to 3; 4,000 particles for the levels below.

    What a literal listener makes of "some" is uncertain by those, and so is whether the speaker
    says "some" of all three; the derivatives carry it on to 10,000 draws of the listener above.
    """
    literal = of_joint(np.eye(4), np.full(4, 0.25), [0, 1, 1, 1])
    a = float(literal.mean[3])
    variance_a = float(literal.sd[3]) ** 2 / 0.75 / 4_000
    some = a / (1 + a)  # the other thing to say is "all", which a literal listener takes rightly
    speaking = of_joint([1, 0, 0], [a / 3, 1 / 3, (2 - a) / 3], [1, 1, 0])
    within = float(speaking.sd[0]) ** 2 / ((1 + a) / 3) / 4_000
    variance_some = variance_a / (1 + a) ** 4 + within
    said = np.array([0, 1, 1, some])
    listening = of_joint(
        np.concatenate([np.eye(4)] * 2), np.concatenate([said, 1 - said]) / 4, [1] * 4 + [0] * 4
    )
    slopes = np.array([0, -1, -1, 2]) / (2 + some) ** 2
    return Known(listening.mean, np.sqrt(listening.sd**2 + 10_000 * slopes**2 * variance_some))


def goal_inference() -> Known:
    """Whether the last goal was a cookie, and the mean liking of cookies."""
    pressed = {}  # P(button | goal), in the order bagel, cookie
    for goal, chances in enumerate([(0.9, 0.1, 0.5), (0.1, 0.9, 0.5)]):
        joint = np.array([1, 1, 2]) / 4 * np.array(chances)
        pressed[goal] = joint / joint.sum()
    share = (np.arange(400) + 0.5) / 400
    values, prior = [], []
    for first, last in itertools.product((0, 1), repeat=2):
        weight = np.prod([np.where(g, share, 1 - share) for g in (first, last)], axis=0) / 400
        presses = pressed[first][1] * pressed[last][2]
        values += [(last, s) for s in share] * 2
        prior += [*(weight * presses), *(weight * (1 - presses))]
    hard = ([1.0] * 400 + [0.0] * 400) * 4
    return of_joint(values, prior, hard)


# ---- search


def hashes() -> dict[str, str]:
    """The words whose digest begins as it should."""
    words = map("".join, itertools.product("abcdef", repeat=4))
    digests = {word: hashlib.md5(word.encode()).hexdigest() for word in words}
    return {word: found for word, found in digests.items() if found.startswith("00")}


BORDERS = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (2, 5), (4, 5))
"""Of WA, NT, SA, Q, NSW, V, T."""


@cache
def colorings() -> np.ndarray:
    every = np.array(list(itertools.product(range(4), repeat=7)))
    return every[np.all([every[:, a] != every[:, b] for a, b in BORDERS], axis=0)]


def three_colors() -> float:
    return float(np.mean([len(set(row)) == 3 for row in colorings().tolist()]))


def expressions(depth: int) -> Iterator[tuple[Callable[[int], int], float]]:
    """Functions of x by the grammar, with their probabilities."""
    leaf = 1.0 if depth == 0 else 0.5
    yield lambda x: x, leaf * 0.6
    for n in (1, 2, 3):
        yield lambda _, n=n: n, leaf * 0.4 / 3
    if depth == 0:
        return
    parts = list(expressions(depth - 1))
    for op, chance in ((operator.add, 0.4), (operator.mul, 0.4), (operator.sub, 0.2)):
        for (f, p), (g, q) in itertools.product(parts, repeat=2):
            yield lambda x, op=op, f=f, g=g: op(f(x), g(x)), 0.5 * chance * p * q


def arithmetic() -> Known:
    """Whether it is x^2 + 1, and its value at 4."""
    functions, prior = zip(*expressions(2), strict=True)
    xs = np.arange(-3, 5)
    table = np.array([[f(int(x)) for x in xs] for f in functions])
    square = (table[:, :7] == xs[:7] ** 2 + 1).all(axis=1)
    weight = np.prod(
        [normal(y, table[:, 3 + x], 1) for x, y in ((0, 1.2), (1, 1.8), (2, 5.3), (3, 9.6))], axis=0
    )
    return of_joint(np.stack([square, table[:, 7]], axis=1), prior, weight)


Env = tuple[np.ndarray, ...]
Term = Callable[[Env], np.ndarray]


def terms(depth: int, variables: int) -> Iterator[tuple[Term, float]]:
    """Terms by what they compute of arrays, with their probabilities."""
    leaves = [(lambda env, v=v: env[v], 0.7 / variables) for v in range(variables)]
    leaves += [(lambda env, n=n: np.full_like(env[0], n), 0.1) for n in range(3)]
    if depth == 0:
        yield from leaves
        return
    parts = list(terms(depth - 1, variables))
    inner = list(terms(depth - 1, variables + 1))
    yield from ((f, 3 / 8 * p) for f, p in leaves)
    for (f, p), (g, q) in itertools.product(parts, repeat=2):
        yield lambda env, f=f, g=g: f(env) + g(env), 2 / 8 * p * q
        for test, r in leaves:
            made: Term = lambda env, t=test, f=f, g=g: np.where(t(env) > 0, f(env), g(env))  # noqa: E731
            yield made, 1 / 8 * r * p * q
    yield from ((lambda env, f=f: -f(env), 1 / 8 * p) for f, p in parts)
    for (f, p), (argument, q) in itertools.product(inner, leaves):
        yield lambda env, f=f, a=argument: f((*env, a(env))), 1 / 8 * p * q


def lambda_terms() -> Known:
    """Whether the function is 5 at -5."""
    inputs = np.array([3, -2, 0, -5])
    given, prior = zip(*terms(2, 1), strict=True)
    table = np.array([f((inputs,)) for f in given])
    weight = np.where(table[:, :3] == [3, 2, 0], 0.99, 0.01).prod(axis=1)
    return of_joint(table[:, 3] == 5, prior, weight)


GRAMMAR: dict[str, dict[tuple[str, ...], float]] = {
    "S": {("NP", "VP"): 1.0},
    "NP": {("Det", "N"): 0.7, ("NP'", "PP"): 0.3},
    "NP'": {("Det", "N"): 1.0},
    "VP": {("V", "NP"): 0.6, ("V", "NP", "PP"): 0.4},
    "PP": {("P", "NP"): 1.0},
    "Det": {("the",): 0.6, ("a",): 0.4},
    "N": {("girl",): 0.4, ("man",): 0.4, ("telescope",): 0.2},
    "V": {("saw",): 0.5, ("met",): 0.5},
    "P": {("with",): 0.8, ("near",): 0.2},
}


def _derived(symbols: tuple[str, ...], words: tuple[str, ...]) -> Iterator[tuple[tuple, float]]:
    """The derivations of exactly these words from symbols, as the productions used."""
    if not symbols or len(symbols) > len(words):
        if not symbols and not words:
            yield (), 1.0
        return
    first, *rest = symbols
    if first not in GRAMMAR:
        if words[0] == first:
            yield from _derived(tuple(rest), words[1:])
        return
    for production, p in GRAMMAR[first].items():
        for used, q in _derived((*production, *rest), words):
            yield ((first, production), *used), p * q


def attached_to_verb() -> float:
    """The probability that the telescope belongs to the seeing."""
    words = tuple(["the", "girl", "saw", "the", "man", "with", "a", "telescope"])
    found = list(_derived(("S",), words))
    verb = math.fsum(p for used, p in found if ("VP", ("V", "NP", "PP")) in used)
    return verb / math.fsum(p for _, p in found)


SEARCH: list[Worksheet] = [
    Worksheet(
        "schelling",
        [
            Estimate("popular", schelling, 1_500, 0.15),
            Estimate("by-depth", schelling_levels, 2_000, 0.3),
        ],
    ),
    Worksheet(
        "scalar_implicature",
        [Estimate("(map #(get interpretation % 0.0) worlds)", scalar_implicature, 10_000, 0.1)],
    ),
    Worksheet(
        "goal_inference",
        [Estimate("[p-last-cookie mean-liking]", goal_inference, 400, 0.3)],
    ),
    Worksheet(
        "md5",
        [
            Exact('(md5 "anglican")', lambda: f'"{hashlib.md5(b"anglican").hexdigest()}"'),
            Exact("(str/join (keys found))", lambda: f'"{"".join(sorted(hashes()))}"'),
            Prints(lambda: "".join(f"{w} {h}\n" for w, h in sorted(hashes().items()))),
        ],
    ),
    Worksheet(
        "map_coloring",
        [
            Prints(lambda: "all are proper: true"),
            Sweeps(
                "(fn [s] (stat/empirical-mean (stat/collect-by"
                " #(if (= 3 (count (set (vals (:result %))))) 1 0) s)))",
                "samples", 200, three_colors, 0.06,
            ),
            Sweeps("(fn [s] (exp (log-marginal s)))", "samples", 200,
                   lambda: len(colorings()) / 4**7, 0.02),
        ],
    ),
    Worksheet(
        "arithmetic",
        [
            Estimate("p-square-plus-one", lambda: part(arithmetic(), 0), 10_000, 0.35),
            Estimate("predicted", lambda: part(arithmetic(), 1), 10_000, 1.5),
        ],
    ),
    Worksheet("lambda_terms", [Estimate("p-abs", lambda_terms, 20_000, 0.3)]),
    Worksheet(
        "parsing",
        [
            Exact("(count trees)", lambda: 2),
            Sweeps("(fn [[p]] p)", "estimates", 1, attached_to_verb, 0.3),
        ],
    ),
]  # fmt: skip

WORKSHEETS = [*SEARCH, *DECISIONS, *PROCESSES]
