"""A posterior as text, JSON, EDN or CSV.

* text: a few lines and a table for people.
* json: one object; what is in it stands in `anglipy.inference.summary`.
* edn: the same object; names are keywords (`:log-evidence`), keys of the
  results what they are (`:mu`), and others strings (`"2.5%"`).
* csv: `weight,log_weight,value`, one line per draw of positive weight, in the order drawn; the
  weights sum to one, a value is EDN.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = ["FORMATS", "formatted"]


def formatted(posterior: Posterior, form: str) -> str:
    """The posterior in one of `FORMATS`, with a line end at its end."""
    text = FORMATS[form](posterior)
    return text if text.endswith("\n") else text + "\n"


def _text(posterior: Posterior) -> str:
    return posterior.summary()


def _json(posterior: Posterior) -> str:
    return posterior.to_json()


def _edn(posterior: Posterior) -> str:
    from anglipy.repl.as_values import value_of_report
    from anglipy.runtime.printing import pr_str

    return pr_str(value_of_report(posterior.to_data()))


def _csv(posterior: Posterior) -> str:
    from anglipy.runtime.printing import pr_str

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("weight", "log_weight", "value"))
    rows = zip(
        posterior.weights.tolist(), posterior.log_weights.tolist(), posterior.values, strict=True
    )
    writer.writerows((weight, log_weight, pr_str(value)) for weight, log_weight, value in rows)
    return out.getvalue()


FORMATS: dict[str, Callable[[Posterior], str]] = {
    "text": _text,
    "json": _json,
    "edn": _edn,
    "csv": _csv,
}
