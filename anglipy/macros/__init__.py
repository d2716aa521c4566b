"""The macros of the language: surface forms that are short for others."""

from __future__ import annotations

from anglipy.macros import (
    conditions,
    definitions,
    exits,
    loops,
    outside,
    scheme,
    sundries,
    threading,
    types,
)
from anglipy.macros.registry import MACROS, Macro

__all__ = [
    "MACROS",
    "Macro",
    "conditions",
    "definitions",
    "exits",
    "loops",
    "outside",
    "scheme",
    "sundries",
    "threading",
    "types",
]
