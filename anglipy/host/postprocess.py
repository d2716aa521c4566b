"""What reads the lines that `m!` prints: frequencies, means, distances from what is known.

A line is `label,value,log-weight`, each as Clojure writes it; lines that begin with `;` do not
count. Every sample weighs exp(log-weight).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anglipy.datum import datum
from anglipy.diagnostics import OptionError, ProgramError, Source
from anglipy.reader import read
from anglipy.runtime.access import get
from anglipy.runtime.equality import MapLike, elements, key_of, value_of_key
from anglipy.runtime.numbers import is_number, to_double
from anglipy.runtime.printing import pr_str
from anglipy.runtime.scalars import Keyword

__all__ = ["PROCESSORS"]

Sample = tuple[Any, Any, float]


def _samples(lines: Iterable[str]) -> Iterator[Sample]:
    """(label, value, log weight) of each line."""
    for line in lines:
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        forms = [datum(form) for form in read(Source("<samples>", line))]
        inside = elements(forms[0]) if len(forms) == 1 else forms
        if inside is None or len(parts := list(inside)) != 3 or not is_number(parts[2]):
            raise ProgramError("AQ440", f"no line of label,value,log-weight: {line.strip()}")
        yield parts[0], parts[1], to_double(parts[2])


class _Collected:
    """For each label the weights of its values."""

    def __init__(self) -> None:
        self.labels: dict[Any, dict[Any, float]] = {}
        self._highest = -math.inf

    def add(self, sample: Sample) -> None:
        """Count a sample; weights are kept relative to the largest."""
        label, value, log_weight = sample
        if log_weight > self._highest:
            shrunk = math.exp(self._highest - log_weight)
            for weights in self.labels.values():
                for key in weights:
                    weights[key] *= shrunk
            self._highest = log_weight
        weights = self.labels.setdefault(key_of(label), {})
        share = math.exp(log_weight - self._highest) if log_weight > -math.inf else 0.0
        weights[key_of(value)] = weights.get(key_of(value), 0.0) + share

    def shares(self, label: Any) -> list[tuple[Any, float]]:
        """(value, probability) of a label."""
        weights = self.labels.get(key_of(label), {})
        total = math.fsum(weights.values())
        return [(value_of_key(k), w / total) for k, w in weights.items()] if total else []

    def moments(self, label: Any) -> tuple[float, float] | None:
        """The mean and standard deviation of a label; None if its values are not numbers."""
        shares = self.shares(label)
        if not shares or not all(is_number(value) for value, _ in shares):
            return None
        mean = math.fsum(to_double(value) * share for value, share in shares)
        variance = math.fsum((to_double(value) - mean) ** 2 * share for value, share in shares)
        return mean, math.sqrt(variance)


def _all_of_input() -> _Collected:
    collected = _Collected()
    for sample in _samples(sys.stdin):
        collected.add(sample)
    return collected


def _freqs(words: tuple[str, ...]) -> None:
    """Print each value of each label with its frequency and the logarithm of that."""
    collected = _all_of_input()
    for label in map(value_of_key, collected.labels):
        for value, share in sorted(collected.shares(label), key=lambda pair: -pair[1]):
            log_share = math.log(share) if share else -math.inf
            sys.stdout.write(f"{pr_str(label)}, {pr_str(value)}, {share:6g}, {log_share:6g}\n")


def _meansd(words: tuple[str, ...]) -> None:
    """Print the mean and the standard deviation of each label with numbers."""
    collected = _all_of_input()
    for label in map(value_of_key, collected.labels):
        moments = collected.moments(label)
        if moments is not None:
            sys.stdout.write(f"{pr_str(label)}, {moments[0]:6g}, {moments[1]:6g}\n")


# ---- distances


@dataclass
class _Distances:
    """What `:diff` is told."""

    truth: Any = None
    distance: str = "kl"
    burn: int = 0
    thin: int = 1
    period: int = 1
    only: Any = None
    exclude: Any = ()

    def wants(self, label: Any) -> bool:
        """Whether a label takes part."""
        keys = {key_of(k) for k in self.only or ()}
        left_out = {key_of(k) for k in self.exclude or ()}
        return (not keys or key_of(label) in keys) and key_of(label) not in left_out


_SHORT = {"b": "burn", "c": "config", "d": "distance", "e": "exclude", "o": "only", "p": "period",
          "t": "thin", "T": "truth"}  # fmt: skip


def _diff(words: tuple[str, ...]) -> None:
    """Print, as samples come, how far those so far are from the truth: `n,distance...`, a distance
    for each label of the truth in order.
    """
    given = _told(words)
    if not isinstance(given.truth, MapLike):
        raise OptionError("AQ310", ":diff needs the truth: for each label a map of probabilities",
                          help="(m! :diff -T \"{:x {true 0.3 false 0.7}}\")")  # fmt: skip
    labels = [label for label, _ in given.truth.items() if given.wants(label)]
    collected, seen = _Collected(), 0
    counts: dict[Any, int] = {}
    for sample in _samples(sys.stdin):
        key = key_of(sample[0])
        counts[key] = counts.get(key, 0) + 1
        place = counts[key] - 1 - given.burn
        if place < 0 or place % given.thin or not given.wants(sample[0]):
            continue
        collected.add(sample)
        if key == key_of(labels[-1]):
            seen += 1
            if seen % given.period == 0:
                distances = [_distance(given, collected, label) for label in labels]
                sys.stdout.write(",".join([str(seen), *(f"{d:6g}" for d in distances)]) + "\n")


def _told(words: tuple[str, ...]) -> _Distances:
    found = _Distances()
    rest = iter(words)
    for word in rest:
        name = _SHORT.get(word[1:], word.removeprefix("--")) if word.startswith("-") else "config"
        value = next(rest, None) if word.startswith("-") else word
        if value is None or name not in (*_SHORT.values(),):
            raise OptionError("AQ310", f":diff: `{word}` is no option with a value")
        if name == "config":
            text = Path(value).read_text(encoding="utf-8")
            for key, said in datum(read(Source(value, text))[0]).items():
                _tell(found, key.name, said)
        else:
            _tell(found, name, datum(read(Source("<option>", value))[0]))
    return found


def _tell(found: _Distances, name: str, value: Any) -> None:
    if name == "distance":
        value = getattr(value, "name", value)
        if value not in ("kl", "l2", "ks", "fq", "ms"):
            raise OptionError("AQ310", f":diff: there is no distance `{value}`",
                              help="known: :kl, :l2, :ks, :fq, :ms")  # fmt: skip
    if not hasattr(found, name):
        raise OptionError("AQ310", f":diff: there is nothing called `{name}` to set")
    setattr(found, name, value)


def _distance(given: _Distances, collected: _Collected, label: Any) -> float:
    truth = get(given.truth, label)
    if given.distance == "ms":
        moments = collected.moments(label)
        if moments is None:
            return math.nan
        wanted = [to_double(get(truth, Keyword(name), math.nan)) for name in ("mean", "sd")]
        return math.hypot(moments[0] - wanted[0], moments[1] - wanted[1])
    shares = {key_of(value): share for value, share in collected.shares(label)}
    known = {key_of(value): to_double(mass) for value, mass in truth.items()}
    if given.distance in ("kl", "fq"):
        return math.fsum(
            p * (math.log(p / shares[v]) if shares.get(v) else math.inf)
            for v, p in known.items() if p > 0
        )  # fmt: skip
    every = list(dict.fromkeys([*known, *shares]))
    if given.distance == "l2":
        return math.sqrt(math.fsum((known.get(v, 0) - shares.get(v, 0)) ** 2 for v in every))
    every.sort(key=lambda v: to_double(value_of_key(v)))
    worst = apart = 0.0
    for v in every:
        apart += known.get(v, 0.0) - shares.get(v, 0.0)
        worst = max(worst, abs(apart))
    return worst


PROCESSORS: dict[str, Callable[[tuple[str, ...]], None]] = {
    "freqs": _freqs,
    "meansd": _meansd,
    "diff": _diff,
}
"""What the first word of `m!` may be, without its colon."""
