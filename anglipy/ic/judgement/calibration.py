"""Whether the posteriors of an artifact can be trusted on average: it is asked about data that the
program itself simulated, so that the truth is known.

Two things are judged: the network alone (its draws, unweighted), and the weighted posterior that
the engine `ic` gives with as many particles. For each, and each quantity, the ranks of the truth
(see `ranks`): of every address; of the log density of the whole run, which gives the expected
coverage of highest-density regions (Hermans et al. 2022); and of the distance to a point that
depends on the data, which is TARP (Lemos et al. 2023): here the truth of the simulation whose data
look most alike to the network. All particles of all data sets run in lockstep.

Besides, on the same simulations: the loss of every site against that of its prior, in nats; the
effective sample sizes; and what `novelty` compares data with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch

from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import Batch, batch_of
from anglipy.ic.judgement import novelty
from anglipy.ic.judgement.quantities import Address, addresses_of, columns, squared_distances
from anglipy.ic.judgement.simulating import Conditioned, Simulated, simulated
from anglipy.ic.learner import Losses
from anglipy.ic.network import Network
from anglipy.ic.options import SiteLoss
from anglipy.ic.reader import Reading, together
from anglipy.ic.running import Runs
from anglipy.ic.setup import Setup
from anglipy.ic.store import network_of
from anglipy.ic.threads import fitting_threads
from anglipy.inference.engine import whole_number
from anglipy.inference.log_space import FloatArray
from anglipy.inference.ranks import coverage, holm, p_uniform, ranks
from anglipy.runtime.machine import Query
from anglipy.runtime.random_source import using_rng

__all__ = ["Calibration", "CalibrationOptions", "Quantity", "calibrate", "options_of"]

BLOCK = 8_192
"""Particles that advance together at most."""
LEVELS = (0.5, 0.8, 0.95)
"""Of regions whose coverage is told."""
ROUNDING = 1e-3
"""Nats by which two computations of one log density may differ, in single precision."""
READ = 256
"""Data sets that the network reads together."""


@dataclass(frozen=True, slots=True)
class CalibrationOptions:
    """How much is simulated. Raises OptionError AQ303."""

    simulations: int = 500
    particles: int = 100
    seed: int = 1

    def __post_init__(self) -> None:
        whole_number("simulations", self.simulations, 50)
        whole_number("particles", self.particles, 2)
        whole_number("seed", self.seed, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """The ranks of one number of the truth, and the probability that uniform ones look as bad."""

    name: str
    kind: str
    """`address`, `density` or `points`."""
    alone: FloatArray
    """Among the draws of the network alone, (n,), in [0, 1]."""
    weighted: FloatArray
    """Among the weighted particles, (m,): of the data sets that some particle explains."""
    alone_p: float
    weighted_p: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was found."""

    simulations: int
    particles: int
    seed: int
    seconds: float
    unexplained: int
    """Data sets that no particle can explain."""
    ess: tuple[float, ...]
    """Effective sample sizes per particle: the 0, 10, 50, 90 and 100 % quantiles."""
    loss: float
    """Nats per trace, as `prior_loss`."""
    prior_loss: float
    sites: tuple[SiteLoss, ...]
    quantities: tuple[Quantity, ...]
    surprises: FloatArray = field(default_factory=lambda: np.empty(0))
    """- log evidence of each data set, sorted."""
    novelty: novelty.Novelty | None = None

    @property
    def density(self) -> Quantity:
        """The log density, whose ranks give the coverage of highest-density regions."""
        return next(quantity for quantity in self.quantities if quantity.kind == "density")

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON: losses in nats per trace, p-values, coverage by level."""
        density = self.density
        return {
            "simulations": self.simulations,
            "particles": self.particles,
            "seed": self.seed,
            "seconds": self.seconds,
            "unexplained": self.unexplained,
            "ess_per_particle": dict(
                zip(("min", "10%", "50%", "90%", "max"), self.ess, strict=True)
            ),
            "loss": self.loss,
            "prior_loss": self.prior_loss,
            "sites": [asdict(site) for site in self.sites],
            "quantities": [
                {"name": q.name, "kind": q.kind, "alone_p": q.alone_p, "weighted_p": q.weighted_p}
                for q in self.quantities
            ],
            "coverage": [
                {"level": level, "alone": alone, "weighted": weighted}
                for level, alone, weighted in zip(
                    LEVELS,
                    coverage(density.alone, np.array(LEVELS)).tolist(),
                    coverage(density.weighted, np.array(LEVELS)).tolist(),
                    strict=True,
                )
            ],
            "not_calibrated": {"alone": self.rejected(False), "weighted": self.rejected(True)},
        }

    def rejected(self, weighted: bool) -> list[str]:
        """The names of quantities whose ranks are not uniform, at 5 % for all of them together."""
        p = [q.weighted_p if weighted else q.alone_p for q in self.quantities]
        return [q.name for q, bad in zip(self.quantities, holm(p), strict=True) if bad]


def calibrate(
    query: Query,
    artifact: Artifact,
    setup: Setup,
    options: CalibrationOptions,
    on_progress: Callable[[int, int], object] | None = None,
) -> Calibration:
    """Simulate, ask the network, compare. `setup` has the argument of the query, or its generator.
    `on_progress` is called with the data sets done and their number.

    Raises:
        ArtifactError: AQ609 for a query that makes no choices.
        ProgramError: a value was wrong while the program ran.

    """
    began = time.perf_counter()
    network = network_of(artifact)
    setup = setup._replace(readings=network.readings)
    rng = np.random.default_rng([options.seed, 0xCA11B])
    data = simulated(query, setup, rng, options.simulations)
    if not data.tape.choices:
        raise ArtifactError("AQ609", f"the query `{query.name}` makes no choices: nothing to judge")
    with fitting_threads(network), torch.inference_mode():
        batches = [
            batch_of(data.tape.part(first, min(first + READ, data.count)))
            for first in range(0, data.count, READ)
        ]
        losses, truth_log_q = _losses(network, batches, artifact.epsilon)
        reading = _reading(network, batches)
        walked = _walk(query, network, artifact.epsilon, data, reading, options, rng, on_progress)
    summary = reading.summary.double().numpy()
    truth_log_prior = np.concatenate([batch.per_run(batch.log_prior).numpy() for batch in batches])
    truth = walked.truth(data, truth_log_q, truth_log_prior + data.log_likelihood)
    explained = np.isfinite(walked.log_evidence)
    return Calibration(
        simulations=options.simulations,
        particles=options.particles,
        seed=options.seed,
        seconds=time.perf_counter() - began,
        unexplained=int((~explained).sum()),
        ess=tuple(np.quantile(walked.ess, [0.0, 0.1, 0.5, 0.9, 1.0]).tolist()),
        loss=losses.loss / losses.traces,
        prior_loss=losses.prior_loss / losses.traces,
        sites=_site_losses(losses),
        quantities=tuple(_quantities(walked, truth, summary, explained, rng)),
        surprises=np.sort(-walked.log_evidence),
        novelty=novelty.learned_from(summary),
    )


def _losses(network: Network, batches: list[Batch], epsilon: float) -> tuple[Losses, FloatArray]:
    """By site; and log q' of every run, (n,)."""
    losses, found = Losses(), []
    for batch in batches:
        log_q = network.log_proposals(batch, epsilon)
        losses.add(batch, log_q)
        found.append(batch.per_run(log_q).numpy())
    return losses, np.concatenate(found)


