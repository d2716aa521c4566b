"""Running groups of particles with the prior: the counterpart of `runs` for lockstep.

What every engine that draws from the prior is made of. A `Stop` is a group at a checkpoint, as
immutable as the checkpoint; a step of an engine starts a machine from stops and ends with stops.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.deferred import Deferred
from anglipy.inference.draws import Draws
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.runs import log_prob_of
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.lanes.distributions import draw, score
from anglipy.runtime.lanes.groups import QUIET, Group, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.predicts import predicts_of
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane, row, rows, rows_at
from anglipy.runtime.locate import LANES
from anglipy.runtime.machine import Query

__all__ = ["GroupPredicts", "GroupValues", "for_groups", "log_weights_of", "next_stop", "run_group"]


def for_groups(query: Any) -> Query | None:
    """The query compiled for groups; None for something that was not made by the compiler."""
    if not isinstance(query, Query):
        return None
    linker = getattr(query.frame[0], "__globals__", {}).get(LANES)
    made: Query | None = linker.translated(query) if linker is not None else None
    return made


def next_stop(machine: Machine, rng: Any) -> Observe | Result | None:
    """The next observe or result of some group, samples before it answered by draws from their
    prior.
    """
    while True:
        checkpoint = machine.next()
        if not isinstance(checkpoint, Sample):
            return checkpoint
        machine.resume(checkpoint, checkpoint.state, drawn(machine, checkpoint, rng))  # type: ignore[arg-type]


def drawn(machine: Machine, sample: Sample, rng: Any) -> Any:
    """Values from the prior of a sample, one per particle."""
    group: Group = sample.state.group  # type: ignore[attr-defined]
    with using(group):
        try:
            return draw(sample.dist, rng, group.n)
        except Exception as error:
            machine.failed(error, sample.state)  # type: ignore[arg-type]


def weigh(machine: Machine, observe: Observe) -> Any:
    """Log probabilities of what was observed: shape (n,), or one number for all; finite or -inf.

    Raises:
        InferenceError: AQ503 if one is nan or +inf, as `runs.log_prob_of` does.

    """
    group: Group = observe.state.group  # type: ignore[attr-defined]
    with using(group):
        try:
            log_probs = score(observe.dist, observe.value)
            if log_probs.__class__ is float:
                if not log_probs < math.inf:
                    _raise_for(observe, 0)
            elif not math.isfinite(log_probs.dot(log_probs)):
                good = log_probs < math.inf
                if not good.all():
                    _raise_for(observe, int(np.argmin(good)))
        except Exception as error:
            machine.failed(error, observe.state)  # type: ignore[arg-type]
    return log_probs


def one_of(checkpoint: Observe, place: int) -> Observe:
    """The checkpoint of one particle of a group."""
    with using(checkpoint.state.group):  # type: ignore[attr-defined]
        return checkpoint._replace(
            instance=row(checkpoint.instance, place),
            dist=row(checkpoint.dist, place),
            value=row(checkpoint.value, place),
        )


def _raise_for(observe: Observe, place: int) -> None:
    try:
        log_prob_of(one_of(observe, place))
    except AnglipyError as error:
        error.lane = place  # type: ignore[attr-defined]
        raise


def weighed(machine: Machine, observe: Observe, died: list[tuple[Observe, int]]) -> State | None:
    """The state of a group after an observe, without the particles that it kills; None if it
    kills all. `died` gets the observe of the last of them, with their number.
    """
    state: State = observe.state  # type: ignore[assignment]
    group = state.group
    log_probs = weigh(machine, observe)
    if log_probs.__class__ is float:
        if log_probs == -math.inf:
            died.append((one_of(observe, group.n - 1), group.n))
            return None
        before = state.log_weight
        if before.__class__ is not Lane:
            return state.weighted(before + log_probs)
    elif not math.isfinite(log_probs.dot(log_probs)) and log_probs.min() == -math.inf:
        alive = log_probs > -math.inf
        dead = np.nonzero(~alive)[0]
        died.append((one_of(observe, int(dead[-1])), len(dead)))
        if len(dead) == group.n:
            return None
        state = state.weighted(Lane(log_weights_of(state) + log_probs, group.stamp))
        return state.within(group.child(np.nonzero(alive)[0]), state.scope)
    if state.log_weight.__class__ is Lane or state.log_weight != 0.0:
        log_probs = log_weights_of(state) + log_probs
    return state.weighted(Lane(log_probs, group.stamp))


def run_group(query: Query, value: Any, lanes: int, rng: Any, draws: Draws, total: int) -> Draws:
    """The draws with those of one group of new runs, samples drawn from the prior."""
    machine = Machine()
    machine.start(query.frame, value, lanes)
    machine.origins = [(machine.origins[0][0], draws.count)]
    machine.total = total
    died: list[tuple[Observe, int]] = []
    ended: list[Result] = []
    with QUIET:
        while (stop := next_stop(machine, rng)) is not None:
            if isinstance(stop, Result):
                ended.append(stop)
                machine.park(stop)
                continue
            state = weighed(machine, stop, died)
            if state is None:
                machine.park(stop)
            else:
                machine.resume(stop, state, stop.value)
    return with_results(draws, ended, died)


def with_results(
    draws: Draws,
    ended: list[Result],
    died: Sequence[tuple[Observe, int]],
    families: Callable[[State], IntArray] | None = None,
) -> Draws:
    """The draws with the results of some groups; `families` gives the first ancestors of one."""
    for result in ended:
        state: State = result.state  # type: ignore[assignment]
        values = GroupValues(result.value, state.group)
        draws = draws.and_also(
            values,
            log_weights_of(state),
            GroupPredicts(state),
            families=None if families is None else families(state),
        )
    return draws.and_also((), (), (), died) if died else draws


def log_weights_of(state: State) -> FloatArray:
    """The log weights of the particles of a group, shape (n,)."""
    log_weight, group = state.log_weight, state.group
    if log_weight.__class__ is Lane:
        found: FloatArray = rows_at(log_weight, group)
        return found
    return np.full(group.n, log_weight)


class GroupValues(Deferred):
    """The results of the particles of a group as a sequence; made into single values when looked
    at.
    """

    __slots__ = ("_group", "_value")

    def __init__(self, value: Any, group: Group) -> None:
        super().__init__()
        self._value, self._group = value, group

    def numbers(self) -> FloatArray | None:
        """All of them as doubles, shape (n,), if they are numbers or booleans."""
        value = self._value
        if value.__class__ is Lane:
            return np.asarray(rows_at(value, self._group), dtype=np.float64)
        if value.__class__ in (int, float, bool):
            return np.full(self._group.n, float(value))
        return None

    def _make(self) -> list[Any]:
        with using(self._group):
            return rows(self._value)

    def __len__(self) -> int:
        return self._group.n


class GroupPredicts(Deferred):
    """`State.predicts` of every particle of a group; made when looked at."""

    __slots__ = ("_group", "_predicts")

    def __init__(self, state: State) -> None:
        super().__init__()
        self._predicts, self._group = state.predicts, state.group

    def none(self) -> bool:
        """Whether nothing was predicted."""
        return bool(self._predicts == ())

    def _make(self) -> list[Any]:
        return predicts_of(self._predicts, self._group)

    def __len__(self) -> int:
        return self._group.n
