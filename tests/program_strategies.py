"""Random programs, as text: every construct of the language, well typed, always ending.

`programs()` gives programs whose query `main` takes `[p q]`, an integer and a vector of integers:
`ARGUMENT` will do. They have a recursive function `helper` beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.program_writer import Scope, Writer

__all__ = ["ARGUMENT", "programs"]

ARGUMENT = [3, [4, 1, 1, 6]]


@st.composite
def programs(draw: Callable[..., Any], depth: int = 5) -> str:
    """The text of a program with a query `main` of `[p q]`."""
    writer = Writer(draw)
    inner = Scope((("n", "int"), ("x", "int")), depth - 3, helper=False)
    turn = writer.expression("int", inner)
    again = "(+ x (helper (dec n) (inc x)))"
    helper = f"(defm helper [n x]\n  (if (<= n 0) {turn} {again}))"
    result = writer.pick(["int", "vec", "map", "bool", "maybe"])
    body = writer.expression(str(result), Scope((("p", "int"), ("q", "vec")), depth))
    return f"{helper}\n\n(defquery main [p q]\n  {body})\n"
