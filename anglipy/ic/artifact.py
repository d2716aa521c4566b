"""The artifact: a trained network as one file, data and never code.

It names the query it was trained for (name, program hash, sites), lists its addresses with families
and sizes, and keeps the options, versions and record of its training. Reading one needs no torch;
`network_of` in `ic.store` builds the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from anglipy.diagnostics import ArtifactError, InferenceError
from anglipy.ic.checked import number, plain, text, whole
from anglipy.ic.container import read_container, write_container
from anglipy.ic.records import TrainingRecord
from anglipy.inference.value_nodes import Nodes, values_of_nodes

__all__ = ["KIND", "LARGEST_EXAMPLE", "AddressRow", "Artifact", "Example", "rows_from"]

KIND = "anglipy artifact"
EXTRA = "extra."
"""How the names of arrays begin that are no part of the network."""


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One row of the address table."""

    site: str
    role: str
    """`sample` or `observe`."""
    family: str
    """Of the proposal, or how the observation is read: numbers, image, choice."""
    shape: tuple[int, ...]
    """(categories,) or (coordinates,) of a sample, the shape of an observation."""


def rows_from(data: Any) -> tuple[AddressRow, ...]:
    """An address table from a file. Raises ValueError or TypeError for anything else."""
    return tuple(
        AddressRow(text(site), text(role), text(family), tuple(map(whole, shape)))
        for site, role, family, shape in data
    )


LARGEST_EXAMPLE = 1 << 20
"""Bytes of an example argument that is kept."""


@dataclass(frozen=True, slots=True)
class Example:
    """The argument that all runs of a training had; None if none was given."""

    value: Any = None
    is_kept: bool = True
    """False of one that is no data, or too much of it: the value is None."""

    def to_data(self) -> Any:
        """As JSON: nodes (see `value_nodes`), None, or False of one that is not kept."""
        if self.value is None:
            return None if self.is_kept else False
        nodes = Nodes()
        try:
            nodes.add(self.value)
        except InferenceError:
            return False
        return nodes.nodes if len(json.dumps(nodes.nodes)) <= LARGEST_EXAMPLE else False

    @classmethod
    def from_data(cls, data: Any) -> Example:
        """The inverse of `to_data`. Raises ValueError, TypeError, KeyError or IndexError."""
        if data is None or data is False:
            return cls(None, data is None)
        if not isinstance(data, list):
            raise TypeError("the example argument is no list of nodes")
        return cls(values_of_nodes(data)[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Artifact:
    """A trained network and where it came from. `arrays` are its parameters and buffers by name."""

    query: str
    program_hash: str
    sites: tuple[str, ...] | None
    """The static sites of the program, if the trainer was told."""
    shape: dict[str, int]
    """Sizes of the network."""
    addresses: tuple[AddressRow, ...]
    """In the order in which the network met them."""
    fixed: tuple[tuple[int, int], ...]
    """(observer, instance) of the observed numbers that lie side by side."""
    epsilon: float
    options: dict[str, Any]
    versions: dict[str, str]
    record: TrainingRecord
    arrays: dict[str, np.ndarray]
    calibration: dict[str, Any] | None = None
    """What `anglipy calibrate` found, as plain data."""
    extras: dict[str, np.ndarray] = field(default_factory=dict)
    """Arrays that are no part of the network: what data are compared with (`judgement.novelty`)."""
    example: Example = Example()
    """What the query was called with in training."""

    def __repr__(self) -> str:
        return f"{self.query} {self.program_hash[:12]}"

    def save(self, path: str | Path) -> None:
        """Write the file, atomically. Raises ArtifactError AQ601."""
        document = {
            "query": self.query,
            "program_hash": self.program_hash,
            "sites": None if self.sites is None else list(self.sites),
            "shape": self.shape,
            "addresses": [
                [row.site, row.role, row.family, list(row.shape)] for row in self.addresses
            ],
            "fixed": [list(pair) for pair in self.fixed],
            "epsilon": self.epsilon,
            "options": self.options,
            "versions": self.versions,
            "record": self.record.to_data(),
        }
        example = self.example.to_data()
        if example is not None:
            document["example_args"] = example
        if self.calibration is not None:
            document["calibration"] = self.calibration
        extras = {EXTRA + name: array for name, array in self.extras.items()}
        write_container(Path(path), KIND, {**self.arrays, **extras}, document)

    @classmethod
    def load(cls, path: str | Path) -> Artifact:
        """Read a file. Nothing in it is executed.

        Raises:
            ArtifactError: AQ601 cannot be read, AQ602 is no artifact, AQ603 is damaged, AQ604 is of
                a later version.

        """
        arrays, document = read_container(Path(path), KIND)
        try:
            sites, shape = document["sites"], plain(document["shape"])
            return cls(
                query=text(document["query"]),
                program_hash=text(document["program_hash"]),
                sites=None if sites is None else tuple(map(text, sites)),
                shape={name: whole(size, 1) for name, size in shape.items()},
                addresses=rows_from(document["addresses"]),
                fixed=tuple(
                    (whole(observer), whole(instance)) for observer, instance in document["fixed"]
                ),
                epsilon=number(document["epsilon"], 0.0, 1.0),
                options=dict(plain(document["options"])),
                versions=dict(plain(document["versions"])),
                record=TrainingRecord.from_data(document["record"]),
                arrays={n: a for n, a in arrays.items() if not n.startswith(EXTRA)},
                calibration=_mapping(document.get("calibration")),
                extras={n[len(EXTRA) :]: a for n, a in arrays.items() if n.startswith(EXTRA)},
                example=Example.from_data(document.get("example_args")),
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ArtifactError(
                "AQ603",
                f"{path} is damaged: its document lacks something ({error})",
                help="compile again",
            ) from error

    def check(self, program_hash: str, sites: Iterable[str]) -> tuple[str, ...]:
        """Whether the artifact fits a program. Gives warnings, none if the hash is the same.

        `sites` are the program's static sites. Addresses computed while the program runs are no
        part of the comparison: what the artifact does not know of them is proposed by the prior.

        Raises:
            ArtifactError: AQ605 if the sites differ, with the missing and the new ones.

        """
        if program_hash == self.program_hash:
            return ()
        now = set(sites)
        trained = (
            set(self.sites) if self.sites is not None else {row.site for row in self.addresses}
        )
        missing = sorted(trained - now)
        new = sorted(now - trained) if self.sites is not None else []
        if missing or new:
            notes = [f"in the artifact but not in the program: {site}" for site in missing]
            notes += [f"in the program but not in the artifact: {site}" for site in new]
            notes.append(f"program hash {program_hash[:12]}, artifact's {self.program_hash[:12]}")
            raise ArtifactError(
                "AQ605",
                f"the artifact was compiled for another program (query `{self.query}`)",
                help="compile it again for this program",
                notes=tuple(notes),
            )
        return (
            f"the program has changed since the artifact for `{self.query}` was compiled; "
            "its addresses are the same, so the proposals still fit, but may be worse",
        )


def _mapping(data: Any) -> dict[str, Any] | None:
    """A JSON object, or nothing. Raises TypeError for other data."""
    if data is not None and not isinstance(data, dict):
        raise TypeError("the calibration is no object")
    return data
