"""The mistakes that the reader knows, and where it finds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anglipy import reader
from anglipy.atoms import BigInt
from anglipy.diagnostics import Incomplete, ReadError, Source
from anglipy.forms import (
    Literal,
    walk,
)
from anglipy.mistakes import mistakes
from anglipy.reader import read_all
from tests.reading import attempt, error_of, one, place_of, read_text, text_of
from tests.strategies import relaxed, soup

EXAMPLES = [(name, example) for name, mistake in mistakes().items() for example in mistake.examples]


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


FORM = """(defquery model [data]
  (let [mu (sample (normal 0 10))
        sigma (sample (gamma 1 1))]
    (doseq [x data]
      (observe (normal mu sigma) x))
    {:mu mu :total (reduce + (map inc [1 2 3]))}))

"""
BROKEN = {
    "nothing": FORM,
    "the last bracket": FORM.replace("}))", "})"),
    "all brackets at the end": FORM.replace("}))", "}"),
    "a bracket inside": FORM.replace("(gamma 1 1))", "(gamma 1 1)"),
    "a prefix at the end": FORM.replace("}))", "}) '"),
    "another bracket": FORM.replace("1 1))]", "1 1))}"),
    "one too many": FORM.replace("sigma) x))", "sigma) x)))"),
    "one in turn": FORM.replace("}))", "})") + FORM.replace("}))", "})))") + FORM,
    "a number": FORM.replace("1 1", "1x 1"),
}
"""What is wrong with each of many forms -> the form."""


@pytest.mark.parametrize("wrong", BROKEN)
def test_reading_takes_time_linear_in_the_text(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the text, with twice as many mistakes, takes twice as many tokens."""
    taken = 0
    tokens = reader._tokens

    def counted(*given: Any) -> Iterator[Any]:
        nonlocal taken
        for token in tokens(*given):
            taken += 1
            yield token

    monkeypatch.setattr(reader, "_tokens", counted)
    counts, found = [], []
    read_all(Source("first.aq", BROKEN[wrong]))  # The examples of mistakes are read once.
    for size in (20, 40):
        taken = 0
        _, errors = read_all(Source("test.aq", size * BROKEN[wrong]))
        counts.append(taken)
        found.append(len(errors))
    assert counts[1] < 2.1 * counts[0]
    assert found[1] == 2 * found[0]


def test_a_form_further_down_closes_what_is_open() -> None:
    """Where brackets that are missing and too many make up for each other, forms are nested."""
    missing, surplus = FORM.replace("}))", "})"), FORM.replace("}))", "})))")
    forms, errors = read_all(Source("test.aq", missing + FORM + surplus + FORM))
    assert not errors
    assert [text_of(form).count("defquery") for form in forms] == [3, 1]
    forms, errors = read_all(Source("test.aq", missing + FORM + missing + surplus + FORM + missing))
    assert [place_of(error)[0] for error in errors] == [1, 36]
    assert [text_of(form).count("defquery") for form in forms] == [1, 2, 1]


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
