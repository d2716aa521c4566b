"""Where the next line begins, as Clojure programs are laid out by hand.

The body of a form such as `let` or `defquery` is two columns inside its bracket; arguments stand
below the first one, elements of a vector or map below each other.
"""

from __future__ import annotations

import re

from anglipy.repl.tokens import OPENING, open_brackets, tokens

__all__ = ["indentation"]

_BODY = re.compile(
    r"binding|case|catch|cond(p|->|->>)?|declare|do(seq|times)?|finally|f[nm]|for|letfn"
    r"|(if-|when-)?(let|some)|loop|mem|ns|query|reify|try|when(-first|-not)?|while|(def|with-).*"
)
"""Heads of forms whose body is indented by two columns."""


def indentation(text: str) -> int:
    """The column at which a line after this text begins.

    >>> indentation("(let [x 1")
    6
    >>> indentation("(let [x 1]")
    2
    >>> indentation("(+ 1")
    3
    """
    opened, _ = open_brackets(text)
    if not opened or _ends_in_string(text):
        return 0
    bracket = opened[-1]
    column = bracket.start - (text.rfind("\n", 0, bracket.start) + 1)
    inside = column + bracket.end - bracket.start
    if bracket.kind not in ("LIST_OPEN", "LAMBDA_OPEN"):
        return inside
    head, argument = _first_two(text, bracket.end)
    if head is None:
        return inside
    name = text[head[0] : head[1]].rpartition("/")[2]
    if _BODY.fullmatch(name):
        return inside + 1
    is_beside = argument is not None and "\n" not in text[bracket.end : argument]
    if not is_beside or argument is None:
        return inside if text[head[0]] in '([{"' else inside + 1
    return inside + argument - bracket.end


def _ends_in_string(text: str) -> bool:
    """Whether the text ends inside a string, in which white space counts."""
    return any(token.kind.startswith("UNTERMINATED") for token in tokens(text))


def _first_two(text: str, start: int) -> tuple[tuple[int, int] | None, int | None]:
    """The extent of the first form after `start`, which is the head of a list, and where the second
    one begins.
    """
    depth, begin = 0, None
    head: tuple[int, int] | None = None
    for token in tokens(text[start:]):
        if token.kind == "COMMENT":
            continue
        if head is not None:
            return head, start + token.start
        if token.kind in OPENING:
            begin = token.start if depth == 0 else begin
            depth += 1
        elif token.kind.endswith("_CLOSE"):
            depth -= 1
        else:
            begin = token.start if depth == 0 else begin
        if depth == 0 and token.kind not in ("PREFIX", "META", "DISCARD") and begin is not None:
            head = (start + begin, start + token.end)
    return head, None
