"""The posterior: weighted results of a query, the same type whatever engine made them.

A `Posterior` stands for the distribution that gives `values[i]` the probability exp(log_weights[i])
/ sum(exp(log_weights)). Draws of weight zero are counted in `draws` and need not be among the
values. Everything here is a function of these weighted values; nothing refers to a program or an
engine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from anglipy.diagnostics import InferenceError
from anglipy.inference import summary
from anglipy.inference.log_space import AllWeightsZero, FloatArray, effective_sample_size, normalise
from anglipy.inference.resampling import systematic
from anglipy.inference.weighted import (
    grouped,
    numbers_of,
    quantiles,
    weighted_mean,
    weighted_sd,
)
from anglipy.runtime.equality import equal
from anglipy.runtime.printing import pr_str

__all__ = ["Posterior", "Predicts"]

Predicts: TypeAlias = tuple[tuple[Any, Any], ...]
"""What one run predicted: (label, value), first to last."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Weighted results. Made by engines; `from_particles` makes one by hand."""

    values: Sequence[Any]
    """The results, in the order in which they were drawn."""
    log_weights: FloatArray
    """Unnormalised natural-log weights, shape (len(values),); none is nan or +inf, not all are
    -inf."""
    predicts: Sequence[Predicts] = ()
    """What each run predicted, one entry per value; or empty."""
    query: str = ""
    algorithm: str = ""
    options: object = None
    draws: int = 0
    """Draws made, those of weight zero among them."""
    log_evidence: float | None = None
    """Estimate of log p(observations), where the engine has one."""
    log_evidence_standard_error: float | None = None
    seconds: float = 0.0
    """Wall time of the inference alone."""
    stopped: bool = False
    """Whether it was stopped before it was done."""
    exact: bool = False
    """Whether the weights are exact probabilities rather than random."""

    @classmethod
    def from_particles(
        cls,
        values: Iterable[Any],
        log_weights: ArrayLike,
        predicts: Iterable[Iterable[tuple[Any, Any]]] | None = None,
        *,
        algorithm: str = "",
        options: object = None,
        log_evidence: float | None = None,
    ) -> Posterior:
        """A posterior of these weighted results; arguments as the fields of the same names.

        Raises:
            InferenceError: AQ501 if every weight is zero or there is none, AQ503 for nan and +inf,
                AQ506 if the numbers of values, weights and predicts differ.

        """
        kept = list(values)
        weights = np.array(log_weights, dtype=np.float64)
        runs = (
            []
            if predicts is None
            else [tuple((label, value) for label, value in run) for run in predicts]
        )
        if weights.shape != (len(kept),) or len(runs) not in (0, len(kept)):
            raise InferenceError(
                "AQ506",
                f"{len(kept)} values need as many log weights and predicts,"
                f" got {weights.size} and {len(runs)}",
            )
        bad = np.flatnonzero(~(weights < math.inf))
        if bad.size:
            raise InferenceError("AQ503", f"log weight {bad[0]} is {weights[bad[0]]}")
        if not np.any(weights > -math.inf):
            raise InferenceError("AQ501", f"all {len(kept)} draws have weight zero")
        return cls(
            kept,
            weights,
            runs,
            algorithm=algorithm,
            options=options,
            draws=len(kept),
            log_evidence=log_evidence,
        )

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        ess = "exact" if self.exact else f"ess {self.ess:.1f}"
        what = f"{self.query or 'a query'} by {self.algorithm or 'hand'}"
        return f"<Posterior of {what}: {self.draws} draws, {ess}>"

    @cached_property
    def weights(self) -> FloatArray:
        """Linear weights that sum to one, shape (len(values),)."""
        try:
            weights = normalise(self.log_weights)
        except AllWeightsZero as error:
            raise InferenceError("AQ501", str(error)) from error
        weights.setflags(write=False)
        return weights

    @cached_property
    def ess(self) -> float:
        """Effective sample size of the weights, 1 / sum(w^2); infinite for an exact posterior."""
        return math.inf if self.exact else effective_sample_size(self.log_weights)

    # --- expectations ---

    def expectation(self, f: Callable[[Any], Any]) -> Any:
        """sum(w f(value)); f gives numbers, or arrays of one shape."""
        rows = np.asarray([f(value) for value in self.values], dtype=np.float64)
        total = np.tensordot(self.weights, rows, axes=(0, 0))
        return float(total) if total.ndim == 0 else total

    def mean(self) -> float:
        """The mean of the results, which must be numbers (booleans count as 0 and 1). Raises
        InferenceError AQ506.
        """
        return weighted_mean(self._numbers, self.weights)

    def sd(self) -> float:
        """The standard deviation of the weighted results. Raises InferenceError AQ506 if they are
        not numbers.
        """
        return weighted_sd(self._numbers, self.weights)

    def quantile(self, q: float) -> float:
        """The least x with P(result <= x) >= q (see `weighted.quantiles`). Raises InferenceError
        AQ506.
        """
        if not 0.0 <= q <= 1.0:
            raise InferenceError("AQ506", f"a quantile's level must be between 0 and 1, got {q}")
        return float(quantiles(self._numbers, self.weights, q))

    @cached_property
    def _numbers(self) -> FloatArray:
        numbers = numbers_of(self.values)
        if numbers is not None:
            return numbers
        odd = next(value for value in self.values if numbers_of([value]) is None)
        raise InferenceError(
            "AQ506",
            f"not all results are numbers, one is {pr_str(odd)[:60]}",
            help="use .probabilities(), .expectation(f), or .marginal(path) for one element",
        )

    # --- distinct values ---

    def probabilities(self, limit: int | None = 1_000) -> list[tuple[Any, float]]:
        """At most `limit` distinct results with their probabilities, most probable first; equality
        is `=`.
        """
        pairs = grouped(self.values, self.weights)
        assert pairs is not None
        return pairs[:limit]

    def mode(self) -> Any:
        """The most probable result; the first drawn, where several are."""
        return self.probabilities(1)[0][0]

    # --- parts ---

    def marginal(self, path: Any) -> Posterior:
        """The posterior of one element of each result: `marginal(0)`, `marginal("mu")`,
        `marginal(["xs", 3])`.

        A number picks from a vector, a key from a map; a string also means the keyword of that
        name. A list or tuple is a path, taken one step after the other. Draws whose result has no
        such element are left out, so that it is the distribution given that there is one. Raises
        InferenceError AQ506 if no draw has it.
        """
        steps = tuple(path) if isinstance(path, (list, tuple)) else (path,)
        found = [(i, summary.element_at(value, steps)) for i, value in enumerate(self.values)]
        present = [(i, element) for i, element in found if element is not summary.ABSENT]
        return self._part(present, f"the path {list(steps)}")

    def predicted(self, label: Any, occurrence: int = 1) -> Posterior:
        """The posterior of what was predicted under a label; a string also means the keyword of
        that name.

        `occurrence` counts from 1, for labels that a run predicts more than once. Raises
        InferenceError AQ506.
        """
        names = [label, *summary.also_keyword(label)]
        present = []
        for i, run in enumerate(self.predicts):
            same = [value for name, value in run if any(equal(name, other) for other in names)]
            if len(same) >= occurrence:
                present.append((i, same[occurrence - 1]))
        return self._part(present, f"the predict {pr_str(label)}")

    def _part(self, present: list[tuple[int, Any]], what: str) -> Posterior:
        """The posterior of these (number of the draw, value)."""
        if not present:
            raise InferenceError("AQ506", f"no draw has {what}")
        places = [i for i, _ in present]
        complete = len(present) == len(self.values)
        return replace(
            self,
            values=[element for _, element in present],
            log_weights=self.log_weights[places],
            predicts=[self.predicts[i] for i in places] if self.predicts else (),
            log_evidence=self.log_evidence if complete else None,
            log_evidence_standard_error=self.log_evidence_standard_error if complete else None,
        )

    def resample(self, n: int, rng: Any = None) -> Posterior:
        """N results of equal weight, in the order of this posterior; systematic resampling.

        `rng` is a numpy Generator, or a seed for one.
        """
        generator = rng if hasattr(rng, "random") else np.random.default_rng(rng)
        ancestors = systematic(generator, self.weights, n).tolist()
        return replace(
            self,
            values=[self.values[i] for i in ancestors],
            log_weights=np.zeros(n),
            predicts=[self.predicts[i] for i in ancestors] if self.predicts else (),
            draws=n,
            exact=False,
        )

    # --- reports ---

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON: numbers, strings, lists, dictionaries; nan and infinities are None.
        See `summary`.
        """
        return summary.report(self)

    def to_json(self, indent: int | None = 2) -> str:
        """`to_data` as JSON text (RFC 8259: no nan, no infinity)."""
        return json.dumps(self.to_data(), indent=indent, allow_nan=False, ensure_ascii=False)

    def summary(self) -> str:
        """A few lines of text for people."""
        return summary.as_text(self.to_data())
