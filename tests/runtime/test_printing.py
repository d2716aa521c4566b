"""Values as text, against what Clojure 1.11 prints."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from anglipy.atoms import BigInt, Char, Regex
from anglipy.runtime.printing import describe, float_text, pr_str, print_str, to_str
from anglipy.runtime.values import (
    EMPTY,
    Keyword,
    LazySeq,
    List,
    PersistentMap,
    PersistentSet,
    Symbol,
    Vector,
)
from tests.runtime.strategies import doubles

CASES = [
    # value, pr-str, str, print-str
    (None, "nil", "", "nil"),
    (True, "true", "true", "true"),
    (12, "12", "12", "12"),
    (BigInt(12), "12N", "12", "12N"),
    (Fraction(1, 3), "1/3", "1/3", "1/3"),
    (1.0, "1.0", "1.0", "1.0"),
    (math.inf, "##Inf", "Infinity", "##Inf"),
    (-math.inf, "##-Inf", "-Infinity", "##-Inf"),
    (math.nan, "##NaN", "NaN", "##NaN"),
    ('a"b\\c\n', '"a\\"b\\\\c\\n"', 'a"b\\c\n', 'a"b\\c\n'),
    (Char("a"), "\\a", "a", "a"),
    (Char(" "), "\\space", " ", " "),
    (Char("\n"), "\\newline", "\n", "\n"),
    (Char("\x00"), "\\u0000", "\x00", "\x00"),
    (Keyword("ns/a"), ":ns/a", ":ns/a", ":ns/a"),
    (Symbol("a?"), "a?", "a?", "a?"),
    (Regex(r"\d+"), '#"\\d+"', r"\d+", '#"\\d+"'),
    (Vector([1, "a", None]), '[1 "a" nil]', '[1 "a" nil]', "[1 a nil]"),
    (List.of([1, Char("a")]), "(1 \\a)", "(1 \\a)", "(1 a)"),
    (EMPTY, "()", "()", "()"),
    (Vector([BigInt(1), math.inf]), "[1N ##Inf]", "[1N ##Inf]", "[1N ##Inf]"),
    (
        PersistentMap.of([(Keyword("a"), 1), ("b", Vector())]),
        '{:a 1, "b" []}',
        '{:a 1, "b" []}',
        "{:a 1, b []}",
    ),
    (PersistentSet([1, "x"]), '#{1 "x"}', '#{1 "x"}', "#{1 x}"),
    ([1, (2.0,), {"a": 1}], '[1 [2.0] {"a" 1}]', '[1 [2.0] {"a" 1}]', "[1 [2.0] {a 1}]"),
    (np.array([[1, 2]]), "[[1 2]]", "[[1 2]]", "[[1 2]]"),
    (np.float64(0.5), "0.5", "0.5", "0.5"),
    (np.zeros((40, 50), np.float32),) + ("#array[40x50 float32]",) * 3,
]


@pytest.mark.parametrize(("value", "readable", "as_str", "printed"), CASES)
def test_texts(value, readable, as_str, printed):
    assert (pr_str(value), to_str(value), print_str(value)) == (readable, as_str, printed)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.001, "0.001"),
        (0.0009, "9.0E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (-1.5e-10, "-1.5E-10"),
        (1e21, "1.0E21"),
        (123456789012345680.0, "1.2345678901234568E17"),
        (5e-324, "4.9E-324"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
    ],
)
def test_doubles_as_java_writes_them(value, text):
    assert float_text(value) == text


@given(doubles.filter(math.isfinite))
def test_doubles_read_back(value):
    text = float_text(value)
    assert float(text) == value
    assert re.fullmatch(r"-?\d+\.\d+(E-?\d+)?", text)
    if "E" in text:
        assert re.match(r"-?[1-9]\.", text)


def test_lazy_sequences_stop():
    assert pr_str(LazySeq(iter([1, 2]))) == "(1 2)"
    endless = pr_str(LazySeq(iter(int, 1)))
    assert endless.startswith("(0 0 ")
    assert endless.endswith("0 ...)")
    realised = LazySeq(iter(range(2000)))
    assert len(realised) == 2000
    assert pr_str(realised).endswith("1999)")


def test_descriptions_are_short_and_in_the_users_words():
    assert describe(None) == "nil"
    assert describe("a") == 'the string "a"'
    assert describe(True) == "the boolean true"
    assert describe(Vector([1])) == "the vector [1]"
    assert describe(List.of([1])) == "the list (1)"
    assert describe(PersistentMap.of([])) == "the map {}"
    assert describe(Keyword("k")) == "the keyword :k"
    assert len(describe(Vector(range(1000)))) < 80
    assert describe(len) == "#function[len]"