def _site_losses(losses: Losses) -> tuple[SiteLoss, ...]:
    return tuple(
        SiteLoss(site, loss / losses.traces, prior / losses.traces, int(steps))
        for site, (loss, prior, steps) in sorted(losses.by_site.items())
    )


def _reading(network: Network, batches: list[Batch]) -> Reading:
    """What the network reads of all data, a row each."""
    return together([network.reader(b.observations, b.count, b.widest) for b in batches])


# --- particles ---


@dataclass(slots=True, eq=False)
class _Walked:
    """n data sets, L particles each."""

    addresses: list[Address]
    draws: list[FloatArray]
    """For each address, (n, L)."""
    log_weights: FloatArray
    """(n, L)."""
    log_q: FloatArray
    """(n, L)."""
    log_joint: FloatArray
    """(n, L), of choices and data."""
    truths: list[FloatArray] = field(default_factory=list)
    """For each address, (n,)."""
    truth_log_q: Any = None
    truth_log_joint: Any = None

    @property
    def log_evidence(self) -> FloatArray:
        """(n,); -inf where no particle explains the data."""
        peak = self.log_weights.max(1)
        safe = np.where(np.isfinite(peak), peak, 0.0)
        with np.errstate(divide="ignore"):
            found: FloatArray = safe + np.log(np.exp(self.log_weights - safe[:, None]).mean(1))
        return found

    @property
    def weights(self) -> FloatArray:
        """Normalised, (n, L); zeros where no particle explains the data."""
        peak = self.log_weights.max(1, keepdims=True)
        weights = np.exp(self.log_weights - np.where(np.isfinite(peak), peak, 0.0))
        found: FloatArray = weights / np.maximum(weights.sum(1, keepdims=True), 1e-300)
        return found

    @property
    def ess(self) -> FloatArray:
        """Effective sample sizes per particle, (n,)."""
        squares = (self.weights**2).sum(1)
        share = 1.0 / np.maximum(squares, 1e-300) / self.log_weights.shape[1]
        return np.where(squares > 0.0, share, 0.0)

    def truth(self, data: Simulated, log_q: FloatArray, log_joint: FloatArray) -> _Walked:
        """With what is true."""
        truths = columns(data.tape.choices, data.count, self.addresses)
        return replace(self, truths=truths, truth_log_q=log_q, truth_log_joint=log_joint)


