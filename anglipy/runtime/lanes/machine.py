"""The trampoline for groups: runs compiled code from one checkpoint of a group to the next.

Compiled code is what `runtime.machine` runs, with lane values in its variables and the `State` of a
group. Besides bounces and checkpoints it returns what only groups need: a `Split` where particles
go different ways, an `Arrival` where they meet again, a `Pending` call that waits for others, a
`Choosing` where continuations differ, a `Recalling` of something memoised. The machine does the
bookkeeping; it draws nothing and weighs nothing, which is the engine's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from anglipy.diagnostics import InternalError
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import CURRENT, Group, Index, root, unite, using
from anglipy.runtime.lanes.handlers import handler_for
from anglipy.runtime.lanes.merging import Merger, shape_of
from anglipy.runtime.lanes.predicts import ALTERNATIVES, links
from anglipy.runtime.lanes.scopes import (
    Arrival,
    Choosing,
    Recalling,
    Scope,
    Unwinding,
    arrive,
    through,
)
from anglipy.runtime.lanes.state import Sites, State, initial, merge_states
from anglipy.runtime.lanes.steps import Pending, Split
from anglipy.runtime.lanes.values import codes_at
from anglipy.runtime.locate import explain, placed
from anglipy.runtime.machine import FINISH, reached

__all__ = ["Machine"]


class Machine:
    """Runs groups of particles. `next()` gives the next checkpoint of some group, None when every
    group has finished, died or been parked.
    """

    def __new__(cls, *_: Any, **__: Any) -> Machine:
        """A machine; the one of who watches, if somebody does."""
        watch = CURRENT.watch
        return object.__new__(cls if watch is None else watch.machine)

    def __init__(self, lanes: int | None = None) -> None:
        self.lanes = lanes
        """Groups are united up to this many particles; None: any number."""
        self.ready: list[tuple[Any, Any, Any, Any]] = []
        self.scope = Scope(None, None, None)
        self.origins: list[tuple[Group, int]] = []
        """Groups that particles are counted by in messages, and the number of their first one."""
        self.total = 0
        self.sites = Sites()
        self.outer: Group | None = None
        """The group for which a function is run to its value, if this machine does that."""

    def start(
        self,
        frame: Any,
        value: Any,
        n: int,
        extra: Any = None,
        codes: Index | None = None,
        group: Group | None = None,
    ) -> None:
        """Start n particles of a query with this argument; or, with codes, particle i with the
        argument `value[codes[i]]`. They may be those of a group that there is already.
        """
        group = root(n) if group is None else group
        self.origins.append((group, self.total))
        self.total += n
        scope = self._scope_for(n)
        state = initial(group, scope, extra, self.sites)
        if codes is not None:
            with using(group):
                value = from_rows(value, codes)
        self.ready.append((frame[0], frame, state, (FINISH, value)))

    def resume(self, checkpoint: Sample | Observe, state: State, answer: Any) -> None:
        """Let a group that stopped at a checkpoint go on with this answer and state."""
        k = checkpoint.k
        self.ready.append((k[0], k, state, answer))

    def park(self, checkpoint: Checkpoint) -> None:
        """Take a group that stopped out of the run; `unpark` may bring it, or its offspring,
        back.
        """
        self._left(checkpoint.state.scope)  # type: ignore[attr-defined]

    def unpark(self, k: Any, state: State, answer: Any) -> None:
        """Bring a group back at the continuation where it was parked."""
        scope = self._scope_for(state.group.n)
        self.ready.append((k[0], k, state.within(state.group, scope), answer))

    def adopted(self, checkpoint: Any) -> Any:
        """A group that was parked, perhaps by another machine, at its checkpoint: to be resumed."""
        state: State = checkpoint.state
        return checkpoint._replace(state=state.within(state.group, self._scope_for(state.group.n)))

    def _scope_for(self, n: int) -> Scope:
        """The scope for one more group: one of its own if it is too large to be united."""
        own = self.lanes is not None and 2 * n > self.lanes
        scope = Scope(None, None, None) if own else self.scope
        scope.active += 1
        return scope

    def next(self) -> Checkpoint | None:
        """Run until some group stops at a checkpoint."""
        while self.ready:
            step: Any = self.ready.pop()
            CURRENT.group = step[2].group
            try:
                state = step[2]
                while step.__class__ is tuple:
                    code, frame, state, value = step
                    step = code(frame, state, value)
                kind = step.__class__
                if kind is Sample or kind is Observe:
                    return step  # type: ignore[no-any-return]
                if kind is Result:
                    return step  # type: ignore[no-any-return]
                getattr(self, _HANDLERS[kind])(step)
            except Exception as error:
                if not self._rescue(error, state, (code, frame, value)):
                    self.failed(error, state)
            finally:
                CURRENT.group = None
        return None

    def failed(self, error: Exception, state: State) -> NoReturn:
        """Raise the error for the user, with its place, the last address and the particle. Before
        the first checkpoint all particles are one, and none is named.
        """
        explained = explain(error)
        place = getattr(error, "lane", 0)
        if self.outer is not None:
            explained.lane = int(state.group.positions(self.outer.stamp)[place])  # type: ignore[attr-defined]
        elif (address := state.address(place)) is not None:
            site, instance = address
            placed(explained, site, instance)
            number = self.number_of(state.group, place)
            explained.noted(f"in particle {number + 1} of {self.total}")
        if explained is error:
            raise error
        raise explained from error

    def number_of(self, group: Group, place: int) -> int:
        """The number of a particle of a group, from 0."""
        firsts = {origin.stamp: first for origin, first in self.origins}
        stamp, place = group.origin(place, firsts)
        return firsts[stamp] + place

    # ---- splitting

    def _split(self, split: Split) -> None:
        state, k = split.state, through(split.k)
        scope = state.scope
        if k[0] is arrive and k[1] is scope:
            scope.active += len(split.ways) - 1
        else:
            scope = Scope(scope, state.group, k, state.predicts)
            k = (arrive, scope, k)
            scope.active = len(split.ways)
            scope.united = len(split.ways) == 1
        group = state.group
        for index, go in reversed(split.ways):
            self.ready.append((_go, go, state.within(group.subset(index), scope), k))

    def _choosing(self, choosing: Choosing) -> None:
        state, choice = choosing.state, choosing.choice
        group = state.group
        codes = codes_at(choice, group)
        there = np.unique(codes).tolist()
        state.scope.active += len(there) - 1
        for code in reversed(there):
            k = choice.parts[code]
            index = np.nonzero(codes == code)[0]
            part = (
                state if len(index) == group.n else state.within(group.subset(index), state.scope)
            )
            self.ready.append((k[0], k, part, choosing.value))

    def _recalling(self, recalling: Recalling) -> None:
        frame = recalling.frame
        step = frame.captures[3](frame, recalling.state, recalling.value)
        if step.__class__ is tuple:
            self.ready.append(step)
        else:
            getattr(self, _HANDLERS[step.__class__])(step)

    # ---- leaving early

    def _unwound(self, unwinding: Unwinding) -> None:
        """The scopes inside that of the handler have one group fewer. A group that was parked
        since has left its scopes already.
        """
        state, k = unwinding.state, unwinding.k
        inner = scope = state.scope
        while scope is not unwinding.scope and scope.parent is not None:
            scope = scope.parent
        if scope is not inner:
            scope.active += 1
            state = state.within(state.group, scope)
        self.ready.append((k[0], k, state, unwinding.value))
        if scope is not inner:
            self._left(inner)

    def _rescue(self, error: Exception, state: State, step: tuple[Any, Any, Any]) -> bool:
        """Let the `try` around have the error, if there is one. Where only some particles failed
        the step is taken again in halves, until all of a group do.
        """
        handlers = handler_for(state)
        explained = explain(error)
        if not handlers or isinstance(explained, InternalError):
            return False
        group = state.group
        if group.n > 1 and (hasattr(error, "lane") or handlers[0] is ALTERNATIVES):
            code, frame, value = step
            state.scope.active += 1
            for places in np.array_split(np.arange(group.n), 2):
                part = state.within(group.subset(places), state.scope)
                self.ready.append((code, frame, part, value))
            return True
        if handlers[0] is ALTERNATIVES:
            front = handlers[1].parts[int(codes_at(handlers[1], group)[0])]
            around = handlers[2]
            for label, k in reversed(links(front, ())):
                around = (label, k, around)
            return self._rescue(error, state.handling(around), step)
        label, k, around = handlers
        state = reached(error, step[0], state).handling(around)
        self._unwound(Unwinding(state, label[2], k, explained))
        return True

    # ---- coming together

    def _arrived(self, arrival: Arrival) -> None:
        arrival.scope.waiting.append((arrival.state, arrival.value))
        self._left(arrival.state.scope)

    def _held_back(self, pending: Pending) -> None:
        scope = pending.state.scope
        scope.pending.append(pending)
        self._left(scope)

    def _left(self, scope: Scope) -> None:
        """One group fewer runs in a scope: if it was the last, calls held back go on, or the scope
        closes.
        """
        while True:
            scope.active -= 1
            if scope.active > 0:
                return
            if scope.pending:
                self._release(scope)
                return
            if scope.parent is None:
                return
            scope.closed = True
            if scope.waiting:
                self._close(scope)
                return
            scope = scope.parent

    def _close(self, scope: Scope) -> None:
        """Those who wait go on together."""
        assert scope.parent is not None
        k, waiting = through(scope.k), scope.waiting
        if len(waiting) == 1:
            ((state, value),) = waiting
            state = state.within(state.group, scope.parent)
        else:
            merger = self._merger([state.group for state, _ in waiting], scope.base, scope.united)
            before = scope.predicts
            if merger.target is not scope.base:
                _mark_united(scope.parent)
                before = None
            value = merger.merge([value for _, value in waiting])
            states = [state for state, _ in waiting]
            state = merge_states(merger, states, merger.target, scope.parent, before)
        scope.waiting = []
        self.ready.append((k[0], k, state, value))

    def _merger(self, groups: Sequence[Group], base: Group | None, strict: bool = False) -> Merger:
        """Of groups into the one they were split from, if all of it is there; else into a new
        one.
        """
        total = sum(group.n for group in groups)
        if base is not None and total == base.n:
            places = [group.positions(base.stamp) for group in groups]
            seen = np.zeros(base.n, dtype=bool)
            for place in places:
                seen[place] = True
            if seen.all():
                return Merger(base, list(zip(places, groups, strict=True)), strict)
        return Merger(unite(groups), list(zip(_slices(groups), groups, strict=True)), union=True)

    def _release(self, scope: Scope) -> None:
        """Of the calls held back, those of one function go on together."""
        batches: dict[Any, list[Pending]] = {}
        for pending in scope.pending:
            batches.setdefault(shape_of(pending.f), []).append(pending)
        batch = self._some(max(batches.values(), key=len))
        scope.pending = [pending for pending in scope.pending if pending not in batch]
        scope.active += 1
        if len(batch) > 1:
            _mark_united(scope)
        self.ready.append(self.united([(p.f, p.state, (p.k, *p.args)) for p in batch], scope))

    def _some(self, batch: list[Pending]) -> list[Pending]:
        """The first of them, as many as may run in one group; one at least."""
        if self.lanes is None:
            return batch
        total = 0
        for place, pending in enumerate(batch):
            total += pending.state.group.n
            if total > self.lanes and place > 0:
                return batch[:place]
        return batch

    def united(self, steps: list[tuple[Any, State, Any]], scope: Scope) -> tuple[Any, ...]:
        """One step for several groups at the same code: (frame, state, value) of each."""
        frame, state, value = steps[0]
        if len(steps) > 1:
            groups = [state.group for _, state, _ in steps]
            merger = self._merger(groups, None)
            frame = merger.merge([frame for frame, _, _ in steps])
            values = [value for _, _, value in steps]
            value = (
                tuple(merger.merge(column) for column in zip(*values, strict=True))
                if value.__class__ is tuple
                else merger.merge(values)
            )
            state = merge_states(merger, [state for _, state, _ in steps], merger.target, scope)
        code = frame.code if frame.__class__ is not tuple else frame[0]
        return code, frame, state, value


def _mark_united(scope: Scope | None) -> None:
    while scope is not None and not scope.united:
        scope.united = True
        scope = scope.parent


def _go(way: Callable[[Any, State], Any], state: State, k: Any) -> Any:
    """The code that begins one way of a split."""
    return way(k, state)


def _slices(groups: Sequence[Group]) -> list[slice]:
    found, start = [], 0
    for group in groups:
        found.append(slice(start, start + group.n))
        start += group.n
    return found


_HANDLERS = {
    Split: "_split",
    Arrival: "_arrived",
    Pending: "_held_back",
    Choosing: "_choosing",
    Recalling: "_recalling",
    Unwinding: "_unwound",
}
"""The method of the machine for each kind of step."""
