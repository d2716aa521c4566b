"""Several runs of one query on the same data as one posterior.

Run r made n_r draws, estimates the evidence by Z_r, and gives draw i the normalised weight w_ri.
With n = sum n_r the pooled estimates are

    Z = sum_r n_r Z_r / n,      weight of draw i of run r:  n_r Z_r w_ri / sum_s n_s Z_s.

Each Z_r is unbiased, so Z is: its coefficients are fixed before the runs. For importance sampling
the weights are those of one run of n draws, exactly. For SMC it is the product of evidence and
average that is unbiased, sum_r n_r Z_r E_r[f] / n, of which the pooled average is the ratio: a run
that explains the data badly counts little, however even its own weights are (Del Moral 2004,
theorem 7.4.2, for the unbiasedness). Markov chains estimate no evidence: runs of them are just more
chains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from anglipy.diagnostics import InferenceError
from anglipy.inference.log_space import FloatArray, IntArray, log_sum_exp
from anglipy.inference.report import plain_options
from anglipy.inference.results import Results

__all__ = ["combined"]


R = TypeVar("R", bound=Results)


def combined(posteriors: Iterable[R]) -> R:
    """See `Posterior.combined`."""
    runs = list(posteriors)
    if runs and all(run.chains is not None for run in runs):
        return _of_chains(runs)
    _check(runs)
    counts = np.array([run.draws for run in runs], dtype=np.float64)
    log_count = math.log(counts.sum())
    masses = np.log(counts) + np.array([run.log_evidence for run in runs])
    log_evidence = log_sum_exp(masses) - log_count
    log_weights = [
        mass + run.log_weights - log_sum_exp(run.log_weights)
        for mass, run in zip(masses, runs, strict=True)
    ]
    options = [plain_options(run.options) for run in runs]
    return type(runs[0])(
        values=[value for run in runs for value in run.values],
        log_weights=np.concatenate(log_weights),
        predicts=_predicts(runs),
        query=runs[0].query,
        algorithm=" + ".join(dict.fromkeys(run.algorithm for run in runs)),
        options=options[0] if all(other == options[0] for other in options) else None,
        draws=int(counts.sum()),
        log_evidence=log_evidence,
        log_evidence_standard_error=_standard_error(runs, counts / counts.sum(), log_evidence),
        seconds=sum(run.seconds for run in runs),
        stopped=any(run.stopped for run in runs),
        families=_families(runs),
    )


def _of_chains(runs: Sequence[R]) -> R:
    """Runs of Markov chains as more chains; each draw counts the same."""
    _check_queries(runs)
    chains, first = [], 0
    for run in runs:
        assert run.chains is not None
        own = np.unique(run.chains, return_inverse=True)[1]
        chains.append(own + first)
        first = int(chains[-1].max()) + 1
    draws = sum(run.draws for run in runs)
    known = [run.acceptance for run in runs]
    told = [(share, run.draws) for share, run in zip(known, runs, strict=True) if share is not None]
    everywhere = len(told) == len(runs)
    acceptance = sum(share * count for share, count in told) / draws if everywhere else None
    return replace(
        runs[0],
        values=[value for run in runs for value in run.values],
        log_weights=np.zeros(sum(len(run.values) for run in runs)),
        predicts=_predicts(runs),
        algorithm=" + ".join(dict.fromkeys(run.algorithm for run in runs)),
        draws=draws,
        seconds=sum(run.seconds for run in runs),
        stopped=any(run.stopped for run in runs),
        chains=np.concatenate(chains),
        acceptance=acceptance,
    )


def _check(runs: Sequence[Results]) -> None:
    if not runs:
        raise InferenceError("AQ555", "there is no posterior to combine")
    _check_queries(runs)
    for number, run in enumerate(runs, 1):
        who = f"posterior {number} of {len(runs)}" + (
            f" (by {run.algorithm})" * bool(run.algorithm)
        )
        if run.exact:
            raise InferenceError(
                "AQ555",
                f"{who} is exact: nothing can be added to it",
                help="use it by itself",
            )
        if run.log_evidence is None or run.log_evidence == -math.inf or run.draws < 1:
            raise InferenceError(
                "AQ555",
                f"{who} does not estimate the evidence, so it is unknown how much it counts",
                help="importance, smc and ic estimate it; a chain or a part that only some draws"
                " have does not",
            )


def _check_queries(runs: Sequence[Results]) -> None:
    queries = list(dict.fromkeys(run.query for run in runs))
    if len(queries) > 1:
        raise InferenceError(
            "AQ555",
            f"posteriors of different queries cannot be combined: {', '.join(queries)}",
        )


def _standard_error(
    runs: Sequence[Results], shares: FloatArray, log_evidence: float
) -> float | None:
    """The standard error of the log evidence: from those of the runs, where all have one, else from
    how much the runs differ.

    Var Z = sum a_r^2 Var Z_r with a_r = n_r / n; without Var Z_r the estimate of it is
    R / (R - 1) sum a_r^2 (Z_r - Z)^2. Both divided by Z^2: the delta method.
    """
    ratios = np.exp(np.array([run.log_evidence for run in runs]) - log_evidence)
    errors = [run.log_evidence_standard_error for run in runs]
    if all(error is not None for error in errors):
        return float(np.linalg.norm(shares * ratios * np.array(errors, dtype=np.float64)))
    if len(runs) < 2:
        return None
    return float(np.linalg.norm(shares * (ratios - 1.0)) * math.sqrt(len(runs) / (len(runs) - 1)))


def _predicts(runs: Sequence[Results]) -> Sequence[Any]:
    if not any(len(run.predicts) for run in runs):
        return ()
    return [predicts for run in runs for predicts in (run.predicts or [()] * len(run.values))]


def _families(runs: Sequence[Results]) -> IntArray | None:
    """The families of all runs; those of different runs are different."""
    if all(run.families is None for run in runs):
        return None
    found = []
    first = 0
    for run in runs:
        own = np.arange(len(run.values)) if run.families is None else run.families
        own = np.unique(own, return_inverse=True)[1]
        found.append(own + first)
        first += len(own)
    return np.concatenate(found)
