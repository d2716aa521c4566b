"""The command line of Anglican's, as `m!` takes it: a query, an algorithm, how many samples.

    (m! -a smc -n 1000 -o ":number-of-particles 100" gaussian)

Each sample is printed as one line per predict, and its result as one with the label :result. What
reads such lines again is in `postprocess`: `(m! :freqs)`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from anglipy.compile import Compiler
from anglipy.datum import datum
from anglipy.diagnostics import OptionError, Source
from anglipy.host.inference import doquery
from anglipy.host.json_text import write_str
from anglipy.host.postprocess import PROCESSORS
from anglipy.names import nearest
from anglipy.reader import read
from anglipy.runtime.access import get
from anglipy.runtime.machine import Query
from anglipy.runtime.printing import pr_str, print_str
from anglipy.runtime.scalars import Keyword
from anglipy.runtime.vectors import Vector

__all__ = ["commanding"]

_OPTIONS = {
    "-a": "inference-algorithm", "-b": "burn", "-d": "debug", "-f": "output-format", "-h": "help",
    "-n": "number-of-samples", "-o": "algorithm-options", "-t": "thin", "-v": "value",
    "-w": "warmup",
}  # fmt: skip
_FLAGS = ("debug", "help")
_FORMATS = ("anglican", "clojure", "json")
_RESULT = Keyword("result")
_USAGE = """\
usage: (m! [option...] [namespace] query) or (m! :freqs), (m! :meansd), (m! :diff file)
  -a, --inference-algorithm NAME   lmh
  -b, --burn N                     0: samples to leave out at first
  -f, --output-format FORMAT       anglican, clojure or json
  -n, --number-of-samples N        no end
  -o, --algorithm-options OPTIONS  such as ":number-of-particles 50"
  -t, --thin N                     1: keep every Nth sample
  -v, --value VALUE                nil: the argument of the query
  -h, --help"""


@dataclass
class _Command:
    names: list[str] = field(default_factory=list)
    algorithm: str = "lmh"
    burn: int = 0
    thin: int = 1
    count: int | None = None
    form: str = "anglican"
    options: tuple[Any, ...] = ()
    value: Any = None
    help: bool = False


def commanding(compiler: Compiler) -> dict[str, Callable[..., Any]]:
    """The functions behind `m!`, which find queries in the namespace of a compiler."""

    def command(*words: str) -> None:
        """What `m!` does with its words."""
        if words and words[0].startswith(":") and words[0][1:] in PROCESSORS:
            PROCESSORS[words[0][1:]](words[1:])
            return
        given = _parsed(words)
        if given.help:
            sys.stdout.write(_USAGE + "\n")
            return
        _run(given, _query(compiler, given.names))

    return {"command*": command}


# ---- words


def _parsed(words: tuple[str, ...]) -> _Command:
    command, rest = _Command(), iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            command.names.append(word)
            continue
        name, sign, value = word.removeprefix("--").partition("=")
        name = _OPTIONS.get(word, name)
        if name not in _OPTIONS.values():
            near = nearest(name, _OPTIONS.values())
            raise OptionError("AQ310", f"m! has no option `{word}`",
                              help=f"did you mean `--{near}`?" if near else "(m! -h)")  # fmt: skip
        if name in _FLAGS:
            command.help |= name == "help"
            continue
        taken = value if sign else next(rest, None)
        if taken is None:
            raise OptionError("AQ310", f"m!: the option `{word}` needs a value")
        _set(command, name, taken)
    return command


def _set(command: _Command, name: str, value: str) -> None:
    match name:
        case "inference-algorithm":
            command.algorithm = value.removeprefix(":")
        case "burn":
            command.burn = _whole(name, value)
        case "thin":
            command.thin = max(1, _whole(name, value))
        case "number-of-samples":
            command.count = _whole(name, value)
        case "output-format":
            command.form = value.removeprefix(":")
            if command.form not in _FORMATS:
                raise OptionError("AQ310", f"m!: there is no output format `{value}`",
                                  help=f"known: {', '.join(_FORMATS)}")  # fmt: skip
        case "algorithm-options":
            forms = [datum(form) for form in read(Source("<options>", value))]
            inside = forms[0] if len(forms) == 1 and isinstance(forms[0], Vector) else forms
            command.options = tuple(inside)
        case "value":
            forms = [datum(form) for form in read(Source("<value>", value))]
            command.value = forms[0] if forms else None


def _whole(name: str, value: str) -> int:
    if not value.isdigit():
        raise OptionError("AQ310", f"m!: --{name} takes a number, got {value}")
    return int(value)


def _query(compiler: Compiler, names: list[str]) -> Query:
    """The query of one name, or of a namespace and a name."""
    namespace = compiler.namespace
    wanted = [names[-1], names[-1].rpartition(".")[2]] if names else []
    if len(names) > 1:
        wanted = [f"{names[0]}/{names[1]}", names[1]]
    for name in wanted:
        binding = namespace.lookup(name)
        found = None if binding is None else namespace.values.get(binding.python)
        if isinstance(found, Query):
            return found
    near = nearest(wanted[-1], namespace.definitions) if wanted else None
    hint = f"did you mean `{near}`?" if near else "(m! -n 100 my-query)"
    raise OptionError("AQ311", f"m!: there is no query `{' '.join(names)}`", help=hint)


# ---- samples


def _run(command: _Command, query: Query) -> None:
    out = sys.stdout
    out.write(_header(command, query))
    states = iter(doquery(command.algorithm, query, command.value, *command.options))
    last = None if command.count is None else command.burn + command.thin * command.count
    for state in islice(states, command.burn, last, command.thin):
        for line in _lines(command, state):
            out.write(line + "\n")


def _header(command: _Command, query: Query) -> str:
    options = " ".join(map(pr_str, command.options))
    count = "" if command.count is None else f" {command.count}"
    scaled = f" (*{command.thin}+{command.burn})" if command.thin > 1 or command.burn else ""
    return (
        f";; Program: {query.name} {pr_str(command.value)}\n"
        f";; Inference algorithm: :{command.algorithm}{f' ({options})' if options else ''}\n"
        f";; Number of samples:{count or ' without end'}{scaled}\n"
        f";; Output format: :{command.form}\n"
    )


def _lines(command: _Command, state: Any) -> Iterator[str]:
    log_weight = get(state, Keyword("log-weight"))
    entries = [*get(state, Keyword("predicts")), Vector((_RESULT, get(state, _RESULT)))]
    for label, value in map(tuple, entries):
        if command.form == "json":
            name = label.name if isinstance(label, Keyword) else print_str(label)
            yield write_str(Vector((name, value, log_weight)))
        elif command.form == "clojure":
            yield pr_str(Vector((label, value, log_weight)))
        else:
            yield ",".join(map(pr_str, (label, value, log_weight)))
