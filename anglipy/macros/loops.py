"""Loops over sequences and numbers: `for`, `doseq`, `dotimes`, `while`.

A `for` is made of functions, which are called as somebody asks for what they give: it is as lazy as
its sequences. Where a draw or an observation stands in it, it is a loop instead, which makes them
where they stand in the program.
"""

from __future__ import annotations

from collections.abc import Sequence

from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, Symbol, walk
from anglipy.macros.registry import Builder, macro

__all__: list[str] = []

_FOR = "(for [name sequence :when test :let [...] ...] body)"


@macro("for", _FOR, 2, 2)
def _for(b: Builder, bindings: Form, body: Form) -> Form:
    if not _takes_part(bindings) and not _takes_part(body):
        pairs = b.pairs(bindings)
        return _lazy(b, pairs, body) if pairs else b.call("list", body)
    found = b.temporary("found")
    collected = _levels(b, b.pairs(bindings), found, b.call("conj", found, body), "for")
    return b.call("sequence", b.list("let", b.vector(found, b.vector()), collected))


def _takes_part(form: Form) -> bool:
    """Whether something in it is a step of a query, as far as can be read."""
    return any(isinstance(part, Symbol) and part.name in _STEPS for part in walk(form))


_STEPS = frozenset(["sample", "observe", "predict", "SAMPLE", "OBSERVE"])


def _lazy(b: Builder, pairs: Sequence[tuple[Form, Form]], body: Form) -> Form:
    """A `for` as functions of one element each. One gives the value of the body if that is all
    there is to do, or else what there is for the element: nothing, [value], the sequence of those
    further in, or nil for the end.
    """
    if not pairs:
        return b.vector(body)
    pattern, source, modifiers, inner = _level(b, pairs)
    kinds = {key.name for key, _ in modifiers}
    plain = not inner and kinds <= {"let"}
    turn = body if plain else _lazy(b, inner, body)
    for key, value in reversed(modifiers):
        if key.name == "let":
            turn = b.list("let", value, turn)
        else:
            turn = b.list("if", value, turn, b.vector() if key.name == "when" else b.literal(None))
    # Bound by a `let`, a name that nobody uses is told of.
    item = b.temporary("item")
    step = b.list("fn", b.vector(item), b.list("let", b.vector(pattern, item), turn))
    if plain:
        return b.call("for-all", step, source)
    return b.call("for-some", b.literal("while" in kinds), step, source)


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
    pattern, source, modifiers, inner = _level(b, pairs)
    seq = b.temporary("seq")
    skip = b.list("recur", b.call("next", seq), carried)
    below = _levels(b, inner, carried, innermost, gathering)
    turn: Form = b.list("recur", b.call("next", seq), below)
    for key, value in reversed(modifiers):
        if key.name == "let":
            turn = b.list("let", value, turn)
        else:
            turn = b.list("if", value, turn, skip if key.name == "when" else carried)
    bound = b.list("let", b.vector(pattern, b.call("first", seq)), turn)
    ends = gathering is None or any(key.name == "while" for key, _ in modifiers)
    values = b.call("seq", source) if ends else b.call("ending-seq", b.literal(gathering), source)
    start = b.vector(seq, values, carried, carried)
    return b.list("loop", start, b.list("if", seq, bound, carried))


def _level(
    b: Builder, pairs: Sequence[tuple[Form, Form]]
) -> tuple[Form, Form, list[tuple[Keyword, Form]], Sequence[tuple[Form, Form]]]:
    """The first name (or pattern) and its sequence, the modifiers that belong to it, and the pairs
    that follow.
    """
    (pattern, source), rest = pairs[0], pairs[1:]
    if isinstance(pattern, Keyword):
        said = f"`:{pattern.name}` must come after a name and its sequence"
        raise ExpandError("AQ212", said, pattern.span, help=b.usage)
    modifiers = []
    for key, value in rest:
        if not isinstance(key, Keyword):
            break
        if key.name not in ("let", "when", "while"):
            raise ExpandError("AQ212", f"`:{key.name}` means nothing here", key.span, help=b.usage)
        modifiers.append((key, value))
    return pattern, source, modifiers, rest[len(modifiers) :]


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
