"""The reader: literals, reader macros, spans, depth, its grammar."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.atoms import BigInt, Char, Regex
from anglipy.datum import read_edn
from anglipy.diagnostics import Incomplete, ReadError, Source
from anglipy.forms import (
    Form,
    Keyword,
    ListForm,
    Literal,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
    walk,
)
from anglipy.printer import print_form
from anglipy.reader import read, read_all
from tests.reading import attempt, error_of, one, place_of, read_text, same, text_of
from tests.strategies import brief, form_lists, noise, pieces

DEEP = 5_000
VERY_DEEP = 50_000


# ---- Literals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("+5", 5),
        ("0", 0),
        ("-0", 0),
        ("017", 15),
        ("-017", -15),
        ("0x1F", 31),
        ("-0XfF", -255),
        ("2r101", 5),
        ("36rZ", 35),
        ("36rN", 23),
        ("-16Rff", -255),
        ("9223372036854775807", 2**63 - 1),
        ("1.5", 1.5),
        ("1.", 1.0),
        ("0.", 0.0),
        ("-1.", -1.0),
        ("1e-3", 0.001),
        ("1.e2", 100.0),
        ("1E+2", 100.0),
        ("08.5", 8.5),
        ("1e999", float("inf")),
        ("1/3", Fraction(1, 3)),
        ("-2/6", Fraction(-1, 3)),
        ("4/2", 2),
        ("##Inf", float("inf")),
        ("##-Inf", float("-inf")),
        ('"a"', "a"),
        ('""', ""),
        (r'"\n\t\r\b\f\\\""', '\n\t\r\b\f\\"'),
        (r'"\u0041\101\0\60"', "AA\x000"),
        (r'"\0011"', "\x011"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        ('"two\nlines ; no comment"', "two\nlines ; no comment"),
        ("nil", None),
        ("true", True),
        ("false", False),
    ],
)
def test_literals(text: str, value: object) -> None:
    form = one(text)
    assert isinstance(form, Literal)
    assert type(form.value) is type(value)
    assert form.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1N", BigInt(1)),
        ("0x10N", BigInt(16)),
        ("017N", BigInt(15)),
        ("9223372036854775808", BigInt(2**63)),
        ("-9223372036854775809", BigInt(-(2**63) - 1)),
        ("36893488147419103232/2", BigInt(2**64)),
        ("1.5M", Decimal("1.5")),
        ("1M", Decimal(1)),
        ("1.50M", Decimal("1.50")),
        (r"\a", Char("a")),
        (r"\space", Char(" ")),
        (r"\newline", Char("\n")),
        (r"\tab", Char("\t")),
        (r"\return", Char("\r")),
        (r"\formfeed", Char("\f")),
        (r"\backspace", Char("\b")),
        (r"\u0041", Char("A")),
        (r"\o101", Char("A")),
        (r"\u", Char("u")),
        (r"\o", Char("o")),
        ("\\(", Char("(")),
        ("\\\\", Char("\\")),
        ('\\"', Char('"')),
        ("\\,", Char(",")),
        ("\\\u65e5", Char("\u65e5")),
        (r'#"\d+\"x"', Regex(r"\d+\"x")),
        ('#"a\nb"', Regex("a\nb")),
    ],
)
def test_literals_of_our_own_types(text: str, value: object) -> None:
    form = one(text)
    assert form == Literal(value, form.span)  # type: ignore[arg-type]


def test_nan_is_read() -> None:
    form = one("##NaN")
    assert isinstance(form, Literal)
    assert isinstance(form.value, float)
    assert form.value != form.value


def test_literals_of_different_types_differ() -> None:
    values = [form for form in read_text('1 1N 1.0 1M true \\1 "1" #"1" 0.0 -0.0')]
    assert len(set(values)) == len(values)


def test_a_character_ends_at_a_bracket() -> None:
    assert same(r"(\a)(\()", r"( \a ) ( \( )")


# ---- Names


@pytest.mark.parametrize(
    "name",
    [
        *(
            "x'",
            "+'",
            "/",
            "a/b",
            "ns//",
            "%",
            "%1",
            "-inf",
            "+",
            "-",
            "...",
            ".x",
            "a.b.C",
            "get-x",
        ),
        *("symbol->state", "same-customer?", "p-same+", "sample*", "baby_rfib", "&", "$value"),
        *("a#", "=", "<=", "*a*", "a:b", "c.d/e:f", "->>", "n'a#b%", "\u03bc", "Double/NaN"),
    ],
)
def test_symbols(name: str) -> None:
    form = one(name)
    assert isinstance(form, Symbol)
    assert form.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (":a", "a"),
        (":ns/a", "ns/a"),
        (":1", "1"),
        (":a'", "a'"),
        (":/", "/"),
        (":a.b/c", "a.b/c"),
        (":a:b", "a:b"),
        ("::new", "user/new"),
        ("::s/new", "s/new"),
    ],
)
def test_keywords(text: str, name: str) -> None:
    form = one(text)
    assert isinstance(form, Keyword)
    assert form.name == name


def test_two_colons_follow_the_namespace_of_the_file() -> None:
    *_, keyword = read_text("(ns ^:x my.model (:use anglican)) (f (ns other)) ::a")
    assert keyword == Keyword("my.model/a", keyword.span)


def test_two_colons_in_a_given_namespace() -> None:
    (keyword,) = read(Source("<repl>", "::a"), namespace="repl")
    assert keyword == Keyword("repl/a", keyword.span)


# ---- Reader macros


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("'x", "(quote x)"),
        ("''x", "(quote (quote x))"),
        ("@x", "(deref x)"),
        ("#'x", "(var x)"),
        ("`x", "(syntax-quote x)"),
        ("~x", "(unquote x)"),
        ("~@x", "(unquote-splicing x)"),
        ("~ @x", "(unquote (deref x))"),
        ("' ; comment\n #_ a x", "(quote x)"),
        ("a'b", "a'b"),
        ("a@b", "a (deref b)"),
        ("#(f)", "(fn [] (f))"),
        ("#(f %)", "(fn [%1] (f %1))"),
        ("#(f %3 %)", "(fn [%1 %2 %3] (f %3 %1))"),
        ("#(f %&)", "(fn [& %&] (f %&))"),
        ("#(-> [%2 {:a %} #{%&} '%])", "(fn [%1 %2 & %&] (-> [%2 {:a %1} #{%&} '%1]))"),
        ("[#(%) %]", "[(fn [%1] (%1)) %]"),
        ("#()", "(fn [] ())"),
        ("#_ a b", "b"),
        ("#_ #_ a b c", "c"),
        ("[a #_ #_ #_ b c d]", "[a]"),
        ("#_ #(f %) b", "b"),
        ("(comment a b)", "(comment a b)"),
        ("a,b,,c", "a b c"),
        ("; a\nb ; c", "b"),
        ("#!/usr/bin/env anglipy\na #! b\nc", "a c"),
        ("\ufeff(a)", "(a)"),
        ("(a\r\n b)\r\n", "(a b)"),
        ("{a 1, b 2}", "{a 1 b 2}"),
        ('[a"b"c\\d[f]:e]', '[a "b" c \\d [f] :e]'),
    ],
)
def test_reader_macros_and_white_space(text: str, meaning: str) -> None:
    assert same(text, meaning)


@pytest.mark.parametrize(
    ("text", "meta"),
    [
        ("^:a x", "{:a true}"),
        ("#^:a x", "{:a true}"),
        ("^String x", "{:tag String}"),
        ('^"[D" x', '{:tag "[D"}'),
        ('^{:doc "d"} [x]', '{:doc "d"}'),
        ("^:a ^:b (x)", "{:b true :a true}"),
        ("^{:a 1} ^{:a 2 :b 3} #{x}", "{:b 3 :a 1}"),
        ("^:a #_ y {x x}", "{:a true}"),
        ("^ ^:b {:a 1} x", "{:a 1}"),
    ],
)
def test_metadata_is_kept_and_does_not_count(text: str, meta: str) -> None:
    form = one(text)
    assert isinstance(form, Symbol | ListForm | VectorForm | MapForm | SetForm)
    assert form.meta == one(meta)
    assert same(text, text_of(form))


# ---- Spans


def test_spans_are_the_text() -> None:
    text = '(let [x 1.]\n  \'foo #(f %) {:k "s"} ^:m z)'
    texts = [text_of(node) for node in walk(one(text))]
    assert texts == [
        *(text, "let", "[x 1.]", "x", "1.", "'foo", "'", "foo"),
        *("#(f %)", "#(", "#(", "#(", "(f %)", "f", "%", '{:k "s"}', ":k", '"s"', "z"),
    ]


def test_lines_and_columns_count_characters() -> None:
    text = "\ufeff\u65e5\u672c \U0001f600\r\n\t(a b)"
    forms = read_text(text)
    assert [(form.span.line, form.span.column) for form in forms] == [(1, 1), (1, 4), (2, 2)]


@st.composite
def noisy_texts(draw: st.DrawFn) -> tuple[list[Form], list[str], list[str]]:
    """Forms, the pieces of their text, and the noise after each piece."""
    forms = draw(form_lists())
    texts = [piece for form in forms for piece in pieces(form)]
    between = draw(st.lists(noise(), min_size=len(texts), max_size=len(texts)))
    return forms, texts, between


def joined(texts: list[str], between: list[str]) -> str:
    return "".join(part for pair in zip(texts, between, strict=True) for part in pair)


@brief
@given(noisy_texts())
def test_white_space_and_comments_change_nothing(
    sample: tuple[list[Form], list[str], list[str]],
) -> None:
    forms, texts, between = sample
    assert list(read_text(joined(texts, between))) == forms


@brief
@given(noisy_texts())
def test_every_span_is_the_text_of_its_form(
    sample: tuple[list[Form], list[str], list[str]],
) -> None:
    _, texts, between = sample
    text = joined(texts, between)
    prefixes = ("'", "@", "#'", "`", "~", "~@")
    for form in read_text(text):
        for node in walk(form):
            assert 0 <= node.span.start < node.span.end <= len(text)
            if not isinstance(node, ListForm) and text_of(node) not in prefixes:
                assert one(text_of(node)) == node


@brief
@given(noisy_texts(), st.integers(0, 100))
def test_the_beginning_of_a_text_is_whole_or_incomplete(
    sample: tuple[list[Form], list[str], list[str]], count: int
) -> None:
    _, texts, between = sample
    outcome = attempt(joined(texts[:count], between[:count]))
    assert isinstance(outcome, tuple | Incomplete)


# ---- Depth


@pytest.mark.parametrize(
    "text",
    [
        "(" * VERY_DEEP + ")" * VERY_DEEP,
        "[" * DEEP + "]" * DEEP,
        "#{" * DEEP + "a" + " b}" * DEEP,
        "{" * DEEP + "a" + " 1 b 2}" * DEEP,
        "(f x " * DEEP + ")" * DEEP,
        "'" * DEEP + "x",
        "~@" * DEEP + "x",
        "#_ " * DEEP + "a " * DEEP + "b",
        "^:a " * DEEP + "x",
    ],
    ids=lambda text: text[:4],
)
def test_nesting_has_no_limit(text: str) -> None:
    forms = read_text(text)
    assert read_text(text) == forms
    assert len({hash(form) for form in (*forms, *read_text(text))}) == 1
    assert repr(forms[0])


def test_nesting_has_no_limit_in_wrong_text() -> None:
    error = error_of("([" * VERY_DEEP)
    assert isinstance(error, Incomplete)
    assert error.diagnostic.code == "AQ103"
    _, errors = read_all(Source("deep", "(" * DEEP + "]\n(a b))"))
    assert [error.diagnostic.code for error in errors] == ["AQ102", "AQ101"]


def test_deep_data() -> None:
    text = "[{a (" * DEEP + ")}]" * DEEP
    with pytest.raises(ReadError):
        read_edn("[" * DEEP)
    value = read_edn(text.replace("a", "1"))
    for _ in range(DEEP):
        value = value[0][1]
        value = next(iter(value), None)
    assert value is None


# ---- Data


def test_read_edn() -> None:
    value = read_edn('{:a [1 2.5 "x"] :b #{nil true} :c (x 1/2)}')
    assert print_form(one(repr(value))) == '{:a [1 2.5 "x"] :b #{nil true} :c (x 1/2)}'


@pytest.mark.parametrize(("text", "column"), [("", 1), (" ; no", 6), ("1 2 3", 3)])
def test_edn_is_one_value(text: str, column: int) -> None:
    with pytest.raises(ReadError) as caught:
        read_edn(text, "args")
    assert caught.value.diagnostic.code == "AQ130"
    assert place_of(caught.value)[:2] == (1, column)
