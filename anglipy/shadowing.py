"""Calls of a variable that hides a function of the language, and is plain to hold no function.

    (defquery q [count xs]
      (observe (binomial count 0.5) (count xs)))

`count` is a number here, for it is a parameter of `binomial`. Many programs rightly call variables
that have the name of a function, such as a `comp` that is given to them; so only what is used in
the same form as a number, a text or a sequence is noted. Trees may be deep: nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from anglipy.diagnostics import Diagnostic
from anglipy.syntax import Call, Const, Global, Let, Local, Node, Observe, Sample, within

__all__ = ["shadowing_notes"]

_ARITHMETIC = (
    "+ - * / +' -' *' inc dec inc' dec' quot rem mod < <= > >= max min abs zero? pos? neg? "
    "even? odd? sqrt exp log pow floor ceil round range"
)
_DISTRIBUTIONS = (
    "normal beta gamma exponential poisson binomial flip bernoulli laplace student-t "
    "student-t-loc-scale chi-squared uniform-continuous uniform-discrete"
)
_NUMBERS = frozenset([*_ARITHMETIC.split(), *_DISTRIBUTIONS.split()])
"""Functions all of whose arguments are numbers, as is what they give or draw, but for truth."""
_COUNTS = frozenset(["take", "drop", "repeatedly", "repeat", "take-last", "drop-last", "partition"])
"""Functions of which the first of two arguments or more is a number."""
_RESULTS = _NUMBERS | {"count", "rand", "rand-int", "str", "subs", "name"}
"""Functions that give a number or a text."""
_SEQUENCES = frozenset(
    ["first", "rest", "next", "second", "last", "reverse", "seq", "butlast", "empty?", "conj"]
)
"""Functions of which the first argument is no function, nor a map as a rule."""


def shadowing_notes(node: Node, is_function: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """A note for each such call; `is_function` says of a name whether the language's function has
    it.
    """
    plain, sequences = set[str](), set[str]()
    calls: list[tuple[Call, Local]] = []
    for inside in within(node):
        match inside:
            case Let(name, value) if _is_plain(value):
                plain.add(name)
            case Call(fn=Global(binding), args=args):
                plain.update(_names(_given_numbers(binding.name, args)))
                if binding.name in _SEQUENCES:
                    sequences.update(_names(args[:1]))
            case Observe(dist=dist, value=Local(name)) if _is_plain(dist):
                plain.add(name)
            case Call(fn=Local() as fn):
                calls.append((inside, fn))
    for call, fn in calls:
        wrong = fn.name in plain or (fn.name in sequences and len(call.args) > 1)
        written = fn.span.source.text[fn.span.start : fn.span.end]
        if wrong and is_function(written):
            yield _note(call, written)


def _names(nodes: tuple[Node, ...]) -> Iterator[str]:
    return (node.name for node in nodes if isinstance(node, Local))


def _given_numbers(function: str, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """The arguments that must be numbers."""
    if function in _NUMBERS:
        return args
    return args[:1] if function in _COUNTS and len(args) > 1 else ()


def _is_plain(value: Node) -> bool:
    """Whether it is a number, a truth value or a text, or a distribution of such."""
    match value:
        case Const(constant):
            return isinstance(constant, (bool, int, float, str)) or constant is None
        case Call(fn=Global(binding)):
            return binding.name in _RESULTS
        case Sample(dist=dist):
            return _is_plain(dist)
    return False


def _note(call: Call, name: str) -> Diagnostic:
    return Diagnostic(
        "AQ244",
        f"`{name}` is no function here: a variable of this name hides that of the language",
        call.span,
        f"give the variable another name, or call clojure.core/{name}",
        severity="note",
    )
