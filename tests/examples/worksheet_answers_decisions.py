"""What the worksheets on decisions, simulators and data from files must find."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from tests.examples.worksheet_checks import (
    Estimate,
    Exact,
    Known,
    Prints,
    Worksheet,
    of_evidence,
    of_joint,
)

__all__ = ["WORKSHEETS"]

normal = stats.norm.pdf

# ---- decisions


def _deli() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Same, offset; prior; weight: on a grid of both offsets."""
    grid = np.arange(-165.0, 166.0, 1.5)
    mass = normal(grid, 0, 30) * 1.5
    lunch, dinner = normal(793, 780 + grid, 15), normal(1089, 1110 + grid, 15)
    values = np.concatenate([
        np.stack([np.ones_like(grid), grid], axis=1),
        np.stack([np.zeros(grid.size**2), np.repeat(grid, grid.size)], axis=1),
    ])  # fmt: skip
    prior = 0.5 * np.concatenate([mass, np.outer(mass, mass).ravel()])
    weight = np.concatenate([0.1 * lunch * dinner, 0.01 * np.outer(lunch, dinner).ravel()])
    return values, prior, weight


def deli(place: int) -> Known:
    """Whether it was the same customer (0), the first customer's offset (1)."""
    values, prior, weight = _deli()
    return of_joint(values[:, place], prior, weight)


def deli_log_evidence() -> Known:
    """Of the logarithm, by its derivative."""
    found = of_evidence(*_deli()[1:3])
    return Known(np.log(found.mean), found.sd / found.mean)


PLACES = {"deli": (8, 2, 1), "diner": (12, 1, 0), "bistro": (25, 3, 1)}
"""Price, good meals, bad meals."""


