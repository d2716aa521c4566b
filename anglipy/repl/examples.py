"""The examples of the reference: for every name of the language one that runs.

They stand in `stdlib/examples`, a file for each chapter of the reference, in the order of the page:

    ;; # Title             the first line; the lines of comment below it are the introduction

    (inc 41) ;=> 42        an example of `inc`: forms at the margin, and what they give

    ;;; atom swap! : top   an example, up to the next empty line, of all these names
    (let [n (atom 1)]
      (swap! n inc)) ;=> 2

    ;; Any text.           a comment of its own begins a section

`;> LINE` is a line that is printed, `;! CODE` an error. `: top` says that an example runs at the
top level of a program only, `: query` that it runs in the body of a query only. The tests run all
of them, in queries one particle at a time and many in lockstep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from anglipy.resources import resource

__all__ = ["CHAPTERS", "Chapter", "Example", "chapters", "example_of"]

CHAPTERS = (
    "queries", "distributions", "processes", "inference", "engines", "forms", "macros", "numbers",
    "predicates", "collections", "sequences", "functions", "text", "state", "matrices", "java",
    "libraries", "worksheets",
)  # fmt: skip
"""The files, in the order of the reference."""

_HEADER = re.compile(r";;; (.+?)(?: : (top|query))?")
_HEAD = re.compile(r"\(?([^\s()]+)")


@dataclass(frozen=True, slots=True)
class Example:
    """Forms, and behind each what it gives."""

    names: tuple[str, ...]
    text: str
    where: str = ""
    """`top` or `query`, if it runs there only."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of the reference."""

    name: str
    title: str
    introduction: str
    sections: tuple[tuple[str, tuple[Example, ...]], ...]
    """(heading, examples), the first without a heading."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """All of them."""
        return tuple(example for _, examples in self.sections for example in examples)


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, in order."""
    return tuple(
        _chapter(name, resource("stdlib", f"examples/{name}.aq").read_text(encoding="utf-8"))
        for name in CHAPTERS
    )


@cache
def _by_name() -> dict[str, Example]:
    return {
        name: example
        for chapter in chapters()
        for example in chapter.examples
        for name in example.names
    }


def example_of(*names: str) -> Example | None:
    """The example of a thing that has these names."""
    found = _by_name()
    return next((found[name] for name in names if name in found), None)


def _chapter(name: str, text: str) -> Chapter:
    blocks = [block.splitlines() for block in re.split(r"\n\n+", text.strip())]
    first, *introduction = blocks[0]
    sections: list[tuple[str, list[Example]]] = [("", [])]
    for lines in blocks[1:]:
        header = _HEADER.fullmatch(lines[0])
        if header is not None:
            body = "\n".join(lines[1:])
            sections[-1][1].append(Example(tuple(header[1].split()), body, header[2] or ""))
        elif lines[0].startswith(";; "):
            sections.append((_comment(lines), []))
        else:
            sections[-1][1].extend(_examples(lines))
    return Chapter(
        name,
        first.removeprefix(";; # "),
        _comment(introduction),
        tuple((heading, tuple(examples)) for heading, examples in sections),
    )


def _comment(lines: list[str]) -> str:
    return "\n".join(line.removeprefix(";;").strip() for line in lines)


def _examples(lines: list[str]) -> list[Example]:
    """One for each form at the margin, those of one name together."""
    forms: list[list[str]] = []
    for line in lines:
        if line[:1] in " ;":
            forms[-1].append(line)
        else:
            forms.append([line])
    found: dict[str, str] = {}
    for form in forms:
        head = _HEAD.match(form[0])
        assert head is not None
        before = f"{found[head[1]]}\n" if head[1] in found else ""
        found[head[1]] = before + "\n".join(form)
    return [Example((name,), text) for name, text in found.items()]
