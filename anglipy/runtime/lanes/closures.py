"""Functions compiled for groups, as values."""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.checkpoints import Result
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.state import initial
from anglipy.runtime.machine import FINISH, deterministic

__all__ = ["LaneClosure", "LaneDirect"]


class LaneDirect(Direct):
    """A function without checkpoints, compiled for groups."""

    __slots__ = ()


class LaneClosure(Closure):
    """A function in continuation-passing style, compiled for groups."""

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        """Run it to its value for the running group."""
        group = CURRENT.group
        machine = Machine()
        machine.outer = group
        machine.scope.active = 1
        state = initial(group, machine.scope, None, machine.sites)
        machine.ready.append((self.code, self, state, (FINISH, *self.arguments(args))))
        ended: list[Result] = []
        try:
            while (checkpoint := machine.next()) is not None:
                if checkpoint.__class__ is not Result:
                    try:
                        deterministic(checkpoint, f"`{self.name}`")
                    except ProgramError as error:
                        machine.failed(error, checkpoint.state)  # type: ignore[arg-type]
                ended.append(checkpoint)  # type: ignore[arg-type]
                machine.park(checkpoint)
        finally:
            CURRENT.group = group
        if ended[0].state.group is group:  # type: ignore[attr-defined]
            return ended[0].value
        parts = [
            (result.state.group.positions(group.stamp), result.state.group)  # type: ignore[attr-defined]
            for result in ended
        ]
        merger = Merger(group, parts, machine.scope.united)
        return merger.merge([result.value for result in ended])
