"""What there is to say against a posterior, a sentence each: chains that have not mixed or are too
short to tell, weights with a heavy tail, few effective samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

from anglipy.inference.log_space import IntArray
from anglipy.inference.mixing import LEAST, Mixing
from anglipy.inference.pareto import trusted_up_to

__all__ = ["SHORTEST", "cautions", "size_text"]

_R_HAT_LIMIT = 1.05
"""Split R-hat above this is warned of."""

_FEW, _PART = 30.0, 10.0
"""Fewer effective samples are warned of, an average then being off by a fifth of a standard
deviation; but only where that is less than a tenth of the draws, for whoever asks for few draws
knows that they are few."""

SHORTEST = 20
"""Draws of a chain, fewer of which cannot tell whether it has forgotten its start."""


class Judged(Protocol):
    """What a posterior is judged by; see `Results`."""

    @property
    def draws(self) -> int: ...
    @property
    def ess(self) -> float: ...
    @property
    def chains(self) -> IntArray | None: ...
    @property
    def mixing(self) -> Mixing: ...
    @property
    def pareto_k(self) -> float | None: ...
    @property
    def family_count(self) -> int | None: ...


def cautions(posterior: Judged) -> Iterator[str]:
    """The sentences; none if there is nothing to warn of."""
    few = posterior.ess < min(_FEW, posterior.draws / _PART)
    number = f"{posterior.ess:.1f} of {posterior.draws} draws"
    if posterior.chains is not None:
        yield from _of_chains(posterior.mixing, number if few else "")
        return
    k, limit = posterior.pareto_k, trusted_up_to(posterior.draws)
    if k is not None and k > limit:
        also = f" and few samples are effective ({number})" if few else ""
        yield (
            f"the weights have a heavy tail (Pareto k {_over(k, limit, 2)}){also}: averages may be"
            " far off"
        )
    elif few and posterior.family_count is not None:
        yield (
            f"few effective samples ({number}): what was drawn early is the same in most of them;"
            " take more particles"
        )
    elif few:
        yield f"few effective samples ({number}): averages are rough; take more of them"


def _of_chains(mixing: Mixing, few: str) -> Iterator[str]:
    """`few` tells how many samples are effective, if they are few."""
    if mixing.r_hat > _R_HAT_LIMIT:
        also = f"; {few} are effective" if few else ""
        yield (
            f"the chains have not mixed (R-hat {_over(mixing.r_hat, _R_HAT_LIMIT, 3)}{also}): run"
            " them longer, or leave out their beginning (burn)"
        )
    elif mixing.draws < SHORTEST:
        kept = f"{mixing.draws} draw{' per chain is' if mixing.draws == 1 else 's per chain are'}"
        fewer = ", or take fewer chains" if mixing.chains > 1 else ""
        unknown = ", and how many are effective" if mixing.draws < LEAST else ""
        yield (
            f"{kept} too few to tell whether chains have forgotten their start{unknown}: averages"
            " may be those of the prior; leave out more of their beginning (burn, -b), take more"
            f" draws (samples, -n: at least {SHORTEST * mixing.chains}){fewer}"
        )
    elif few:
        yield (
            f"few effective samples ({few}): averages are rough; run the chains longer, or more"
            " of them"
        )


def size_text(ess: float, digits: str = ".1f") -> str:
    """An effective sample size for people.

    >>> size_text(1234.56, ",.1f"), size_text(math.inf), size_text(math.nan)
    ('1,234.6', 'exact', 'unknown')
    """
    if math.isfinite(ess):
        return f"{ess:{digits}}"
    return "unknown" if math.isnan(ess) else "exact"


def _over(value: float, limit: float, digits: int) -> str:
    """A number and the limit it is over, with as many digits as it takes to see it.

    >>> _over(1.2, 1.05, 3), _over(1.05003, 1.05, 3), _over(0.7041, 0.7, 2)
    ('1.200, over 1.05', '1.05003, over 1.05', '0.704, over 0.70')
    """
    while digits < 16 and f"{value:.{digits}f}" == f"{limit:.{digits}f}":
        digits += 1
    whole, _, decimals = f"{limit:.{digits}f}".partition(".")
    return f"{value:.{digits}f}, over {whole}.{decimals.rstrip('0').ljust(2, '0')}"
