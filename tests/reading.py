"""Texts as forms, or as the mistakes that are in them."""

from __future__ import annotations

import pytest

from anglipy.diagnostics import ReadError, Source
from anglipy.forms import (
    Form,
)
from anglipy.reader import read


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
