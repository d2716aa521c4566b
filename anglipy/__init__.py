"""anglipy: a probabilistic programming language in the style of Anglican, with inference
compilation.

    import anglipy

    program = anglipy.load("examples/coin.aq")
    posterior = program.coin.infer("importance", args=[True], samples=1_000, seed=0)

The names below are loaded on first use: `import anglipy` by itself imports nothing heavy.
`anglipy.emit` is a pass of the compiler; the text of a stage comes from `anglipy.api.emit`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anglipy.api import Program, Session, check, load, loads
    from anglipy.datum import read_edn
    from anglipy.diagnostics import AnglipyError, Diagnostic
    from anglipy.inference.posterior import Posterior
    from anglipy.inline import query
    from anglipy.model import Model
    from anglipy.profiling import profile
    from anglipy.runtime.foreign import vectorised
    from anglipy.runtime.scalars import Keyword

__all__ = [
    "AnglipyError",
    "Diagnostic",
    "Keyword",
    "Model",
    "Posterior",
    "Program",
    "Session",
    "__version__",
    "check",
    "load",
    "loads",
    "profile",
    "query",
    "read_edn",
    "vectorised",
]

__version__ = "0.1.0"

_HOMES = {
    "vectorised": "anglipy.runtime.foreign",
    "AnglipyError": "anglipy.diagnostics",
    "Diagnostic": "anglipy.diagnostics",
    "Keyword": "anglipy.runtime.scalars",
    "Model": "anglipy.model",
    "Posterior": "anglipy.inference.posterior",
    "Program": "anglipy.api",
    "Session": "anglipy.api",
    "check": "anglipy.api",
    "load": "anglipy.api",
    "loads": "anglipy.api",
    "profile": "anglipy.profiling",
    "query": "anglipy.inline",
    "read_edn": "anglipy.datum",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'anglipy' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
