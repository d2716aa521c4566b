"""The algorithms of `doquery` by Anglican's names, and their options by Anglican's names.

(doquery :smc q value :number-of-particles 1000 :seed 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anglipy.diagnostics import OptionError
from anglipy.names import nearest
from anglipy.runtime.primitives.checks import index
from anglipy.runtime.printing import describe, pr_str
from anglipy.runtime.scalars import Keyword

__all__ = ["IGNORED", "OTHER_NAMES", "RENAMED", "TRAINED", "Request", "engine_of", "request_of"]

OTHER_NAMES = {"is": "importance", "csis": "ic", "rdb": "lmh", "plmh": "lmh", "palmh": "almh"}
"""Anglican's names of engines that are called otherwise here. Its parallel engines give what the
others give; here several chains run in lockstep instead."""
TRAINED = ("ic", "ic-smc")
"""Engines that need an artifact, and are loaded when they are asked for."""
RENAMED = {
    "number-of-particles": "particles",
    "number-of-sweeps": "sweeps",
    "number-of-chains": "chains",
    "number-of-nodes": "nodes",
    "number-of-csmc-nodes": "csmc_nodes",
    "all-particles?": "all_particles",
    "number-of-steps": "steps",
}
"""Anglican's names of options, and those made like them."""
IGNORED = frozenset(
    [
        "warmup",
        "stripdown",
        "number-of-threads",
        "pool",
        "endpoint",
        "observe-embedder-input",
        "predict-cascade",
    ]
)
"""Options that mean something only to how Anglican runs."""
_OWN = ("number-of-samples", "seed", "drop-invalid")


@dataclass(frozen=True, slots=True)
class Request:
    """What a call of `doquery` asks for."""

    algorithm: str
    """The name of an engine."""
    count: int | None = None
    """States after which the sequence ends."""
    seed: int | None = None
    drop_invalid: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the engine."""


def engine_of(algorithm: Any) -> str:
    """The name of the engine that a keyword means. Raises OptionError AQ301 for others."""
    from anglipy.inference import ENGINES

    known = sorted({*ENGINES, *TRAINED})
    given = algorithm.name if isinstance(algorithm, Keyword) else algorithm
    if not isinstance(given, str):
        raise OptionError(
            "AQ301", f"an algorithm is named by a keyword, got {describe(algorithm)}",
            help=f"known: {_listed(known)}",
        )  # fmt: skip
    name = OTHER_NAMES.get(given, given)
    if name in known:
        return name
    near = nearest(given, [*known, *OTHER_NAMES])
    hint = f"did you mean `:{near}`? " if near else ""
    raise OptionError(
        "AQ301",
        f"there is no algorithm `:{given}`",
        help=f"{hint}known: {_listed([*known, *OTHER_NAMES])}",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in sorted(names))


def request_of(algorithm: Any, options: tuple[Any, ...]) -> Request:
    """The request that an algorithm and alternating option names and values make.

    Raises:
        OptionError: AQ301 for an algorithm, AQ302 for an option that does not exist, AQ303 for a
            name without a value.

    """
    name = engine_of(algorithm)
    given = _pairs(options)
    rest = {k: v for k, v in given.items() if k not in _OWN and k not in IGNORED}
    count, seed = given.get("number-of-samples"), given.get("seed")
    drop = given.get("drop-invalid", True)
    return Request(
        name,
        None if count is None else index(count, ":number-of-samples"),
        None if seed is None else index(seed, ":seed"),
        drop is not None and drop is not False,
        _of_engine(name, rest),
    )


def _pairs(options: tuple[Any, ...]) -> dict[str, Any]:
    if len(options) % 2:
        raise OptionError("AQ303", f"the option {pr_str(options[-1])} has no value")
    pairs = {}
    for key, value in zip(options[::2], options[1::2], strict=True):
        if not isinstance(key, Keyword):
            raise OptionError("AQ303", f"an option is named by a keyword, got {describe(key)}")
        pairs[key.name] = value
    return pairs


def _of_engine(algorithm: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options as the engine calls them; those that only other engines have are ignored."""
    if algorithm in TRAINED:
        import anglipy.ic.engine  # noqa: F401 (makes the engine known)
    from anglipy.inference import ENGINES

    own = ENGINES[algorithm].options_type.names()
    everywhere = {n for engine in ENGINES.values() for n in engine.options_type.names()}
    found = {}
    for key, value in given.items():
        name = RENAMED.get(key, key).replace("-", "_")
        if name in own:
            found[name] = value.name if isinstance(value, Keyword) else value
        elif name not in everywhere:
            known = sorted({*_OWN, *RENAMED, *(n.replace("_", "-") for n in own)})
            near = nearest(key, known)
            hint = f"did you mean `:{near}`? " if near else ""
            raise OptionError(
                "AQ302",
                f"`:{algorithm}` has no option `:{key}`",
                help=f"{hint}known: {_listed(known)}",
            )
    return found
