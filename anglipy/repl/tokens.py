"""A text being typed, as tokens: what is bright, which brackets are open, whether it is complete.

The tokens are the reader's own. Nothing here needs a text to be right, and nothing imports the
compiler: this runs at every key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = ["CLOSING", "OPENING", "Token", "is_complete", "open_brackets", "quoted_lines", "tokens"]

OPENING = frozenset({"LIST_OPEN", "VECTOR_OPEN", "MAP_OPEN", "SET_OPEN", "LAMBDA_OPEN"})
CLOSING = {"LIST_CLOSE": "(", "VECTOR_CLOSE": "[", "MAP_CLOSE": "{"}
"""Kinds of closing brackets, with the end of the bracket that each closes."""


_QUOTED = frozenset({"STRING", "REGEX", "BAD_STRING", "UNTERMINATED_STRING", "UNTERMINATED_REGEX"})


class Token(NamedTuple):
    """A piece of a text that is not white space; comments are tokens, too."""

    kind: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    from anglipy.tables import load

    return re.compile(load().pattern)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of any text.

    >>> [text for text in tokens("(f :a) ; why")][-1]
    Token(kind='COMMENT', start=7, end=12)
    """
    for match in _pattern().finditer(text):
        kind = match.lastgroup
        if kind is not None and kind != "WHITE":
            yield Token(kind, match.start(), match.end())


def open_brackets(text: str) -> tuple[list[Token], list[Token]]:
    """The brackets that are still open at the end of a text, outermost first, and the closing ones
    that close nothing.

    >>> opened, wrong = open_brackets("(a [b")
    >>> [token.start for token in opened], wrong
    ([0, 3], [])
    """
    opened: list[Token] = []
    wrong: list[Token] = []
    for token in tokens(text):
        if token.kind in OPENING:
            opened.append(token)
        elif token.kind in CLOSING:
            if opened and text[opened[-1].end - 1] == CLOSING[token.kind]:
                opened.pop()
            else:
                wrong.append(token)
    return opened, wrong


@lru_cache(maxsize=1)
def quoted_lines(text: str) -> frozenset[int]:
    r"""The lines, from 0, that begin inside of a string.

    >>> sorted(quoted_lines('(f "a\nb"\nc "d\n'))
    [1, 3]
    """
    lines = set[int]()
    for token in tokens(text):
        if token.kind in _QUOTED:
            first = text.count("\n", 0, token.start)
            lines.update(range(first + 1, first + 1 + text.count("\n", token.start, token.end)))
    return frozenset(lines)


def is_complete(text: str) -> bool:
    """Whether more text could not make this one right: all forms are whole, or one is wrong.

    >>> [is_complete(text) for text in ("(+ 1", "(+ 1)", ")", "'", "; a comment")]
    [False, True, True, False, True]
    """
    from anglipy.diagnostics import Incomplete, ReadError, Source
    from anglipy.reader import read

    try:
        read(Source("<repl>", text))
    except Incomplete:
        return False
    except ReadError:
        return True
    return True
