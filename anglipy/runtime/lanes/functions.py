"""What compiled code for groups calls: functions, branches, sample and observe; the counterparts of
`runtime.functions` with lane values.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, NoReturn

import numpy as np

from anglipy.runtime import functions as scalar
from anglipy.runtime.access import CollectionFunction, function_of, is_lazy
from anglipy.runtime.checkpoints import Frame, Observe, Sample, Site
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.equality import MapLike, SetLike, is_sequential
from anglipy.runtime.functions import Closure, Direct
from anglipy.runtime.lanes.closures import LaneClosure, LaneDirect
from anglipy.runtime.lanes.gathering import Begun, from_rows, per_distinct, per_particle
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.steps import Pending, Split
from anglipy.runtime.lanes.values import (
    Choice,
    Lane,
    codes_at,
    has_lanes,
    lane,
    row,
    rows_at,
    truth,
)
from anglipy.runtime.locate import LANES, LIBRARY, SOURCES, Place, explain
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.scalars import Keyword, Symbol
from anglipy.runtime.vectors import Vector

__all__ = [
    "APPLY", "LaneClosure", "LaneDirect", "branch", "by_arguments", "call", "dynamic_site",
    "either_of", "lane_callable", "observe", "sample", "split_by",
]  # fmt: skip


def call(f: Any, state: State, k: Frame, args: tuple[Any, ...]) -> Any:
    """The step that calls `f` and continues with `k`."""
    if f.__class__ is LaneClosure:
        if f.variadic or len(args) != f.required:
            args = f.arguments(args)
        scope = state.scope
        if (scope.active > 1 or scope.pending) and LIBRARY not in f.code.__globals__:
            return Pending(f, state, k, args)
        return f.code, f, state, (k, *args)
    if f.__class__ is Choice:
        return split_by(f, state, k, lambda part, k, state: call(part, state, k, args))
    callee = f if f.__class__ is LaneDirect else lane_callable(f)
    if callee.__class__ is LaneClosure:
        return call(callee, state, k, args)
    if callable(callee):
        try:
            return k[0], k, state, callee(*args)
        except Exception as error:
            begun = getattr(error, "begun", None)
            if begun is None or begun.function is not callee or not state.handlers:
                raise
            return _going_on(begun, error, args, k, state)
    return scalar.call(row(callee, 0), state, k, args)  # type: ignore[arg-type]


def _going_on(begun: Begun, error: Exception, args: Any, k: Frame, state: State) -> Split:
    """A function with an effect failed for a particle: those before go on with what they have got,
    that one leaves, and those after call it. So nobody calls it twice.
    """
    codes, done = begun.codes, len(begun.results)
    ways = (
        (codes < done, lambda k, state, at: (k[0], k, state, from_rows(begun.results, codes[at]))),
        (codes == done, partial(_failing, error, _place())),
        (codes > done, lambda k, state, at: call(begun.function, state, k, args)),
    )
    chosen = [(np.nonzero(mask)[0], way) for mask, way in ways if mask.any()]
    return Split(state, k, [(at, partial(_taking, way, at)) for at, way in chosen], "error")


def _taking(way: Any, at: Any, k: Frame, state: State) -> Any:
    return way(k, state, at)


def _failing(error: Exception, place: Place | None, k: Frame, state: State, at: Any) -> NoReturn:
    """All of the group fail."""
    explained = explain(error, place)
    if hasattr(explained, "lane"):
        del explained.lane
    raise explained from error if explained is not error else None


def split_by(choice: Choice, state: State, k: Frame, go: Any) -> Any:
    """Particles with different parts of a choice go different ways: `go(part, k, state)`."""
    group = state.group
    codes = codes_at(choice, group)
    there = np.unique(codes).tolist()
    if len(there) == 1:
        return go(choice.parts[there[0]], k, state)
    place = _place()
    ways = []
    for code in there:
        part = choice.parts[code]
        ways.append((np.nonzero(codes == code)[0], partial(_way, place, go, part)))
    return Split(state, k, ways, choice)


def _way(place: Place | None, go: Any, part: Any, k: Frame, state: State) -> Any:
    """One way of `split_by`, which was called at this place of the program."""
    try:
        return go(part, k, state)
    except Exception as error:
        explained = explain(error, place)
        if explained is error:
            raise
        explained.lane = getattr(error, "lane", 0)  # type: ignore[attr-defined]
        raise explained from error


def _place() -> Place | None:
    """The place in generated code that is running, or that led to the way that is running."""
    frame = sys._getframe(2)
    while SOURCES not in frame.f_globals:
        if frame.f_code is _way.__code__:
            found: Place | None = frame.f_locals["place"]
            return found
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return frame.f_globals, frame.f_code, frame.f_lasti


def branch(test: Any, state: State, k: Frame, then: Frame, otherwise: Frame) -> Any:
    """The step after an `if`. `then` and `otherwise` are (code, captured values...)."""
    kind = test.__class__
    if kind is Lane or kind is Choice:
        found = truth(test)
        if found.__class__ is not bool:
            count = int(np.count_nonzero(found))
            if 0 < count < len(found):
                return _parted(found, state, k, then, otherwise)
            found = count > 0
        way = then if found else otherwise
    else:
        way = then if test is not None and test is not False else otherwise
    return way[0], (way[0], k, *way[1:]), state, None


def _parted(found: Any, state: State, k: Frame, then: Frame, otherwise: Frame) -> Split:
    def way(frame: Frame) -> Any:
        return lambda k, state: (frame[0], (frame[0], k, *frame[1:]), state, None)

    yes: Index = np.nonzero(found)[0]
    no: Index = np.nonzero(~found)[0]
    return Split(state, k, [(yes, way(then)), (no, way(otherwise))], "branch")


# ---- checkpoints


def _visit(site: Site, state: State) -> tuple[Any, State]:
    before = state.visits.get(site.id, 0)
    if before.__class__ is Lane:
        instance: Any = lane(rows_at(before, state.group) + 1)
    else:
        instance = before + 1
    return instance, state.visited(site, instance)


def _is_table(choice: Choice) -> bool:
    """Whether all alternatives are plain distributions of one class."""
    first = choice.parts[0].__class__
    return (
        choice.plain
        and issubclass(first, Distribution)
        and all(part.__class__ is first for part in choice.parts)
    )


def sample(site: Any, dist: Any, state: State, k: Frame) -> Any:
    """The checkpoint of a draw from `dist` for every particle."""
    if site.__class__ is Choice:
        return split_by(site, state, k, lambda part, k, state: sample(part, dist, state, k))
    if dist.__class__ is Choice and not _is_table(dist):
        return split_by(dist, state, k, lambda part, k, state: sample(site, part, state, k))
    if not isinstance(dist, Distribution) and dist.__class__ is not Choice:
        return scalar.sample(site, row(dist, 0), state, k)  # type: ignore[arg-type]
    instance, state = _visit(site, state)
    return Sample(site, instance, dist, state, k)  # type: ignore[arg-type]


def observe(site: Any, dist: Any, value: Any, state: State, k: Frame) -> Any:
    """The checkpoint of an observation for every particle."""
    if site.__class__ is Choice:
        return split_by(site, state, k, lambda part, k, state: observe(part, dist, value, state, k))
    if dist.__class__ is Choice and not _is_table(dist):
        return split_by(dist, state, k, lambda part, k, state: observe(site, part, value, state, k))
    if not isinstance(dist, Distribution) and dist.__class__ is not Choice:
        return scalar.observe(site, row(dist, 0), value, state, k)  # type: ignore[arg-type]
    instance, state = _visit(site, state)
    return Observe(site, instance, dist, value, state, k)  # type: ignore[arg-type]


def dynamic_site(name: Any, place: Site) -> Any:
    """The site named by a value at run time; a choice of sites where names differ."""
    if has_lanes(name):
        return per_particle(lambda name: scalar.dynamic_site(name, place), (name,))
    return scalar.dynamic_site(name, place)


# ---- functions of other kinds


def lane_callable(f: Any) -> Any:
    """The version for groups of anything that can be called."""
    kind = f.__class__
    if kind is LaneDirect or kind is LaneClosure:
        return f
    if kind is Direct or kind is Closure:
        return _translated(f)
    if kind is partial:
        return _partial(f)
    if not callable(f):
        collection = function_of(f)
        return f if collection is None else _looking_up(collection)
    own = getattr(f, "for_groups", None)
    if own is not None:
        return own
    if isinstance(f, (Keyword, Symbol, Vector, MapLike, SetLike, CollectionFunction)):
        return _looking_up(f)
    from anglipy.runtime.lanes.primitives import is_lane_aware, lane_primitive

    if is_lane_aware(f):
        return f
    if f in _PRIMITIVE_FUNCTIONS:
        return lane_primitive(f)
    if isinstance(f, type) and issubclass(f, Distribution):
        from anglipy.runtime.lanes.foreign import lane_constructor

        return lane_constructor(f)  # type: ignore[arg-type]
    from anglipy.runtime.lanes.foreign import one_by_one

    return one_by_one(f)


def _looking_up(f: Any) -> Any:
    """A keyword or a collection as a function."""
    from anglipy.runtime.lanes.primitives.indexing import called_vector, get

    held = f.collection if isinstance(f, CollectionFunction) else f
    indexed = is_sequential(held)

    def looked_up(*args: Any) -> Any:
        if not 1 <= len(args) <= 2:
            return f(*args)  # It says what is wrong.
        if isinstance(f, (Keyword, Symbol)):
            return get(args[0], f, *args[1:])
        return called_vector(held, *args) if indexed else get(held, *args)

    return looked_up


def _partial(f: Any) -> Any:
    """A function made by `partial`, `comp` and their kin, with the functions inside for groups."""
    from anglipy.runtime.lanes.primitives.calling import MAKERS

    maker, args = f.func, f.args
    if getattr(maker, "__module__", "") != "anglipy.runtime.primitives.functions":
        return partial(_member(maker), *args, **f.keywords)
    if maker is CONSTANT:
        return f
    first = args[0]
    first = tuple(map(_member, first)) if first.__class__ is tuple else _member(first)
    return partial(MAKERS.get(maker, maker), first, *args[1:])


def _member(f: Any) -> Any:
    """A function inside a function: particles may have different ones."""
    if f.__class__ is not Choice:
        return lane_callable(f)

    def called(f: Any, *args: Any) -> Any:
        return lane_callable(f)(*args)

    return lambda *args: per_distinct(called, (f, *args), (0,))


def _translated(f: Any) -> Any:
    """A function made by ordinary code, with the code for groups."""
    linker = f.code.__globals__.get(LANES)
    if linker is None:
        from anglipy.runtime.lanes.recalling import memoised
        from anglipy.runtime.lanes.unwinding import COUNTERPARTS

        if f.code is scalar.recall:
            return memoised(f.captures[0], f, name=f.name)
        return APPLY if f is scalar.APPLY else COUNTERPARTS.get(f, f)
    made = linker.translated(f)
    return f if made is None else made


_PRIMITIVE_FUNCTIONS = {entry.fn for entry in PRIMITIVES.values()} | {
    entry.binary for entry in PRIMITIVES.values() if entry.binary is not None
}


def by_arguments(code: Any, frame: Any, state: State, value: Any) -> Any:
    """Call the code of a function where the arguments of particles differ in number."""
    k, *first, rest = value
    return split_by(rest, state, k, lambda part, k, state: code(frame, state, (k, *first, part)))


def _apply(frame: Any, state: State, value: Any) -> Any:
    k, f, args = value
    if args.__class__ is Choice:
        return by_arguments(_apply, frame, state, value)
    *leading, last = args
    if last.__class__ is Choice:
        return split_by(
            last,
            state,
            k,
            lambda part, k, state: _apply(frame, state, (k, f, (*leading, part))),
        )
    return call(f, state, k, (*leading, *PRIMITIVES["vec"].fn(last)))


def either_of(primitive: Any, library: LaneClosure) -> LaneClosure:
    """A higher-order function: the primitive for sequences that are computed on demand, which may
    have no end; the library's, in which groups part and meet, for all others.
    """
    return LaneClosure(_either, (primitive, library), library.name, 0, True)


def _either(frame: Any, state: State, value: Any) -> Any:
    k, args = value
    primitive, library = frame.captures
    if args.__class__ is Choice:
        return by_arguments(_either, frame, state, value)
    given = tuple(args or ())
    if any(map(_is_on_demand, given[1:])):
        return k[0], k, state, primitive(*given)
    return call(library, state, k, given)


def _is_on_demand(value: Any) -> bool:
    return any(map(is_lazy, value.parts if value.__class__ is Choice else (value,)))


APPLY = LaneClosure(_apply, (), "apply", 1, True)
CONSTANT = PRIMITIVES["constantly"].fn(0).func
