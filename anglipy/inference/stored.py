"""A posterior as one file: JSON, data only, with the version of its format.

Weights are kept as the bytes of their doubles, values and predicts as nodes (`value_nodes`), so
what comes back is exactly what was written. The options of the engine come back as a dictionary. A
file is written whole or not at all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.report import plain_options
from anglipy.inference.results import Results
from anglipy.inference.steps import StepInfo
from anglipy.inference.value_nodes import Nodes, array_of, array_text, values_of_nodes
from anglipy.whole import replace_file

__all__ = ["FORMAT", "VERSION", "load", "save"]

FORMAT, VERSION = "anglipy posterior", 1

_SCALARS = {
    "query": str,
    "algorithm": str,
    "draws": int,
    "log_evidence": (float, int, type(None)),
    "log_evidence_standard_error": (float, int, type(None)),
    "seconds": (float, int),
    "stopped": bool,
    "exact": bool,
}
"""Fields that are what they are in JSON."""
_STEP_FIELDS = ("draws", "total", "ess", "log_evidence", "resampled")


R = TypeVar("R", bound=Results)


def save(posterior: Results, path: Path) -> None:
    """See `Posterior.save`."""
    text = json.dumps(_document(posterior), ensure_ascii=False, separators=(",", ":"))
    _write(path, text + "\n")


def _document(posterior: Results) -> dict[str, Any]:
    nodes = Nodes()
    values = list(posterior.values)
    if values and all(value.__class__ is float for value in values):
        stored: Any = {"doubles": array_text(np.array(values))}
    else:
        stored = {"places": [nodes.add(value) for value in values]}
    predicts = [
        [nodes.add(part) for pair in run for part in pair] for run in list(posterior.predicts)
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        **{name: _scalar(getattr(posterior, name)) for name in _SCALARS},
        "options": plain_options(posterior.options),
        "steps": [[_scalar(getattr(step, f)) for f in _STEP_FIELDS] for step in posterior.steps],
        "log_weights": array_text(np.asarray(posterior.log_weights, dtype=np.float64)),
        "warnings": list(posterior.remarks),
        "checks": {name: float(number) for name, number in posterior.checks.items()},
        "families": None if posterior.families is None else array_text(posterior.families),
        "chains": None if posterior.chains is None else array_text(posterior.chains),
        "acceptance": _scalar(posterior.acceptance),
        "nodes": nodes.nodes,
        "values": stored,
        "predicts": predicts,
    }


def _scalar(value: Any) -> Any:
    """A number of numpy as Python's."""
    return value.item() if hasattr(value, "item") else value


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OptionError("AQ315", f"cannot write {path}: {reason}") from error


def load(path: Path, kind: type[R]) -> R:
    """See `Posterior.load`; `kind` is what is made of the file."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogatepass")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OptionError("AQ313", f"cannot read {path}: {reason}") from error
    except UnicodeDecodeError as error:
        raise _no_posterior(path) from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_posterior(path) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _no_posterior(path)
    if not isinstance(document.get("version"), int) or document["version"] > VERSION:
        raise InferenceError(
            "AQ553",
            f"{path} has version {document.get('version')} of its format, this anglipy reads"
            f" {VERSION}",
            help="a newer anglipy reads it",
        )
    try:
        return _loaded(document, kind)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InferenceError("AQ552", f"{path} is damaged: {error}") from error


def _no_posterior(path: Path) -> InferenceError:
    return InferenceError("AQ552", f"{path} is no posterior that anglipy saved")


def _loaded(document: dict[str, Any], kind: type[R]) -> R:
    for name, allowed in _SCALARS.items():
        if not isinstance(document[name], allowed):  # type: ignore[arg-type]
            raise ValueError(f"`{name}` is {document[name]!r}")
    known = values_of_nodes(document["nodes"])
    stored = document["values"]
    if "doubles" in stored:
        values = array_of(stored["doubles"]).tolist()
    else:
        values = [known[place] for place in stored["places"]]
    predicts = [
        tuple((known[a], known[b]) for a, b in zip(run[::2], run[1::2], strict=True))
        for run in document["predicts"]
    ]
    log_weights: FloatArray = array_of(document["log_weights"])
    families: IntArray | None = document["families"] and array_of(document["families"])
    chains: IntArray | None = document.get("chains") and array_of(document["chains"])
    counts = {len(values), log_weights.size, len(predicts) or len(values)}
    counts.add(len(values) if families is None else families.size)
    counts.add(len(values) if chains is None else chains.size)
    if len(counts) > 1:
        raise ValueError("the numbers of values, weights and predicts differ")
    return kind(
        values=values,
        log_weights=log_weights,
        predicts=predicts,
        options=dict(document["options"]),
        families=families,
        chains=chains,
        acceptance=document.get("acceptance"),
        remarks=tuple(map(str, document.get("warnings", ()))),
        checks={str(name): float(x) for name, x in document.get("checks", {}).items()},
        steps=tuple(
            StepInfo(**dict(zip(_STEP_FIELDS, step, strict=True))) for step in document["steps"]
        ),
        **{name: document[name] for name in _SCALARS},
    )
