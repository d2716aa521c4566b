"""Code for groups, made when an engine first asks for it.

Ordinary code runs one particle. When a program is to run in lockstep, each of its functions that is
reached is compiled a second time from the same core tree (parting -> cps -> lower -> emit), and a
function value is translated by its code: the captured variables are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from anglipy.cps import cps_program
from anglipy.diagnostics import Span
from anglipy.emit import GROUP_RUNTIME_NAMES, Emitted, emit
from anglipy.lower import Code, lower
from anglipy.parting import part
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.functions import Closure
from anglipy.runtime.locate import LANES, LIBRARY, ORDINARY, SOURCES
from anglipy.runtime.machine import Query
from anglipy.syntax import Binding, Fn, Node

if TYPE_CHECKING:
    from anglipy.environment import Namespace

__all__ = ["LANES", "LIBRARY", "Linker"]


ON_DEMAND = frozenset(
    [
        "map", "map-indexed", "mapcat", "keep", "keep-indexed", "filter", "remove", "reductions",
        "take-while", "repeatedly",
    ]
)  # fmt: skip
"""Higher-order primitives that give sequences that are computed on demand."""


@dataclass(slots=True)
class _Form:
    """A top-level form, as far as it has been compiled for groups."""

    node: Node
    path: str
    span: Span
    parted: Node | None = None
    codes: dict[str, Code] | None = None


class Linker:
    """Compiles the functions of one namespace for groups."""

    def __init__(self, namespace: Namespace, library: Callable[[], Mapping[str, Any]]) -> None:
        self.namespace, self.library = namespace, library
        self.forms: list[_Form] = []
        self.values: dict[str, Any] = {}
        """The globals of code for groups."""
        self._owners: dict[str, tuple[_Form, tuple[str, ...]]] = {}
        """The form a code belongs to, and the variables it captures, by the code's name."""
        self._either: dict[str, Binding] = {}
        """Higher-order primitives by the name of what stands for them in code for groups."""
        self._closures: set[str] = set()
        """The names of codes that are closures."""

    def note(self, node: Node, path: str, span: Span, codes: list[Code]) -> None:
        """Remember a form that was compiled for single particles."""
        form = _Form(node, path, span)
        self.forms.append(form)
        for code in codes:
            if code.kind in ("closure", "direct", "query"):
                self._owners[code.name] = (form, code.captured)
                if code.kind == "closure":
                    self._closures.add(code.name)

    def forget(self) -> None:
        """Drop the code for groups: a name means something else now. What is still running keeps
        the code that it has; the rest is compiled again when it is needed.
        """
        if self.values:
            self.values = {}
            for form in self.forms:
                form.parted = form.codes = None

    def translated(self, f: Any) -> Any:
        """A function or query with its code for groups; None if there is none that fits."""
        code = self.code(f.frame[0] if isinstance(f, Query) else f.code)
        if code is None:
            return None
        if isinstance(f, Query):
            return Query(f.name, (self.values[code.name], *f.frame[1:]), f.params)
        kind = self.values["Closure" if code.kind == "closure" else "Direct"]
        return kind(self.values[code.name], f.captures, f.name, f.required, f.variadic)

    def code(self, function: Callable[..., Any]) -> Code | None:
        """The code for groups of a function of ordinary code."""
        form, captured = self._owners.get(function.__name__, (None, ()))
        if form is None:
            return None
        found = self._compiled(form).get(function.__name__)
        return found if found is not None and found.captured == captured else None

    def ordinary_code(self, name: str) -> tuple[Callable[..., Any], bool] | None:
        """The ordinary version of a code for groups, if both capture the same variables, and
        whether it is that of a closure.
        """
        form, captured = self._owners.get(name, (None, ()))
        if form is None or form.codes is None or form.codes[name].captured != captured:
            return None
        return self.namespace.values[name], name in self._closures

    def _parted(self, form: _Form) -> Node:
        if form.parted is None:
            form.parted = part(form.node, self._stays_direct, self._stands_for)
        return form.parted

    def _stays_direct(self, binding: Binding) -> bool:
        """Whether a direct function of the program is direct for groups, too."""
        value = self.namespace.values.get(binding.python)
        linker = None if value is None else value.code.__globals__.get(LANES)
        if value is None or linker is None:
            return True
        form, _ = linker._owners[value.code.__name__]
        node = linker._parted(form)
        return bool(node.direct) if isinstance(node, Fn) else False

    def _stands_for(self, binding: Binding) -> Binding:
        """What stands for a higher-order primitive where the function that it is given needs a
        continuation for groups, and none for single particles.
        """
        stochastic = binding.stochastic
        assert stochastic is not None
        if binding.name not in ON_DEMAND:
            return stochastic
        made = replace(stochastic, python=f"{stochastic.python}_either")
        self._either[made.python] = binding
        return made

    def _compiled(self, form: _Form) -> dict[str, Code]:
        """The codes of a form, loaded into `values`."""
        if form.codes is not None:
            return form.codes
        names = self.namespace.names
        tail = cps_program(self._parted(form), names, "k")
        codes, _ = lower(tail, "k", names, form.path or "form", form.span, groups=True)
        form.codes = {code.name: code for code in codes}
        emitted = emit(codes, names, groups=True)
        values = self.values
        if not values:
            values.update(self._runtime())
        values.update(emitted.constants)
        values.update((name, Site(*site)) for name, site in emitted.sites.items())
        exec(compile(emitted.module, form.span.source.name, "exec"), values)
        self._link(emitted)
        return form.codes

    def _runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = {SOURCES: self.namespace.values[SOURCES], ORDINARY: self}
        for name, place in GROUP_RUNTIME_NAMES.items():
            module, _, attribute = place.partition(":")
            found[name] = getattr(import_module(module), attribute)
        if LIBRARY in self.namespace.values:
            found[LIBRARY] = True
        return found

    def _link(self, emitted: Emitted) -> None:
        """Give generated code what it names: each thing as it is for groups."""
        for name in sorted(emitted.globals):
            if name in self.values:
                continue
            binding = self._either.get(name)
            if binding is not None and binding.stochastic is not None:
                from anglipy.runtime.lanes.functions import either_of

                both = self._global(binding.python), self._global(binding.stochastic.python)
                self.values[name] = either_of(*both)
                continue
            value = self._global(name)
            if value is not self:
                self.values[name] = value

    def _global(self, name: str) -> Any:
        """The global value of this name as code for groups uses it; the linker if there is none."""
        value = self.namespace.values.get(name, self)
        if value is self:
            value = self.library().get(name, self)
        return value if value is self else self.for_groups(value)

    def for_groups(self, value: Any) -> Any:
        """A global value as code for groups uses it."""
        if isinstance(value, Query) or not callable(value):
            return value
        from anglipy.runtime.functions import mem, mem_recursive
        from anglipy.runtime.lanes import recalling
        from anglipy.runtime.lanes.functions import lane_callable

        if value is mem:
            return recalling.mem
        if value is mem_recursive:
            return recalling.mem_recursive
        if isinstance(value, (partial, Closure)):
            return lane_callable(value)
        return lane_callable(value) if _is_function(value) else value


def _is_function(value: Any) -> bool:
    from anglipy.runtime.equality import MapLike, Sequential, SetLike
    from anglipy.runtime.scalars import Keyword, Symbol

    return not isinstance(value, (Keyword, Symbol, Sequential, MapLike, SetLike))
