"""Every primitive gives for each particle of a group what its scalar function gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from anglipy.diagnostics import ProgramError
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import root, using
from anglipy.runtime.lanes.primitives import is_lane_aware, lane_primitive, table
from anglipy.runtime.lanes.primitives.signatures import Signature
from anglipy.runtime.lanes.values import Lane, lane, rows
from anglipy.runtime.primitives import PRIMITIVES
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.seqs import ArraySeq, Cons, LazySeq
from anglipy.runtime.vectors import Vector
from tests.lanes.arguments import Arguments, outcome, per_particle_outcomes, realised, same

N = 5
CASES = 40

BY_HAND = " ".join(table.BY_HAND).split()
KINDS = table.KINDS.split()
DEEP = " ".join(table.DEEP).split()
OWN_ROLES = {
    "nth": "c#/c#.", "get": "ck/ck.", "get-in": "cd/cd.", "assoc": "c|k.", "assoc-in": "cd.",
    "update": "ckf", "update-in": "cdf", "conj": "c|.", "into": "cc", "merge": "|c",
    "every?": "fc", "not-every?": "fc", "not-any?": "fc", "flatten": "c", "ffirst": "c",
    "nfirst": "c", "=": "|.", "not=": "|.", "not": ".", "boolean": ".", "true?": ".",
    "false?": ".", "sum": "c", "mean": "c", "variance": "c", "std": "c", "skew": "c",
    "kurtosis": "c", "l2-norm": "cc", "covariance": "c", "power": "c#",
}  # fmt: skip
"""What arguments to draw for those with a lane version of their own; numbers for the others."""
MAKERS = [
    "complement",
    "every-pred",
    "some-fn",
    "fnil",
    "memoize",
    "comp",
    "juxt",
    "partial",
    "constantly",
]
SKIPPED = {
    # They print, draw, or make or change something.
    "println", "print", "prn", "pr", "newline", "printf", "gensym", "sample*", "flush", "atom",
    "current-seconds", "print-elapsed", "swap!", "reset!", "deref", "compare-and-set!", "run!",
    # Their values are functions, endless, or hold functions.
    *MAKERS, "iterate", "cycle", "sorted-map-by", "user-distribution", "observe*", "vary-meta",
    "reduced", "ensure-reduced", "comparator", "completing", "halt-when", "cat", "eduction",
    "transduce", "trampoline", "pcalls", "tree-seq", "sorted-set-by", "lazy-sequence", "delayed",
    "delivered", "force", "realized?", "future-call", "promise", "deliver", "with-out-str*",
    "with-in-str*",
    "ref", "volatile!", "agent", "ref-set", "vreset!", "alter", "commute", "vswap!", "send",
    "send-off", "swap-vals!", "reset-vals!", "call-method", "clojure.core.matrix/compute-matrix",
    # Their arguments make files, or arrays and numbers too large.
    *" ".join(table.EFFECTS).split(), "->BigInteger", "make-array",
    *(f"{kind}-array" for kind in ("int", "long", "short", "byte", "boolean", "object", "double",
                                   "float")), "to-array", "to-array-2d", "seque",
    *(f"clojure.core.matrix/{name}" for name in (
        "new-vector", "zero-vector", "new-matrix", "zero-matrix", "new-array", "zero-array",
        "identity-matrix", "submatrix", "subvector", "broadcast")),
    # Only forms of the language call them, and the tests of the forms run on both paths.
    "add-method!", "bind-globals", "exception-is?", "extend-protocol!", "instance-of?",
    "instance?", "class-named", "clojure-version",
    "make-exception", "make-methods", "make-protocol", "make-record", "make-reified", "method-of",
    "protocol-method", "throw-exception", "user-process",
    "iterator-seq", "enumeration-seq", "clojure.java.io/resource",
    "clojure.walk/prewalk", "clojure.walk/prewalk-replace",  # They may go on for ever.
}  # fmt: skip


def signature_of(name: str) -> str:
    if name in table.STRUCTURAL:
        return table.STRUCTURAL[name]
    if name in table.CALLING:
        return table.CALLING[name]
    if name in OWN_ROLES:
        return OWN_ROLES[name]
    if name in KINDS:
        return "."
    role = "#" if name in BY_HAND else "d"
    low, high = PRIMITIVES[name].arity
    return "/".join(role * count for count in range(low, (low + 3 if high is None else high) + 1))


def argument_counts(name: str) -> list[int]:
    low, high = PRIMITIVES[name].arity
    last = min(high, low + 2) if high is not None else low + 2
    if name in ("repeat", "repeatedly"):
        return [2]
    if name == "range":
        return [1, 2]
    return list(range(max(low, 1), last + 1))


def check(name: str, args: list, fn: object = None) -> None:
    scalar = fn or PRIMITIVES[name].fn
    expected = per_particle_outcomes(scalar, args, N)
    if name in ("list?", "counted?") and isinstance(args[0], (ArraySeq, Cons)):
        return  # The sequences of single particles are lists.
    if name == "hash" and expected != per_particle_outcomes(scalar, args, N):
        return  # NaN is hashed by identity.
    failing = [place for place, (kind, _) in enumerate(expected) if kind == "error"]
    caught: list[Exception] = []
    kind, value = outcome(
        lambda *given: rows(realised(lane_primitive(scalar)(*given))), args, caught
    )
    if kind == "error":
        place = getattr(caught[0], "lane", 0)
        assert failing, f"({name} {args}) failed: {value}"
        assert (kind, value) == expected[place], (name, args)
        if name not in table.CALLING and "f" not in OWN_ROLES.get(name, ""):
            assert place == failing[0], (name, args)
        return
    assert not failing, f"({name} {args}) should fail: {expected[failing[0]]}"
    for place, (_, wanted) in enumerate(expected):
        assert same(realised(value[place]), wanted), (name, args, place, value[place], wanted)


@pytest.mark.parametrize("name", sorted(set(PRIMITIVES) - SKIPPED))
def test_lanes_agree_with_the_scalar_function(name: str) -> None:
    signature, counts = Signature(signature_of(name)), argument_counts(name)
    for case in range(CASES):
        with using(root(N)):
            draw = Arguments(crc32(f"{name} {case}".encode()), N)
            roles = signature.roles(draw.one_of(*counts))
            args = draw.arguments(name, roles)
            check(name, args)
            binary = PRIMITIVES[name].binary
            if binary is not None and len(args) == 2:
                check(name, args, binary)


def _made(scalar: Callable[..., Any], given: list[Any], argument: Any) -> Any:
    return scalar(*given)(argument)


@pytest.mark.parametrize("name", MAKERS)
def test_functions_that_give_functions(name: str) -> None:
    for case in range(CASES):
        with using(root(N)):
            draw = Arguments(crc32(f"{name} {case}".encode()), N)
            given = [draw.function()]
            if name == "fnil":
                given.append(draw.number())
            argument = draw.element()
            scalar = PRIMITIVES[name].fn
            expected = per_particle_outcomes(partial(_made, scalar, given), [argument], N)
            if any(kind == "error" for kind, _ in expected):
                continue
            found = rows(lane_primitive(scalar)(*given)(argument))
            for place, (_, wanted) in enumerate(expected):
                assert same(found[place], wanted), (given, argument, place)


def test_every_primitive_is_classified_once() -> None:
    effects = " ".join(table.EFFECTS).split()
    tables = [BY_HAND, KINDS, list(table.STRUCTURAL), list(table.CALLING), DEEP, effects]
    listed = [name for names in tables for name in names]
    assert sorted(listed) == sorted(PRIMITIVES)


def test_those_written_by_hand_are_not_made_from_tables() -> None:
    from anglipy.runtime.lanes import primitives

    made = {*primitives._BY_HAND, *primitives._VERSIONS}
    assert [name for name in BY_HAND if PRIMITIVES[name].fn not in made] == []


def test_a_lane_version_is_its_own_lane_version() -> None:
    for entry in PRIMITIVES.values():
        version = lane_primitive(entry.fn)
        assert is_lane_aware(version)
        assert lane_primitive(version) is version


# ---- single facts


def call(name: str, *args: object) -> object:
    return lane_primitive(PRIMITIVES[name].fn)(*args)


def test_numbers_of_one_kind_stay_an_array() -> None:
    with using(root(4)):
        x, i = lane(np.array([0.5, 1.5, 2.5, 3.5])), lane(np.array([0, 1, 2, 1]))
        whole = call("/", lane(np.array([2, 4, 6, 8])), 2)
        gathered = call("nth", Vector((1.0, x, 3.0)), i)
        summed = call("reduce", PRIMITIVES["+"].fn, Vector((x, i, 1)))
        assert [type(v) for v in (whole, gathered, summed)] == [Lane] * 3
        assert rows(gathered) == [1.0, 1.5, 3.0, 3.5]
        changed = call("assoc", Vector((0.0, 0.0, 0.0)), i, x)
        assert [type(v) for v in changed] == [Lane] * 3


def test_a_table_of_rows_gives_one_row_of_lanes() -> None:
    with using(root(3)):
        rows_of = Vector((Vector((0.1, 0.9)), Vector((0.7, 0.3))))
        chosen = call("get", rows_of, lane(np.array([0, 1, 0])))
        assert [type(v) for v in chosen] == [Lane, Lane]
        names = from_rows([Keyword("a"), Keyword("b"), Keyword("a")])
        table = PRIMITIVES["hash-map"].fn(Keyword("a"), 1.0, Keyword("b"), 2.0)
        assert type(call("get", table, names)) is Lane


def test_collections_as_functions() -> None:
    with using(root(3)):
        index, names = lane(np.array([2, 0, 1])), from_rows([Keyword(c) for c in "aba"])
        table = PRIMITIVES["hash-map"].fn(Keyword("a"), 1, Keyword("b"), 2)
        assert rows(call("first", call("map", Vector((5, 6, 7)), Vector((index,))))) == [7, 5, 6]
        assert rows(call("first", call("map", table, Vector((names,))))) == [1, 2, 1]
        with pytest.raises(ProgramError, match="index 2 is out of range for a vector of 2"):
            call("mapv", Vector((5, 6)), Vector((index,)))


def test_overflow_names_the_particle() -> None:
    with using(root(3)), pytest.raises(ProgramError) as caught:
        call("*", lane(np.array([1, 2**62, 2**62])), 2)
    assert caught.value.lane == 1
    assert caught.value.diagnostic.code == "AQ431"


def test_printing_is_once_per_particle(capsys: pytest.CaptureFixture[str]) -> None:
    with using(root(3)):
        call("println", "x", lane(np.array([1, 1, 2])))
        call("println", "y")
    assert capsys.readouterr().out == "x 1\nx 1\nx 2\ny\ny\ny\n"


def test_sequences_on_demand() -> None:
    with using(root(3)) as group:
        start = lane(np.array([1, 2, 3]))
        endless = call("iterate", PRIMITIVES["inc"].fn, start)
        assert isinstance(endless, LazySeq)
        even = call("filter", PRIMITIVES["even?"].fn, endless)
        assert rows(call("first", even)) == [2, 2, 4]
        assert [list(row) for row in rows(call("take", 2, even))] == [[2, 4], [2, 4], [4, 6]]
        with using(group.child(np.array([2]))):
            deep = call("nth", endless, 3)
            assert rows(deep) == [6]
        assert rows(call("nth", endless, 3)) == [4, 5, 6]


def test_a_reduction_ends_when_it_is_told_to() -> None:
    def add_up(total: int, value: int) -> object:
        return PRIMITIVES["reduced"].fn(total + value) if total + value >= 3 else total + value

    with using(root(3)):
        v = Vector((1, lane(np.array([1, 2, 3])), 1, 1))
        assert rows(call("reduce", add_up, v)) == [3, 3, 4]


def test_a_failing_question_that_nobody_asked() -> None:
    """every? goes on only for particles without an answer."""
    with using(root(2)):
        v = Vector((lane(np.array([1, 2])), from_rows(["a", 4])))
        assert rows(call("every?", PRIMITIVES["even?"].fn, v)) == [False, True]
