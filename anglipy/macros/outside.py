"""Forms around what is outside of the program: output, input, and threads, of which there is
one.
"""

from __future__ import annotations

from anglipy.build import shape_error
from anglipy.forms import Form, Literal, Symbol
from anglipy.macros.registry import Builder, macro
from anglipy.printer import print_form

__all__: list[str] = []


@macro("with-out-str", "(with-out-str body...)")
def _with_out_str(b: Builder, *body: Form) -> Form:
    return b.call("with-out-str*", b.list("fn", b.vector(), *body))


@macro("with-in-str", "(with-in-str text body...)", 1)
def _with_in_str(b: Builder, text: Form, *body: Form) -> Form:
    return b.call("with-in-str*", text, b.list("fn", b.vector(), *body))


@macro("with-bindings", "(with-bindings {variable value ...} body...)", 1)
def _with_bindings(b: Builder, values: Form, *body: Form) -> Form:
    return b.call("with-bindings*", values, b.list("fn", b.vector(), *body))


@macro("bound-fn", "(bound-fn [parameter...] body...)", 1)
def _bound_fn(b: Builder, *rest: Form) -> Form:
    return b.list("fn", *rest)


@macro("pvalues", "(pvalues expression...)")
def _pvalues(b: Builder, *expressions: Form) -> Form:
    return b.call("list", *expressions)


@macro("defstruct", "(defstruct name key...)", 2)
def _defstruct(b: Builder, name: Form, *keys: Form) -> Form:
    return b.list("def", name, b.call("create-struct", *keys))


@macro("redir", "(redir [:in file :out file] body...)", 1)
def _redir(b: Builder, files: Form, *body: Form) -> Form:
    """A file to write to that begins with `+` is written on at its end."""
    return b.call("redirecting", files, b.list("fn", b.vector(), *body))


@macro("m!", "(m! option... query)")
def _m(b: Builder, *words: Form) -> Form:
    """What is written, as the words of a command line."""
    texts = [
        str(word.value) if isinstance(word, Literal) and isinstance(word.value, str)
        else print_form(word) for word in words
    ]  # fmt: skip
    return b.call("command*", *map(b.literal, texts))


@macro("locking", "(locking lock body...)", 1)
def _locking(b: Builder, lock: Form, *body: Form) -> Form:
    return b.list("do", lock, *body)


@macro("with-precision", "(with-precision digits body...)", 1)
def _with_precision(b: Builder, digits: Form, *body: Form) -> Form:
    return b.list("do", *body)


@macro("sync", "(sync flags body...)", 1)
def _sync(b: Builder, flags: Form, *body: Form) -> Form:
    return b.list("do", *body)


@macro("memfn", "(memfn method name...)", 1)
def _memfn(b: Builder, method: Form, *names: Form) -> Form:
    if not isinstance(method, Symbol):
        raise shape_error(b.form, b.usage)
    target = b.temporary("target")
    call = b.list(Symbol(f".{method.name}", method.span), target, *names)
    return b.list("fn", b.vector(target, *names), call)
