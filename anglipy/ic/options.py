"""What training can be told. What it tells is in `ic.records`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from anglipy.diagnostics import OptionError
from anglipy.ic.records import Progress, SiteLoss, TrainingRecord
from anglipy.ic.setup import Hook, Setup, checked_readings
from anglipy.runtime.machine import Query

__all__ = ["NETWORKS", "Progress", "SiteLoss", "TrainingOptions", "TrainingRecord"]

DEFAULT_TRACES = 100_000
NETWORKS = ("ff+attention", "lstm", "lstm+attention", "transformer", "ff")
"""The names of the cores; `cores.CORES` has them."""
_FREE = frozenset(
    [
        *("traces", "minutes", "resume", "threads", "example_args", "validate_every", "patience"),
        *(
            "min_delta",
            "checkpoint_seconds",
            "workers",
            "dataset",
            "device",
            "precision",
            "args_fn",
        ),
    ]
)
"""Options that may change when training is resumed."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. Raises OptionError AQ303 for values that make no sense."""

    traces: int | None = None
    """Stop after so many traces; 100,000 if `minutes` is not given either."""
    minutes: float | None = None
    """Stop after so many minutes of training."""
    batch: int = 64
    """Traces per step of the optimiser."""
    seed: int = 0
    """Of the traces, the validation set and the initial network."""
    learning_rate: float = 2e-3
    """At its highest: it rises over the first 3 % of the budget, then falls along a cosine to a
    hundredth.
    """
    weight_decay: float = 1e-4
    """Of AdamW."""
    clip: float = 5.0
    """Largest norm of a gradient."""
    average: float = 0.998
    """Decay per step of the running average of the weights, which is what is validated and saved; 0
    for none.
    """
    network: str = "ff+attention"
    """What reads the choices before a choice: ff+attention, dot-product attention over them; lstm;
    lstm+attention, both; transformer; or ff, which reads none.
    """
    hidden: int = 128
    """Units of the core and of the hidden layers of heads."""
    width: int = 128
    """Of the embedded observations."""
    components: int = 10
    """Of mixture proposals."""
    proposal: str = "mixture"
    """What single continuous numbers are proposed by: mixture or spline, which needs zuko."""
    epsilon: float = 0.01
    """Weight of the prior in every proposal, in training and in inference."""
    validation: int = 1000
    """Traces of the fixed validation set."""
    validate_every: int | None = None
    """Traces between validations; by default 40 times in the budget."""
    example_args: Any = None
    """The argument the query is called with; needed if the shape of its data decides what the
    program does.
    """
    args_fn: Query | None = None
    """Draws the argument of each run, instead of `example_args`; by its name (`--args-fn NAME`) a
    function of the program that takes nothing. The numbers, arrays and texts in such an argument
    are inputs of the network; nil stands where data will be, which the program observes.
    """
    combine_observes: Hook | None = None
    """Makes of all observes of a run what the network reads; by its name (`--combine-observes
    NAME`) a function of the program. What it returns is read as at the site `observes`.
    """
    combine_samples: Hook | None = None
    """Makes of all samples of a run those that are learned, sorted or fewer perhaps; by its name
    (`--combine-samples NAME`) a function of the program. Both: see `ic.combining`.
    """
    embedders: Mapping[str, str] = field(default_factory=dict)
    """How the observations of a site are read, where that shall not be decided by their shape: one
    of `setup.READINGS`. A program says so by `(def embedders {"site" :set})`.
    """
    missing: float = 0.0
    """The probability with which an observation is hidden from the network in training. If it is
    above 0, a program may observe nil when it is run with the artifact: that datum is missing.
    """
    threads: int | None = None
    """Threads of torch; by default one, or as many as torch likes if there are pictures to read. On
    a machine that does other work too, one is faster than two: torch's threads wait for each other.
    """
    patience: int | None = None
    """Stop after so many validations in a row without a better one; None: only the budget ends
    training.
    """
    min_delta: float = 0.0
    """How much better, in nats per trace, a validation must be for `patience`."""
    checkpoint_seconds: float = 60.0
    """The state to resume from is saved this often, and at every validation."""
    device: str = "cpu"
    """cpu, cuda (cuda:1, ...), or auto: the GPU if there is one."""
    precision: str = "auto"
    """What layers compute in while they learn: float32, bf16, or auto: bf16 on GPUs that have units
    for it. Weights, densities and inference have the same precision in all three.
    """
    workers: int = 0
    """Processes that run the program beside the one that trains; 0: traces and training take turns.
    The traces are the same for any number of workers.
    """
    dataset: str | None = None
    """A folder of traces to train on, filled as long as there are not enough of them."""
    reuse: int = 4
    """How often a trace of `dataset` is trained on at most."""
    shard: int = 256
    """Traces in a file of `dataset`."""
    resume: bool = False
    """Go on from `<artifact>.resume`."""

    def __post_init__(self) -> None:
        for name in ("traces", "validate_every", "threads", "patience"):
            if getattr(self, name) is not None:
                _whole(name, getattr(self, name), 1)
        for name, least in (
            ("batch", 1),
            ("seed", 0),
            ("hidden", 8),
            ("width", 8),
            ("components", 1),
            ("validation", 16),
            ("workers", 0),
            ("reuse", 1),
            ("shard", 1),
        ):
            _whole(name, getattr(self, name), least)
        _between("minutes", 1.0 if self.minutes is None else self.minutes, 0.0, math.inf)
        _between("learning_rate", self.learning_rate, 0.0, 1.0)
        _between("clip", self.clip, 0.0, math.inf)
        _between("checkpoint_seconds", self.checkpoint_seconds, 0.0, math.inf)
        if self.min_delta != 0:
            _between("min_delta", self.min_delta, 0.0, math.inf)
        for name in ("weight_decay", "average", "epsilon", "missing"):
            if getattr(self, name) != 0:
                _between(name, getattr(self, name), 0.0, 1.0)
        self._check_network()
        object.__setattr__(self, "embedders", checked_readings(self.embedders))
        if self.dataset is not None and not isinstance(self.dataset, str):
            raise OptionError("AQ303", "the option `dataset` must be the name of a folder")
        if self.proposal not in ("mixture", "spline"):
            raise OptionError(
                "AQ303",
                f"the option `proposal` must be mixture or spline, got {self.proposal!r}",
            )
        if self.precision not in ("auto", "float32", "bf16"):
            raise OptionError(
                "AQ303",
                f"the option `precision` must be auto, float32 or bf16, got {self.precision!r}",
            )
        if self.width % 4:
            raise OptionError(
                "AQ303", f"the option `width` must be a multiple of 4, got {self.width}"
            )

    def _check_network(self) -> None:
        if self.network not in NETWORKS:
            raise OptionError(
                "AQ303",
                f"the option `network` must name a network, got {self.network!r}",
                help=f"known: {', '.join(NETWORKS)}",
            )
        if self.network == "transformer" and self.hidden % 8:
            raise OptionError(
                "AQ303",
                f"the option `hidden` must be a multiple of 8 for a transformer, got {self.hidden}",
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all options."""
        return tuple(f.name for f in fields(cls))

    def fixed(self) -> dict[str, Any]:
        """The options that must be the same when training is resumed, as plain data."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _FREE}
        named = ("args_fn", "combine_observes", "combine_samples")
        given = {name: getattr(self, name) for name in named}
        return plain | {name: found and found.name for name, found in given.items()}

    @property
    def setup(self) -> Setup:
        """How the query is run."""
        hooks = self.combine_observes, self.combine_samples
        return Setup(self.example_args, self.args_fn, self.embedders, self.missing, *hooks)

    @property
    def budget(self) -> int | None:
        """Traces in all, or None if time alone decides."""
        return DEFAULT_TRACES if self.traces is None and self.minutes is None else self.traces

    def fraction(self, traces: int, seconds: float) -> float:
        """How much of the budget is used up, 0 to 1 and beyond."""
        used = 0.0
        if self.budget is not None:
            used = traces / self.budget
        if self.minutes is not None:
            used = max(used, seconds / (60.0 * self.minutes))
        return used

    def rate(self, fraction: float) -> float:
        """The learning rate at this point of the budget. Cosine schedule: Loshchilov and Hutter
        2017.
        """
        warm_up = 0.03
        if fraction < warm_up:
            return self.learning_rate * (0.05 + 0.95 * fraction / warm_up)
        falling = 0.5 * (1.0 + math.cos(math.pi * min(1.0, (fraction - warm_up) / (1.0 - warm_up))))
        return self.learning_rate * (0.01 + 0.99 * falling)


def _whole(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise OptionError(
            "AQ303", f"the option `{name}` must be a whole number from {least}, got {value!r}"
        )


def _between(name: str, value: Any, low: float, high: float) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low < value < high:
        limit = f"between {low:g} and {high:g}" if high < math.inf else f"above {low:g}"
        raise OptionError("AQ303", f"the option `{name}` must be a number {limit}, got {value!r}")
