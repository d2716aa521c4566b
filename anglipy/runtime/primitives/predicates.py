"""Questions about values: what kind they are, whether they are equal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from anglipy.atoms import Char
from anglipy.runtime.access import function_of, get
from anglipy.runtime.classes import class_of_value
from anglipy.runtime.equality import MapLike, Sequential, SetLike, elements, equal, stable_hash
from anglipy.runtime.foreign import is_numpy_scalar
from anglipy.runtime.numbers import is_number, number
from anglipy.runtime.ordering import compare
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.seqs import Cons, List, Seq

__all__ = ["equal_all", "not_"]


# --- truth and equality ---------------------------------------------------------------------------


@primitive("not", arity=(1, 1))
def not_(value: Any) -> bool:
    """True for nil and false."""
    return value is None or value is False


@primitive("=", arity=(1, None), binary=equal)
def equal_all(first: Any, *others: Any) -> bool:
    """True if all arguments are equal."""
    for other in others:  # noqa: SIM110 (a generator costs more than the comparison)
        if not equal(first, other):
            return False
    return True


def not_equal(a: Any, b: Any) -> bool:
    """`(not= a b)`."""
    return not equal(a, b)


@primitive("not=", arity=(1, None), binary=not_equal)
def not_equal_all(first: Any, *others: Any) -> bool:
    """True if not all arguments are equal."""
    return not equal_all(first, *others)


@primitive("identical?", arity=(2, 2))
def is_identical(a: Any, b: Any) -> bool:
    """True if both arguments are the same object; numbers, strings and keywords are compared by
    value.
    """
    plain = (int, float, str, bool, Keyword)
    return a is b or (type(a) is type(b) and isinstance(a, plain) and a == b)


primitive("compare", arity=(2, 2))(compare)


@primitive("hash", arity=(1, 1))
def hash_(value: Any) -> int:
    """A number that is equal for equal values, and the same in every process."""
    return stable_hash(value)


# --- nil, booleans --------------------------------------------------------------------------------


@primitive("nil?", arity=(1, 1))
def is_nil(value: Any) -> bool:
    """True for nil."""
    return value is None


@primitive("some?", arity=(1, 1))
def is_some(value: Any) -> bool:
    """True for everything but nil."""
    return value is not None


@primitive("any?", arity=(1, 1))
def is_any(value: Any) -> bool:
    """True."""
    return True


def _boolean(value: Any) -> Any:
    return value.item() if is_numpy_scalar(value) else value


@primitive("true?", arity=(1, 1))
def is_true(value: Any) -> bool:
    """True for true only."""
    return _boolean(value) is True


@primitive("false?", arity=(1, 1))
def is_false(value: Any) -> bool:
    """True for false only."""
    return _boolean(value) is False


@primitive("boolean?", arity=(1, 1))
def is_boolean(value: Any) -> bool:
    """True for true and false."""
    return isinstance(_boolean(value), bool)


@primitive("boolean", arity=(1, 1))
def boolean(value: Any) -> bool:
    """False for nil and false, true for everything else."""
    return value is not None and value is not False


# --- numbers --------------------------------------------------------------------------------------


@primitive("number?", arity=(1, 1))
def is_number_(value: Any) -> bool:
    """True for integers, ratios and doubles."""
    return is_number(value)


def _is_kind(value: Any, kind: type | tuple[type, ...]) -> bool:
    return is_number(value) and isinstance(number(value, ""), kind)


@primitive("integer?", "int?", arity=(1, 1))
def is_integer(value: Any) -> bool:
    """True for integers of any size."""
    return _is_kind(value, int)


@primitive("float?", "double?", arity=(1, 1))
def is_float(value: Any) -> bool:
    """True for doubles."""
    return _is_kind(value, float)


@primitive("ratio?", arity=(1, 1))
def is_ratio(value: Any) -> bool:
    """True for ratios, which are never integral."""
    return isinstance(value, Fraction)


@primitive("rational?", arity=(1, 1))
def is_rational(value: Any) -> bool:
    """True for integers and ratios."""
    return _is_kind(value, (int, Fraction))


def _integer(value: Any, name: str) -> int:
    return number(value, name) if is_integer(value) else fail(name, "an integer", value)  # type: ignore[no-any-return]


@primitive("zero?", arity=(1, 1))
def is_zero(value: Any) -> bool:
    """True for zero of any kind."""
    return bool(number(value, "zero?") == 0)


@primitive("pos?", arity=(1, 1))
def is_positive(value: Any) -> Any:
    """True for numbers above zero."""
    return number(value, "pos?") > 0


@primitive("neg?", arity=(1, 1))
def is_negative(value: Any) -> Any:
    """True for numbers below zero."""
    return number(value, "neg?") < 0


@primitive("even?", arity=(1, 1))
def is_even(value: Any) -> bool:
    """True for even integers."""
    return _integer(value, "even?") % 2 == 0


@primitive("odd?", arity=(1, 1))
def is_odd(value: Any) -> bool:
    """True for odd integers."""
    return _integer(value, "odd?") % 2 == 1


@primitive("pos-int?", arity=(1, 1))
def is_positive_integer(value: Any) -> bool:
    """True for integers above zero."""
    return is_integer(value) and bool(value > 0)


@primitive("neg-int?", arity=(1, 1))
def is_negative_integer(value: Any) -> bool:
    """True for integers below zero."""
    return is_integer(value) and bool(value < 0)


@primitive("nat-int?", arity=(1, 1))
def is_natural(value: Any) -> bool:
    """True for integers not below zero."""
    return is_integer(value) and bool(value >= 0)


# --- text -----------------------------------------------------------------------------------------


@primitive("string?", arity=(1, 1))
def is_string(value: Any) -> bool:
    """True for strings."""
    return isinstance(value, str)


@primitive("char?", arity=(1, 1))
def is_char(value: Any) -> bool:
    """True for characters."""
    return isinstance(value, Char)


@primitive("keyword?", arity=(1, 1))
def is_keyword(value: Any) -> bool:
    """True for keywords."""
    return isinstance(value, Keyword)


@primitive("symbol?", arity=(1, 1))
def is_symbol(value: Any) -> bool:
    """True for symbols."""
    return isinstance(value, Symbol)


@primitive("ident?", arity=(1, 1))
def is_ident(value: Any) -> bool:
    """True for keywords and symbols."""
    return isinstance(value, (Keyword, Symbol))


# --- collections and functions --------------------------------------------------------------------


@primitive("vector?", arity=(1, 1))
def is_vector(value: Any) -> bool:
    """True for vectors, and for Python lists, tuples and arrays, which stand for vectors."""
    return elements(value) is not None and not isinstance(value, Seq)


@primitive("list?", arity=(1, 1))
def is_list(value: Any) -> bool:
    """True for lists; results of `map`, `filter` and the like are sequences but no lists."""
    return isinstance(value, List)


@primitive("seq?", arity=(1, 1))
def is_seq(value: Any) -> bool:
    """True for lists and sequences."""
    return isinstance(value, Seq)


@primitive("map?", arity=(1, 1))
def is_map(value: Any) -> bool:
    """True for maps."""
    return isinstance(value, (MapLike, dict))


@primitive("set?", arity=(1, 1))
def is_set(value: Any) -> bool:
    """True for sets."""
    return isinstance(value, (SetLike, set, frozenset))


@primitive("sequential?", arity=(1, 1))
def is_sequential(value: Any) -> bool:
    """True for vectors, lists and sequences."""
    return elements(value) is not None


@primitive("coll?", arity=(1, 1))
def is_collection(value: Any) -> bool:
    """True for vectors, lists, sequences, maps and sets; not for strings."""
    return is_sequential(value) or is_map(value) or is_set(value)


@primitive("seqable?", arity=(1, 1))
def is_seqable(value: Any) -> bool:
    """True for what `seq` takes."""
    return value is None or isinstance(value, str) or is_collection(value)


@primitive("associative?", arity=(1, 1))
def is_associative(value: Any) -> bool:
    """True for what `assoc` takes: maps and vectors."""
    return is_map(value) or is_vector(value)


@primitive("counted?", arity=(1, 1))
def is_counted(value: Any) -> bool:
    """True for collections that know their length."""
    if isinstance(value, Seq):
        return not isinstance(value, Cons) and value.known_length() is not None
    return is_collection(value)


@primitive("ifn?", arity=(1, 1))
def is_callable(value: Any) -> bool:
    """True for everything that can be called: functions, keywords, symbols, maps, sets, vectors."""
    return callable(value) or function_of(value) is not None


@primitive("fn?", arity=(1, 1))
def is_function(value: Any) -> bool:
    """True for functions."""
    data = (Sequential, MapLike, SetLike, Keyword, Symbol)
    return callable(value) and not isinstance(value, data)


@primitive("class", arity=(1, 1))
def class_(value: Any) -> Any:
    """The class of a value, `java.lang.Long` of an integer; nil for nil."""
    return None if value is None else class_of_value(value)


@primitive("type", arity=(1, 1))
def type_(value: Any) -> Any:
    """What the metadata of a value says under :type, or else its class."""
    said = get(getattr(value, "_meta", None), _TYPE)
    return class_(value) if said is None else said


_TYPE = Keyword("type")
