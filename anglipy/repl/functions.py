"""What a session can call besides the language: inference at once, training, plots, files.

    (infer coin [true true false] :smc :particles 1000)    a posterior, shown as a table
    (infer captcha [image] :artifact "captcha.pt")         by a trained network
    (compile-inference captcha "captcha.pt" :minutes 5)    train one
    (plot *1) (plot *1 :mu) (plot *1 "posterior.png")      look at a posterior
    (load "coin.aq") (reload)                              evaluate files

A program hides any of them by a definition of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.arguments import Asked, Parameters, Usage, fitted
from anglipy.diagnostics import OptionError
from anglipy.durations import clock
from anglipy.host.algorithms import OTHER_NAMES, RENAMED
from anglipy.model import Model
from anglipy.repl.bars import strokes
from anglipy.repl.evaluation import Evaluation
from anglipy.repl.live import InferenceWatch, Live, TrainingWatch
from anglipy.repl.statistics import STATISTICS, marginal, path_name, posterior_of
from anglipy.runtime.machine import Query
from anglipy.runtime.printing import describe, pr_str
from anglipy.runtime.scalars import Keyword

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = ["ALGORITHMS", "OPTIONS", "SHORT", "Functions", "Quiet"]

SHORT = OTHER_NAMES
"""Anglican's names of algorithms that are called otherwise here."""
ALGORITHMS = (
    "importance", "smc", "enumerate", "lmh", "rmh", "almh", "ais", "siman", "bamc",
    "pimh", "pgibbs", "pgas", "ipmcmc", "pcascade", "pfilter", "ic", "ic-smc",
)  # fmt: skip
OPTIONS = {**RENAMED, "number-of-samples": "samples", "n": "samples"}
"""Other names of options."""
DATA = (".edn", ".json", ".jsonl", ".csv", ".npy", ".png", ".jpg", ".jpeg")
"""How the names of files end that are no programs."""
RESPONSIVE_LANES = 2_048
"""Draws in one step at most, so that there is something to show and to keep before the end."""


class Quiet(str):
    """A text to be shown as it is: the answer of a command, which is no value."""

    __slots__ = ()


class Functions:
    """The functions of one session. What they run is shown in its live line."""

    def __init__(self, evaluation: Evaluation, live: Live) -> None:
        self._evaluation, self._live = evaluation, live

    def table(self) -> dict[str, Callable[..., Any]]:
        """The functions by their names."""
        host = self._evaluation.namespace.lookup("infer")
        before = None if host is None else self._evaluation.namespace.values[host.python]

        def infer(query: Any, *arguments: Any) -> Any:
            """The posterior of a query given its argument: a table when shown.

            `(infer query [argument...] :algorithm :option value ...)`, or the parameters by name,
            `(infer gaussian {:y1 9 :y2 8})`; algorithms are :importance
            (the default), :smc, :enumerate, :lmh, :rmh, :almh, :pimh, :pgibbs, :pgas, :ipmcmc,
            and :ic with `:artifact "FILE"`. Ctrl-C keeps what there is. With an algorithm first, as
            in Anglican, it is `doquery`.
            """
            if isinstance(query, Keyword) and before is not None:
                return before(query, *arguments)
            return self.infer(query, arguments)

        return {
            "infer": infer,
            "compile-inference": self.compile_inference,
            "plot": self.plot,
            **STATISTICS,
            "load": self.load,
            "reload": self.reload,
        }

    def infer(self, query: Any, arguments: tuple[Any, ...]) -> Posterior:
        """The posterior that a call of `infer` asks for."""
        model = self._model("infer", query)
        value, algorithm, options = _request(arguments)
        value = fitted(model.name, model.params, value, Asked("the argument has", _usage(model)))
        artifact, seed = options.pop("artifact", None), options.pop("seed", None)
        chosen = algorithm or ("importance" if artifact is None else "ic")
        if chosen == "importance" and seed is None:
            # With a seed the draws are those of `anglipy run`, which makes larger groups.
            options.setdefault("lanes", RESPONSIVE_LANES)
        watch = InferenceWatch(chosen)
        with self._live.saying(watch.text), watch.noticing():
            return model.infer(
                chosen,
                args=value,
                artifact=artifact,
                seed=seed,
                on_progress=watch,
                keep_partial=True,
                **options,
            )

    def compile_inference(self, query: Any, artifact: Any, *options: Any) -> Quiet:
        """Train a network for a query and write it to a file.

        `(compile-inference query "FILE" :minutes 5 :option value ...)`; options are those of
        `anglipy compile`. Ctrl-C saves and stops; `:resume true` goes on, `:overwrite true`
        trains anew where there is an artifact.
        """
        model = self._model("compile-inference", query)
        if not isinstance(artifact, str):
            raise OptionError(
                "AQ303",
                f"compile-inference: the file to write is a string, got {describe(artifact)}",
                help='(compile-inference query "FILE" :minutes 5)',
            )
        watch = TrainingWatch()
        with self._live.saying(watch.text):
            record = model.compile(artifact, on_progress=watch, **_options(options))
        lines = [f"warning: {warning}" for warning in record.warnings]
        lines.append(
            f"{artifact}: {record.traces:,} traces in {clock(record.seconds)}, "
            f"validation loss {record.best_loss:.4f} nats (prior {record.prior_loss:.4f})"
        )
        if record.interrupted:
            lines.append("interrupted; :resume true goes on")
        return Quiet("\n".join(lines))

    def plot(self, posterior: Any, *where: Any) -> Quiet:
        """Draw a posterior in the terminal, or with matplotlib into a file.

        `(plot posterior)`, `(plot posterior :part)`, `(plot posterior "FILE.png")`; parts of parts
        as `marginal` takes them. Behind a file its kind may be said: `(plot posterior "FILE.png"
        :trace)`, or `:marginals`, `:pairs`, `:weights`. A sequence of numbers is taken as equally
        probable values.
        """
        from anglipy.repl.posteriors import headline, picture

        shown, name = posterior_of(posterior), ""
        for number, place in enumerate(where, 1):
            if isinstance(place, str):
                titled = replace(shown, query=f"{shown.query} {name}".strip())
                _plot_to_file(titled, place, where[number:])
                return Quiet(f"wrote {place}")
            shown, name = marginal(shown, place), path_name(place, name)
        width = shutil.get_terminal_size().columns
        drawn = picture(shown, strokes(), width, name=name or "result")
        return Quiet("\n".join([*headline(shown), "", drawn]))

    def load(self, path: Any) -> Quiet:
        """Evaluate the forms of a file."""
        if not isinstance(path, str):
            raise OptionError("AQ303", f"load: a file name is a string, got {describe(path)}")
        if Path(path).suffix.lower() in DATA:
            raise OptionError(
                "AQ303",
                f"load: a program is evaluated, and {path} has data by its name",
                help=f'(read-data "{path}") reads it',
            )
        before = set(self._evaluation.namespace.definitions)
        self._evaluation.load(Path(path).expanduser())
        return Quiet(self._loaded(path, before))

    def reload(self) -> Quiet:
        """Evaluate the file that was loaded last again."""
        if not self._evaluation.files:
            raise OptionError("AQ303", "reload: nothing was loaded yet", help='(load "FILE")')
        return self.load(str(self._evaluation.files[-1]))

    def _loaded(self, path: str, before: set[str]) -> str:
        """What a file brought."""
        definitions = self._evaluation.namespace.definitions
        here = [
            d for d in definitions.values() if d.span.source.name == str(Path(path).expanduser())
        ]
        queries = [d.name for d in here if d.is_query]
        rest = len(here) - len(queries)
        parts = [", ".join(queries)] if queries else []
        if rest:
            parts.append(f"{rest} other definition{'' if rest == 1 else 's'}")
        return f"{path}: {' and '.join(parts) or 'no definitions'}"

    def _model(self, caller: str, query: Any) -> Model:
        if not isinstance(query, Query):
            raise OptionError(
                "AQ303",
                f"{caller}: the first argument is a query, got {describe(query)}",
                help="queries are made by defquery",
            )
        return Model(query, self._evaluation.namespace, "<session>")