def _of_betas(power: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """With weights to a power: means, variances, and the probabilities of being the best place."""
    shapes = {n: (1 + power * g, 1 + power * b) for n, (_, g, b) in PLACES.items()}
    u = (np.arange(40_000) + 0.5) / 40_000
    best = {}
    for name, (price, _, _) in PLACES.items():
        others = [
            stats.beta.cdf(u + (PLACES[n][0] - price) / 40, *shapes[n]) for n in PLACES if n != name
        ]
        best[name] = float(np.mean(stats.beta.pdf(u, *shapes[name]) * np.prod(others, axis=0)))
    means = {n: a / (a + b) for n, (a, b) in shapes.items()}
    variances = {n: a * b / (a + b) ** 2 / (a + b + 1) for n, (a, b) in shapes.items()}
    return means, variances, best


def _heaviness() -> float:
    """E[w^2] / E[w]^2 of importance sampling."""
    first, second = (
        math.prod(special.beta(1 + k * g, 1 + k * b) for _, g, b in PLACES.values()) for k in (1, 2)
    )
    return second / first**2


def utilities() -> Known:
    means, _, _ = _of_betas(1)
    again, spread, _ = _of_betas(2)
    squares = {n: spread[n] + (again[n] - means[n]) ** 2 for n in PLACES}
    return Known(
        np.array([40 * means[n] - PLACES[n][0] for n in PLACES]),
        np.array([40 * math.sqrt(_heaviness() * squares[n]) for n in PLACES]),
    )


def thompson() -> Known:
    best, again = _of_betas(1)[2], _of_betas(2)[2]
    squares = [again[n] * (1 - best[n]) ** 2 + (1 - again[n]) * best[n] ** 2 for n in PLACES]
    return Known(np.array([best[n] for n in PLACES]), np.sqrt(_heaviness() * np.array(squares)))


# ---- a simulator


def _landed(ramps: Any) -> int:
    """Where the ball stops that begins at 1."""
    x = 1
    for at, right in ramps:
        if not 0 <= x < 8:
            break
        if abs(x - at) <= 1:
            x = at + (2 if right else -2)
    return x


def bounce() -> Known:
    """Whether it lands at 6, and how many ramps tilt to the right."""
    plans = list(itertools.product(itertools.product(range(8), (False, True)), repeat=3))
    landed = np.array([_landed(plan) for plan in plans])
    right = np.array([sum(tilt for _, tilt in plan) for plan in plans])
    prior = np.full(len(plans), 1 / len(plans))
    return of_joint(np.stack([landed == 6, right], axis=1), prior, normal(6, landed, 0.5))


# ---- data

DATA = Path(__file__).parents[2] / "examples" / "worksheets" / "data"


def _flowers() -> tuple[np.ndarray, np.ndarray]:
    """Measurements, and whether they are violet."""
    with (DATA / "flowers.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    return np.array([row[:4] for row in rows], dtype=float), np.array(
        [r[4] == "violet" for r in rows]
    )


def classification() -> Known:
    """The probability of each feature, and that each flower for testing is violet."""
    x, violet = _flowers()
    testing = np.arange(len(x)) % 4 == 0
    train, seen = x[~testing], violet[~testing]
    values, weights = [], []
    for feature in range(4):
        column = sorted(train[:, feature])
        for quartile, above, noise in itertools.product(
            (1, 2, 3), (False, True), (0.05, 0.1, 0.2, 0.3)
        ):
            threshold = column[len(column) * quartile // 4]
            p = np.where((x[:, feature] > threshold) == above, 1 - noise, noise)
            weights.append(np.where(seen, p[~testing], 1 - p[~testing]).prod())
            values.append([*np.eye(4)[feature], *p[testing]])
    return of_joint(values, np.full(len(values), 1 / len(values)), weights)


FONT = {"A": " # # ##### #", "E": "##### #  ###", "F": "##### #  #  ", "L": "#  #  #  ###",
        "O": "#### ## ####"}  # fmt: skip


def _rendered(text: str, shift: int) -> np.ndarray:
    image = np.zeros((4, 16))
    for place, letter in enumerate(text):
        bits = np.array([c == "#" for c in FONT[letter]], dtype=float).reshape(4, 3)
        start = shift + 4 * place
        image[:, start : start + 3] = bits
    return image[:, :13]


def captcha() -> Known:
    """The probabilities of three texts."""
    seen = _rendered("FOE", 1)
    seen[3, 10] = seen[3, 11] = 0
    seen[0, 4] = 1
    values, weights = [], []
    for letters, shift in itertools.product(itertools.product("AEFLO", repeat=3), (0, 1)):
        text = "".join(letters)
        off = _rendered(text, shift) - seen
        weights.append(math.exp(stats.norm.logpdf(off, 0, 0.5).sum()))
        values.append([text == "FOF", text == "FOE", text == "EOF"])
    return of_joint(values, np.full(len(values), 1 / len(values)), weights)


WORKSHEETS: list[Worksheet] = [
    Worksheet(
        "deli",
        [
            Estimate("mean-offset", lambda: deli(1), 20_000, 1.2),
            Estimate("p-same+", lambda: deli(0), 20_000, 0.06),
            Estimate("(log-marginal samples)", deli_log_evidence, 20_000, 0.2),
        ],
    ),
    Worksheet(
        "delicious",
        [
            Estimate("(map utilities [:deli :diner :bistro])", utilities, 20_000, 1.5),
            Estimate("(map #(get thompson % 0.0) [:deli :diner :bistro])", thompson, 20_000, 0.09),
            Exact("(count week)", lambda: 7),
        ],
    ),
    Worksheet(
        "bounce",
        [
            Exact("(simulate 3 [{:at 4 :tilt :left} {:at 1 :tilt :left}])", lambda: [3, 2, -1]),
            Estimate("[(get landing 6) right-ramps]", bounce, 20_000, 0.25),
        ],
    ),
    Worksheet(
        "classification",
        [
            Prints(lambda: "40 rows, "),
            Estimate(
                "(concat (map #(get by-feature % 0.0) (range 4)) predictions)",
                classification, 20_000, 0.2,
            ),
        ],
    ),
    Worksheet(
        "captcha_abc",
        [
            Prints(lambda: ".###.###.###.\n.##..#.#.##..\n.#...#.#.#...\n.#...###.###.\n"),
            Estimate(
                '(map #(get (into {} texts) % 0.0) ["FOF" "FOE" "EOF"])', captcha, 20_000, 0.06
            ),
            Exact("(get shifts 1)", lambda: 1.0),
        ],
    ),
]  # fmt: skip
