"""The reader: literals, reader macros, spans, depth, and every mistake it knows."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anglipy import tables
from anglipy.atoms import BigInt, Char, Regex
from anglipy.datum import read_edn
from anglipy.diagnostics import Incomplete, InternalError, ReadError, Source
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
from anglipy.mistakes import mistakes
from anglipy.printer import print_form
from anglipy.reader import read, read_all
from anglipy.resources import resource
from tests.strategies import brief, form_lists, noise, pieces, relaxed, soup

DEEP = 5_000
VERY_DEEP = 50_000
EXAMPLES = [(name, example) for name, mistake in mistakes().items() for example in mistake.examples]


def read_text(text: str) -> tuple[Form, ...]:
    return read(Source("test.aq", text))


def one(text: str) -> Form:
    (form,) = read_text(text)
    return form


def same(text: str, other: str) -> bool:
    return read_text(text) == read_text(other)


def text_of(form: Form) -> str:
    return form.span.source.text[form.span.start : form.span.end]


def attempt(text: str) -> tuple[Form, ...] | ReadError:
    """The forms of a text, or the error that reading it raises."""
    try:
        return read_text(text)
    except ReadError as error:
        return error


def error_of(text: str) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_text(text)
    return caught.value


def place_of(error: ReadError) -> tuple[int, int, str]:
    """Line, column and text of the place an error points at."""
    span = error.diagnostic.span
    assert span is not None
    return span.line, span.column, span.source.text[span.start : span.end]


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


# ---- Mistakes


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_every_example_is_that_mistake(name: str, text: str) -> None:
    mistake = mistakes()[name]
    error = error_of(text)
    assert error.diagnostic.code == mistake.code
    assert isinstance(error, Incomplete) == mistake.incomplete
    fixed = [part for part in mistake.message.replace("}", "{").split("{")[::2] if part]
    assert all(part in error.diagnostic.message for part in fixed)
    assert "{}" not in error.diagnostic.message


def test_every_mistake_has_an_example_or_a_test_of_its_own() -> None:
    bare = {name for name, mistake in mistakes().items() if not mistake.examples}
    assert bare == {"long_number", "no_value", "several_values"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(f\n  [x)", (2, 5, ")")),
        ("a\n  b )", (2, 5, ")")),
        ("(f\n  (g x", (2, 3, "(")),
        ('(f "abc\n def)', (1, 4, '"')),
        ('#"abc', (1, 1, '#"')),
        (r'"ok \q no"', (1, 5, r"\q")),
        ("[a 12ab c]", (1, 4, "12ab")),
        ("{:a 1\n :b}", (2, 2, ":b")),
        ("{:a 1 :b 2 :a 3}", (1, 12, ":a")),
        ("#{x y x}", (1, 7, "x")),
        ("#(f #(g))", (1, 5, "#(")),
        ("(a '))", (1, 4, "'")),
        ("(\u201ca\u201d)", (1, 2, "\u201c")),
        ("^:a 12", (1, 5, "12")),
    ],
)
def test_mistakes_point_at_their_place(text: str, place: tuple[int, int, str]) -> None:
    assert place_of(error_of(text)) == place


def test_a_wrong_bracket_names_both_places() -> None:
    error = error_of("(defn f\n  [x (g]")
    assert error.diagnostic.message == "`(` opened at 2:6 is closed by `]`"
    assert place_of(error) == (2, 8, "]")


def test_missing_brackets_are_listed_and_the_next_form_is_named() -> None:
    error = error_of("(defn f [x]\n  (g {:a x)\n")
    assert error.diagnostic.message == "`{` opened at 2:6 is closed by `)`"
    error = error_of("(defn f [x]\n  (g x\n\n(defn h [y] y)\n")
    assert isinstance(error, Incomplete)
    assert place_of(error) == (2, 3, "(")
    assert error.diagnostic.help == (
        "add `))` at the end of line 2: line 4 is indented as if it were there"
    )
    error = error_of("(f\n  (g x\n")
    assert error.diagnostic.help == "add `))`"
    assert error.diagnostic.notes == ("2 brackets are open, from 1:1 on",)


INDENTED = {
    "forgotten in a form inside": (
        "(defquery coin [flips]\n  (let [p (sample (beta 1 1))]\n    <<(>>doseq [flip flips]\n"
        "      (observe (flip p) flip)\n    p))\n",
        "AQ103", "add `)` at the end of line 4: line 5 is indented as if it were there",
        "counting brackets alone, it is the `(` at 1:1"),
    "a vector of bindings": (
        "(defn f []\n  (let <<[>>p (g 1)\n    (h p)\n    p))\n(k)\n",
        "AQ102", "add `]` at the end of line 2: line 3 is indented as if it were there", None),
    "two at the end of a line": (
        "(f\n  (g <<(>>h 1\n  (k 2))\n",
        "AQ103", "add `))` at the end of line 2: line 3 is indented as if it were there",
        "counting brackets alone, it is the `(` at 2:3"),
    "a map inside": (
        "(def m {:a 1\n        :b <<[>>2 3\n        :c 4})\n",
        "AQ102", "add `]` at the end of line 2: line 3 is indented as if it were there", None),
    "one too many": (
        "(a)\n(f [y]\n  (let [x 1]\n    (g x)))\n    x<<)>>\n",
        "AQ101", "remove a `)` at the end of line 4: line 5 is indented as if it were one too many",
        None),
    "lines of a string say nothing": (
        '(f "a\nb\n c"\n  <<(>>g x\n  (h))\n',
        "AQ103", "add `)` at the end of line 4: line 5 is indented as if it were there",
        "counting brackets alone, it is the `(` at 1:1"),
    "the next form": (
        "<<(>>f\n  (g x)\n\n;; another\n(h y)\n",
        "AQ103", "add `)` at the end of line 2: line 5 is indented as if it were there", None),
    "no indentation": ("<<(>>f [y]\n(let [x 1]\n(g x)\n", "AQ103", "add `)`",
        "the form at 2:1 begins in column 1, so look before it"),
    "the rest of a line": (
        "(f\n  [a\n   (g b<<]>>)\n  c)\n", "AQ102", "close `(` with `)` first", None),
    "closing brackets on lines of their own": (
        "<<(>>f\n  (g [\n    1\n  ]\n  )\n", "AQ103", "add `)`", None),
}  # fmt: skip


@pytest.mark.parametrize("name", INDENTED)
def test_the_indentation_shows_where_a_bracket_is_missing(name: str) -> None:
    marked, code, help, note = INDENTED[name]
    error = error_of(marked.replace("<<", "").replace(">>", ""))
    span = error.diagnostic.span
    assert span is not None
    assert error.diagnostic.code == code
    assert (span.start, span.end) == (marked.index("<<"), marked.index(">>") - 2)
    assert error.diagnostic.help == help
    assert error.diagnostic.notes == (() if note is None else (note,))


@relaxed
@given(soup(), st.lists(st.integers(0, 12), max_size=4))
def test_however_a_text_is_indented_its_mistakes_are_the_same(text: str, widths: list[int]) -> None:
    """What the indentation adds is a place and a help."""
    lines = text.split("\n")
    for place, width in enumerate(widths[: len(lines)]):
        lines[place] = " " * width + lines[place].lstrip(" ")
    outcome = attempt("\n".join(lines))
    flat = attempt(" ".join(lines))
    if isinstance(outcome, ReadError) and isinstance(flat, ReadError) and ";" not in text:
        assert isinstance(outcome, Incomplete) == isinstance(flat, Incomplete)


def test_a_lost_quote_is_found_where_it_is_lost() -> None:
    error = error_of('(f "abc)\n\n(g "x" y)\n(h "z")\n')
    assert isinstance(error, Incomplete)
    assert place_of(error) == (1, 4, '"')


def test_a_certain_mistake_comes_before_an_incomplete_text() -> None:
    assert not isinstance(error_of("(f 1x"), Incomplete)
    assert isinstance(error_of("(f\n(g x"), Incomplete)


def test_a_number_that_is_too_long() -> None:
    assert error_of("1" * 5_000).diagnostic.code == "AQ110"
    assert one("1" * 1_000) == Literal(BigInt("1" * 1_000), one("1").span)


def test_read_all_finds_every_mistake() -> None:
    text = """(defquery one [x]
  (let [y 08]
    (observe (normal x .1) {:a 1 :a 2}))

(defquery two [x] #{1 1}
  (f x]
[fine]
(defm three [s] "lost)
(g #inst "2020-01-01")
(ok)
"""
    forms, errors = read_all(Source("test.aq", text))
    assert [(error.diagnostic.code, *place_of(error)[:2]) for error in errors] == [
        ("AQ103", 1, 1),
        ("AQ110", 2, 11),
        ("AQ110", 3, 24),
        ("AQ121", 3, 34),
        ("AQ122", 5, 23),
        ("AQ102", 6, 7),
        ("AQ106", 8, 17),
        ("AQ115", 9, 4),
    ]
    assert [text_of(form) for form in forms] == ["[fine]", '(g #inst "2020-01-01")', "(ok)"]


def test_read_all_of_a_right_text_is_read() -> None:
    text = "(a b)\n[c]\n'd"
    assert read_all(Source("test.aq", text)) == (read_text(text), ())


def test_the_number_of_mistakes_is_limited() -> None:
    _, errors = read_all(Source("test.aq", "08 " * 1_000))
    assert len(errors) == 100


@relaxed
@given(soup() | st.text(max_size=30))
@example("\ufeff")
@example('\ufeff"')
@example('(\n(]\n("\n(')
def test_any_text_is_read_or_has_mistakes(text: str) -> None:
    source = Source("soup", text)
    forms, errors = read_all(source)
    spans = [error.diagnostic.span for error in errors]
    spans += [node.span for form in forms for node in walk(form)]
    for span in spans:
        assert span is not None
        assert 0 <= span.start <= span.end <= len(text)
    outcome = attempt(text)
    if isinstance(outcome, ReadError):
        assert errors
        assert str(outcome)
    else:
        assert (outcome, ()) == (forms, errors)


@relaxed
@given(soup())
def test_a_bracket_that_is_never_closed_is_pointed_at(text: str) -> None:
    outcome = attempt(text)
    if isinstance(outcome, ReadError) and outcome.diagnostic.code == "AQ103":
        assert isinstance(outcome, Incomplete)
        assert place_of(outcome)[2] in ("(", "[", "{", "#{", "#(")


# ---- The grammar and its tables


@relaxed
@given(soup() | st.text(max_size=30))
def test_the_terminals_cover_every_text(text: str) -> None:
    pattern = re.compile(tables.load().pattern)
    assert "".join(match.group() for match in pattern.finditer(text)) == text


def test_the_tables_belong_to_the_grammar() -> None:
    grammar = resource("grammar", "anglican.lark").read_text(encoding="utf-8")
    assert tables.load() == tables.build(grammar)


def test_reading_needs_no_lark() -> None:
    code = (
        "import sys; from anglipy.reader import read; from anglipy.diagnostics import Source;"
        "read(Source('x', '(a b)')); sys.exit('lark' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("damage", ["missing", "old", "broken"])
def test_tables_are_made_anew_when_they_do_not_fit(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tables.load()
    grammar = resource("grammar", "anglican.lark").read_text(encoding="utf-8")
    (tmp_path / "anglican.lark").write_text(grammar + "\n" * (damage == "old"), encoding="utf-8")
    target = tmp_path / "tables.json"
    if damage == "old":
        target.write_bytes(resource("grammar", "tables.json").read_bytes())
    elif damage == "broken":
        target.write_text("{", encoding="utf-8")

    def elsewhere(kind: str, name: str) -> Path:
        if not (tmp_path / name).is_file():
            raise InternalError("AQ901", name)
        return tmp_path / name

    monkeypatch.setattr(tables, "resource", elsewhere)
    found = tables.load()
    assert found._replace(grammar="") == fresh._replace(grammar="")
    assert (found.grammar == fresh.grammar) == (damage != "old")


def test_tables_are_written_as_they_are_made(tmp_path: Path) -> None:
    grammar = resource("grammar", "anglican.lark")
    (tmp_path / "anglican.lark").write_bytes(grammar.read_bytes())
    tables.write(tmp_path / "tables.json")
    kept = resource("grammar", "tables.json").read_text(encoding="utf-8")
    assert (tmp_path / "tables.json").read_text(encoding="utf-8") == kept


def test_a_missing_resource_is_our_mistake() -> None:
    with pytest.raises(InternalError) as caught:
        resource("stdlib", "no-such-file.aq")
    assert caught.value.diagnostic.code == "AQ901"


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
