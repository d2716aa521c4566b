"""The primitives: functions of the language written in Python, by their Clojure names.

Importing the package fills the tables; it imports neither numpy nor torch.
"""

from __future__ import annotations

from anglipy.runtime.primitives import (
    arithmetic,
    changes,
    collections,
    cutting,
    functions,
    higher_order,
    language,
    math,
    output,
    predicates,
    references,
    sequences,
    statistics,
    strings,
)
from anglipy.runtime.primitives.registry import (
    CONSTANTS,
    PRIMITIVES,
    Primitive,
    constant,
    primitive,
)

__all__ = [
    "CONSTANTS",
    "PRIMITIVES",
    "Primitive",
    "arithmetic",
    "changes",
    "collections",
    "constant",
    "cutting",
    "functions",
    "higher_order",
    "language",
    "math",
    "output",
    "predicates",
    "primitive",
    "references",
    "sequences",
    "statistics",
    "strings",
]
