"""Arithmetic against exact rationals, and the rules that Python's own numbers do not follow."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anglipy.atoms import BigInt, Char
from anglipy.diagnostics import ProgramError
from anglipy.runtime import numbers as n
from anglipy.runtime.division import mod, quot, rem
from anglipy.runtime.values import Keyword, Vector
from tests.runtime.strategies import doubles, longs, ratios

exact = st.one_of(longs, ratios, st.integers().map(BigInt))
real = st.one_of(exact, doubles)

OPERATIONS = [(n.add, "__add__"), (n.sub, "__sub__"), (n.mul, "__mul__")]


def kind(value: Any) -> str:
    return {int: "long", BigInt: "big", Fraction: "ratio", float: "double"}[type(value)]


class TestExactArithmetic:
    @given(exact, exact, st.sampled_from(OPERATIONS))
    def test_results_are_those_of_rationals(self, a, b, operation):
        ours, theirs = operation
        expected = getattr(Fraction(a), theirs)(Fraction(b))
        if kind(a) == kind(b) == "long" and not -(2**63) <= expected < 2**63:
            with pytest.raises(ProgramError, match="64-bit"):
                ours(a, b)
            return
        assert expected == ours(a, b)

    @given(exact, exact, st.sampled_from(OPERATIONS))
    def test_kind_of_result(self, a, b, operation):
        expected = getattr(Fraction(a), operation[1])(Fraction(b))
        assume(-(2**63) <= expected < 2**63)
        result = operation[0](a, b)
        if expected.denominator != 1:
            assert kind(result) == "ratio"
        else:
            assert kind(result) == ("long" if kind(a) == kind(b) == "long" else "big")

    @given(exact, exact)
    def test_division(self, a, b):
        if b == 0:
            with pytest.raises(ProgramError, match="division by zero"):
                n.div(a, b)
            return
        result = n.div(a, b)
        assert Fraction(a) / Fraction(b) == result
        assert (kind(result) == "ratio") == ((Fraction(a) / Fraction(b)).denominator != 1)

    @given(longs, longs)
    def test_primed_operations_never_overflow(self, a, b):
        for primed, expected in [
            (n.add_big, a + b),
            (n.sub_big, a - b),
            (n.mul_big, a * b),
        ]:
            result = primed(a, b)
            assert expected == result
            assert kind(result) == ("long" if -(2**63) <= expected < 2**63 else "big")

    def test_overflow_says_what_to_use(self):
        for call, primed in [
            (lambda: n.add(n.LONG_MAX, 1), "+'"),
            (lambda: n.sub(n.LONG_MIN, 1), "-'"),
            (lambda: n.mul(n.LONG_MAX, 2), "*'"),
            (lambda: n.inc(n.LONG_MAX), "inc'"),
            (lambda: n.dec(n.LONG_MIN), "dec'"),
        ]:
            with pytest.raises(ProgramError) as caught:
                call()
            assert caught.value.diagnostic.help.startswith(f"{primed} ")

    def test_limits_are_inside(self):
        assert n.add(n.LONG_MAX - 1, 1) == n.LONG_MAX
        assert n.inc(n.LONG_MAX - 1) == n.LONG_MAX
        assert n.dec(n.LONG_MIN + 1) == n.LONG_MIN

    def test_integers_that_divide_evenly_stay_long(self):
        assert kind(n.div(4, 2)) == "long"
        assert kind(n.mul(Fraction(1, 2), 2)) == "big"


class TestDoubles:
    @given(doubles, doubles, st.sampled_from(OPERATIONS))
    def test_doubles_are_pythons(self, a, b, operation):
        expected = getattr(a, operation[1])(b)
        result = operation[0](a, b)
        assert expected == result or (expected != expected and result != result)

    @given(exact, doubles, st.sampled_from(OPERATIONS))
    def test_a_double_makes_the_result_a_double(self, a, b, operation):
        assert kind(operation[0](a, b)) == "double"
        assert kind(operation[0](b, a)) == "double"

    @pytest.mark.parametrize(
        ("a", "b", "expected"),
        [(1.0, 0, math.inf), (-1, 0.0, -math.inf), (1, -0.0, -math.inf), (0.0, 0, math.nan)],
    )
    def test_division_by_zero(self, a, b, expected):
        assert n.div(a, b) == pytest.approx(expected, nan_ok=True)

    def test_integers_too_large_for_a_double(self):
        assert n.add(BigInt(10**400), 1.0) == math.inf
        assert n.mul(BigInt(-(10**400)), 1.0) == -math.inf


class TestIntegerDivision:
    @given(st.one_of(longs, ratios), st.one_of(longs, ratios))
    def test_laws(self, a, b):
        assume(b != 0)
        q, r, m = quot(a, b), rem(a, b), mod(a, b)
        assert Fraction(a) == Fraction(q) * Fraction(b) + Fraction(r)
        assert abs(r) < abs(b)
        assert r == 0 or (r > 0) == (a > 0)
        assert m == 0 or (m > 0) == (b > 0)
        assert (Fraction(m) - Fraction(r)) / Fraction(b) in (0, 1)

    @pytest.mark.parametrize(
        ("f", "a", "b", "expected"),
        [
            (quot, -7, 2, -3),
            (rem, -7, 2, -1),
            (mod, -7, 2, 1),
            (quot, 7, -2, -3),
            (mod, 7, -2, -1),
            (quot, 7.5, 2, 3.0),
            (rem, -7.5, 2, -1.5),
            (mod, -7.5, 2, 0.5),
            (quot, Fraction(7, 2), 1, 3),
        ],
    )
    def test_values(self, f, a, b, expected):
        result = f(a, b)
        assert expected == result
        assert isinstance(result, float) == isinstance(expected, float)

    @pytest.mark.parametrize("f", [quot, rem, mod])
    def test_zero_and_infinity(self, f):
        for a, b in [(1, 0), (1.0, 0.0), (math.inf, 2), (math.nan, 2), (1e308, 1e-308)]:
            with pytest.raises(ProgramError) as caught:
                f(a, b)
            assert caught.value.diagnostic.code == "AQ432"


class TestComparison:
    @given(exact, exact)
    def test_order_of_exact_numbers(self, a, b):
        x, y = Fraction(a), Fraction(b)
        expected = (x < y, x <= y, x > y, x >= y, x == y)
        assert expected == (n.lt(a, b), n.le(a, b), n.gt(a, b), n.ge(a, b), n.num_eq(a, b))

    @given(real, real)
    def test_max_and_min_give_an_operand(self, a, b):
        assert n.maximum(a, b) is a or n.maximum(a, b) is b
        assert n.minimum(a, b) is a or n.minimum(a, b) is b
        assert n.to_double(n.minimum(a, b)) <= n.to_double(n.maximum(a, b))

    def test_kinds_do_not_matter(self):
        assert n.num_eq(1, 1.0)
        assert n.lt(Fraction(1, 3), 0.5)
        assert kind(n.maximum(1, 2.0)) == "double"
        assert kind(n.maximum(3, 2.0)) == "long"

    def test_nan_wins(self):
        assert math.isnan(n.maximum(1, math.nan))
        assert math.isnan(n.minimum(math.nan, 1))


class TestConversion:
    @pytest.mark.parametrize(
        ("value", "expected"), [(2.7, 2), (-2.7, -2), (Fraction(-7, 2), -3), (Char("a"), 97)]
    )
    def test_long(self, value, expected):
        assert n.to_long(value) == expected

    def test_no_long(self):
        for value in (math.inf, math.nan, 1e30, BigInt(2**63)):
            with pytest.raises(ProgramError):
                n.to_long(value)

    def test_absolute_value(self):
        assert [kind(n.absolute(x)) for x in (-1, BigInt(-1), Fraction(-1, 2), -1.5)] == [
            "long",
            "big",
            "ratio",
            "double",
        ]


class TestOtherObjects:
    @pytest.mark.parametrize(
        "value", [True, None, "1", Char("1"), Vector([1]), Keyword("a"), [1], {"a": 1}]
    )
    def test_what_is_no_number(self, value):
        for call in (n.add, n.sub, n.mul, n.div, n.lt, n.maximum, quot, mod):
            for arguments in ((value, 1), (1.5, value)):
                with pytest.raises(ProgramError) as caught:
                    call(*arguments)
                assert caught.value.diagnostic.code == "AQ430"

    def test_message_names_operation_and_value(self):
        with pytest.raises(ProgramError, match=r"\+: expected a number, got the string \"a\""):
            n.add(1, "a")
        with pytest.raises(ProgramError, match="<: expected a number, got nil"):
            n.lt(None, 1)

    def test_arrays_use_their_own_operators(self):
        a = np.array([1.0, 2.0])
        assert n.add(a, 1).tolist() == [2.0, 3.0]
        assert n.div(1, a).tolist() == [1.0, 0.5]
        assert n.lt(a, 1.5).tolist() == [True, False]
        assert n.negate(a).tolist() == [-1.0, -2.0]

    def test_numpy_scalars_become_plain_numbers(self):
        for result in (n.add(np.int64(1), 2), n.mul(np.float64(1.5), 2), n.div(np.int32(1), 2)):
            assert type(result) in (int, float, Fraction)
        with pytest.raises(ProgramError):
            n.add(np.bool_(True), 1)
