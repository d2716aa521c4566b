"""What a session can ask of a posterior: its parts, and numbers that say what it is like.

A path is a key or a place after another, or a vector of them: `(sd p :effects :north)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from anglipy.diagnostics import OptionError
from anglipy.runtime.convert import from_python
from anglipy.runtime.distributions.checks import as_float
from anglipy.runtime.equality import elements
from anglipy.runtime.printing import describe, pr_str

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = ["STATISTICS", "marginal", "path_name", "posterior_of"]

LISTED = 12
"""Values whose probabilities a summary has at the prompt."""
_OTHERWISE = {"mean", "elements", "entries", "parts"}
"""What says how values are distributed besides their probabilities."""


def marginal(posterior: Any, *path: Any) -> Posterior:
    """The posterior of a part of each result: `(marginal p :mu)`, `(marginal p :xs 3)` or
    `(marginal p [:xs 3])`.
    """
    found = posterior_of(posterior)
    return replace(found.marginal(*path) if path else found, predicts=())


def predicted(posterior: Any, label: Any) -> Posterior:
    """The posterior of what was predicted under a label."""
    return replace(posterior_of(posterior).predicted(label), predicts=())


def expectation(posterior: Any, f: Any = None) -> Any:
    """The mean of a function of the result, or of the result itself.

    `(expectation p (fn [r] (:mu r)))`, `(expectation p)`; of true and false it is the probability.
    """
    found = posterior_of(posterior)
    if f is None:
        return found.mean()
    if not callable(f):
        raise OptionError(
            "AQ303",
            f"expectation: the second argument is a function of a result, got {describe(f)}",
            help="(expectation posterior (fn [result] ...))",
        )
    return from_python(found.expectation(f))


def summary(posterior: Any) -> Any:
    """What is known of a posterior, as a map: what `anglipy run -f edn` writes, but of results with
    many distinct values only the most probable ones.
    """
    from anglipy.repl.as_values import value_of_report

    return value_of_report(_shortened(posterior_of(posterior).to_data()))


def _shortened(data: Any) -> Any:
    """A report with at most `LISTED` probabilities of each part, and none of those that are more
    where the part is summarised otherwise.
    """
    if not isinstance(data, dict):
        return [_shortened(item) for item in data] if isinstance(data, list) else data
    found = {name: _shortened(item) for name, item in data.items()}
    listed = data.get("probabilities")
    if isinstance(listed, list) and len(listed) > LISTED:
        found["probabilities"] = listed[:LISTED]
        if _OTHERWISE & data.keys():
            del found["probabilities"]
    return found


def sd(posterior: Any, *path: Any) -> float:
    """The standard deviation of a posterior of numbers, or of a part of it: `(sd p :mu)`."""
    return marginal(posterior, *path).sd()


def quantile(posterior: Any, level: Any, *path: Any) -> float:
    """A quantile of a posterior of numbers, or of a part of it: `(quantile p 0.975 :mu)` is the
    least x with P(mu <= x) >= 0.975.
    """
    share = as_float(level)
    if share is None:
        raise OptionError(
            "AQ303",
            f"quantile: the level is a number from 0 to 1, got {describe(level)}",
            help="(quantile posterior 0.975 :part)",
        )
    return float(marginal(posterior, *path).quantile(share))


def ess(posterior: Any, *path: Any) -> float:
    """The effective sample size of a posterior, or of a part of it: `(ess p :mu)`. Infinite for an
    exact posterior, nan where it is unknown: of chains with fewer than 4 draws each.
    """
    return marginal(posterior, *path).ess


def path_name(path: Any, before: str = "") -> str:
    """The name of the part under a path, behind that of what it is a part of.

    >>> from anglipy.runtime.scalars import Keyword
    >>> path_name(Keyword("a")), path_name([Keyword("a"), 0], ":b")
    (':a', ':b :a[0]')
    """
    steps = elements(path)
    for step in (path,) if steps is None else steps:
        is_place = step.__class__ is int
        before = f"{before}[{step}]" if is_place else f"{before} {pr_str(step)}".strip()
    return before


def posterior_of(value: Any) -> Posterior:
    """A posterior, or numbers as one."""
    from anglipy.inference.posterior import Posterior

    if isinstance(value, Posterior):
        return value
    inside = elements(value)
    if inside is None:
        raise OptionError(
            "AQ303",
            f"expected a posterior, got {describe(value)}",
            help="(infer query ...) makes one",
        )
    values = list(inside)
    return Posterior.from_particles(values, [0.0] * len(values))


STATISTICS: Mapping[str, Callable[..., Any]] = {
    "marginal": marginal,
    "predicted": predicted,
    "expectation": expectation,
    "summary": summary,
    "sd": sd,
    "quantile": quantile,
    "ess": ess,
}
"""The functions by their names. `mean` and `std` are of the language, and take posteriors too."""
