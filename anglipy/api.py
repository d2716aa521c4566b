"""anglipy from Python: programs are loaded, checked and shown, and queries found in them.

    program = anglipy.load("coin.aq")
    posterior = program.coin.infer("smc", args=[True, False], particles=10_000, seed=0)

What can be done with a query is in `model`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anglipy.compile import Compiler, queries
from anglipy.diagnostics import Diagnostic, OptionError, Source
from anglipy.environment import Namespace
from anglipy.host import HOST, supplied
from anglipy.model import Model
from anglipy.names import nearest
from anglipy.pretty import pretty
from anglipy.runtime.convert import from_python
from anglipy.runtime.printing import pr_str
from anglipy.tracebacks import theirs_only

__all__ = [
    "STAGES",
    "Model",
    "Program",
    "Session",
    "Survey",
    "check",
    "emit",
    "load",
    "loads",
    "survey",
]

STAGES = ("expanded", "core", "cps", "python")

_PROTOCOL = """\
# A query, called with its argument, is a generator: `next` gives the first checkpoint,
# `send(answer)` the next one, and `StopIteration.value` is the result. Underneath, each function
# below takes one step: it returns a checkpoint, or
# (code, frame, state, value) for the step to take next. A frame is a continuation: its code and
# what it captured."""


class Program:
    """A loaded file. Its queries are `program.queries["name"]`, or `program.name` where Python can
    write that.
    """

    def __init__(self, namespace: Namespace, path: str) -> None:
        self.namespace, self.path = namespace, path

    @property
    def queries(self) -> dict[str, Model]:
        """The queries by name, in the order of the file."""
        found = queries(self.namespace)
        return {name: Model(query, self.namespace, self.path) for name, query in found.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        dashed = name.replace("_", "-")
        for candidate in (name, dashed):
            if candidate in self.namespace.definitions:
                return self.queries.get(candidate) or self.namespace.value_of(candidate)
        near = nearest(dashed, self.namespace.definitions)
        raise AttributeError(
            f"{self.path} defines no `{dashed}`" + (f"; did you mean `{near}`?" if near else "")
        )

    def __dir__(self) -> list[str]:
        return [
            *super().__dir__(),
            *(name.replace("-", "_") for name in self.namespace.definitions),
        ]

    def __repr__(self) -> str:
        return f"<program {self.path}: {', '.join(self.queries) or 'no queries'}>"


@theirs_only
def load(path: str | Path, python: Mapping[str, Any] | None = None) -> Program:
    """Compile a file and run its top level. `python` gives names that the program may use to values
    of Python: functions, torch modules, data. Raises UserError with file, line and column.
    """
    return built(_read(path), Path(path).parent, python)[0]


@theirs_only
def loads(text: str, name: str = "<text>", python: Mapping[str, Any] | None = None) -> Program:
    """Compile a program given as text; `python` as for `load`."""
    return built(Source(name, text), Path.cwd(), python)[0]


def built(
    source: Source, directory: Path, python: Mapping[str, Any] | None = None
) -> tuple[Program, list[Any]]:
    """A program, and the values of its forms that are expressions."""
    compiler = _compiler(directory)
    for name, value in (python or {}).items():
        given = value if callable(value) else from_python(value)
        compiler.namespace.define_python(name, given)
    values = compiler.load(source)
    return Program(compiler.namespace, source.name), values


def _compiler(directory: Path, execute: bool = True, keep_stages: bool = False) -> Compiler:
    """A compiler for a program that may use everything there is."""
    return Compiler(Namespace(HOST), directory, execute, keep_stages=keep_stages, supply=supplied)


def _read(path: str | Path) -> Source:
    try:
        return Source(str(path), Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OptionError("AQ304", f"there is no file {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError("AQ304", f"cannot read {path}: {error}") from error


@theirs_only
def check(path: str | Path) -> list[Diagnostic]:
    """Every mistake in a file that can be found without running it, in order."""
    return survey(_read(path), Path(path).parent).diagnostics


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be said of a program without running it."""

    diagnostics: list[Diagnostic]
    """Errors and warnings, in the order of the text."""
    queries: int
    sites: int


def survey(source: Source, directory: Path) -> Survey:
    """The messages about a text, and how many queries and sites it defines. Runs nothing but its
    macros.
    """
    compiler = _compiler(directory, execute=False)
    errors = compiler.check(source)
    found = [diagnostic for error in errors for diagnostic in error.diagnostics]
    found += compiler.warnings
    definitions = compiler.namespace.definitions.values()
    return Survey(
        sorted(found, key=lambda d: d.span.start if d.span else -1),
        sum(definition.is_query for definition in definitions),
        sum(len(definition.sites) for definition in definitions),
    )


@theirs_only
def emit(path: str | Path, stage: str = "python") -> str:
    """What a pass of the compiler makes of a file, as text. Runs nothing."""
    from anglipy.showing import core_form, cps_form

    if stage not in STAGES:
        raise OptionError(
            "AQ303", f"there is no stage `{stage}`", help=f"known: {', '.join(STAGES)}"
        )
    compiler = _compiler(Path(path).parent, execute=False, keep_stages=True)
    compiler.load(_read(path))
    parts = [_PROTOCOL] if stage == "python" else []
    for stages in compiler.stages:
        if stage == "expanded":
            parts.append(pretty(stages.expanded))
        elif stage == "core" and stages.core is not None:
            parts.append(pretty(core_form(stages.core)))
        elif stage == "cps" and stages.cps is not None:
            parts.append(pretty(cps_form(stages.cps)))
        elif stages.python is not None:
            lines = [
                f"{name} = Site({site!r})  # {span}"
                for name, (site, span) in stages.python.sites.items()
            ]
            lines += [
                f"{name} = ...  # {pr_str(value)}"
                for name, value in stages.python.constants.items()
            ]
            parts.append(
                "\n".join([*lines, ast.unparse(ast.fix_missing_locations(stages.python.module))])
            )
    return "\n\n".join(parts) + "\n"


class Session:
    """An interactive session: one namespace that outlives errors.

    A text that fails leaves the namespace as the forms before the failing one left it.
    """

    def __init__(self, directory: str | Path = ".") -> None:
        self.compiler = _compiler(Path(directory))

    @theirs_only
    def evaluate(self, text: str, name: str) -> list[Any]:
        """The values of the forms of a text. Raises AnglipyError; `Incomplete` if the text ends
        inside a form.
        """
        return self.compiler.load(Source(name, text))

    @theirs_only
    def load(self, path: str | Path) -> Program:
        """Load a file into the session."""
        self.compiler.directory = Path(path).parent
        self.compiler.load(_read(path))
        return Program(self.compiler.namespace, str(path))

    @property
    def program(self) -> Program:
        """What the session has defined so far."""
        return Program(self.compiler.namespace, "<session>")

    def names(self) -> Mapping[str, Any]:
        """The names the session has defined."""
        return dict(self.compiler.namespace.definitions)
