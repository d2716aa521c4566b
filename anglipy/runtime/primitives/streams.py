"""The standard streams as values, and variables by which Clojure says how things are done.

`*out*` is where `println` and its kin write at that moment: `binding` of `*out*`, `*err*` and
`*in*` redirects what the body prints and reads, that of `*print-length*` says how much of a
collection is printed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import IO, Any

from anglipy.runtime.equality import elements
from anglipy.runtime.maps import PersistentMap
from anglipy.runtime.primitives.checks import fail, function
from anglipy.runtime.primitives.files import Reader, Writer, opened
from anglipy.runtime.primitives.registry import constant, primitive
from anglipy.runtime.printing import printing_at_most, to_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.variables import NamespaceValue, Variable

__all__ = ["redirected"]


class _Output(Writer):
    """A stream of Python's by its name, whichever that is at the moment."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def stream(self) -> IO[str]:  # type: ignore[override]
        """The stream of that name."""
        found: IO[str] = getattr(sys, self._name)
        return found

    def __repr__(self) -> str:
        return f"#writer[{self._name}]"


class _Input(Reader):
    """The standard input, whichever that is at the moment."""

    __slots__ = ()

    def __init__(self) -> None:
        pass

    @property
    def stream(self) -> IO[str]:  # type: ignore[override]
        """The stream."""
        return sys.stdin

    def __repr__(self) -> str:
        return "#reader[stdin]"


class StringWriter(Writer):
    """A writer that keeps what it is given; `str` gives it."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(io.StringIO())

    def to_text(self) -> str:
        """What it was given."""
        assert isinstance(self.stream, io.StringIO)
        return self.stream.getvalue()


@primitive("->StringWriter", arity=(0, 0), pure=False)
def string_writer() -> StringWriter:
    """A writer whose text `str` gives."""
    return StringWriter()


_OUT, _ERR, _IN = _Output("stdout"), _Output("stderr"), _Input()
for _name, _value in {
    "*out*": _OUT, "System/out": _OUT, "*err*": _ERR, "System/err": _ERR, "*in*": _IN,
    "System/in": _IN, "*print-length*": None, "*print-level*": None, "*print-meta*": False,
    "*print-dup*": False, "*print-readably*": True, "*print-namespace-maps*": False,
    "*flush-on-newline*": True, "*warn-on-reflection*": False, "*unchecked-math*": False,
    "*math-context*": None, "*assert*": True, "*read-eval*": True, "*agent*": None,
    "*data-readers*": PersistentMap.of(()), "*default-data-reader-fn*": None,
    "*command-line-args*": None, "*file*": None, "*compile-path*": None, "*compile-files*": False,
    "*clojure-version*": PersistentMap.of([
        (Keyword("major"), 1), (Keyword("minor"), 11), (Keyword("incremental"), 1),
        (Keyword("qualifier"), None)]),
    "*ns*": NamespaceValue("user"),
}.items():  # fmt: skip
    constant(_name, _value)


@primitive("clojure-version", arity=(0, 0))
def clojure_version() -> str:
    """The version of Clojure whose functions these are."""
    return "1.11.1"


@contextmanager
def redirected(values: Iterable[tuple[str, Any]]) -> Iterator[None]:
    """Let variables given by their names in generated code have their effect: standard streams, the
    length that is printed.
    """
    with ExitStack() as stack:
        for name, value in values:
            if name == "starout_star":
                stack.enter_context(redirect_stdout(_writer(value, "*out*")))
            elif name == "starerr_star":
                stack.enter_context(redirect_stderr(_writer(value, "*err*")))
            elif name == "starin_star":
                stack.enter_context(_reading(value))
            elif name == "starprint_length_star":
                stack.enter_context(printing_at_most(value))
        yield


def _writer(value: Any, name: str) -> IO[str]:
    return (
        value.stream
        if isinstance(value, Writer)
        else fail("binding", f"a writer for {name}", value)
    )


@contextmanager
def _reading(value: Any) -> Iterator[None]:
    if not isinstance(value, Reader):
        fail("binding", "a reader for *in*", value)
    before, sys.stdin = sys.stdin, value.stream
    try:
        yield
    finally:
        sys.stdin = before


@primitive("redirecting", arity=(2, 2), pure=False)
def redirecting(files: Any, body: Any) -> Any:
    """The value of a function of nothing that reads from and prints to files: `[:in name :out
    name]`; what is printed goes to the end of a file whose name begins with `+`.
    """
    given = list(elements(files) or ())
    chosen = {key.name: to_str(name) for key, name in zip(given[::2], given[1::2], strict=True)}
    with ExitStack() as stack:
        if "out" in chosen:
            name, mode = chosen["out"].removeprefix("+"), "aw"[not chosen["out"].startswith("+")]
            stack.enter_context(redirect_stdout(stack.enter_context(opened(name, "redir", mode))))
        if "in" in chosen:
            stream = stack.enter_context(opened(chosen["in"], "redir"))
            stack.enter_context(_reading(Reader(stream)))
        return body()


# ---- variables that have other values for a while


@primitive("with-redefs-fn", "with-bindings*", arity=(2, None), function_args=(1,), pure=False)
def with_redefinitions(values: Any, f: Any, *arguments: Any) -> Any:
    """`(with-redefs-fn {variable value} f)`: (f arguments...) while variables have other values."""
    call = function(f, "with-redefs-fn")
    if not isinstance(values, PersistentMap):
        fail("with-redefs-fn", "a map from variables to values", values)
    before = []
    for variable in values.keys():  # noqa: SIM118 (a map of the language gives its entries)
        if not isinstance(variable, Variable):
            fail("with-redefs-fn", "a variable, such as #'name", variable)
        before.append((variable, variable.deref()))
    try:
        for variable, value in values.items():
            variable.set(value)
        return call(*arguments)
    finally:
        for variable, value in before:
            variable.set(value)


@primitive("bound-fn*", arity=(1, 1))
def bound_function(f: Any) -> Any:
    """The function itself: variables are bound for whoever calls."""
    return f
