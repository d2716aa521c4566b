"""What a program may call from the host level: inference, and what needs the reader or an engine.

`HOST` is given to every `Namespace` of a program as `extra`: function by name. Everything here is
above the engines; each function loads what it needs when it is called, so that a program that
infers
nothing loads no numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.compile import Compiler
from anglipy.host import conditional, inference, json_text, text, worksheets
from anglipy.host.command import commanding
from anglipy.host.hierarchies import hierarchical
from anglipy.host.variables import variables

__all__ = ["HOST", "supplied"]

HOST: dict[str, Callable[..., Any]] = {
    **conditional.FUNCTIONS,
    **inference.FUNCTIONS,
    **json_text.FUNCTIONS,
    **text.FUNCTIONS,
    **worksheets.FUNCTIONS,
}
"""Function by the name that programs call it by."""


def supplied(compiler: Compiler) -> dict[str, Callable[..., Any]]:
    """What is made for every compiler: functions that know the names of the program."""
    return {
        **text.evaluating(compiler),
        **variables(compiler),
        **commanding(compiler),
        **hierarchical(compiler.hierarchy),
    }
