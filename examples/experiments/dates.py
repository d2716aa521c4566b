"""What date a text means: inference compilation against all dates in all styles."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from anglipy import Posterior
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab
from examples.experiments.typing_errors import CHARACTERS, ERRORS, typed, written

__all__ = ["DAYS", "EXPERIMENT", "STYLES", "Exact", "exact", "simulated"]

STYLES = np.array([0.3, 0.2, 0.2, 0.15, 0.15])
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEARS = range(1990, 2030)
TEXTS = 60


class Exact(NamedTuple):
    """Given a text."""

    log_evidence: float
    dates: dict[tuple[int, int, int], float]
    """Probabilities of the dates that have more than 1e-6."""
    entropy: float
    """Of style and date together, in nats."""


class _Meanings(NamedTuple):
    """All that texts of one length can mean."""

    codes: Array
    """(n, length)."""
    log_prior: Array
    dates: tuple[tuple[int, int, int], ...]


@cache
def _meanings() -> dict[int, _Meanings]:
    """By the length of the text."""
    found: dict[int, list[tuple[str, float, tuple[int, int, int]]]] = {}
    for style, chance in enumerate(STYLES):
        for year in YEARS:
            for month, days in enumerate(DAYS, 1):
                log_prior = float(np.log(chance / len(YEARS) / len(DAYS) / days))
                for day in range(1, days + 1):
                    text = written(style, year, month, day)
                    found.setdefault(len(text), []).append((text, log_prior, (year, month, day)))
    return {
        length: _Meanings(
            np.array([[ord(character) for character in text] for text, _, _ in own]),
            np.array([log_prior for _, log_prior, _ in own]),
            tuple(date for _, _, date in own),
        )
        for length, own in found.items()
    }


def exact(text: str) -> Exact:
    """By enumeration. Raises KeyError for a text of a length that no date has."""
    meanings = _meanings()[len(text)]
    same = (meanings.codes == np.array([ord(character) for character in text])).sum(1)
    stray = ERRORS / len(CHARACTERS)
    log_joint = meanings.log_prior + same * np.log(1.0 - ERRORS + stray)
    log_joint = log_joint + (len(text) - same) * np.log(stray)
    log_evidence = float(np.logaddexp.reduce(log_joint))
    p = np.exp(log_joint - log_evidence)
    dates: dict[tuple[int, int, int], float] = {}
    for place in np.flatnonzero(p > 1e-7):
        date = meanings.dates[place]
        dates[date] = dates.get(date, 0.0) + float(p[place])
    entropy = float((p * (log_evidence - log_joint)).sum())
    return Exact(log_evidence, {d: q for d, q in dates.items() if q > 1e-6}, entropy)


def simulated(count: int, rng: np.random.Generator) -> list[str]:
    """Texts from the program."""
    texts = []
    for _ in range(count):
        style, month = int(rng.choice(len(STYLES), p=STYLES)), int(rng.integers(1, 13))
        day = int(rng.integers(1, DAYS[month - 1] + 1))
        date = (int(rng.integers(YEARS.start, YEARS.stop)), month, day)
        texts.append(typed(written(style, *date)).sample(rng))
    return texts


def _run(lab: Lab) -> None:
    model = lab.model("dates.aq")
    trained = lab.train(model, minutes=3.0, batch=128, validation=2_000)
    rng = np.random.default_rng([lab.seed, 365])
    texts = simulated(lab.few(2_000, 10), rng)
    floor = float(np.mean([exact(text).entropy for text in texts]))
    lab.figure("loss above the floor", trained.loss - floor)
    particles = lab.few(200, 50)
    distances, same, shares = [], 0, []
    shown = texts[: lab.few(TEXTS, 2)]
    outcomes = model.outcomes(
        "ic", [[text] for text in shown], artifact=trained.path, particles=particles, seed=lab.seed
    )
    for text, found in zip(shown, outcomes, strict=True):
        if not isinstance(found, Posterior):
            # No particle could explain the text.
            distances.append(1.0)
            shares.append(0.0)
            continue
        truth = exact(text).dates
        own = {tuple(int(x) for x in date): p for date, p in found.probabilities()}
        every = set(truth) | set(own)
        distances.append(0.5 * sum(abs(truth.get(d, 0.0) - own.get(d, 0.0)) for d in every))
        likeliest = max(own, key=lambda date: own[date])
        same += truth.get(likeliest, 0.0) > 0.95 * max(truth.values())
        shares.append(found.ess / particles)
    lab.figure(f"mean total variation, IC@{particles}", float(np.mean(distances)))
    lab.figure("texts with the likeliest date", same / len(shown))
    lab.figure("median ESS/N", float(np.median(shares)))
    lab.figure("floor of the loss", floor)


EXPERIMENT = Experiment("dates", "", "What date a text means, with typing errors", _run)