def _plot_to_file(posterior: Posterior, path: str, kind: Sequence[Any]) -> None:
    """`kind` holds the keyword behind the file, if there is one."""
    names = [item.text if isinstance(item, Keyword) else pr_str(item) for item in kind]
    posterior.plot(path, " ".join(names) or "auto")


def _usage(model: Model) -> Usage:
    """How a session is told to write a call."""

    def usage(declared: Parameters) -> str:
        by_name = " ".join(f":{name} ..." for name in declared.known)
        braces = f", or (infer {model.name} {{{by_name}}})" if by_name else ""
        return f"(infer {model.name} {declared.text}){braces}"

    return usage


def _request(arguments: tuple[Any, ...]) -> tuple[Any, str | None, dict[str, Any]]:
    """The argument of the query, the algorithm if one is named, and the options."""
    given = list(arguments)
    value = given.pop(0) if given and not isinstance(given[0], Keyword) else None
    algorithm = None
    if len(given) > 1 and not len(given) % 2 and _is_algorithm(given[0]):
        raise _stray(given)
    if len(given) % 2:
        name = given.pop(0)
        if not isinstance(name, Keyword):
            raise OptionError("AQ303", f"expected an algorithm, got {describe(name)}")
        algorithm = SHORT.get(name.name, name.name)
    return value, algorithm, _options(tuple(given))


def _stray(given: list[Any]) -> OptionError:
    """What is wrong with an algorithm and options of which one has no name or no value."""
    usage = f"(infer query [argument...] :{given[0].name} :option value ...)"
    for name in given[1::2]:
        if not isinstance(name, Keyword):
            what = f"{describe(name)} no name of an option"
            return OptionError(
                "AQ303", f"`:{given[0].name}` is an algorithm, and {what}", help=usage
            )
    return OptionError("AQ303", f"the option `{pr_str(given[-1])}` has no value", help=usage)


def _is_algorithm(value: Any) -> bool:
    return isinstance(value, Keyword) and SHORT.get(value.name, value.name) in ALGORITHMS


def _options(given: tuple[Any, ...]) -> dict[str, Any]:
    """Alternating names and values as options of an engine."""
    if len(given) % 2:
        raise OptionError("AQ303", f"the option {pr_str(given[-1])} has no value")
    found: dict[str, Any] = {}
    for key, value in zip(given[::2], given[1::2], strict=True):
        if not isinstance(key, Keyword):
            raise OptionError("AQ303", f"an option is named by a keyword, got {describe(key)}")
        name = OPTIONS.get(key.name, key.name).replace("-", "_")
        found[name] = value.name if isinstance(value, Keyword) else value
    return found
