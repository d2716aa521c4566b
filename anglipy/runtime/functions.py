"""Functions as values, and what generated code calls to invoke them, to sample and to observe.

`Closure` is a function in continuation-passing style: its code takes `(closure, state, (k,
arguments...))` and returns the next step. `Direct` is a function without checkpoints: plain Python.
Both are callable from Python; calling a
`Closure` runs it to its end, which is an error if it samples, because no engine is there to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.diagnostics import ArityError, ProgramError
from anglipy.runtime.access import function_of
from anglipy.runtime.checkpoints import Frame, Observe, Sample, Site
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.machine import FINISH, deterministic, run
from anglipy.runtime.printing import pr_str, to_str
from anglipy.runtime.seqs import List
from anglipy.runtime.state import HOST, State
from anglipy.runtime.values import Vector

__all__ = [
    "APPLY",
    "Closure",
    "Direct",
    "call",
    "dynamic_site",
    "mem",
    "mem_recursive",
    "observe",
    "recall",
    "sample",
]

Args = tuple[Any, ...]


class _Function:
    """What both kinds of functions share: a name, the values they captured, how many arguments they
    take.
    """

    __slots__ = ("captures", "code", "name", "required", "variadic")

    def __init__(
        self,
        code: Callable[..., Any],
        captures: Args,
        name: str,
        required: int,
        variadic: bool = False,
    ) -> None:
        self.code, self.captures, self.name = code, captures, name
        self.required, self.variadic = required, variadic

    def arguments(self, args: Args) -> Args:
        """The arguments as the code takes them: those beyond the required as one sequence."""
        if len(args) == self.required and not self.variadic:
            return args
        if self.variadic and len(args) >= self.required:
            rest = args[self.required :]
            return (*args[: self.required], List.of(rest) if rest else None)
        wanted = f"at least {self.required}" if self.variadic else str(self.required)
        raise ArityError("AQ405", f"`{self.name}` takes {wanted} argument(s), got {len(args)}")

    def __repr__(self) -> str:
        return f"#function[{self.name}]"


class Direct(_Function):
    """A function of the language that needs no continuation."""

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        """The value for these arguments."""
        if self.variadic or len(args) != self.required:
            args = self.arguments(args)
        return self.code(*self.captures, *args)


class Closure(_Function):
    """A function of the language in continuation-passing style."""

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        """Run it to its value; ProgramError AQ402 if it samples, since no engine answers."""
        step = (self.code, self, HOST, (FINISH, *self.arguments(args)))
        return deterministic(run(step), f"`{self.name}`")


def call(f: Any, state: State, k: Frame, args: Args) -> Any:
    """The step that calls `f`, which may be anything that is a function in the language, and
    continues with `k`.
    """
    if f.__class__ is Closure:
        if f.variadic or len(args) != f.required:
            args = f.arguments(args)
        return f.code, f, state, (k, *args)
    if callable(f):
        return k[0], k, state, f(*args)
    collection = function_of(f)
    if collection is not None:
        return k[0], k, state, collection(*args)
    raise ProgramError(
        "AQ403",
        f"{pr_str(f)} is not a function, so it cannot be called",
        help="the first item of a list is what is called: (f x y)",
    )


def _next_visit(site: Site, state: State) -> tuple[int, State]:
    instance = state.visits.get(site.id, 0) + 1
    return instance, state.visited(site.id, instance)


def sample(site: Site, dist: Any, state: State, k: Frame) -> Sample:
    """The checkpoint of a draw from `dist`."""
    if not isinstance(dist, Distribution):
        raise _not_a_distribution("sample", dist)
    instance, state = _next_visit(site, state)
    return Sample(site, instance, dist, state, k)


def observe(site: Site, dist: Any, value: Any, state: State, k: Frame) -> Observe:
    """The checkpoint of an observation of `value` under `dist`."""
    if not isinstance(dist, Distribution):
        raise _not_a_distribution("observe", dist)
    instance, state = _next_visit(site, state)
    return Observe(site, instance, dist, value, state, k)


def _not_a_distribution(what: str, given: Any) -> ProgramError:
    return ProgramError(
        "AQ401",
        f"`{what}` needs a distribution, got {pr_str(given)}",
        help=f"e.g. ({what} (normal 0 1){' y' if what == 'observe' else ''})",
    )


def dynamic_site(name: Any, place: Site) -> Site:
    """The site named by a value at run time, as in `(sample (str "k" i) dist)`."""
    return Site(to_str(name), place.span)


# ---- functions that need the state or a continuation, so they are written here and not as
# primitives


def _apply(frame: Any, state: State, value: Args) -> Any:
    from anglipy.runtime.primitives import PRIMITIVES

    k, f, args = value
    *leading, last = args
    items = PRIMITIVES["vec"].fn(last)
    return call(f, state, k, (*leading, *items))


def mem(f: Any) -> Closure:
    """The memoised version of `f`: each run computes `(f arguments...)` once and remembers it in
    its state.
    """
    return Closure(recall, (f,), "memoised function", 0, True)


def mem_recursive(function_of: Callable[[Closure], Any]) -> Closure:
    """The memoised version m of the function `function_of(m)`, which calls itself through its
    memory.
    """
    memoised = mem(None)
    memoised.captures = (function_of(memoised),)
    return memoised


def recall(frame: Closure, state: State, value: Args) -> Any:
    """What a run remembers is kept by the memoised function itself: two of them never share a
    memory.
    """
    k, args = value
    (f,) = frame.captures
    given = tuple(args or ())
    key = (frame, Vector(given))
    known = state.memo.get(key, frame)
    if known is not frame:
        return k[0], k, state, known
    return call(f, state, (_remember, key, k), given)


def _remember(frame: Frame, state: State, value: Any) -> Any:
    _, key, k = frame
    return k[0], k, state.remembered(state.memo.set(key, value)), value


APPLY = Closure(_apply, (), "apply", 1, True)
