"""Hypothesis strategies for forms and for source text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from anglipy.atoms import BigInt, Char, Regex
from anglipy.diagnostics import Source, Span
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, SetForm, Symbol, VectorForm
from anglipy.printer import shown
from anglipy.sameness import Sameness

__all__ = [
    "NOWHERE",
    "TRICKY_VALUES",
    "atoms",
    "brief",
    "form_lists",
    "forms",
    "literal_values",
    "noise",
    "pieces",
    "relaxed",
    "soup",
    "symbol_names",
]

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For laws: a slow machine is no failure."""

brief = settings(relaxed, max_examples=40)
"""For laws whose examples are large."""

NOWHERE = Span(Source("<strategy>", ""), 0, 0)

_FIRST = "abcXYZ*+!_?<>=.-&$%|\u03bc\u65e5"
_REST = _FIRST + "0123456789'#"

T = TypeVar("T", bound=Form)


def _is_name(name: str) -> bool:
    digits = name.lstrip("+-")
    signs = len(name) - len(digits)
    numeric = signs < 2 and digits.removeprefix(".")[:1].isdigit()
    return name not in ("nil", "true", "false") and not numeric


_parts = st.builds(
    lambda first, rest, tail: first + rest + tail,
    st.sampled_from(_FIRST),
    st.text(_REST, max_size=4),
    st.sampled_from(["", "", "", ":a", ":1'"]),
).filter(_is_name)


def symbol_names() -> st.SearchStrategy[str]:
    """Every shape of symbol: plain, with a namespace, and the slash."""
    qualified = st.tuples(_parts, _parts | st.just("/")).map("/".join)
    return _parts | qualified | st.just("/")


def literal_values() -> st.SearchStrategy[object]:
    """Values of every kind of literal."""
    longs = st.integers(-(2**63), 2**63 - 1)
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    characters = st.characters(exclude_categories=["Cs"])
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-20, 20) | longs,
        st.integers(-(2**80), 2**80).map(BigInt),
        st.fractions(max_denominator=1000).filter(lambda f: f.denominator != 1),
        st.floats(),
        st.decimals(allow_nan=False, allow_infinity=False),
        text,
        characters.map(Char),
        st.sampled_from(["", r"\d+", r"a\"b", r"[\\\]]", "x\ny", r"\("]).map(Regex),
    )


def atoms() -> st.SearchStrategy[Form]:
    """Symbols, keywords and literals."""
    return st.one_of(
        symbol_names().map(lambda name: Symbol(name, NOWHERE)),
        symbol_names().map(lambda name: Keyword(name, NOWHERE)),
        st.integers(0, 9).map(lambda digit: Keyword(str(digit), NOWHERE)),
        literal_values().map(lambda value: Literal(value, NOWHERE)),  # type: ignore[arg-type]
    )


def _distinct(items: list[Form]) -> list[Form]:
    """Without what a map or set may hold only once."""
    sameness = Sameness()
    first: dict[object, Form] = {}
    for item in items:
        first.setdefault(sameness.key(item), item)
    return list(first.values())


def _collections(inner: st.SearchStrategy[Form]) -> st.SearchStrategy[Form]:
    items = st.lists(inner, max_size=4)
    prefixed = st.tuples(
        st.sampled_from(
            ["quote", "deref", "var", "syntax-quote", "unquote", "unquote-splicing"]
        ).map(lambda name: Symbol(name, NOWHERE)),
        inner,
    )

    def of(kind: Callable[[tuple[Form, ...], Span], T]) -> Callable[[list[Form]], T]:
        return lambda parts: kind(tuple(parts), NOWHERE)

    maps = st.builds(
        lambda keys, value: MapForm(
            tuple(part for key in _distinct(keys) for part in (key, value)), NOWHERE
        ),
        items,
        inner,
    )
    return st.one_of(
        items.map(of(ListForm)),
        items.map(of(VectorForm)),
        items.map(_distinct).map(of(SetForm)),
        maps,
        prefixed.map(lambda pair: ListForm(pair, NOWHERE)),
    )


def forms() -> st.SearchStrategy[Form]:
    """Forms that the reader can make, without spans."""
    return st.recursive(atoms(), _collections, max_leaves=20)


def form_lists() -> st.SearchStrategy[list[Form]]:
    """The forms of a whole text."""
    return st.lists(forms(), max_size=4)


def pieces(form: Form) -> list[str]:
    """The text of a form cut where white space may stand."""
    texts: list[str] = []
    stack: list[Form | str] = [form]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            texts.append(node)
            continue
        opening, parts, closing = shown(node)
        texts.append(opening)
        if closing:
            stack.append(closing)
        stack.extend(reversed(parts))
    return texts


def noise() -> st.SearchStrategy[str]:
    """What may stand between two pieces and means nothing."""
    return (
        st.lists(
            st.sampled_from(
                [
                    *(" ", ", ", "\n", "\r\n", "\t", ' ; ) " ]\n', "\n;;; -> {\n", " #! x\n"),
                    *(" #_ a ", ' #_ #_ (a [b]) "c" ', " #_#_#_ 1 2 #{} ", " #_'x "),
                ]
            ),
            min_size=1,
            max_size=2,
        )
        .map("".join)
        .map(lambda text: " " + text)
    )


def soup() -> st.SearchStrategy[str]:
    """Text that is full of syntax and mostly wrong."""
    syntax = st.sampled_from(
        [
            *"()[]{}'`~@^#\"\\;:%/.,_-+ \n\t0189abNM",
            *("#(", "#{", "#_", "#'", "~@", "##", "##Inf", '#"', "#^", "\\u", "\r\n", "\n(", "\n["),
            *("nil", "1/2", "0x", "2r", "1e", "%1", "%&", "\u201c", "\u200b", "\ufeff", "(ns a)"),
        ]
    )
    return st.lists(syntax, max_size=25).map("".join)


# Values whose text is easy to get wrong; the tests of reader and printer go through all of them.
TRICKY_VALUES: list[object] = [
    -0.0,
    1e16,
    1e-7,
    float("inf"),
    float("-inf"),
    float("nan"),
    Fraction(-1, 3),
    BigInt(0),
    BigInt(-(2**70)),
    -(2**63),
    Decimal("1.50"),
    Decimal("1E+30"),
    Decimal("-0"),
    Char(" "),
    Char("\x00"),
    Char("\u00a0"),
    Char("\\"),
    Char('"'),
    Char("("),
    Char("\U0001f600"),
    '\\"\n\r\t\b\f\x00\x7f\u2028\U0001f600',
    Regex(r"\"\\"),
]
