"""The results that an engine has so far: weighted draws that grow by sharing, never by changing.

An engine's state holds one `Draws`; adding to it makes a new one that refers to the old one, so
that a state stays usable after the next step. Draws of weight zero are counted, with the observe at
which each of them died, and not kept: they carry no probability, and their runs need not be
finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from anglipy.diagnostics import InferenceError
from anglipy.inference.deferred import Deferred
from anglipy.inference.log_space import (
    FloatArray,
    IntArray,
    Moments,
)
from anglipy.inference.posterior import Posterior, Predicts
from anglipy.runtime.checkpoints import Observe, Site
from anglipy.runtime.equality import Sequential, known_length
from anglipy.runtime.printing import pr_str
from anglipy.runtime.seqs import List
from anglipy.runtime.state import INITIAL

__all__ = ["NO_DEATHS", "NO_DRAWS", "Deaths", "Draws", "all_weights_zero", "place_of", "realised"]


@dataclass(frozen=True, slots=True)
class Deaths:
    """How many runs got weight zero at which observe site, and the last of those observes."""

    by_site: Mapping[Site, int] = field(default_factory=dict)
    last: Observe | None = None

    def and_at(self, observes: Sequence[tuple[Observe, int]]) -> Deaths:
        """With so many more deaths at each of these."""
        if not observes:
            return self
        by_site = dict(self.by_site)
        for observe, count in observes:
            by_site[observe.site] = by_site.get(observe.site, 0) + count
        return Deaths(by_site, observes[-1][0])

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.by_site.values())


NO_DEATHS = Deaths()
_NO_WEIGHTS = np.empty(0)
NO_MOMENTS = Moments()
LAZY_LIMIT = 100_000
"""Elements of a lazy result that are computed before it is taken to be endless."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Weighted results: the newest block, and the ones before it."""

    count: int = 0
    """All draws, those of weight zero among them."""
    values: Sequence[Any] = ()
    log_weights: FloatArray = field(default_factory=lambda: _NO_WEIGHTS)
    predicts: Sequence[tuple[Any, ...]] = ()
    """`State.predicts` of each run."""
    families: IntArray | None = None
    """The first ancestor of each, where several draws may have one in common."""
    earlier: Draws | None = None
    deaths: Deaths = NO_DEATHS
    moments: Moments = NO_MOMENTS
    """Of the weights of all of them."""

    def and_also(
        self,
        values: Sequence[Any],
        log_weights: Sequence[float] | FloatArray,
        predicts: Sequence[tuple[Any, ...]],
        died: Sequence[tuple[Observe, int]] = (),
        families: IntArray | None = None,
    ) -> Draws:
        """With one more block: results of positive weight, and the observes at which other runs
        died, with how many did. Draws of one number in `families` descend from one particle; the
        numbers are counted from `count`. The sequences must not change afterwards.
        """
        weights = np.asarray(log_weights, dtype=np.float64)
        count = len(values) + sum([count for _, count in died])
        return Draws(
            self.count + count,
            values,
            weights,
            predicts,
            families,
            self,
            self.deaths.and_at(died),
            self.moments.and_also(Moments.of(weights, count)),
        )

    @property
    def ess(self) -> float:
        """The effective sample size of the draws so far, 0 if none has a weight."""
        return self.moments.ess

    def all_log_weights(self) -> FloatArray:
        """The log weights of the kept draws in the order in which they were made, shape (M,)."""
        blocks = [block.log_weights for block in self._blocks() if len(block.log_weights)]
        return blocks[0] if len(blocks) == 1 else np.concatenate([_NO_WEIGHTS, *blocks])

    def posterior(
        self,
        algorithm: str,
        options: object,
        standard_error: float | None = None,
        independent: bool = False,
    ) -> Posterior:
        """These draws; the log evidence is the log of the mean weight over all `count` of them,
        with the standard error given, or that of independent draws.

        Raises:
            InferenceError: AQ501 if every weight is zero, AQ507 if there is no draw at all.

        """
        if self.count == 0:
            raise InferenceError(
                "AQ507",
                "the inference was stopped before its first draw was complete",
                help="give it more time, or make less at a time",
            )
        log_weights = self.all_log_weights()
        if log_weights.size == 0:
            raise all_weights_zero(f"all {self.count} runs", self.deaths)
        if independent:
            standard_error = self.moments.standard_error
        blocks = self._blocks()
        values: list[Any] = [block.values for block in blocks if len(block.values)]
        if not all(hasattr(block, "numbers") for block in values):
            values = [[realised(value) for block in values for value in block]]
        return Posterior(
            values=Joined(values, realised),
            log_weights=log_weights,
            predicts=Joined([block.predicts for block in blocks], _predicts_of),
            algorithm=algorithm,
            options=options,
            draws=self.count,
            log_evidence=self.moments.log_mean,
            log_evidence_standard_error=standard_error,
            families=_families_of(blocks),
        )

    def listed(self) -> Iterator[tuple[float, Any, Predicts]]:
        """The log weight, the result and the predicts of each draw of positive weight."""
        for block in self._blocks():
            triples = zip(block.log_weights.tolist(), block.values, block.predicts, strict=True)
            for log_weight, value, predicts in triples:
                yield log_weight, realised(value), _predicts_of(predicts)

    def _blocks(self) -> list[Draws]:
        """First to last."""
        blocks = []
        block: Draws | None = self
        while block is not None:
            blocks.append(block)
            block = block.earlier
        blocks.reverse()
        return blocks


