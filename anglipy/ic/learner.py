"""The network while it learns: its optimiser, the running average of its weights, and both as
arrays.

Everything that the next step depends on is here or in the trainer's random generators, so that
`to_arrays` and `restore` make an interrupted training go on exactly where it was. When the network
grows, the optimiser is told: the state of old parameters is kept (rows added to a table start from
nothing), new parameters start fresh.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.batches import Batch
from anglipy.ic.devices import computing, device_of, moved
from anglipy.ic.limits import learned_share
from anglipy.ic.network import Network
from anglipy.ic.options import TrainingOptions
from anglipy.ic.store import arrays_of, load_arrays

__all__ = ["Learner", "Losses", "validate"]

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
_RUNNING = ("running_mean", "running_var")
VALIDATION_CHUNK = 256


class Learner:
    """A network, its AdamW state (Loshchilov and Hutter 2019), and the average of its weights."""

    def __init__(self, network: Network, options: TrainingOptions) -> None:
        self.device = device_of(options.device)
        self.network = network
        self.options = options
        self.steps = 0
        self.average: Network | None = None
        self._take_stock()

    def learn(self, batch: Batch, rate: float) -> float:
        """One step on a batch: the mean loss in nats per trace before the step."""
        if self.device.type != "cpu":
            batch = moved(batch, self.device)
        with computing(self.device, self.options.precision):
            if self.network.grow(batch):
                self._follow_growth()
            everywhere = frozenset(self.network.limits)
            with self.network.shortened(learned_share(self.steps), everywhere):
                log_q = self.network.log_proposals(batch, self.options.epsilon)
        loss = -log_q.sum() / batch.count
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.options.clip, foreach=True)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        self.steps += 1
        self._average_in()
        return float(loss.detach())

    @property
    def best(self) -> Network:
        """The network to validate and to save: the average, if one is kept."""
        self._copy_buffers()
        return self.network if self.average is None else self.average

    # -- the average of the weights ------------------------------------------------------------

    @torch.no_grad()
    def _average_in(self) -> None:
        """Average += (1 - decay) (weights - average), faster at first. Polyak and Juditsky 1992.

        The running statistics of batch normalisation are averaged like weights, since they belong
        to them.
        """
        if self.average is None:
            return
        decay = min(self.options.average, (1.0 + self.steps) / (10.0 + self.steps))
        averages, weights = self._pairs
        torch._foreach_lerp_(averages, weights, 1.0 - decay)

    def _copy_buffers(self) -> None:
        """The average has the moments of the network itself."""
        if self.average is not None:
            for (name, old), new in zip(
                self.average.named_buffers(), self.network.buffers(), strict=True
            ):
                if not name.endswith(_RUNNING):
                    old.copy_(new)

    # -- growth ------------------------------------------------------------------------------

    def _take_stock(self) -> None:
        """A new optimiser and a new average for the network as it is now; lists of parameters made
        once.
        """
        self.network.to(self.device)
        self.names = [name for name, _ in self.network.named_parameters()]
        self.parameters = list(self.network.parameters())
        self.optimiser = torch.optim.AdamW(
            self.parameters,
            lr=self.options.learning_rate,
            weight_decay=self.options.weight_decay,
            betas=(0.9, 0.99),
            fused=True,
        )
        # `to` lays the weights of recurrent layers side by side in a GPU's memory, copies are not.
        averaging = bool(self.options.average)
        self.average = copy.deepcopy(self.network).to(self.device) if averaging else None
        averages: list[Tensor] = [] if self.average is None else _averaged(self.average)
        self._pairs = (averages, _averaged(self.network))
        self.network.train()

    def _follow_growth(self) -> None:
        moments = self._moments()
        averages = {} if self.average is None else dict(self.average.named_parameters())
        self._take_stock()
        self._set_moments(moments)
        if self.average is not None:
            with torch.no_grad():
                for name, parameter in self.average.named_parameters():
                    if name in averages:
                        _put(parameter, averages[name])

    def _moments(self) -> dict[str, Tensor]:
        """By name of the parameter, also of parameters that the network has since replaced by
        larger ones.
        """
        found = {}
        for name, parameter in zip(self.names, self.parameters, strict=True):
            for moment, value in self.optimiser.state.get(parameter, {}).items():
                found[f"{moment}.{name}"] = value
        return found

    def _set_moments(self, moments: dict[str, Tensor]) -> None:
        for name, parameter in self.network.named_parameters():
            if f"exp_avg.{name}" in moments:
                step = moments[f"step.{name}"].to(parameter.device)
                state = {"step": step.reshape(()).clone()}
                for moment in _MOMENTS[1:]:
                    state[moment] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
                    _put(state[moment], moments[f"{moment}.{name}"])
                self.optimiser.state[parameter] = state

    # -- resuming ----------------------------------------------------------------------------

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Weights, their average, and the optimiser's moments."""
        arrays = {f"network.{name}": array for name, array in arrays_of(self.network).items()}
        if self.average is not None:
            arrays |= {f"average.{name}": array for name, array in arrays_of(self.average).items()}
        arrays |= {
            f"optimiser.{name}": value.cpu().numpy().copy()
            for name, value in self._moments().items()
        }
        return arrays

    def restore(self, arrays: dict[str, np.ndarray], steps: int) -> None:
        """The inverse of `to_arrays`, for a network of the same structure."""
        load_arrays(self.network, _part(arrays, "network."))
        if self.average is not None:
            load_arrays(self.average, _part(arrays, "average."))
        moments = {
            name: torch.from_numpy(np.array(a)) for name, a in _part(arrays, "optimiser.").items()
        }
        self._set_moments(moments)
        self.steps = steps


def _averaged(network: Network) -> list[Tensor]:
    """What the average is taken of: parameters, and the statistics of batch normalisation."""
    statistics = [buffer for name, buffer in network.named_buffers() if name.endswith(_RUNNING)]
    return [*network.parameters(), *statistics]


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


def _put(target: Tensor, source: Tensor) -> None:
    """Copy `source` into the corner of `target` where it fits; dimensions only ever grow."""
    if target.dim() == source.dim() and all(
        s <= t for s, t in zip(source.shape, target.shape, strict=True)
    ):
        target[tuple(slice(0, size) for size in source.shape)] = source


class Losses:
    """Validation losses: nats per trace in all, and by site."""

    def __init__(self) -> None:
        self.loss = 0.0
        self.prior_loss = 0.0
        self.by_site: dict[str, list[float]] = {}
        self.traces = 0

    def add(self, batch: Batch, log_q: Tensor) -> None:
        """One chunk of the validation set."""
        self.traces += batch.count
        self.loss -= float(log_q.sum())
        self.prior_loss -= float(batch.log_prior.sum())
        for group in batch.steps:
            entry = self.by_site.setdefault(group.key.site, [0.0, 0.0, 0.0])
            entry[0] -= float(log_q[group.rows].sum())
            entry[1] -= float(batch.log_prior[group.rows].sum())
            entry[2] += len(group.rows)


@torch.inference_mode()
def validate(network: Network, batches: Sequence[Batch], epsilon: float) -> Losses:
    """The losses of a network on these batches, which are moved to where it is, in the precision of
    inference. Addresses it does not know are proposed by the prior.
    """
    network.eval()
    losses = Losses()
    device = next(network.parameters()).device
    with computing(device):
        for batch in batches:
            there = batch if device.type == "cpu" else moved(batch, device)
            losses.add(there, network.log_proposals(there, epsilon))
    network.train()
    return losses
