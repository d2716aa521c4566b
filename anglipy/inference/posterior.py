"""The posterior: weighted results of a query, the same type whatever engine made them.

What can be computed of the results is in `results`; here is what becomes of them: texts, tables,
pictures, files. Each of these is loaded when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anglipy.inference import report
from anglipy.inference.results import Predicts, Results

__all__ = ["Posterior", "Predicts"]


class Posterior(Results):
    """Weighted results. Made by engines; `from_particles` makes one by hand."""

    @staticmethod
    def combined(posteriors: Iterable[Posterior]) -> Posterior:
        """Several runs of one query on the same data as one posterior.

        A run that made n draws and estimates the evidence by Z counts as n Z; the evidence is
        sum(n Z) / sum(n). Runs of Markov chains become more chains. Raises InferenceError AQ555 for
        other posteriors that do not estimate the evidence, for exact ones, and for those of
        different queries. See `combining`.
        """
        from anglipy.inference.combining import combined

        return combined(posteriors)

    # --- reports ---

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON: numbers, strings, lists, dictionaries; nan and infinities are None.
        See `report` and `summary`.
        """
        return report.report(self)

    def to_json(self, indent: int | None = 2) -> str:
        """`to_data` as JSON text (RFC 8259: no nan, no infinity)."""
        return json.dumps(self.to_data(), indent=indent, allow_nan=False, ensure_ascii=False)

    def summary(self) -> str:
        """A table of the numbers in the results, and the probabilities of what is discrete."""
        return report.as_text(self.to_data())

    def to_pandas(self) -> Any:
        """A pandas DataFrame: a row per draw, with its weight, and a column per part of the
        results. Raises OptionError AQ305 without pandas. See `frames`.
        """
        from anglipy.inference.frames import to_pandas

        return to_pandas(self)

    def to_arviz(self, draws: int | None = None, seed: int = 0) -> Any:
        """ArviZ's InferenceData (DataTree from ArviZ 1.0 on), of draws of equal weight: `draws` of
        them; if that is not given all, but of weighted ones 4,000, or as many as are effective.
        Their order is such that ArviZ finds the effective sample size of every variable itself.
        Raises OptionError AQ303, AQ305 without ArviZ. See `frames`.
        """
        from anglipy.inference.frames import to_arviz

        return to_arviz(self, draws, seed)

    def plot(self, path: str | Path | None = None, kind: str = "auto") -> Any:
        """A matplotlib Figure of the posterior, written to `path` (.png, .svg, .pdf) if one is
        given. `kind` is `auto`, `marginals`, `pairs`, `trace` (the draws of Markov chains, in their
        order) or `weights`. Raises OptionError AQ303, AQ305. See `anglipy.plots`.
        """
        from anglipy.plots import plot_posterior

        return plot_posterior(self, path, kind)

    # --- files ---

    def save(self, path: str | Path) -> None:
        """Write everything to one file of data, whole or not at all. Raises InferenceError AQ551
        for a result that is not data, OptionError AQ315 if it cannot be written. See `stored`.
        """
        from anglipy.inference.stored import save

        save(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> Posterior:
        """Read a file that `save` wrote. Nothing in it is executed. Raises InferenceError AQ552 if
        it is none or is damaged, AQ553 if it is of a later version, OptionError AQ313.
        """
        from anglipy.inference.stored import load

        return load(Path(path), Posterior)
