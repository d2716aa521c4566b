"""The language, case by case: every `.aq` file here holds forms and what comes of the last one.

    (defn f [x] (* 2 x))
    (f 4)
    ;; => 8

`;; => VALUE` is the value as it prints, `;; error: CODE` the code of the error, `;; predicts: []`
what a run predicted. Each case is evaluated in up to four ways, which `;; only: WAY` and
`;; not: WAY` restrict (what is not drawn is not hidden either):

    top      at the top level
    query    inside a query, run with an engine's answers
    drawing  inside a query, where every function and loop draws something as well, so that none of
             them is a plain Python function and every higher-order function is the library's
    hidden   inside a query, where a function passed to a higher-order function comes out of a
             vector, so that the compiler cannot know it, and the library's version is called; this
             covers keywords, maps, sets and built-in functions as arguments
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError, ErrorGroup, Source
from anglipy.forms import Collection, Form, ListForm, Symbol, VectorForm, walk
from anglipy.printer import print_form
from anglipy.reader import read
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.machine import resume
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.printing import pr_str

HERE = Path(__file__).parent
NOTE = re.compile(r";; (=>|error:|predicts:|only:|not:) ?(.*)")
CHECKPOINTS = {"sample", "observe", "predict", "mem"}


@dataclass(frozen=True)
class Case:
    """Some forms and what is expected of them."""

    place: str
    text: str
    notes: dict[str, str]

    @property
    def forms(self) -> tuple[str, str]:
        """The forms before the last, and the last; all in the first if they cannot be read."""
        try:
            forms = read(Source("case", self.text))
        except AnglipyError:
            return self.text, ""
        last = forms[-1].span
        return self.text[: last.start], self.text[last.start : last.end]

    def ways(self) -> list[str]:
        if "only:" in self.notes:
            return [self.notes["only:"]]
        names = {f.name for f in walk_text(self.forms[1]) if isinstance(f, Symbol)}
        definitions = walk_text(self.forms[0])
        if any(isinstance(f, Symbol) and f.name in CHECKPOINTS for f in definitions):
            names |= CHECKPOINTS
        first = [] if names & CHECKPOINTS else ["top"]
        drawing = ["drawing"] if drawn(self.text) != plain(self.text) else []
        hidden = ["hidden"] if hiding(self.text) != plain(self.text) else []
        if self.notes.get("not:") == "drawing":
            drawing = hidden = []
        return [w for w in (*first, "query", *drawing, *hidden) if w != self.notes.get("not:")]


def cases() -> list[Case]:
    found = []
    for path in sorted(HERE.glob("*.aq")):
        lines: list[str] = []
        notes: dict[str, str] = {}
        start = 1
        for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "", "x"], 1):
            match = NOTE.fullmatch(line)
            if match:
                notes[match[1]] = match[2]
            elif notes:
                found.append(Case(f"{path.stem}:{start}", "\n".join(lines), notes))
                lines, notes, start = [], {}, number + 1
            elif line.startswith(";;") or (not line and not lines):
                start = number + 1
            else:
                lines.append(line)
    return found


def walk_text(text: str) -> list[Form]:
    try:
        return [inner for form in read(Source("case", text)) for inner in walk(form)]
    except AnglipyError:
        return []


def plain(text: str) -> str:
    try:
        return "\n".join(map(print_form, read(Source("case", text))))
    except AnglipyError:
        return text


def drawn(text: str) -> str:
    """The program with a draw at the beginning of every function, loop and `for` body."""
    try:
        return "\n".join(print_form(with_draws(form)) for form in read(Source("case", text)))
    except AnglipyError:
        return text


def hiding(text: str) -> str:
    """The program with every function passed to a built-in one taken out of a vector."""
    try:
        return "\n".join(print_form(with_hidden(form)) for form in read(Source("case", text)))
    except AnglipyError:
        return text


def with_hidden(form: Form) -> Form:
    if not isinstance(form, Collection):
        return form
    items = tuple(map(with_hidden, form.items))
    head = items[0] if items and isinstance(form, ListForm) else None
    if isinstance(head, Symbol) and head.name in PRIMITIVES:
        positions: Any = PRIMITIVES[head.name].function_args
        if -1 in positions:
            positions = range(len(items))
        items = (head, *(hidden(item) if at in positions else item
                         for at, item in enumerate(items[1:])))  # fmt: skip
    return type(form)(items, form.span)


def hidden(form: Form) -> Form:
    first = Symbol("clojure.core/first", form.span)
    return ListForm((first, VectorForm((form,), form.span)), form.span)


def with_draws(form: Form) -> Form:
    if not isinstance(form, Collection):
        return form
    items = tuple(map(with_draws, form.items))
    head = items[0] if items and isinstance(form, ListForm) else None
    if isinstance(head, Symbol) and head.name in ("fn", "fm", "defn", "defm", "loop", "for"):
        draw = read(Source("draw", "(sample (flip 0.5))"))[0]
        at = next((i for i, item in enumerate(items) if isinstance(item, VectorForm)), None)
        if at is not None and head.name == "for":
            items = (
                *items[: at + 1],
                ListForm((Symbol("do", form.span), draw, *items[at + 1 :]), form.span),
            )
        elif at is not None:
            items = (*items[: at + 1], draw, *items[at + 1 :])
        else:
            items = tuple(
                ListForm((item.items[0], draw, *item.items[1:]), item.span)
                if isinstance(item, ListForm)
                and item.items
                and isinstance(item.items[0], VectorForm)
                else item
                for item in items
            )
    return type(form)(items, form.span)


def evaluated(case: Case, way: str) -> tuple[str, str]:
    """The value as text, and the predicts as text."""
    before, last = case.forms
    if way == "top":
        return pr_str(Session(HERE).evaluate(case.text, "case.aq")[-1]), "[]"
    text = f"{before}\n(defquery main [] {last}\n)" if last else before
    session = Session(HERE)
    rewritten = {"drawing": drawn, "hidden": hiding}.get(way, str)
    session.evaluate(rewritten(text), "case.aq")
    rng = np.random.default_rng(1)
    checkpoint = session.program.queries["main"].query.start(None)
    while not isinstance(checkpoint, Result):
        answer = checkpoint.dist.sample(rng) if isinstance(checkpoint, Sample) else checkpoint.value
        checkpoint = resume(checkpoint, answer)
    predicts = checkpoint.state.predict_list()
    shown = " ".join(f"[{pr_str(label)} {pr_str(value)}]" for label, value in predicts)
    return pr_str(checkpoint.value), f"[{shown}]"


ALL = [pytest.param(case, way, id=f"{case.place}-{way}") for case in cases() for way in case.ways()]


@pytest.mark.parametrize(("case", "way"), ALL)
def test_case(case: Case, way: str) -> None:
    if "error:" in case.notes:
        with pytest.raises(AnglipyError) as caught:
            evaluated(case, way)
        error = caught.value.errors[0] if isinstance(caught.value, ErrorGroup) else caught.value
        assert error.diagnostic.code == case.notes["error:"], str(error)
        assert error.diagnostic.span is not None
    else:
        value, predicts = evaluated(case, way)
        assert value == case.notes["=>"]
        assert predicts == case.notes.get("predicts:", "[]")


def test_there_are_many_cases() -> None:
    assert len(cases()) >= 300
    assert len(ALL) >= 650
