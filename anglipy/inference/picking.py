"""A part of each draw: one element of its result, or what it predicted under a label. What no draw
has is an error that says what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from anglipy.diagnostics import InferenceError
from anglipy.inference import summary
from anglipy.runtime.equality import MapLike, elements, equal
from anglipy.runtime.printing import pr_str, shortened

__all__ = ["elements_under", "predicted_under"]

_SHOWN = 8
"""Names that an error lists."""


def elements_under(values: Sequence[Any], path: Any) -> list[tuple[int, Any]]:
    """(number of the draw, element) of those whose result has an element under a path. Raises
    InferenceError AQ506 if none has.
    """
    inside = elements(path)
    steps = (path,) if inside is None else tuple(inside)
    present = _present(values, steps)
    if not present and inside is not None:
        present = _present(values, (path,))  # A vector that is a key itself.
    if not present:
        raise InferenceError(
            "AQ506",
            f"no draw has the path {list(steps)}",
            help=_instead(values[0], steps) if len(values) else None,
        )
    return present


def _present(values: Sequence[Any], steps: tuple[Any, ...]) -> list[tuple[int, Any]]:
    found = [(i, summary.element_at(value, steps)) for i, value in enumerate(values)]
    return [(i, element) for i, element in found if element is not summary.ABSENT]


def predicted_under(
    predicts: Sequence[Sequence[tuple[Any, Any]]], label: Any, occurrence: int
) -> list[tuple[int, Any]]:
    """(number of the draw, value) of those that predicted something under a label so many times.
    Raises InferenceError AQ506 if none has.
    """
    names = [label, *summary.also_keyword(label)]
    present = []
    for i, run in enumerate(predicts):
        same = [value for name, value in run if any(equal(name, other) for other in names)]
        if len(same) >= occurrence:
            present.append((i, same[occurrence - 1]))
    if not present:
        known = dict.fromkeys(pr_str(name) for run in predicts[:1] for name, _ in run)
        raise InferenceError(
            "AQ506",
            f"no draw has the predict {pr_str(label)}",
            help=_choice(pr_str(label), list(known), "a run predicts"),
        )
    return present


def _instead(value: Any, steps: Sequence[Any]) -> str | None:
    """What there is where the path ends in the first result."""
    walked = 0
    for step in steps:
        inner = summary.element_at(value, (step,))
        if inner is summary.ABSENT:
            break
        value, walked = inner, walked + 1
    where = f"under {list(steps[:walked])}" if walked else "in the first result"
    if isinstance(value, MapLike):
        return _choice(str(steps[walked]), [pr_str(key) for key, _ in value.items()], where + ":")
    inside = elements(value)
    if inside is not None:
        return f"{where} there is a sequence: its elements are counted from 0"
    return f"{where} there is {shortened(value)}, which has no parts"


def _choice(given: str, known: Sequence[str], where: str) -> str | None:
    if not known:
        return None
    by_name = {name.removeprefix(":"): name for name in known}
    near = get_close_matches(given.strip('":'), by_name, n=1, cutoff=0.7)
    if near:
        return f"did you mean {by_name[near[0]]}?"
    more = f", {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{where} {', '.join(known[:_SHOWN])}{more}"
