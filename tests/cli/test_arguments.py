"""The argument of a query, from -v or --arg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from anglipy.arguments import Parameters, parameters
from anglipy.cli.arguments import argument
from anglipy.diagnostics import OptionError
from anglipy.runtime.values import Vector, equal


@dataclass
class Declared:
    """As much of a model as `argument` looks at."""

    params: str
    name: str = "q"


def given(params: str, value: str | None = None, *named: str) -> object:
    return argument(Declared(params), value, named)  # type: ignore[arg-type]


def refused(params: str, value: str | None = None, *named: str) -> str:
    with pytest.raises(OptionError) as caught:
        given(params, value, *named)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", Parameters("[]", ())),
        ("[a b]", Parameters("[a b]", ("a", "b"))),
        ("[a & more]", Parameters("[a & more]", ("a",), rest="more", has_rest=True)),
        ("[a & [b c]]", Parameters("[a & [b c]]", ("a",), optional=("b", "c"))),
        ("[& [b & c]]", Parameters("[& [b & c]]", (), has_rest=True)),
        ("[[x y] b]", Parameters("[[x y] b]", (None, "b"))),
        ("value", Parameters("value", ("value",), is_vector=False)),
        ("", Parameters("", (), is_vector=False)),
    ],
)
def test_parameters(text: str, expected: Parameters) -> None:
    assert expected == parameters(text)


def test_whole_vector() -> None:
    assert equal(given("[a b]", "[9 8]"), Vector([9, 8]))


def test_query_of_one_parameter_takes_the_bare_element() -> None:
    assert equal(given("[a]", "9"), Vector([9]))
    assert equal(given("[a]", "[9]"), Vector([9]))


def test_query_of_one_parameter_takes_a_bare_array(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("images") / "image.png"
    Image.new("L", (3, 2)).save(path)
    value = given("[image]", f"@{path}")
    assert isinstance(value, Vector)
    assert isinstance(value[0], np.ndarray)


def test_value_without_a_parameter_vector_is_taken_as_it_is() -> None:
    assert equal(given("value", "[1 2 3]"), Vector([1, 2, 3]))


def test_named() -> None:
    assert equal(given("[a b]", None, "b=8", "a=[1 2]"), Vector([Vector([1, 2]), 8]))


def test_named_value_may_hold_an_equals_sign() -> None:
    assert equal(given("[a]", None, 'a="x=y"'), Vector(["x=y"]))


def test_named_rest() -> None:
    assert equal(given("[a & more]", None, "a=1", "more=[2 3]"), Vector([1, 2, 3]))


def test_named_optional() -> None:
    assert equal(given("[a & [b c]]", None, "a=1"), Vector([1]))
    assert equal(given("[a & [b c]]", None, "a=1", "c=3"), Vector([1, None, 3]))
    assert equal(given("[& [b]]", None, "b=[1 2]"), Vector([Vector([1, 2])]))


def test_an_only_optional_parameter_takes_the_bare_element() -> None:
    assert equal(given("[& [b]]", "3"), Vector([3]))


def test_wrong_number_of_optional_values() -> None:
    assert "takes 1 to 2 values" in refused("[a & [b]]", "[1 2 3]")
    assert "takes at least 1 value" in refused("[a & b]", "[]")


def test_named_without_a_parameter_vector() -> None:
    assert equal(given("value", None, "value=3"), 3)


@pytest.mark.parametrize("params", ["[]", "", "_", "[_unused]", "[& rest]", "[& [a]]"])
def test_nothing_needed(params: str) -> None:
    assert given(params) is None


def test_nothing_given_but_needed() -> None:
    assert "--arg a=VALUE" in refused("[a b]")


@pytest.mark.parametrize("value", ["[1]", "[1 2 3]", "[]"])
def test_wrong_number_of_values(value: str) -> None:
    assert "takes 2 values" in refused("[a b]", value)


def test_any_number_of_rest_values() -> None:
    assert equal(given("[a & more]", "[1 2 3]"), Vector([1, 2, 3]))


def test_unknown_name_lists_the_nearest() -> None:
    assert "did you mean `height`" in refused("[height width]", None, "hieght=1")


def test_unknown_name_lists_all() -> None:
    assert "it takes height, width" in refused("[height width]", None, "zzz=1")


def test_missing_names_are_listed() -> None:
    assert "also needs `b`, `c`" in refused("[a b c]", None, "a=1")


def test_pattern_has_no_name() -> None:
    assert "without a name" in refused("[[x y] b]", None, "b=1")


def test_name_given_twice() -> None:
    assert "twice" in refused("[a]", None, "a=1", "a=2")


def test_both_ways_at_once() -> None:
    assert "not with both" in refused("[a]", "1", "a=2")
