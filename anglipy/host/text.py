"""Text as data and data as programs: `read-string`, `eval` and their kin.

`eval` works in the namespace of the program that calls it, so its functions are made for a
compiler: `evaluating(compiler)`. A form is evaluated as it prints, so it must be made of what can
be written down.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from anglipy.compile import Compiler
from anglipy.datum import datum
from anglipy.diagnostics import ProgramError, Source
from anglipy.expand import expand_once
from anglipy.forms import Form, ListForm
from anglipy.forms import Symbol as FormSymbol
from anglipy.reader import read
from anglipy.runtime.primitives.checks import text
from anglipy.runtime.primitives.files import File, Reader, file_of, io_resource, slurp
from anglipy.runtime.printing import pr_str
from anglipy.surroundings import RESERVED

__all__ = ["FUNCTIONS", "evaluating"]


def read_string(*arguments: Any) -> Any:
    """The first value written in a string."""
    written = text(arguments[-1], "read-string")
    forms = read(Source("<string>", written))
    if not forms:
        raise ProgramError("AQ440", "read-string: there is nothing in the string")
    return datum(forms[0])


def read_next(*arguments: Any) -> Any:
    """The value written in a reader, or in what is left of the standard input."""
    source = next((a for a in arguments if isinstance(a, Reader)), Reader(sys.stdin))
    return read_string(slurp(source))


def _as_written(form: Form) -> Form:
    """Special forms by their short names, as one writes them: nothing can hide them anyway."""
    if isinstance(form, ListForm) and form.items:
        head, *rest = map(_as_written, form.items)
        if isinstance(head, FormSymbol) and head.name.removeprefix("clojure.core/") in RESERVED:
            head = FormSymbol(head.name.removeprefix("clojure.core/"), head.span)
        return ListForm((head, *rest), form.span)
    return form


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "read-string": read_string,
    "clojure.edn/read-string": read_string,
    "read": read_next,
    "clojure.edn/read": read_next,
}


class _Functions:
    """The functions that compile more text into the namespace of a compiler."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def load_string(self, written: Any) -> Any:
        """The value of the last form of a text."""
        return self._loaded("<string>", text(written, "load-string"))

    def evaluate(self, form: Any) -> Any:
        """The value of a form given as data."""
        return self._loaded("<eval>", pr_str(form))

    def load_file(self, path: Any) -> Any:
        """The value of the last form of a file."""
        return self._loaded(str(path), slurp(path))

    def _loaded(self, name: str, written: str) -> Any:
        values = self._compiler.load(Source(name, written))
        return values[-1] if values else None

    def resource(self, path: Any) -> File | None:
        """The file of a path, beside the program, in the working directory or in its `resources`;
        nil if there is none.
        """
        beside = self._compiler.directory / file_of(path, "resource")
        return File(str(beside)) if beside.is_file() else io_resource(path)

    def macroexpand_once(self, form: Any) -> Any:
        """What a call of a macro is short for; any other form as it is."""
        (read_form,) = read(Source("<macroexpand>", pr_str(form)))
        if not isinstance(read_form, ListForm) or not read_form.items:
            return form
        shorter = expand_once(read_form, self._compiler.scope())
        return form if shorter is None else datum(_as_written(shorter))

    def macroexpand(self, form: Any) -> Any:
        """`macroexpand-1` until nothing changes."""
        while True:
            shorter = self.macroexpand_once(form)
            if shorter is form:
                return form
            form = shorter


def evaluating(compiler: Compiler) -> dict[str, Callable[..., Any]]:
    """The functions that a program of this compiler calls, by the names that it calls them by."""
    of_program = _Functions(compiler)
    return {
        "eval": of_program.evaluate,
        "load-string": of_program.load_string,
        "load-file": of_program.load_file,
        "clojure.java.io/resource": of_program.resource,
        "macroexpand-1": of_program.macroexpand_once,
        "macroexpand": of_program.macroexpand,
    }
