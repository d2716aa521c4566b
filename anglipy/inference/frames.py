"""A posterior for pandas and for ArviZ, both optional: imported when used.

The columns are the parts of the results (`parts`). ArviZ knows no weights, so it gets draws of
equal weight: those of the posterior itself where their weights are equal and they are independent,
else draws chosen by systematic resampling, the copies of one next to each other, and what descends
from one particle too. Elements of a vector become one array; where a draw lacks a number it is nan.
Of what is no number, a keyword for instance, ArviZ gets whether it is each of its values, 0 or 1.

So ArviZ takes the draws for a chain whose neighbours are correlated, and finds the right effective
sample size of every variable, however many draws there are. Let blocks of b_1, b_2, ... equal draws
stand in random order, n in all. Their autocorrelation sums to sum(b^2) / n, which makes n^2 /
sum(b^2) effective samples of them: 1 / sum(w^2), of families 1 / sum(W^2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from anglipy import __version__
from anglipy.diagnostics import OptionError
from anglipy.inference.log_space import FloatArray
from anglipy.inference.mixing import by_chain
from anglipy.inference.options import whole_number
from anglipy.inference.parts import Part, parts_of
from anglipy.inference.resampling import systematic
from anglipy.inference.results import Results
from anglipy.runtime.convert import to_python
from anglipy.runtime.printing import pr_str

__all__ = ["optional", "to_arviz", "to_pandas"]

MANY = 4_000
"""Draws of an exact posterior, which has no sample size of its own, and of weighted ones."""
_WORDS = 20
"""Of what is no number, so many most probable values are told to ArviZ."""


def optional(module: str, package: str, extra: str) -> Any:
    """A module that anglipy can do without. Raises OptionError AQ305 that says how to get it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise OptionError(
            "AQ305",
            f"this needs {package}, which is not installed",
            help=f"pip install 'anglipy[{extra}]'",
        ) from error


# --- pandas ---


def to_pandas(posterior: Results) -> Any:
    """See `Posterior.to_pandas`."""
    pandas = optional("pandas", "pandas", "frames")
    columns: dict[str, Any] = {}
    for name, column in (
        ("weight", posterior.weights),
        ("log_weight", posterior.log_weights),
    ):
        columns[name] = np.array(column)
    for part in parts_of(posterior):
        name = part.name
        while name in columns:
            name += "_"
        columns[name] = _column(part, len(posterior))
    return pandas.DataFrame(columns)


def _column(part: Part, count: int) -> Any:
    """Integers, booleans or doubles where all draws have them; nan or None where they do not."""
    complete = len(part.draws) == count
    if part.kind == "boolean" and complete:
        return np.array(part.values, dtype=bool)
    if part.kind == "number":
        if complete and all(_is_small_integer(value) for value in part.values):
            return np.array(part.values, dtype=np.int64)
        return part.column(count)
    column = np.empty(count, dtype=object)
    for draw, value in zip(part.draws, part.values, strict=True):
        column[draw] = to_python(value)
    return column


def _is_small_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and -(2**63) <= int(value) < 2**63


# --- ArviZ ---


def to_arviz(posterior: Results, draws: int | None = None, seed: int = 0) -> Any:
    """See `Posterior.to_arviz`."""
    arviz = optional("arviz", "ArviZ", "frames")
    chosen = _of_equal_weight(posterior, draws, seed)
    arrays, words = _arrays(posterior, chosen)
    groups = {"posterior": arrays}
    labels: dict[str, Any] = {
        "coords": {f"{name}_value": texts for name, texts in words.items()},
        "dims": {name: [f"{name}_value"] for name in words},
    }
    facts = {
        "inference_library": "anglipy",
        "inference_library_version": __version__,
        "query": posterior.query,
        "algorithm": posterior.algorithm,
        "draws": posterior.draws,
        "ess": posterior.ess,
    }
    if posterior.log_evidence is not None:
        facts["log_evidence"] = posterior.log_evidence
    if int(arviz.__version__.partition(".")[0]) >= 1:
        return arviz.from_dict(groups, **labels, attrs={"posterior": facts})
    return arviz.from_dict(**groups, **labels, posterior_attrs=facts)


def _of_equal_weight(posterior: Results, draws: int | None, seed: int) -> Any:
    """The numbers of the draws to show, shape (chains, draws)."""
    if posterior.chains is not None and draws is None:
        return by_chain(posterior.chains)
    log_weights, families = posterior.log_weights, posterior.families
    if draws is None:
        equal = bool(np.all(log_weights == log_weights[0])) and not posterior.exact
        if equal and families is None:
            return np.arange(len(posterior))[None]
        draws = MANY if posterior.exact else _as_many(posterior)
    rng = np.random.default_rng(seed)
    chosen = systematic(rng, posterior.weights, whole_number("draws", draws))
    if posterior.exact:
        return rng.permutation(chosen)[None]
    if families is not None:
        chosen = chosen[np.argsort(families[chosen], kind="stable")]
    return chosen[None]


def _as_many(posterior: Results) -> int:
    """All draws, but not more than `MANY`, unless more of them are effective."""
    return max(1, min(len(posterior), max(MANY, math.floor(posterior.ess))))


def _arrays(posterior: Results, chosen: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Variables with the shape (chains, draws, shape of the vector...); and the texts of the values
    of those that are no numbers, one for each element of their last dimension.
    """
    count = len(posterior)
    vectors: dict[str, list[Part]] = {}
    for part in parts_of(posterior):
        vectors.setdefault(part.array, []).append(part)
    found, words = {}, {}
    for name, parts in vectors.items():
        if _is_array(parts):
            shape = (np.max([part.index for part in parts], axis=0) + 1).tolist()
            array = np.full((count, *shape), np.nan)
            for part in parts:
                place: Any = (slice(None), *part.index)
                array[place] = part.column(count)
            found[name] = array[chosen]
            continue
        for part in parts:
            if part.numbers is not None:
                found[part.name] = _column(part, count)[chosen]
            else:
                events, words[part.name] = _events(part, count)
                found[part.name] = events[chosen]
    return found, words


def _is_array(parts: Sequence[Part]) -> bool:
    """Whether they are the elements of one array of numbers."""
    dimensions = {len(part.index) for part in parts}
    return (
        len(dimensions) == 1
        and dimensions != {0}
        and all(part.numbers is not None for part in parts)
    )


def _events(part: Part, count: int) -> tuple[FloatArray, list[str]]:
    """Whether a part is each of its most probable values, 0 or 1, shape (count, values): ArviZ can
    summarise only numbers. And the texts of these values.
    """
    texts = [pr_str(value) for value in part.values]
    shares: dict[str, float] = {}
    for text, weight in zip(texts, part.weights.tolist(), strict=True):
        shares[text] = shares.get(text, 0.0) + weight
    shown = sorted(shares, key=lambda text: -shares[text])[:_WORDS]
    places = {text: place for place, text in enumerate(shown)}
    events = np.zeros((count, len(shown)))
    for draw, text in zip(part.draws, texts, strict=True):
        if text in places:
            events[draw, places[text]] = 1.0
    return events, shown
