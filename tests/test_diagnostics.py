"""How messages look: carets under tabs, wide characters and long lines, the end of a text,
colour, JSON.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.diagnostics import (
    AnglipyError,
    ArityError,
    Diagnostic,
    ErrorGroup,
    Incomplete,
    InternalError,
    OptionError,
    ReadError,
    Source,
    Span,
    UserError,
    render,
    to_data,
)
from tests.strategies import relaxed


def span_of(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(Source("model.aq", text), start, start + len(part))


def rendered(text: str, part: str) -> list[str]:
    return render(Diagnostic("AQ203", "wrong", span_of(text, part))).split("\n")


def test_a_whole_message() -> None:
    text = "(defquery hmm []\n  (observe (normal mu 1)))\n"
    diagnostic = Diagnostic(
        "AQ203",
        "`observe` needs a distribution and a value, got 1 argument",
        span_of(text, "(observe (normal mu 1))"),
        help="(observe dist value), e.g. (observe (normal mu 1) y)",
        notes=("in query `hmm`", "called at 9:1"),
    )
    assert render(diagnostic) == (
        "error[AQ203]: `observe` needs a distribution and a value, got 1 argument\n"
        " --> model.aq:2:3\n"
        "  |\n"
        "2 |   (observe (normal mu 1)))\n"
        "  |   ^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: (observe dist value), e.g. (observe (normal mu 1) y)\n"
        "  = note: in query `hmm`\n"
        "  = note: called at 9:1"
    )


def test_a_message_without_a_place() -> None:
    assert render(Diagnostic("AQ301", "wrong", help="right")) == (
        "error[AQ301]: wrong\n  = help: right"
    )


def test_a_warning() -> None:
    assert render(Diagnostic("AQ500", "odd", severity="warning")) == "warning[AQ500]: odd"


def test_the_margin_grows_with_the_line_number() -> None:
    lines = rendered("\n" * 99 + "abc", "b")
    assert lines[1:] == ["   --> model.aq:100:2", "    |", "100 | abc", "    |  ^"]


@pytest.mark.parametrize(
    ("text", "part", "caret"),
    [
        ("\t\tfoo )", ")", "\t\t    ^"),
        ("a\tb )", ")", " \t  ^"),
        ("\u65e5\u672c )", ")", "     ^"),
        ("e\u0301 )", ")", "  ^"),
        ("(\u65e5\u672c x)", "\u65e5\u672c", " ^^^^"),
        ("\U0001f600 )", ")", "   ^"),
        ("\u03bc )", ")", "  ^"),
        ("\ufeff(a)", "a", " ^"),
        ("a)\r\nb", ")", " ^"),
    ],
)
def test_carets_stand_below_the_span(text: str, part: str, caret: str) -> None:
    assert rendered(text, part)[4] == "  | " + caret


def test_the_line_end_and_the_byte_order_mark_are_not_shown() -> None:
    assert rendered("\ufeffab\r\nc", "a")[3] == "1 | ab"


def test_control_characters_are_not_sent_to_the_terminal() -> None:
    lines = rendered("a\x1b[31m\x00\u200b\u202e )", ")")
    assert lines[3] == "1 | a?[31m??? )"
    assert lines[4] == "  |           ^"


def test_a_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    lines = rendered("x (let [a 1]\n  a)", "(let [a 1]\n  a)")
    assert lines[3:] == ["1 | x (let [a 1]", "  |   ^^^^^^^^^^"]


def test_a_long_line_is_cut_around_the_span() -> None:
    lines = rendered("a" * 300 + "(b)" + "c" * 300, "(b)")
    shown, marked = lines[3][4:], lines[4][4:]
    assert len(shown) < 130
    assert shown.startswith("...a")
    assert shown.endswith("c...")
    assert shown[marked.index("^") : marked.rindex("^") + 1] == "(b)"


@pytest.mark.parametrize("text", ["(a", "(a\n", "(a\n\n  ", ""])
def test_the_end_of_the_text_says_so(text: str) -> None:
    source = Source("model.aq", text)
    line, column = source.position(len(text))
    lines = render(Diagnostic("AQ103", "ends", Span(source, len(text), len(text)))).split("\n")
    assert lines[1] == f" --> model.aq:{line}:{column} (end of text)"
    assert lines[4].strip().endswith("^")


def test_colour_adds_nothing_but_colour() -> None:
    diagnostic = Diagnostic("AQ203", "wrong", span_of("(a b)", "b"), "right", ("note",))
    coloured = render(diagnostic, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(diagnostic)
    assert "\x1b[" not in render(diagnostic)


def test_data() -> None:
    diagnostic = Diagnostic("AQ203", "wrong", span_of("(a\n b)\n", "a\n b"), "right", ("n",))
    data = json.loads(json.dumps(to_data(diagnostic)))
    assert data == {
        "severity": "error",
        "code": "AQ203",
        "message": "wrong",
        "file": "model.aq",
        "line": 1,
        "column": 2,
        "end_line": 2,
        "end_column": 3,
        "help": "right",
        "notes": ["n"],
    }
    assert "file" not in to_data(Diagnostic("AQ301", "wrong"))


@relaxed
@given(st.text(alphabet="a\n\r\t\ufeff\u65e5", max_size=20), st.data())
def test_positions_and_offsets_are_inverse(text: str, data: st.DataObject) -> None:
    source = Source("x", text)
    first = 1 if text.startswith("\ufeff") else 0
    offset = data.draw(st.integers(min(first, len(text)), len(text)))
    line, column = source.position(offset)
    assert line == text.count("\n", 0, offset) + 1
    assert column >= 1
    assert source.offset(line, column) == offset
    assert source.line(line) in text


@relaxed
@given(st.text(max_size=40), st.data())
def test_every_span_of_every_text_can_be_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    lines = render(Diagnostic("AQ100", "m", Span(Source("x", text), start, end))).split("\n")
    assert len(lines) == 5
    assert lines[4].endswith("^")


# ---- Errors


def test_an_error_is_its_message() -> None:
    error = ReadError("AQ101", "wrong", span_of("(a)", "a"), "right")
    assert str(error) == render(error.diagnostic)
    assert error.diagnostics == (error.diagnostic,)


def test_a_span_is_given_once() -> None:
    first, second = span_of("(a b)", "a"), span_of("(a b)", "b")
    error = ArityError("AQ210", "wrong")
    assert error.located(None).diagnostic.span is None
    assert error.located(first).located(second).diagnostic.span == first
    assert error.noted("n").noted("n").diagnostic.notes == ("n",)


def test_a_group_shows_all_its_errors() -> None:
    errors: list[AnglipyError] = [ReadError("AQ101", "one"), ArityError("AQ210", "two")]
    group = ErrorGroup([*errors])
    assert str(group) == "error[AQ101]: one\n\nerror[AQ210]: two"
    assert [d.code for d in ErrorGroup([group, *errors]).diagnostics] == [
        *("AQ101", "AQ210"),
        *("AQ101", "AQ210"),
    ]


def test_exit_codes() -> None:
    assert [kind.exit_code for kind in (Incomplete, UserError, OptionError, InternalError)] == [
        *(1, 1, 2, 70)
    ]
