"""Loops over sequences and numbers: `for`, `doseq`, `dotimes`, `while`."""

from __future__ import annotations

from collections.abc import Sequence

from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, Symbol
from anglipy.macros.registry import Builder, macro

__all__: list[str] = []

_FOR = "(for [name sequence :when test :let [...] ...] body)"


@macro("for", _FOR, 2, 2)
def _for(b: Builder, bindings: Form, body: Form) -> Form:
    found = b.temporary("found")
    collected = _levels(b, b.pairs(bindings), found, b.call("conj", found, body), "for")
    return b.call("sequence", b.list("let", b.vector(found, b.vector()), collected))


@macro("doseq", "(doseq [name sequence ...] body...)", 1)
def _doseq(b: Builder, bindings: Form, *body: Form) -> Form:
    done = b.temporary("done")
    step = b.list("do", *body, b.literal(None))
    return b.list("let", b.vector(done, b.literal(None)), _levels(b, b.pairs(bindings), done, step))


def _levels(
    b: Builder,
    pairs: Sequence[tuple[Form, Form]],
    carried: Symbol,
    innermost: Form,
    gathering: str | None = None,
) -> Form:
    """Nested loops that carry one value: each turn computes its next value from `carried`. A form
    that gathers what they give can be no endless loop, unless a `:while` may end it.
    """
    if not pairs:
        return innermost
    (pattern, source), rest = pairs[0], pairs[1:]
    if isinstance(pattern, Keyword):
        raise ExpandError(
            "AQ212",
            f"`:{pattern.name}` must come after a name and its sequence",
            pattern.span,
            help=b.usage,
        )
    count = next((i for i, (key, _) in enumerate(rest) if not isinstance(key, Keyword)), len(rest))
    modifiers, inner = rest[:count], rest[count:]
    seq = b.temporary("seq")
    skip = b.list("recur", b.call("next", seq), carried)
    below = _levels(b, inner, carried, innermost, gathering)
    turn: Form = b.list("recur", b.call("next", seq), below)
    for key, value in reversed(modifiers):
        assert isinstance(key, Keyword)
        if key.name == "let":
            turn = b.list("let", value, turn)
        elif key.name in ("when", "while"):
            turn = b.list("if", value, turn, skip if key.name == "when" else carried)
        else:
            raise ExpandError("AQ212", f"`:{key.name}` means nothing here", key.span, help=b.usage)
    bound = b.list("let", b.vector(pattern, b.call("first", seq)), turn)
    ends = gathering is None or any(_is_while(key) for key, _ in modifiers)
    values = b.call("seq", source) if ends else b.call("ending-seq", b.literal(gathering), source)
    start = b.vector(seq, values, carried, carried)
    return b.list("loop", start, b.list("if", seq, bound, carried))


def _is_while(key: Form) -> bool:
    return isinstance(key, Keyword) and key.name == "while"


@macro("dotimes", "(dotimes [name count] body...)", 1)
def _dotimes(b: Builder, bindings: Form, *body: Form) -> Form:
    name, count = b.pair(bindings)
    limit = b.temporary("limit")
    turn = b.list("do", *body, b.list("recur", b.call("inc", name)))
    loop = b.list(
        "loop", b.vector(name, b.literal(0)), b.list("when", b.call("<", name, limit), turn)
    )
    return b.list("let", b.vector(limit, count), loop)


@macro("while", "(while test body...)", 1)
def _while(b: Builder, test: Form, *body: Form) -> Form:
    turn = b.list("when", test, *body, b.list("recur"))
    return b.list("loop", b.vector(), turn)


@macro("amap", "(amap array index result expression)", 4, 4)
def _amap(b: Builder, array: Form, index: Form, result: Form, expression: Form) -> Form:
    given, length = b.temporary("array"), b.temporary("length")
    put = b.call("aset", result, index, expression)
    again = b.list("recur", b.call("inc", index))
    body = b.list("if", b.call("<", index, length), b.list("do", put, again), result)
    loop = b.list("loop", b.vector(index, b.literal(0)), body)
    made = [given, array, length, b.call("alength", given), result, b.call("aclone", given)]
    return b.list("let", b.vector(*made), loop)


@macro("areduce", "(areduce array index result start expression)", 5, 5)
def _areduce(
    b: Builder, array: Form, index: Form, result: Form, start: Form, expression: Form
) -> Form:
    given, length = b.temporary("array"), b.temporary("length")
    again = b.list("recur", b.call("inc", index), expression)
    body = b.list("if", b.call("<", index, length), again, result)
    loop = b.list("loop", b.vector(index, b.literal(0), result, start), body)
    return b.list("let", b.vector(given, array, length, b.call("alength", given)), loop)
