"""The standard library as data: what the compiler makes of `stdlib/*.aq`, to be kept in a cache.

`packed` gives plain data of a compiled library, code for single particles and for groups;
`unpack` makes of it what compiling would have made. The code is Python's own code objects; a
constant is kept as it prints, a site as a place in its source.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.datum import datum
from anglipy.diagnostics import Source, Span
from anglipy.emit import Emitted
from anglipy.linking import LANES, Form, Known, Linker
from anglipy.reader import read
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.locate import SOURCES
from anglipy.runtime.machine import FINISH, deterministic, run
from anglipy.runtime.printing import pr_str
from anglipy.runtime.state import HOST
from anglipy.stdlib import sources
from anglipy.syntax import Binding

if TYPE_CHECKING:
    from anglipy.environment import Namespace

__all__ = ["Made", "compiler_version", "packed", "unpack"]


def compiler_version() -> str:
    """What tells one state of the compiler and the runtime from another: sizes and times of their
    files.
    """
    found = []
    work = [str(Path(__file__).parent)]
    while work:
        with os.scandir(work.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
                elif entry.is_dir() and entry.name not in _OTHER:
                    work.append(entry.path)
    return "\n".join(sorted(found))


_OTHER = frozenset(["__pycache__", "cli", "host", "ic", "inference", "plots", "repl"])
"""Parts of the package that have no say in what the library is compiled to."""


# ---- to data


@dataclass(frozen=True, slots=True)
class Made:
    """A definition as the compiler made it: `entry` is the code that gives its value."""

    name: str
    entry: str
    emitted: Emitted


def packed(namespace: Namespace, made: Sequence[Made]) -> dict[str, Any]:
    """A compiled library as plain data. Its constants must be such as can be read again."""
    linker: Linker = namespace.values[LANES]
    forms = linker.forms
    number = {id(form): place for place, form in enumerate(forms)}
    ordinary = _pack([one.emitted for one in made])
    groups = _pack([linker.emitted(form) for form in forms])
    return {
        "definitions": [(one.name, namespace.bindings[one.name].python, one.entry) for one in made],
        "ordinary": ordinary,
        "groups": groups,
        "forms": [(linker.is_direct(form), _plain(form.codes)) for form in forms],
        "owners": [
            (name, number[id(form)], captured) for name, (form, captured) in linker.owners.items()
        ],
        "closures": sorted(linker.closures),
        "either": [(name, binding.name) for name, binding in linker.either.items()],
    }


def _plain(codes: Mapping[str, Known] | None) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(name, code.kind, code.captured) for name, code in (codes or {}).items()]


def _pack(modules: Iterable[Emitted]) -> dict[str, Any]:
    bodies: dict[str, list[ast.stmt]] = {source.name: [] for source in sources()}
    constants: dict[str, str] = {}
    sites: dict[str, tuple[str, str, int, int]] = {}
    names: set[str] = set()
    for emitted in modules:
        for name, value in emitted.constants.items():
            constants[name] = pr_str(value)
            assert _constant(constants[name]) == value, constants[name]
        for name, (site, span) in emitted.sites.items():
            sites[name] = (site, span.source.name, span.start, span.end)
        names |= emitted.globals
        bodies[emitted.source].extend(emitted.module.body)
    code = {
        name: compile(ast.Module(body, []), name, "exec") for name, body in bodies.items() if body
    }
    return {"code": code, "constants": constants, "sites": sites, "globals": sorted(names)}


def _constant(text: str) -> Any:
    return datum(read(Source("constant", text))[0])


# ---- and back


class _Stored(Linker):
    """A linker whose code for groups is there already."""

    def __init__(
        self, namespace: Namespace, library: Callable[[], Mapping[str, Any]], data: dict[str, Any]
    ) -> None:
        super().__init__(namespace, library)
        forms = []
        for direct, codes in data["forms"]:
            known = {name: Known(kind, tuple(captured)) for name, kind, captured in codes}
            forms.append(Form(None, "", None, None, known, direct))
        self.owners = {
            name: (forms[place], tuple(captured)) for name, place, captured in data["owners"]
        }
        self.closures = set(data["closures"])
        for made, name in data["either"]:
            binding = namespace.lookup(name)
            assert binding is not None
            self.either[made] = binding
        self._groups: dict[str, Any] | None = data["groups"]

    def compiled(self, form: Form) -> dict[str, Known]:
        """The codes of a form; the whole library is loaded with the first."""
        if self._groups is not None:
            groups, self._groups = self._groups, None
            self.loaded(groups["code"], *_unpacked(groups), groups["globals"])
        assert form.codes is not None
        return form.codes


def unpack(
    data: dict[str, Any], namespace: Namespace, library: Callable[[], Mapping[str, Any]]
) -> None:
    """Define in an empty namespace what `packed` made data of."""
    values, ordinary = namespace.values, data["ordinary"]
    values[LANES] = _Stored(namespace, library, data)
    for source in sources():
        values[SOURCES][source.name] = source
    constants, sites = _unpacked(ordinary)
    values.update(constants)
    values.update((name, Site(*site)) for name, site in sites.items())
    for code in ordinary["code"].values():
        exec(code, values)
    for name, python, entry in data["definitions"]:
        code = values.pop(entry)
        value = deterministic(run((code, (code,), HOST, (FINISH,))), f"`{name}`")
        namespace.define(name, value, Binding(name, python, "value"))


def _unpacked(module: dict[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, Span]]]:
    """The constants and sites of a module."""
    known = {source.name: source for source in sources()}
    constants = {name: _constant(text) for name, text in module["constants"].items()}
    sites = {
        name: (site, Span(known[source], start, end))
        for name, (site, source, start, end) in module["sites"].items()
    }
    return constants, sites
