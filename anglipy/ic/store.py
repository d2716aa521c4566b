"""Between networks and arrays: an artifact from a network, a network from an artifact."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
import safetensors
import torch

from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import AddressRow, Artifact, Example
from anglipy.ic.batches import ObserverKey, SlotKey
from anglipy.ic.checked import finite, text
from anglipy.ic.layers import Shape
from anglipy.ic.limits import checked_limits, checked_sites
from anglipy.ic.network import Network, Structure
from anglipy.ic.observing import DIMENSIONS, Kind
from anglipy.ic.options import NETWORKS, TrainingOptions, TrainingRecord
from anglipy.ic.proposals import FAMILIES, PROPOSALS
from anglipy.ic.reader import FixedNumber
from anglipy.ic.setup import checked_readings

__all__ = [
    "arrays_of",
    "artifact_of",
    "empty_network",
    "load_arrays",
    "network_of",
    "rows_of",
    "structure_of",
]

LARGEST = 1 << 20
"""No size in an artifact is above this."""
LARGEST_INSTANCE = 1 << 16
"""No instance of an observed number that has a place of its own is above this."""


def artifact_of(
    network: Network,
    query: str,
    program_hash: str,
    sites: Iterable[str] | None,
    options: TrainingOptions,
    record: TrainingRecord,
) -> Artifact:
    """Everything about a trained network."""
    return Artifact(
        query=query,
        program_hash=program_hash,
        sites=None if sites is None else tuple(sorted(sites)),
        shape=_sizes(network.shape),
        addresses=rows_of(network.structure),
        fixed=tuple((number.observer, number.instance) for number in network.structure.fixed),
        epsilon=options.epsilon,
        options=_plain(options) | {"limits": dict(network.limits), "network": network.kind},
        versions=versions(),
        record=record,
        arrays=arrays_of(network),
        example=Example(options.example_args),
    )


def _sizes(shape: Shape) -> dict[str, int]:
    """The numbers of a shape; what proposes is among the options."""
    return {name: size for name, size in asdict(shape).items() if name != "proposal"}


def _plain(options: TrainingOptions) -> dict[str, Any]:
    return {**options.fixed(), "traces": options.budget, "minutes": options.minutes}


def versions() -> dict[str, str]:
    """What trained it."""
    from anglipy import __version__

    return {
        "anglipy": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "safetensors": safetensors.__version__,
        "python": platform.python_version(),
    }


def rows_of(structure: Structure) -> tuple[AddressRow, ...]:
    """The address table."""
    samples = [
        AddressRow(key.site, "sample", key.family, (categories or key.size,))
        for key, categories in structure.slots
    ]
    observes = [
        AddressRow(key.site, "observe", key.kind.name, tuple(key.kind.shape))
        for key in structure.observers
    ]
    return (*samples, *observes)


def structure_of(rows: Iterable[AddressRow], fixed: Iterable[tuple[int, int]]) -> Structure:
    """The inverse of `rows_of`. Raises ValueError for a table that no network has."""
    slots, observers = [], []
    for row in rows:
        if not all(0 < size <= LARGEST for size in row.shape):
            raise ValueError(f"the size {row.shape} at {row.site}")
        if row.role == "sample":
            if row.family not in FAMILIES or len(row.shape) != 1:
                raise ValueError(f"the proposal family {row.family} at {row.site}")
            table = row.family == "categorical"
            slots.append(
                (
                    SlotKey(row.site, row.family, 0 if table else row.shape[0]),
                    row.shape[0] if table else 0,
                )
            )
        elif len(row.shape) == DIMENSIONS.get(row.family, 0):
            observers.append(ObserverKey(row.site, Kind(row.family, row.shape)))
        else:
            raise ValueError(f"the kind of observation {row.family} at {row.site}")
    numbers = tuple(FixedNumber(*pair) for pair in fixed)
    if any(
        not 0 <= n.observer < len(observers)
        or observers[n.observer].kind.name != "numbers"
        or not 0 < n.instance <= LARGEST_INSTANCE
        for n in numbers
    ):
        raise ValueError("an observed number without an observer")
    return Structure(tuple(slots), tuple(observers), numbers)


def arrays_of(network: Network) -> dict[str, np.ndarray]:
    """Parameters and buffers by name, copied."""
    return {
        name: tensor.detach().cpu().numpy().copy() for name, tensor in network.state_dict().items()
    }


def load_arrays(network: Network, arrays: dict[str, np.ndarray], assign: bool = False) -> None:
    """Copy parameters and buffers to their places, or (assign) put copies there instead of what the
    network has. Raises RuntimeError if names or shapes differ.
    """
    network.load_state_dict(
        {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()},
        strict=True,
        assign=assign,
    )
    network.reader.lay_out()


def network_kind(artifact: Artifact) -> str:
    """The name of its core; artifacts that name none have the LSTM."""
    return str(artifact.options.get("network", "lstm"))


def empty_network(
    shape: Shape, structure: Structure, kind: str, arrays: dict[str, np.ndarray]
) -> Network:
    """A network of this form that holds no numbers yet (its parameters are on torch's device
    "meta", where nothing is stored), if the arrays are those that it needs. It computes in their
    precision, whatever torch's default is.

    Raises ValueError if names, shapes or dtypes differ, or a number is not finite.
    """
    if len(structure.slots) + len(structure.observers) > len(arrays):
        raise ValueError("more addresses than arrays")
    if shape.width % shape.attention_heads or (kind == "transformer" and shape.hidden % 8):
        raise ValueError("a width that its attention heads cannot share")
    if kind not in NETWORKS:
        raise ValueError("a network of no known kind")
    with torch.device("meta"), _default_dtype(_dtype_of(arrays)):
        network = Network.of_structure(shape, structure, kind)
    found = {name: (tuple(array.shape), array.dtype.name) for name, array in arrays.items()}
    expected = {
        name: (tuple(part.shape), str(part.dtype).removeprefix("torch."))
        for name, part in network.state_dict().items()
    }
    if found != expected:
        raise ValueError("its arrays are not those of its address table")
    finite(arrays)
    return network


def _dtype_of(arrays: dict[str, np.ndarray]) -> torch.dtype:
    first = arrays.get("core.first_value")
    return torch.float64 if first is not None and first.dtype == np.float64 else torch.float32


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """What is made is of this dtype, unless it says otherwise."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def network_proposal(artifact: Artifact) -> str:
    """What proposes single numbers; artifacts that do not say have mixtures."""
    found = str(artifact.options.get("proposal", "mixture"))
    if found not in PROPOSALS:
        raise ValueError(f"proposals by {found}")
    return found


