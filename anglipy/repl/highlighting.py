"""Colours for a text being typed: strings, numbers, keywords, special forms, wrong brackets."""

from __future__ import annotations

from collections.abc import Iterator

from anglipy.repl.special_forms import SPECIAL_FORMS
from anglipy.repl.tokens import CLOSING, OPENING, Token, open_brackets, tokens

__all__ = ["STYLES", "styled_lines"]

STYLES = {
    "comment": "ansibrightblack italic",
    "string": "ansigreen",
    "number": "ansicyan",
    "keyword": "ansimagenta",
    "special": "ansiblue bold",
    "draw": "ansired bold",
    "head": "ansiyellow",
    "bracket": "ansibrightblack",
    "wrong": "bg:ansired ansiwhite",
    "matching-bracket.cursor": "bold underline",
    "matching-bracket.other": "bold underline",
}
"""How each class of tokens looks, in the colours of the terminal."""

_DRAWS = frozenset({"sample", "observe", "predict", "sample*", "observe*"})
_OF_KINDS = {
    "COMMENT": "comment",
    "DISCARD": "comment",
    "STRING": "string",
    "REGEX": "string",
    "CHARACTER": "string",
    "UNTERMINATED_STRING": "string",
    "UNTERMINATED_REGEX": "string",
    "INTEGER": "number",
    "FLOAT": "number",
    "RATIO": "number",
    "SYMBOLIC": "number",
    "KEYWORD": "keyword",
}

Piece = tuple[str, str]
"""(style, text)."""


def styled_lines(text: str) -> list[list[Piece]]:
    """The lines of a text as pieces with their styles.

    >>> styled_lines("(f :a")
    [[('class:bracket', '('), ('class:head', 'f'), ('', ' '), ('class:keyword', ':a')]]
    """
    lines: list[list[Piece]] = [[]]
    for style, piece in _pieces(text):
        first, *rest = piece.split("\n")
        if first:
            lines[-1].append((style, first))
        lines += [[(style, line)] if line else [] for line in rest]
    return lines


def _pieces(text: str) -> Iterator[Piece]:
    wrong = {token.start for token in open_brackets(text)[1]}
    end, is_head = 0, False
    for token in tokens(text):
        if token.start > end:
            yield "", text[end : token.start]
        name = "wrong" if token.start in wrong else _class(token, text, is_head)
        yield (f"class:{name}" if name else ""), text[token.start : token.end]
        end = token.end
        if token.kind != "COMMENT":
            is_head = token.kind in ("LIST_OPEN", "LAMBDA_OPEN")
    if end < len(text):
        yield "", text[end:]


def _class(token: Token, text: str, is_head: bool) -> str:
    if token.kind in OPENING or token.kind in CLOSING:
        return "bracket"
    if token.kind == "SYMBOL":
        name = text[token.start : token.end].rpartition("/")[2] or "/"
        if not is_head:
            return ""
        if name in _DRAWS:
            return "draw"
        return "special" if name in SPECIAL_FORMS or name.startswith("def") else "head"
    if token.kind.startswith("BAD_") or token.kind.startswith("LONE_"):
        return "wrong"
    return _OF_KINDS.get(token.kind, "")
