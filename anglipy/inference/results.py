"""Weighted results of a query, and what can be computed of them.

`Results` stand for the distribution that gives `values[i]` the probability exp(log_weights[i])
/ sum(exp(log_weights)). Draws of weight zero are counted in `draws` and need not be among the
values. Everything here is a function of these weighted values; nothing refers to a program or an
engine, prints or draws: that is for a `Posterior`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from anglipy.diagnostics import InferenceError
from anglipy.inference.cautions import cautions, size_text
from anglipy.inference.given import checked, levels, numbers_of_each
from anglipy.inference.log_space import (
    AllWeightsZero,
    FloatArray,
    IntArray,
    effective_sample_size,
    normalise,
)
from anglipy.inference.mixing import Mixing, mixing_of
from anglipy.inference.pareto import pareto_k
from anglipy.inference.picking import elements_under, predicted_under
from anglipy.inference.resampling import systematic
from anglipy.inference.weighted import (
    grouped,
    numbers_of,
    quantiles,
    weighted_mean,
    weighted_sd,
)
from anglipy.runtime.printing import shortened

__all__ = ["Predicts", "Results"]

Predicts: TypeAlias = tuple[tuple[Any, Any], ...]
"""What one run predicted: (label, value), first to last."""


@dataclass(frozen=True, eq=False)
class Results:
    """Weighted results; those that engines make are a `Posterior`."""

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
    families: IntArray | None = None
    """The first ancestor of each draw, shape (len(values),): draws of one number descend from one
    particle and share what it chose first. None where every draw is its own."""
    chains: IntArray | None = None
    """The number of the Markov chain of each draw, shape (len(values),), the draws of a chain in
    order. None for draws that are no chain."""
    acceptance: float | None = None
    """The share of the moves of chains that were accepted."""
    steps: tuple[Any, ...] = ()
    """What the engine reported on its way (`StepInfo`), where it weighs particles step by step."""
    remarks: tuple[str, ...] = ()
    """What the engine has to say against these results, a sentence each; they are among the
    `warnings`."""
    checks: Mapping[str, float] = field(default_factory=dict)
    """What the engine found when it checked the data: numbers by name, p-values for instance."""

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
    ) -> Self:
        """A posterior of these weighted results; arguments as the fields of the same names.

        Raises:
            InferenceError: AQ501 if every weight is zero or there is none, AQ503 for nan and +inf,
                AQ506 if the numbers of values, weights and predicts differ.

        """
        kept, weights, runs = checked(values, log_weights, predicts)
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

    def __iter__(self) -> Iterator[Any]:
        """The results, in the order in which they were drawn. Raises InferenceError AQ506 unless
        all weigh the same: results without their weights would not be the posterior.
        """
        if not np.all(self.log_weights == self.log_weights[0]):
            raise InferenceError(
                "AQ506",
                "the draws of this posterior have weights, and mean nothing without them",
                help="zip(posterior.values, posterior.weights), or posterior.resample(n) for draws"
                " of equal weight",
            )
        return iter(self.values)

    def __repr__(self) -> str:
        ess = "exact" if self.exact else f"ess {size_text(self.ess)}"
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
        """Effective sample size, 1 / sum over families of W^2, where W is the weight of a family;
        infinite for an exact posterior.

        For independent draws that is `weight_ess`. Where draws share ancestors (SMC) it is about
        what is oldest in a result: of things chosen late there are more. As W sums to one, it is at
        most the number of families and at most `weight_ess`. The families are those of Lee &
        Whiteley 2018, "Variance estimation in the particle filter"; see `standard_error`. Of chains
        it is that of the part of the results that mixes worst, by autocorrelation, and nan, for
        unknown, if each has fewer than 4 draws; see `mixing`.
        """
        if self.chains is not None:
            return self.mixing.ess
        if self.exact or self.families is None:
            return self.weight_ess
        shares = np.bincount(self._family_places, self.weights)
        return 1.0 / float(np.dot(shares, shares))

    @cached_property
    def mixing(self) -> Mixing:
        """Of chains: the effective sample size and split R-hat (see `anglipy.inference.mixing`).
        Raises InferenceError AQ506 for draws that are no chain.
        """
        if self.chains is None:
            raise InferenceError("AQ506", f"the draws of {self.algorithm} are no Markov chain")
        return mixing_of(self)

    @property
    def r_hat(self) -> float:
        """Split R-hat of chains: near 1 if they agree, 1.01 and less is good; nan where it is
        unknown. See `mixing`.
        """
        return self.mixing.r_hat

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What there is to say against these results, a sentence each: chains that have not mixed
        or are too short to tell, a heavy tail of the weights, few effective samples (see
        `cautions`), and what the engine has noticed.
        """
        return (*cautions(self), *self.remarks)

    @cached_property
    def weight_ess(self) -> float:
        """Effective sample size of the weights alone, 1 / sum(w^2); infinite for an exact
        posterior.
        """
        return math.inf if self.exact else effective_sample_size(self.log_weights)

    @cached_property
    def pareto_k(self) -> float | None:
        """The shape of the tail of the weights (see `pareto`): above about 0.7 averages cannot be
        trusted. None for exact weights, for draws with common ancestors, and where there is no
        tail.
        """
        if self.exact or self.families is not None or self.chains is not None:
            return None
        return pareto_k(self.log_weights, max(self.draws, len(self.values)))

    @cached_property
    def family_count(self) -> int | None:
        """How many first ancestors the draws have; None where each is its own."""
        return None if self.families is None else int(np.unique(self.families).size)

    @cached_property
    def _family_places(self) -> IntArray:
        """For every draw the number of its family, from 0, without gaps."""
        families = np.arange(len(self.values)) if self.families is None else self.families
        places: IntArray = np.unique(families, return_inverse=True)[1]
        return places

    # --- expectations ---

    def expectation(self, f: Callable[[Any], Any]) -> Any:
        """sum(w f(value)); f gives numbers, or arrays of one shape.

            posterior.expectation(lambda r: r["mu"] ** 2 + r["xs"][3])

        Elements of a map are found by a string for the keyword of that name, those of a vector by
        their index. A keyword is `anglipy.Keyword("up")`; that it never equals a string is warned
        of where it decides. Raises InferenceError AQ506 if f gives something else.
        """
        rows = numbers_of_each(self.values, f)
        total = np.tensordot(self.weights, rows, axes=(0, 0))
        return float(total) if total.ndim == 0 else total

    def standard_error(self, f: Callable[[Any], float] | None = None) -> float:
        """The standard error of `expectation(f)`, or of `mean()`: zero for an exact posterior.

        sqrt(sum over families (sum over its draws w (f - mean))^2). For independent draws that is
        the delta method for self-normalised averages (Owen 2013, eq. 9.8); for SMC the estimate of
        Lee & Whiteley 2018, sec. 4, without its factors of (1 + 1/N). Too small where only a few
        families are left. nan where `ess` is, of chains that are too short.
        """
        if self.exact:
            return 0.0
        numbers = self._numbers if f is None else numbers_of_each(self.values, f)
        if self.chains is not None:
            return float(numbers.std()) / math.sqrt(replace(self, values=numbers.tolist()).ess)
        shares = np.bincount(self._family_places, self.weights * (numbers - self.weights @ numbers))
        return float(np.linalg.norm(shares))

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

    def quantile(self, q: ArrayLike) -> Any:
        """The least x with P(result <= x) >= q (see `weighted.quantiles`): a float, or for several
        levels an array of the shape of q. Raises InferenceError AQ506.
        """
        wanted = levels(q)
        found = quantiles(self._numbers, self.weights, wanted)
        return found if wanted.ndim else float(found)

    @cached_property
    def _numbers(self) -> FloatArray:
        numbers = numbers_of(self.values)
        if numbers is not None:
            return numbers
        odd = next(value for value in self.values if numbers_of([value]) is None)
        raise InferenceError(
            "AQ506",
            f"not all results are numbers, one is {shortened(odd)}",
            help="use .probabilities(), .expectation(f), or .marginal(path) for one element; at the"
            " prompt (expectation p f) or (marginal p :part)",
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

    def marginal(self, path: Any, *more: Any) -> Self:
        """The posterior of one element of each result: `marginal(0)`, `marginal("mu")`,
        `marginal("xs", 3)` or `marginal(["xs", 3])`.

        A number picks from a vector, a key from a map; a string also means the keyword of that
        name. The steps of a path follow each other, or stand in a list or tuple. Draws whose result
        has no such element are left out, so that it is the distribution given that there is one.
        Raises InferenceError AQ506 if no draw has it.
        """
        return self._part(elements_under(self.values, (path, *more) if more else path))

    def predicted(self, label: Any, occurrence: int = 1) -> Self:
        """The posterior of what was predicted under a label; a string also means the keyword of
        that name.

        `occurrence` counts from 1, for labels that a run predicts more than once. Raises
        InferenceError AQ506.
        """
        return self._part(predicted_under(self.predicts, label, occurrence))

    def _part(self, present: list[tuple[int, Any]]) -> Self:
        """The posterior of these (number of the draw, value)."""
        places = [i for i, _ in present]
        complete = len(present) == len(self.values)
        return replace(
            self,
            values=[element for _, element in present],
            log_weights=self.log_weights[places],
            predicts=[self.predicts[i] for i in places] if self.predicts else (),
            families=None if self.families is None else self.families[places],
            chains=None if self.chains is None else self.chains[places],
            log_evidence=self.log_evidence if complete else None,
            log_evidence_standard_error=self.log_evidence_standard_error if complete else None,
        )

    def resample(self, n: int, rng: Any = None) -> Self:
        """N results of equal weight, in the order of this posterior; systematic resampling.

        `rng` is a numpy Generator, or a seed for one. The copies of a draw are a family: `ess` does
        not grow by resampling.
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
            families=self._family_places[ancestors],
            chains=None if self.chains is None else self.chains[ancestors],
        )
