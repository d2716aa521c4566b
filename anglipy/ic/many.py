"""Many data sets at once: a posterior for each, the network run once for all.

All particles of all data sets advance together, as the particles of one data set do in `beside`;
each has the network's reading of its own data. So the cost of a step of the network, and of a step
of the program, is shared by all. The draws of different data sets are independent, and those of
one are what the engine `ic` draws: only the random numbers differ.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from anglipy.diagnostics import UserError
from anglipy.ic.beside import Beside
from anglipy.ic.engine import Compiled, CompiledOptions, CompiledState
from anglipy.ic.network import Network
from anglipy.ic.preparing import read_data, warn_of_unknown
from anglipy.ic.reader import Reading
from anglipy.ic.running import Runs
from anglipy.ic.store import network_of
from anglipy.ic.threads import fitting_threads
from anglipy.inference.draws import NO_DRAWS, Draws
from anglipy.inference.engine import StepInfo, generator_of
from anglipy.inference.lockstep import one_of, with_results
from anglipy.inference.posterior import Posterior
from anglipy.runtime.checkpoints import Observe
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.machine import Query
from anglipy.runtime.random_source import using_rng

__all__ = ["TOGETHER", "infer_many"]

TOGETHER = 256
"""Data sets that are read by the network at once."""
BLOCK = 4_096
"""Particles, of whatever data sets, that advance together at most."""


def infer_many(
    query: Query,
    values: Sequence[Any],
    options: CompiledOptions,
    *,
    rng: Any = None,
    seed: int | None = None,
    on_progress: Callable[[StepInfo], object] | None = None,
) -> list[Posterior | UserError]:
    """For each argument the posterior of the query, by importance sampling with the proposals of
    one artifact, or the error that it ended with.

    Where an argument makes the program fail, the others are run without it. Options that are about
    one data set (`refine`, `escalate`) do not apply here.

    Raises:
        OptionError: AQ303 for a seed and an rng.

    """
    generator = generator_of(rng, seed)
    network = network_of(options.artifact)
    found: list[Posterior | UserError] = []
    for first in range(0, len(values), TOGETHER):
        some = values[first : first + TOGETHER]
        with fitting_threads(network), torch.inference_mode(), using_rng(generator):
            found += _some(query, some, options, network, generator)
        if on_progress is not None:
            on_progress(StepInfo(len(found), len(values)))
    return found


def _some(
    query: Query, values: Sequence[Any], options: CompiledOptions, network: Network, rng: Any
) -> list[Posterior | UserError]:
    """The posteriors of some data sets; if one of them fails, halves are tried by themselves."""
    try:
        return _together(query, values, options, network, rng)
    except UserError as error:
        if len(values) == 1:
            return [error]
    half = len(values) // 2
    return [
        *_some(query, values[:half], options, network, rng),
        *_some(query, values[half:], options, network, rng),
    ]


def _together(
    query: Query, values: Sequence[Any], options: CompiledOptions, network: Network, rng: Any
) -> list[Posterior | UserError]:
    began = time.perf_counter()
    reading = read_data(network, query, values, options.combine_observes)
    draws = [NO_DRAWS] * len(values)
    unknown: set[str] = set()
    total = len(values) * options.particles
    for first in range(0, total, BLOCK):
        owners = np.arange(first, min(first + BLOCK, total)) // options.particles
        block = _block(query, values, reading, network, options.artifact.epsilon, owners, rng)
        unknown |= block.unknown
        for case, more in enumerate(block.draws_by_case(), int(owners[0])):
            draws[case] = more(draws[case])
    warn_of_unknown(unknown)
    seconds = (time.perf_counter() - began) / len(values)
    return [
        _posterior(
            query, value, options, network, reading.part(case, case + 1), draws[case], seconds
        )
        for case, value in enumerate(values)
    ]


def _block(
    query: Query,
    values: Sequence[Any],
    reading: Reading,
    network: Network,
    epsilon: float,
    owners: Index,
    rng: Any,
) -> _Block:
    """Particles that have run, of data sets that follow one another."""
    first, last = int(owners[0]), int(owners[-1]) + 1
    runs = Runs(query, values[first:last], len(owners), codes=owners - first)
    block = _Block(network, reading.part(first, last), epsilon, runs, rng, owners - first)
    block.run()
    return block


def _posterior(
    query: Query,
    value: Any,
    options: CompiledOptions,
    network: Network,
    reading: Reading,
    draws: Draws,
    seconds: float,
) -> Posterior | UserError:
    state = CompiledState(query, value, options, network, reading, draws)
    try:
        return replace(Compiled().result(state), query=query.name, seconds=seconds)
    except UserError as error:
        return error


class _Block(Beside):
    """Runs of several data sets, and who of them died where."""

    deaths: list[tuple[Observe, Index, Index]]
    """(observe of a group, places in it, data sets)."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.deaths = []

    def at_observe(self, point: Observe) -> None:
        """As for one data set; notes who died."""
        before = len(self.died)
        super().at_observe(point)
        if len(self.died) > before:
            numbers = self.runs.numbers(point.state)  # type: ignore[arg-type]
            places = np.flatnonzero(~self.live[numbers])
            self.deaths.append((point, places, self._cases(numbers[places])))

    def _cases(self, numbers: Index) -> Index:
        assert self.cases is not None
        return self.cases[numbers]

    def draws_by_case(self) -> list[Callable[[Draws], Draws]]:
        """For each data set what adds its draws to those there are."""
        count = int(self._cases(np.array([-1]))[0]) + 1
        results: list[list[Any]] = [[] for _ in range(count)]
        died: list[list[tuple[Observe, int]]] = [[] for _ in range(count)]
        for result in self.ended:
            state: Any = result.state
            cases = self._cases(self.runs.numbers(state))
            for case in np.unique(cases).tolist():
                places = np.flatnonzero(cases == case)
                part = state.within(state.group.child(places), state.scope)
                results[case].append(result._replace(state=part))
        for point, places, cases in self.deaths:
            for case in np.unique(cases).tolist():
                mine = places[cases == case]
                died[case].append((one_of(point, int(mine[-1])), len(mine)))

        def adding(case: int) -> Callable[[Draws], Draws]:
            return lambda draws: with_results(draws, results[case], died[case])

        return [adding(case) for case in range(count)]
