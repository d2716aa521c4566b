"""The printers: what they write reads as the same form, and looks as a Clojure programmer would
write it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.diagnostics import Source
from anglipy.forms import Collection, Form, Literal, Symbol
from anglipy.pretty import pretty
from anglipy.printer import print_form
from anglipy.reader import read
from tests.strategies import NOWHERE, TRICKY_VALUES, forms, relaxed

DEEP = 5_000


def one(text: str) -> Form:
    (form,) = read(Source("test.aq", text))
    return form


@relaxed
@given(forms())
def test_what_is_printed_reads_as_the_same_form(form: Form) -> None:
    text = print_form(form)
    assert one(text) == form
    assert print_form(one(text)) == text
    assert "\n" not in text or '#"' in text


@relaxed
@given(forms(), st.integers(1, 60))
def test_what_is_laid_out_reads_as_the_same_form(form: Form, width: int) -> None:
    assert one(pretty(form, width)) == form


@pytest.mark.parametrize("value", TRICKY_VALUES, ids=repr)
def test_tricky_values(value: object) -> None:
    form = Literal(value, NOWHERE)  # type: ignore[arg-type]
    text = print_form(form)
    assert one(text) == form
    assert text.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "(quote x)",
        "(quote)",
        "(quote x y)",
        "(unquote (deref x))",
        "(unquote '@x)",
        "(unquote (unquote-splicing x))",
        "(deref (deref x))",
        "((quote x) quote)",
        "(fn [%1 & %&] (f %1 %&))",
    ],
)
def test_prefixes(text: str) -> None:
    assert one(print_form(one(text))) == one(text)


def test_prefixes_are_short() -> None:
    text = "(f 'a @b #'c `(d ~e ~@f ~ @g) (quote) (quote a b))"
    assert print_form(one(text)) == text


def test_metadata_is_printed_and_read_back() -> None:
    text = '^{:doc "d" :k ^{:a 1} [x]} (f ^{:b true} y)'
    form = one(text)
    assert print_form(form) == text
    assert print_form(form, metadata=False) == "(f y)"
    assert isinstance(form, Collection)
    assert form.meta is not None
    assert print_form(form.meta) == '{:doc "d" :k ^{:a 1} [x]}'


@pytest.mark.parametrize(
    "text",
    [
        "(" * DEEP + ")" * DEEP,
        "'" * DEEP + "x",
        "{" * DEEP + "a" + " 1 b 2}" * DEEP,
        "(let [x " * DEEP + "y" + "] x)" * DEEP,
        "^{:a " * DEEP + "1" + "} x" * DEEP,
    ],
    ids=["lists", "quotes", "maps", "lets", "metadata"],
)
def test_depth_has_no_limit(text: str) -> None:
    form = one(text)
    assert one(print_form(form)) == form
    laid_out = pretty(form)
    assert one(laid_out) == form
    assert len(laid_out) < 60 * len(text)


def test_what_fits_stays_on_its_line() -> None:
    text = "(let [x 1] (f x))"
    assert pretty(one(text), width=len(text)) == text
    assert pretty(one(text), width=len(text) - 1) == "(let [x 1]\n  (f x))"


vectors = st.recursive(
    st.sampled_from(["a", "bc", "1"]),
    lambda inner: st.lists(inner, min_size=1, max_size=9).map(lambda p: f"[{' '.join(p)}]"),
    max_leaves=60,
)


@relaxed
@given(vectors)
def test_data_keeps_to_the_width(text: str) -> None:
    width = 4 * (text.count("[") + 5)
    lines = pretty(one(text), width).split("\n")
    assert max(len(line) for line in lines) <= width
    assert " ".join(line.strip() for line in lines) == text


LAYOUTS = {
    "query": """
(defquery hmm
  "A docstring."
  [observations]
  (let [initial (discrete [1 1 1])
        trans {0 (discrete [0.1 0.5 0.4])
               1 (discrete [0.2 0.2 0.6])}
        emit (fn [s] (normal (get [-1 1 0] s) 1))]
    (reduce (fn [states y]
              (let [s (sample initial)]
                (observe (emit s) y)
                (conj states s)))
            []
            observations)))
""",
    "branches": """
(cond
  (< distance-to-the-wall 1) (turn left)
  (flag? the-state) (if (even? (count xs))
                      (first-of-the-pair xs)
                      (second-of-the-pair xs))
  :else '(a b c))
""",
    "case": """
(case (kind-of the-thing)
  :first (do-something-with the-thing)
  (:second :third) :other
  (do-nothing-at-all with the-thing))
""",
    "data": """
(def numbers
  [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
   20 21 22 23 24 25])
""",
    "call": """
(some-function (argument number one)
               [argument (number two)]
               :three)
""",
    "head": """
((comp first-function second-function)
 (argument number one)
 (argument number two))
""",
    "splices": """
`(let [~name-of-the-binding ~value-of-the-binding]
   ~@(body-of-the-expression here))
""",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    text = LAYOUTS[name].strip("\n")
    assert pretty(one(text), width=52) == text


def test_symbols_print_as_they_are() -> None:
    assert print_form(Symbol("k_mu__3", NOWHERE)) == "k_mu__3"