@lru_cache(maxsize=2)
def network_of(artifact: Artifact) -> Network:
    """The artifact's network, ready to propose, and not to be changed: the last ones are kept.

    Raises ArtifactError AQ603 if its parts do not fit together.
    """
    try:
        if not all(0 < size <= LARGEST for size in artifact.shape.values()):
            raise ValueError("a size of the network")
        shape = Shape(**artifact.shape, proposal=network_proposal(artifact))
        told = checked_readings(artifact.options.get("embedders"))
        limits = checked_limits(artifact.options.get("limits"))
        beyond = checked_sites(artifact.options.get("beyond"))
        combined = artifact.options.get("combine_observes")
        combined = combined if combined is None else text(combined)
        structure = structure_of(artifact.addresses, artifact.fixed)
        network = empty_network(shape, structure, network_kind(artifact), artifact.arrays)
        # Arrays take the place of parameters: nothing is stored twice.
        load_arrays(network, artifact.arrays, assign=True)
    except (RuntimeError, TypeError, ValueError, OptionError) as error:
        raise ArtifactError(
            "AQ603",
            f"the artifact for `{artifact.query}` is damaged: {error}",
            help="compile again",
        ) from error
    network.told, network.limits, network.combined = told, limits, combined
    network.beyond = beyond
    network.may_miss = bool(artifact.options.get("missing", 0.0))
    return network.eval()
