"""Tapes: runs of a program with every observe answered by a draw, which is what a network is
trained on.

`record` runs n particles in lockstep, answers each sample from its prior and each observe by
sampling the observed distribution (the sample/observe duality of inference compilation), and writes
down every event: the site, which runs, the prior, the values. So each run is a draw from the joint
of choices and data, and a tape is the same whatever the control flow was. The value that the
program itself passes to observe is ignored, except for the shape of the argument that it comes
from. This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError, ProgramError
from anglipy.ic.combining import (
    OBSERVES,
    Chosen,
    Heard,
    combined_choices,
    combined_observations,
)
from anglipy.ic.inputs import ARGUMENT, inputs_of
from anglipy.ic.observing import Observations, observations_of
from anglipy.ic.priors import Floats, Prior, why_not_learned
from anglipy.ic.rejections import Found, Turns, accepted, answered, impure, turn_of
from anglipy.ic.running import Runs, Waiting, instances_of
from anglipy.ic.setup import Setup
from anglipy.inference.lockstep import drawn
from anglipy.runtime.checkpoints import Address, Observe, Result, Sample
from anglipy.runtime.lanes.functions import LaneClosure
from anglipy.runtime.lanes.groups import Group, Index, using
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.machine import Query
from anglipy.runtime.random_source import using_rng

__all__ = ["LONGEST", "Choices", "Tape", "draw_prior", "record", "scout", "with_sequences"]

LONGEST = 100_000
"""Choices of one run beyond which it counts as endless."""


class Choices(NamedTuple):
    """One event: runs that made a choice at a site together."""

    site: str
    runs: Index
    """Which runs, (n,)."""
    instances: Index
    """(n,)."""
    prior: Prior
    values: Floats | Index
    """(n,) indices of categories, (n,) floats, or (n, D)."""
    log_prior: Any
    """(n,), or one float for all."""
    said: tuple[Sequence[Any], Sequence[Any]] | None = None
    """The distribution and the value of each run, where the program is to combine its samples."""

    def part(self, places: Index, first: int) -> Choices:
        """Some of the runs, numbered from `first`."""
        log_prior, said = self.log_prior, self.said
        if said is not None:
            dists, values = said
            at = places.tolist()
            said = [dists[place] for place in at], [values[place] for place in at]
        return Choices(
            self.site,
            self.runs[places] - first,
            self.instances[places],
            self.prior.at(places),
            self.values[places],
            log_prior[places] if np.ndim(log_prior) else log_prior,
            said,
        )


@dataclass(frozen=True, slots=True)
class Tape:
    """`count` runs: their events in an order in which each run's own are in the order it made
    them.
    """

    count: int
    choices: list[Choices]
    observations: list[Observations]
    unlearned: dict[str, str] = field(default_factory=dict, compare=False)
    """Why choices of the family `prior` are of it, by site; known where the runs were recorded."""
    heard: list[Heard] = field(default_factory=list, compare=False)
    """Observes that the program is to combine."""

    def part(self, start: int, end: int) -> Tape:
        """The runs from `start` up to `end`, as a tape of their own."""

        def those_of(events: list[Any]) -> list[Any]:
            found = []
            for event in events:
                places = np.flatnonzero((event.runs >= start) & (event.runs < end))
                if len(places):
                    found.append(event.part(places, start))
            return found

        return Tape(end - start, those_of(self.choices), those_of(self.observations))


class Witness:
    """Told of what a tape does not keep."""

    def generated(self, argument: Any, group: Group, numbers: Index) -> None:
        """The argument of runs, and which of them these are."""

    def observed(self, point: Observe, value: Any, numbers: Index) -> None:
        """What was drawn for an observe of runs."""


def record(query: Query, value: Any, rng: Any, count: int, witness: Witness | None = None) -> Tape:
    """Run the program `count` times, drawing choices from their priors and data from what is
    observed. `value` is the argument of all runs, or a `Setup`, which may have a generator of
    arguments.

    Raises:
        ArtifactError: AQ607 if an observed value has no shape that a network can read, AQ608 for a
            run without end.
        ProgramError: a value was wrong while the program ran.

    """
    setup = value if isinstance(value, Setup) else Setup(value)
    with _argument_hint(setup):
        first = None if setup.generator is not None else setup.value
        runs = Runs(query, first, count, generator=setup.generator)
        return _combined(_run(runs, rng, setup, True, witness or Witness()), setup, rng)


def scout(query: Query, setup: Setup, rng: Any, codes: Index) -> Tape:
    """What the program observes, with the data as they are, found by runs of its prior: run i has
    the argument `setup.value[codes[i]]`. Of choices nothing is written down, and what is observed
    to be nil is missing.
    """
    values = setup.value
    runs = Runs(query, values, len(codes), apart=len(values) == 1, codes=codes)
    return _combined(_run(runs, rng, setup, False, Witness()), setup, rng)


def with_sequences(setup: Setup, tapes: Sequence[Tape]) -> Setup:
    """The setup in which sites that observe vectors of several lengths are read as sequences,
    unless it says how to read them.
    """
    lengths: dict[str, set[int]] = {}
    for tape in tapes:
        for event in tape.observations:
            if event.kind.name == "numbers":
                lengths.setdefault(event.site, set()).add(event.kind.shape[0])
    varying = {
        site: "sequence"
        for site, found in lengths.items()
        if len(found) > 1 and site not in setup.readings and not site.startswith(ARGUMENT)
    }
    return setup._replace(readings={**setup.readings, **varying}) if varying else setup


def _run(
    runs: Runs,
    rng: Any,
    setup: Setup,
    draws_data: bool,
    witness: Witness,
    ended: list[Result] | None = None,
) -> Tape:
    tape = Tape(runs.n, [], [])
    lengths = np.zeros(runs.n, dtype=np.int64)
    with using_rng(rng):
        if draws_data and setup.generator is not None:
            _generate(runs, rng, tape, witness)
        while (point := runs.machine.next()) is not None:
            state: Any = point.state
            if isinstance(point, Result):
                runs.machine.park(point)
                if ended is not None:
                    ended.append(point)
                continue
            numbers = runs.numbers(state)
            if draws_data and (turn := turn_of(runs, point)) is not None:
                answer, state = _choose_in_loop(runs, point, turn, rng, tape, setup)
            elif isinstance(point, Sample):
                choose = _choose if draws_data else _draw
                answer = choose(runs, point, rng, tape, setup)
                lengths[numbers] += 1
                if lengths[numbers].max() > LONGEST:
                    raise _endless(point)
            else:
                if isinstance(runs, Turns):
                    raise impure(point, "observes something")
                answer = drawn(runs.machine, point, rng) if draws_data else point.value
                witness.observed(point, answer, numbers)
                if setup.combine_observes is not None:
                    tape.heard.extend(_heard(point, answer, numbers))
                elif answer is not None or draws_data:
                    reading = setup.readings.get(point.site.id)
                    found = observations_of(point, answer, numbers, reading)
                    tape.observations.extend(_shown(found, setup, rng) if draws_data else found)
            runs.machine.resume(point, state, answer)
    return tape


def _generate(runs: Runs, rng: Any, tape: Tape, witness: Witness) -> None:
    """Draw the arguments of all runs, write down what they hold, and begin the runs."""
    results = []
    while (point := runs.machine.next()) is not None:
        if isinstance(point, Result):
            results.append(point)
            continue
        runs.machine.resume(point, point.state, drawn(runs.machine, point, rng))
    for result in results:
        state: Any = result.state
        witness.generated(result.value, state.group, runs.numbers(state))
        tape.observations.extend(inputs_of(result.value, state.group, runs.numbers(state)))
        runs.begin(result)


def _shown(found: list[Observations], setup: Setup, rng: Any) -> list[Observations]:
    """Observations without those that are to be missing."""
    if not setup.missing:
        return found
    kept = [np.flatnonzero(rng.random(len(o.runs)) >= setup.missing) for o in found]
    return [o.part(places, 0) for o, places in zip(found, kept, strict=True) if len(places)]


def _heard(point: Any, answer: Any, numbers: Index) -> list[Heard]:
    """An observe as the program has it; nothing of nil."""
    group = point.state.group
    with using(group):
        values = rows(answer)
    there = np.array([place for place, value in enumerate(values) if value is not None], np.intp)
    if not len(there):
        return []
    kept = [values[place] for place in there.tolist()]
    return [Heard(point.site.id, numbers[there], instances_of(point, group)[there], kept)]


def _combined(tape: Tape, setup: Setup, rng: Any) -> Tape:
    """What the program makes of its observes and samples, if it wants to."""
    choices, observations = tape.choices, tape.observations
    if setup.combine_observes is not None:
        reading = setup.readings.get(OBSERVES)
        hook = setup.combine_observes
        made = combined_observations(hook, tape.heard, tape.count, reading)
        observations = observations + _shown(made, setup, rng)
    if setup.combine_samples is not None and choices:
        runs: list[list[tuple[str, int, Chosen]]] = [[] for _ in range(tape.count)]
        for event in choices:
            for row, run in enumerate(event.runs.tolist()):
                runs[run].append((event.site, int(event.instances[row]), _chosen(event, row)))
        learned = combined_choices(setup.combine_samples, runs)
        choices = [Choices(*made) for made in learned]
    return replace(tape, choices=choices, observations=observations, heard=[])


def _chosen(event: Choices, row: int) -> Chosen:
    """The choice of one run."""
    assert event.said is not None
    dists, values = event.said
    log_prior = event.log_prior[row] if np.ndim(event.log_prior) else event.log_prior
    prior = event.prior.at(np.array([row]))
    return Chosen(dists[row], values[row], prior, event.values[row], float(log_prior))


def _choose(runs: Runs, sample: Sample, rng: Any, tape: Tape, setup: Setup) -> Any:
    """Answer a sample from its prior, and write it down."""
    waiting = runs.waiting(sample)
    values = []
    for part in waiting:
        value, encoded, log_prior = draw_prior(runs, sample, part, rng)
        values.append(value)
        if part.prior.family == "prior":
            tape.unlearned.setdefault(part.site, why_not_learned(part.dist))
        event = Choices(part.site, part.runs, part.instances, part.prior, encoded, log_prior)
        if setup.combine_samples is not None:
            with using(part.group):
                event = event._replace(said=(rows(part.dist), rows(value)))
        tape.choices.append(event)
    return runs.answer(sample, waiting, values)


def _choose_in_loop(
    runs: Runs, sample: Any, turn: LaneClosure, rng: Any, tape: Tape, setup: Setup
) -> tuple[Any, Any]:
    """Answer the mark of a rejection loop, and write down the choices of its accepted turns."""
    found: list[Found] = []
    numbers = runs.numbers(sample.state)
    written: list[Choices] = []

    def play(turns: Turns) -> list[Result]:
        ended: list[Result] = []
        within = Setup(None, combine_samples=setup.combine_samples)
        played = _run(turns, rng, within, True, Witness(), ended)
        written[:] = played.choices
        tape.unlearned.update(played.unlearned)
        return ended

    def keep(first: Sequence[Found]) -> None:
        found.extend(first)
        run_of = np.full(sample.state.group.n, -1)
        for each in first:
            run_of[each.turns] = numbers[each.places]
        for event in written:
            places = np.flatnonzero(run_of[event.runs] >= 0)
            if len(places):
                part = event.part(places, 0)
                tape.choices.append(part._replace(runs=run_of[part.runs]))

    accepted(runs, sample, turn, 1, play, keep)
    return answered(sample, found)


def _draw(runs: Runs, sample: Sample, rng: Any, tape: Tape, setup: Setup) -> Any:
    """Answer a sample from its prior."""
    return drawn(runs.machine, sample, rng)


def draw_prior(runs: Runs, sample: Sample, part: Waiting, rng: Any) -> tuple[Any, Any, Any]:
    """A draw from the prior each: the value, as the proposal family takes it, and its log
    probability, (n,) or a float.
    """
    with using(part.group):
        try:
            found = part.draw_prior(rng)
        except Exception as error:
            scope = sample.state.scope  # type: ignore[attr-defined]
            runs.machine.failed(error, sample.state.within(part.group, scope))  # type: ignore[attr-defined]
    return found


@contextmanager
def _argument_hint(setup: Setup) -> Iterator[None]:
    """An error of a program that was run without arguments says what to do about it."""
    try:
        yield
    except ProgramError as error:
        if setup.generator is None and (setup.value is None or _all_nil(setup.value)):
            error.noted(
                "the query was run without arguments; if its data decide what it does "
                "(how many observations there are, say), give an example argument of that shape"
            )
        raise


def _all_nil(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(item is None for item in value)


def _endless(point: Sample) -> ArtifactError:
    instances = instances_of(point, point.state.group)  # type: ignore[attr-defined]
    address = Address(point.site.id, int(instances.max()))
    return ArtifactError(
        "AQ608",
        f"a run of the query made more than {LONGEST} choices, the last at {address}",
        point.site.span,
        help="a program is trained on complete runs; make sure that it ends",
    )
