"""Runs of a query that the compiler did not make, one by one, behind the interface of the machine
for groups: each is a group of one particle, and what it is answered becomes a plain value.
"""

from __future__ import annotations

from typing import Any, NoReturn

from anglipy.inference.runs import resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.groups import Index, root, using
from anglipy.runtime.lanes.scopes import Scope
from anglipy.runtime.lanes.state import Sites, State, initial
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.locate import explain
from anglipy.runtime.machine import Query

__all__ = ["Singles"]


class Singles:
    """n runs of a query; `State.extra` is the number of a run, from 0. `first` and `total`: which
    particle of how many the first one is, for messages. With `codes` run i has the argument
    `value[codes[i]]`.
    """

    def __init__(
        self,
        query: Query,
        value: Any,
        n: int,
        first: int,
        total: int,
        codes: Index | None = None,
    ) -> None:
        self.first, self.total = first, total
        numbers = [0] * n if codes is None else codes.tolist()
        arguments = [value] if codes is None else value
        begin = {number: query.start(arguments[number]) for number in set(numbers)}
        scope, sites = Scope(None, None, None), Sites()
        self.ready: list[tuple[Any, State]] = [
            (begin[code], initial(root(1), scope, number, sites))
            for number, code in enumerate(numbers)
        ]
        self.ready.reverse()

    def next(self) -> Checkpoint | None:
        """The checkpoint of some run, None if there is none left."""
        if not self.ready:
            return None
        point, state = self.ready.pop()
        if isinstance(point, Result):
            state = state.weighted(state.log_weight)
            state.predicts = point.state.predicts
            return point._replace(state=state)  # type: ignore[arg-type]
        return point._replace(state=state, k=point)

    def resume(self, checkpoint: Sample | Observe, state: State, answer: Any) -> None:
        """Let a run go on with this answer and state."""
        with using(state.group):
            plain = rows(answer)[0]
        point: Any = checkpoint.k
        try:
            self.ready.append((resume_with(point, plain), state))
        except Exception as error:
            self.failed(error, state)

    def park(self, checkpoint: Checkpoint) -> None:
        """Nothing waits for a run that has stopped."""

    def failed(self, error: Exception, state: State) -> NoReturn:
        """Raise the error for the user, with its particle."""
        explained = explain(error)
        explained.noted(f"in particle {self.first + state.extra + 1} of {self.total}")
        if explained is error:
            raise error
        raise explained from error
