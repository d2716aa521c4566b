"""True answers of worksheets whose choices are finitely many, by enumeration."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from tests.examples.worksheet_checks import Known, of_draws, of_evidence, of_joint, together

BOOLS = (False, True)


def bern(p: float, value: bool) -> float:
    return p if value else 1 - p


def enumerated(
    spaces: Sequence[Sequence[Any]],
    prior: Callable[..., float],
    likelihood: Callable[..., float],
    values: Callable[..., Any],
    dropped: bool = True,
) -> Known:
    """Over all combinations of finitely many choices; arguments as of `of_joint`."""
    points = list(itertools.product(*spaces))
    return of_joint(
        [values(*point) for point in points],
        [prior(*point) for point in points],
        [likelihood(*point) for point in points],
        dropped,
    )


# ---- the sprinkler


def wet_grass(sprinkler: bool, rain: bool) -> float:
    return [[0.0, 0.9], [0.9, 0.99]][sprinkler][rain]


def rain_given_sprinkler() -> Known:
    """The sprinkler is observed before the grass, and is no choice."""
    return enumerated(
        [BOOLS, BOOLS],
        lambda cloudy, rain: 0.5 * bern(0.8 if cloudy else 0.2, rain),
        lambda cloudy, rain: (0.1 if cloudy else 0.5) * wet_grass(True, rain),
        lambda cloudy, rain: rain,
    )


def wet_grass_marginals() -> Known:
    return enumerated(
        [BOOLS, BOOLS, BOOLS],
        lambda cloudy, rain, sprinkler: (
            0.5 * bern(0.8 if cloudy else 0.2, rain) * bern(0.1 if cloudy else 0.5, sprinkler)
        ),
        lambda cloudy, rain, sprinkler: wet_grass(sprinkler, rain),
        lambda *nodes: nodes,
        dropped=False,
    )


# ---- the alarm


def alarm_prior(burglary: bool, quake: bool, alarm: bool) -> float:
    rings = {(True, True): 0.95, (True, False): 0.94, (False, True): 0.29, (False, False): 0.01}
    return bern(0.05, burglary) * bern(0.02, quake) * bern(rings[burglary, quake], alarm)


def calls(alarm: bool, john: bool, mary: bool) -> float:
    return bern(0.9 if alarm else 0.05, john) * bern(0.7 if alarm else 0.01, mary)


def alarm_given_calls() -> Known:
    """For every combination of calls: burglary, earthquake, alarm, burglary and earthquake."""

    def of_calls(john: bool, mary: bool) -> Known:
        return enumerated(
            [BOOLS] * 3,
            alarm_prior,
            lambda b, e, a: calls(a, john, mary),
            lambda b, e, a: (b, e, a, b and e),
        )

    return together(*(of_calls(j, m) for j in (True, False) for m in (True, False)))


def burglary_with_radio() -> Known:
    return enumerated(
        [BOOLS] * 3,
        alarm_prior,
        lambda b, e, a: calls(a, True, True) * (0.8 if e else 0.001),
        lambda b, e, a: b,
    )


# ---- the student

GRADES = {
    ("low", "easy"): (0.3, 0.4, 0.3), ("low", "hard"): (0.05, 0.25, 0.7),
    ("high", "easy"): (0.9, 0.08, 0.02), ("high", "hard"): (0.5, 0.3, 0.2),
}  # fmt: skip
LETTERS = (0.9, 0.6, 0.01)


def student(values: Callable[..., Any], letter: Any, grade: Any, sat: Any) -> Known:
    """A grade that is observed is no choice."""

    def prior(level: str, course: str, g: int) -> float:
        chosen = GRADES[level, course][g] if grade is None else 1.0
        return (0.3 if level == "high" else 0.7) * (0.4 if course == "hard" else 0.6) * chosen

    def likelihood(level: str, course: str, g: int) -> float:
        found = GRADES[level, course][g] if grade is not None else 1.0
        if letter is not None:
            found *= bern(LETTERS[g], letter)
        return found if sat is None else found * bern(0.8 if level == "high" else 0.05, sat)

    grades = range(3) if grade is None else [grade]
    return enumerated([("low", "high"), ("easy", "hard"), grades], prior, likelihood, values)


EVIDENCE: list[tuple[Any, Any, Any]] = [
    (None, None, None), (False, None, None), (False, 2, None), (False, 2, True), (True, None, False)
]  # fmt: skip


def student_is_intelligent() -> Known:
    return together(*(student(lambda i, d, g: i == "high", *e) for e in EVIDENCE))


def course_is_hard() -> Known:
    return together(*(student(lambda i, d, g: d == "hard", *e) for e in EVIDENCE))


def average_student_with_an_a() -> Known:
    return student(lambda *point: point == ("low", "easy", 0), *EVIDENCE[-1])


# ---- puzzles


def monty_hall() -> Known:
    """Staying and switching; the first door is chosen, the second opened, with weight 1/2 or 1."""
    stay = of_joint([1, 0, 0], [1 / 3] * 3, [1 / 2, 0, 1])
    return together(stay, Known(1 - stay.mean, stay.sd))


def tuesday_boys() -> Known:
    children = [(sex, day) for sex in "bg" for day in range(7)]
    return enumerated(
        [children, children],
        lambda one, two: 14**-2,
        lambda one, two: float(("b", 2) in (one, two)),
        lambda one, two: one[0] == two[0] == "b",
    )


# ---- tug of war

SINGLE = [("a", "s", 1)]
MORE = [("a", "s", 1), ("ab", "ts", 1), ("s", "t", 0)]


def tug_of_war(matches: Sequence[tuple[str, str, int]], values: Callable[..., Any]) -> Known:
    """`values(strong, outcome)`, of whether each person is strong, and of who wins the next match
    of Alice against Bob (1, -1, or 0 for a draw).
    """
    played = [*matches, ("a", "b", None)]
    people = sorted({person for one, two, _ in played for person in one + two})
    pulls = [(m, person) for m, match in enumerate(played) for person in match[0] + match[1]]
    points: list[tuple[Any, float, float]] = []
    for strengths in itertools.product(BOOLS, repeat=len(people)):
        strong = dict(zip(people, strengths, strict=True))
        p_strong = math.prod(bern(0.3, s) for s in strengths)
        for lazy in itertools.product(BOOLS, repeat=len(pulls)):
            totals = np.zeros((len(played), 2))
            for (m, person), is_lazy in zip(pulls, lazy, strict=True):
                side = person not in played[m][0]
                totals[m, int(side)] += (10 if strong[person] else 5) / (2 if is_lazy else 1)
            outcomes = np.sign(totals[:, 0] - totals[:, 1])
            agree = all(o == match[2] for o, match in zip(outcomes, matches, strict=False))
            p = p_strong * math.prod(bern(0.25, is_lazy) for is_lazy in lazy)
            points.append((values(strong, outcomes[-1]), p, float(agree)))
    return of_joint(*zip(*points, strict=True))


def alice_is_strong(matches: Sequence[tuple[str, str, int]]) -> Known:
    return tug_of_war(matches, lambda strong, _: strong["a"])


def next_match() -> Known:
    return tug_of_war(MORE, lambda _, outcome: (outcome == 1, outcome == -1, outcome == 0))


def strong_wins() -> Known:
    """Unless the strong one is lazy and the weak one is not."""
    p = 1 - 0.25 * 0.75
    return of_draws(p, p * (1 - p))


# ---- branching, geometric, families


def fibonacci(n: int) -> int:
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def branching() -> Known:
    """P(r = 0..9); of all that is beyond 60 the prior is below 1e-40."""
    r, extra = np.meshgrid(np.arange(60), np.arange(60), indexing="ij")
    added = np.array([fibonacci(3 * n) if n <= 4 else 6 for n in range(60)], dtype=float)
    rates = np.where(r > 4, 6, added[r] + extra)
    prior = stats.poisson.pmf(r, 4) * stats.poisson.pmf(extra, 4)
    indicators = r.ravel()[:, None] == np.arange(10)
    return of_joint(indicators, prior.ravel(), stats.poisson.pmf(6, rates).ravel())


def noisy_geometric() -> Known:
    n = np.arange(200)
    return of_joint(n, 0.3 * 0.7**n, stats.norm.pdf(5.0, n, 1))


def generating(s: float) -> float:
    return math.exp(0.9 * (s - 1))


def extinction() -> Known:
    p = generating(generating(generating(0)))
    return of_draws(p, p * (1 - p))


def founder_given_extinct() -> Known:
    """The weight is one with probability q^n for n children, of families extinct a generation
    earlier.
    """
    n, q = np.arange(100), generating(generating(0))
    prior = stats.poisson.pmf(n, 0.9)
    return of_joint(
        [*n, *n], [*(prior * q**n), *(prior * (1 - q**n))], [1.0] * 100 + [0.0] * 100, False
    )


# ---- walks


def _loops() -> tuple[list[tuple[int, int]], list[float]]:
    """Farthest distance, number of returns, and whether it ends at home, of every six steps."""
    found, home = [], []
    for walk in itertools.product([(0, 1), (0, -1), (1, 0), (-1, 0)], repeat=6):
        places = np.cumsum(walk, axis=0)
        at_home = (places == 0).all(axis=1)
        found.append((int(np.abs(places).sum(axis=1).max()), int(at_home.sum())))
        home.append(float(at_home[-1]))
    return found, home


def return_probability() -> Known:
    return of_evidence([4.0**-6] * 4**6, _loops()[1])


def loops() -> Known:
    """Farthest distance from home, and the number of returns, of walks that end at home."""
    found, home = _loops()
    return of_joint(found, [4.0**-6] * 4**6, home, dropped=False)


def gamblers() -> tuple[Known, Known]:
    """Whether the goal is reached, and after how many games."""
    purse = np.zeros(8)
    purse[3] = 1
    ends: list[tuple[float, float]] = []
    for _ in range(3_000):
        moved = np.zeros(8)
        moved[1:] += 0.45 * purse[:-1]
        moved[:-1] += 0.55 * purse[1:]
        ends.append((moved[7], moved[0]))
        moved[[0, 7]] = 0
        purse = moved
    won, lost = np.array(ends).T
    games = np.arange(1, len(ends) + 1)
    mean = games @ (won + lost)
    return (
        of_draws(won.sum(), won.sum() * (1 - won.sum())),
        of_draws(mean, (games - mean) ** 2 @ (won + lost)),
    )


def walker() -> tuple[np.ndarray, np.ndarray]:
    """Posteriors of the first place and of the last."""
    step = np.zeros((10, 10))
    for i in range(10):
        options = [j for j in (i - 1, i, i + 1) if 0 <= j < 10]
        step[i, options] = 1 / len(options)
    joint = np.eye(10) / 10  # Of the first place and the present one.
    for t in range(9):
        if t in (seen := {0: 3, 4: 6, 7: 8}):
            i = np.arange(10)
            joint = joint * (0.8 * (i == seen[t]) + 0.2 * ((i + 1) % 10 == seen[t]))
        joint = joint @ step if t < 8 else joint
    joint /= joint.sum()
    return joint.sum(axis=1), joint.sum(axis=0)


# ---- birthdays, tanks


def all_differ(n: int) -> float:
    return math.prod((365 - i) / 365 for i in range(n))


def shared_birthday() -> Known:
    p = 1 - all_differ(23)
    return of_draws(p, p * (1 - p))


def people_in_room() -> Known:
    n = np.arange(2, 41)
    differ = np.array([all_differ(k) for k in n])
    prior = np.concatenate([differ, 1 - differ]) / len(n)
    return of_joint([*n, *n], prior, [1.0] * len(n) + [0.0] * len(n), False)


def tanks() -> Known:
    """How many, and whether at most 80."""
    n = np.arange(4, 201)
    likelihood = np.where(n >= 61, 1.0 / (n * (n - 1.0) * (n - 2) * (n - 3)), 0.0)
    return of_joint(np.stack([n, n <= 80], axis=1), [1 / len(n)] * len(n), likelihood)
