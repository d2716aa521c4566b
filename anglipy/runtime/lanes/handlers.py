"""The handlers of a group: a list of (label, continuation, those around), whose link is one of
`predicts.ALTERNATIVES` where particles have different ones.
"""

from __future__ import annotations

from typing import Any

from anglipy.runtime.lanes.predicts import ALTERNATIVES
from anglipy.runtime.lanes.state import State
from anglipy.runtime.machine import FINALLY, TRY

__all__ = ["OF_FINALLY", "OF_TRY", "handler_for", "innermost"]

OF_TRY, OF_FINALLY = (TRY, None), (FINALLY, None)
"""How the labels of `try` and `finally` begin; the scope follows."""


def innermost(handlers: Any, *kinds: Any) -> Any:
    """The handlers from the innermost of these kinds on, or from where particles differ on."""
    while handlers and handlers[0] is not ALTERNATIVES and handlers[0][:2] not in kinds:
        handlers = handlers[2]
    return handlers


def handler_for(state: State) -> Any:
    """The handlers from the innermost `try` or `finally` on; () if there is none, those from where
    particles differ on if that comes first.
    """
    return innermost(state.handlers, OF_TRY, OF_FINALLY)