class Joined(Deferred):
    """Several sequences as one, each element passed through a function when they are looked at."""

    def __init__(self, blocks: Sequence[Sequence[Any]], function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._blocks, self._function = [block for block in blocks if len(block)], function
        self._length = sum(map(len, self._blocks))

    def numbers(self) -> FloatArray | None:
        """All of them as doubles, shape (N,), where this is known without looking at each."""
        found: list[FloatArray] = []
        for block in self._blocks:
            array = getattr(block, "numbers", _unknown)()
            if array is None:
                return None
            found.append(array)
        return np.concatenate(found)

    def _make(self) -> list[Any]:
        function = self._function
        return [function(item) for block in self._blocks for item in block]

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return self._items() == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._items())


def _unknown() -> None:
    return None


def _families_of(blocks: Sequence[Draws]) -> IntArray | None:
    """The families of all blocks; None where every draw is a family of its own."""
    kept = [block for block in blocks if len(block.values)]
    if all(block.families is None for block in kept):
        return None
    found = []
    for block in kept:
        first = 0 if block.earlier is None else block.earlier.count
        own = np.arange(first, first + len(block.values))
        found.append(own if block.families is None else block.families)
    return np.concatenate(found)


NO_DRAWS = Draws()


def all_weights_zero(who: str, deaths: Deaths) -> InferenceError:
    """AQ501: nothing that was tried can explain the observations; `who` such as "all 100 runs"."""
    last = deaths.last
    counts = sorted(deaths.by_site.items(), key=lambda pair: -pair[1])
    notes = tuple(f"{count} ended at the observe {place_of(site)}" for site, count in counts)
    if last is None:
        return InferenceError("AQ501", f"{who} have weight zero")
    return InferenceError(
        "AQ501",
        f"{who} have weight zero: none can explain the observed {_short(last.value)}",
        last.site.span,
        help=f"the last one expected {last.dist!r}; check that the data lie in its support, "
        "or allow for noise",
        notes=notes,
    )


def place_of(site: Site) -> str:
    """A site for a message: its id, and where it is in the source."""
    return site.id if site.span is None else f"{site.id} ({site.span})"


def realised(value: Any) -> Any:
    """A result with nothing left to compute: a lazy sequence becomes a list.

    Raises InferenceError AQ508 for a sequence that has no end within `LAZY_LIMIT` elements.
    """
    if not isinstance(value, Sequential) or known_length(value) is not None:
        return value
    items = tuple(islice(iter(value), LAZY_LIMIT + 1))
    if len(items) <= LAZY_LIMIT:
        return List.of(items)
    raise InferenceError(
        "AQ508",
        f"a result is a lazy sequence of more than {LAZY_LIMIT} elements, or an endless one",
        help="return a part of it, as in (take 100 xs), or a vector, as in (vec xs)",
    )


def _short(value: Any) -> str:
    text = pr_str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _predicts_of(node: tuple[Any, ...]) -> Predicts:
    """The predicts of one run, first to last, from `State.predicts`."""
    return tuple(INITIAL._replace(predicts=node).predict_list()) if node else ()