def _walk(
    query: Query,
    network: Network,
    epsilon: float,
    data: Simulated,
    reading: Reading,
    options: CalibrationOptions,
    rng: Any,
    on_progress: Callable[[int, int], object] | None,
) -> _Walked:
    """Particles for all data sets, block by block."""
    size = options.particles
    addresses = addresses_of(data.tape.choices, data.count)
    draws = [np.empty((data.count, size)) for _ in addresses]
    log_weights, log_q, log_joint = (np.empty((data.count, size)) for _ in range(3))
    some = max(1, BLOCK // size)
    for first in range(0, data.count, some):
        last = min(first + some, data.count)
        cases = np.repeat(np.arange(last - first), size)
        arguments = data.argument_rows(first, last)
        codes = cases if len(arguments) > 1 else np.zeros(len(cases), dtype=np.intp)
        with using_rng(rng):
            runs = Runs(query, arguments, len(cases), codes=codes)
            walk = Conditioned(network, reading.part(first, last), epsilon, runs, rng, cases)
            walk.explaining(data, first).run()
        here = slice(first, last)
        log_weights[here] = walk.log_weights().reshape(-1, size)
        log_q[here] = walk.log_q.reshape(-1, size)
        log_joint[here] = walk.log_joint().reshape(-1, size)
        for column, found in zip(draws, columns(walk.choices, len(cases), addresses), strict=True):
            column[here] = found.reshape(-1, size)
        if on_progress is not None:
            on_progress(last, data.count)
    return _Walked(addresses, draws, log_weights, log_q, log_joint)


# --- ranks ---


def _quantities(
    walked: _Walked, truth: _Walked, summary: FloatArray, explained: Any, rng: Any
) -> list[Quantity]:
    weights = walked.weights

    def judged(name: str, kind: str, own: Any, drawn: Any, w_own: Any, w_drawn: Any) -> Quantity:
        u = rng.random((2, len(own)))
        alone = ranks(own, drawn, None, u[0])
        weighted = ranks(w_own, w_drawn, weights, u[1])[explained]
        return Quantity(name, kind, alone, weighted, p_uniform(alone), _p(weighted))

    found = []
    for address, own, drawn in zip(walked.addresses, truth.truths, walked.draws, strict=True):
        # A run that does not visit the address has a number below all others there.
        own, drawn = np.nan_to_num(own, nan=-np.inf), np.nan_to_num(drawn, nan=-np.inf)
        found.append(judged(address.name, "address", own, drawn, own, drawn))
    log_q, log_joint = truth.truth_log_q, truth.truth_log_joint
    drawn_log_q = _with_ties(walked.log_q, log_q)
    joint = _with_ties(walked.log_joint, log_joint)
    found.append(judged("log density", "density", log_q, drawn_log_q, log_joint, joint))
    if walked.addresses:
        own, drawn = squared_distances(
            walked.addresses, truth.truths, walked.draws, _nearest(summary)
        )
        found.append(judged("distance to a point", "points", own, drawn, own, drawn))
    return found


def _with_ties(draws: FloatArray, truth: FloatArray) -> FloatArray:
    """Log densities (n, L), those that are the truth's but for rounding made equal to it: equal
    runs of a discrete program tie, though a tape and a walk compute them in another order.
    """
    return np.where(np.abs(draws - truth[:, None]) < ROUNDING, truth[:, None], draws)


def _p(u: FloatArray) -> float:
    return p_uniform(u) if len(u) else 1.0


def _nearest(summary: FloatArray) -> Any:
    """For each data set the other one whose summary is nearest, (n,)."""
    spread = summary.std(0)
    scaled = (summary - summary.mean(0)) / np.where(spread > 0.0, spread, 1.0)
    squares = (scaled**2).sum(1)
    apart = squares[:, None] + squares - 2.0 * scaled @ scaled.T
    np.fill_diagonal(apart, np.inf)
    return apart.argmin(1)


def options_of(given: dict[str, Any]) -> CalibrationOptions:
    """Options by name. Raises OptionError AQ302, AQ303."""
    for name in given:
        if name not in CalibrationOptions.__dataclass_fields__:
            known = ", ".join(CalibrationOptions.__dataclass_fields__)
            raise OptionError("AQ302", f"calibrate has no option `{name}`", help=f"known: {known}")
    return CalibrationOptions(**given)
