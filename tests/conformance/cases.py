"""The cases of the conformance suite: forms, and what comes of the last one.

    (defn f [x] (* 2 x))
    (f 4)
    ;; => 8

`;; => VALUE` is the value as it prints, `;; error: CODE` the code of the error, `;; predicts: []`
what a run predicted. `;; same` says nothing of the value: the last form draws, and particles in
lockstep must give exactly the joint distribution of single ones. `;; each` says that it draws, and
that six particles in lockstep each do what they do alone with the same draws.

A case is evaluated in up to six ways:

    top      at the top level
    query    inside a query
    drawing  inside a query, where every function and loop draws something as well, so that none of
             them is a plain Python function and every higher-order function is the library's
    hidden   inside a query, where a function passed to a higher-order function comes out of a
             vector, so that the compiler cannot know it, and the library's version is called; this
             covers keywords, maps, sets and built-in functions as arguments
    varying  inside a query, where every constant of the last form is a value that differs between
             the particles (see `rewriting`); also with draws everywhere, as `drawing varying`

All but `top` are evaluated one particle at a time and in lockstep, by groups of one particle and of
three. `;; only: WAY` and `;; not: WAY...` restrict them; what is not drawn is not hidden either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anglipy.diagnostics import AnglipyError, Source
from anglipy.forms import Form, Symbol, walk
from anglipy.reader import read
from tests.conformance import rewriting

__all__ = ["IN_LOCKSTEP", "Case", "cases"]

HERE = Path(__file__).parent
NOTE = re.compile(r";; (=>|error:|predicts:|only:|not:|same|each) ?(.*)")
CHECKPOINTS = {"sample", "observe", "predict", "mem"}
RUN_TIME = CHECKPOINTS | {"store", "retrieve", "crp", "XRP", "OBSERVE", "DPmem"}
"""Names that have a meaning only while a query runs."""
IN_LOCKSTEP = ("same", "each", "query", "drawing", "hidden", "varying")
"""The ways in which particles run together, too."""


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

    def program(self, way: str) -> str:
        """The text of a program with a query `main` that gives the value of the last form."""
        before, last = self.forms
        if "varying" in way:
            last = rewriting.varied(last)
        text = f"{before}\n(defquery main [] {last}\n)" if last else before
        rewritten = {"drawing": rewriting.drawn, "hidden": rewriting.hidden}.get(way.split()[0])
        return rewritten(text) if rewritten is not None else text

    def ways(self) -> list[str]:
        """The ways in which it is evaluated."""
        if "only:" in self.notes:
            return [self.notes["only:"]]
        for way in ("same", "each"):
            if way in self.notes:
                return [way]
        excluded = self.notes.get("not:", "").split()
        if "drawing" in excluded:
            excluded.append("hidden")
        return [way for way in self._possible() if not {*way.split()} & {*excluded}]

    def _possible(self) -> Iterator[str]:
        last = names_in(self.forms[1])
        definitions = names_in(self.forms[0])
        if not (last & RUN_TIME or definitions & CHECKPOINTS):
            yield "top"
        yield "query"
        text = rewriting.plain(self.text)
        if rewriting.drawn(self.text) != text:
            yield "drawing"
        if rewriting.hidden(self.text) != text:
            yield "hidden"
        is_code = "defmacro" in definitions  # A literal may be a part of the program.
        if "=>" in self.notes and not is_code and rewriting.varied(self.forms[1]) != self.forms[1]:
            yield "varying"
            if rewriting.drawn(self.text) != text:
                yield "drawing varying"


def cases() -> list[Case]:
    """All cases of all files, in order."""
    return [case for path in sorted(HERE.rglob("*.aq")) for case in _in_file(path)]


def _in_file(path: Path) -> Iterator[Case]:
    place = path.relative_to(HERE).with_suffix("").as_posix()
    lines: list[str] = []
    notes: dict[str, str] = {}
    start = 1
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "", "x"], 1):
        match = NOTE.fullmatch(line)
        if match:
            notes[match[1]] = match[2]
        elif notes:
            yield Case(f"{place}:{start}", "\n".join(lines), notes)
            lines, notes, start = [], {}, number + 1
        elif line.startswith(";;") or (not line and not lines):
            start = number + 1
        else:
            lines.append(line)
    assert lines in ([], ["x"]), (path, lines)


def names_in(text: str) -> set[str]:
    """The symbols of a text; none if it cannot be read."""
    try:
        forms: list[Form] = [f for form in read(Source("case", text)) for f in walk(form)]
    except AnglipyError:
        return set()
    return {form.name for form in forms if isinstance(form, Symbol)}
