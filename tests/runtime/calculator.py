"""Calls of primitives written in the language: `show("(take 2 [1 2 3])")` is `"(1 2)"`.

It knows literals, collections, quotes and calls of primitives on these, and nothing else: no
compiler is involved.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from anglipy import forms
from anglipy.diagnostics import ProgramError, Source
from anglipy.reader import read
from anglipy.runtime.primitives import CONSTANTS, PRIMITIVES
from anglipy.runtime.printing import pr_str
from anglipy.runtime.values import Keyword, List, PersistentMap, PersistentSet, Symbol, Vector

__all__ = ["calculate", "complain", "show"]


def calculate(text: str) -> Any:
    """The value of the only form of the text."""
    (form,) = read(Source("<test>", text))
    return _value(form)


def show(text: str) -> str:
    """The readable text of the value of a form."""
    return pr_str(calculate(text))


def complain(text: str) -> str:
    """The message of the ProgramError that the form raises."""
    with pytest.raises(ProgramError) as caught:
        calculate(text)
    return caught.value.diagnostic.message


def _value(form: Any) -> Any:
    if isinstance(form, forms.Symbol):
        return CONSTANTS[form.name] if form.name in CONSTANTS else PRIMITIVES[form.name].fn
    if isinstance(form, forms.ListForm) and form.items:
        if form.items[0] == forms.Symbol("quote", form.span):
            return _datum(form.items[1])
        function, *arguments = map(_value, form.items)
        if isinstance(form.items[0], forms.Symbol):
            _check_arity(form.items[0].name, len(arguments))
        return function(*arguments)
    return _collection(form, _value)


def _check_arity(name: str, count: int) -> None:
    low, high = PRIMITIVES[name].arity
    fits = low <= count and (high is None or count <= high)
    assert fits, f"{name} with {count} arguments"


def _datum(form: Any) -> Any:
    return Symbol(form.name) if isinstance(form, forms.Symbol) else _collection(form, _datum)


def _collection(form: Any, value: Any) -> Any:
    match form:
        case forms.Literal():
            return form.value
        case forms.Keyword():
            return Keyword(form.name)
        case forms.MapForm():
            flat = [value(item) for item in form.items]
            return PersistentMap.of(p for i, p in enumerate(pairwise(flat)) if i % 2 == 0)
        case forms.VectorForm():
            return Vector(value(item) for item in form.items)
        case forms.SetForm():
            return PersistentSet(value(item) for item in form.items)
        case _:
            return List.of(value(item) for item in form.items)
