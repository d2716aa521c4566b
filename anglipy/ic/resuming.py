"""The state of an unfinished training as a file beside the artifact, `<artifact>.resume`.

It holds all that the next step depends on: weights, their average, the optimiser's moments, torch's
random generator, the position in the stream of traces, the tally and the record so far, and the
address table, in the order in which addresses were met. So with a budget in traces a training that
was killed and resumed gives bitwise the same network, on the CPU, as one that was not. The file is
replaced atomically; whoever wrote it, reading it executes nothing, and what does not fit is refused
with a reason.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import rows_from
from anglipy.ic.checked import finite, plain, record_of, whole
from anglipy.ic.container import read_container, write_container
from anglipy.ic.learner import Learner, Losses
from anglipy.ic.network import Network
from anglipy.ic.records import TrainingRecord
from anglipy.ic.store import empty_network, rows_of, structure_of

if TYPE_CHECKING:
    from anglipy.ic.training import Trainer

__all__ = ["RESUME_KIND", "refuse_overwriting", "restore_state", "resume_path", "save_state"]

RESUME_KIND = "anglipy training state"


def resume_path(artifact_path: str | Path) -> Path:
    """Where the state of an unfinished training lies."""
    path = Path(artifact_path)
    return path.with_name(path.name + ".resume")


def refuse_overwriting(artifact_path: str | Path) -> None:
    """ArtifactError AQ618 where a new training would put an end to what is there: an artifact, any
    other file, or the state of a training that has not got so far as an artifact.
    """
    path = Path(artifact_path)
    there = [p for p in (path, resume_path(path)) if p.exists()]
    if not there:
        return
    again = "`--resume` goes on with that training" if resume_path(path) in there else ""
    anew = "`--overwrite` trains anew in its place"
    raise ArtifactError(
        "AQ618",
        f"{there[0]} exists already, and a new training would replace it",
        help=", ".join(filter(None, (again, anew, "or write to another file"))),
        notes=("from Python: resume=True, overwrite=True; at the prompt: true after its keyword",),
    )


def save_state(trainer: Trainer) -> None:
    """Write the state. Raises ArtifactError AQ601."""
    learner = trainer.learner
    structure = learner.network.structure
    arrays = learner.to_arrays()
    arrays["torch_rng"] = torch.random.get_rng_state().numpy().copy()
    if learner.device.type == "cuda":
        arrays["cuda_rng"] = torch.cuda.get_rng_state(learner.device).numpy().copy()
    record = None if trainer.losses is None else trainer.record(interrupted=True).to_data()
    document = {
        "query": trainer.query.name,
        "program_hash": trainer.program_hash,
        "options": trainer.options.fixed(),
        "addresses": [[r.site, r.role, r.family, list(r.shape)] for r in rows_of(structure)],
        "fixed": [list(number) for number in structure.fixed],
        "steps": learner.steps,
        "tally": asdict(trainer.tally),
        "source": trainer.source.to_data(),
        "record": record,
    }
    write_container(resume_path(trainer.path), RESUME_KIND, arrays, document)


def restore_state(trainer: Trainer) -> None:
    """Go on from the saved state. Raises ArtifactError AQ606 if there is none, or it is of another
    training, and AQ601 to AQ604 for files that are no such state.
    """
    path = resume_path(trainer.path)
    if not path.exists():
        raise _nothing(path, trainer.path)
    arrays, document = read_container(path, RESUME_KIND)
    try:
        _require_same(trainer, path, document)
        if document["record"] is not None and not trainer.path.exists():
            raise _nothing(path, trainer.path)
        _restore(trainer, arrays, document)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ArtifactError("AQ603", f"{path} is damaged: {error}", help="train again") from error


def _restore(trainer: Trainer, arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    finite(arrays)
    rows = rows_from(document["addresses"])
    fixed = [(whole(observer), whole(instance)) for observer, instance in document["fixed"]]
    structure = structure_of(rows, fixed)
    now, start = trainer.learner.network, "network."
    weights = {n[len(start) :]: a for n, a in arrays.items() if n.startswith(start)}
    empty_network(now.shape, structure, now.kind, weights)
    network = Network.of_structure(now.shape, structure, now.kind)
    network.limits = now.limits
    trainer.learner = Learner(network, trainer.options)
    trainer.learner.restore(arrays, whole(document["steps"]))
    trainer.tally = record_of(type(trainer.tally), document["tally"])
    trainer.source.restore(document["source"])
    if document["record"] is not None:
        done = TrainingRecord.from_data(document["record"])
        trainer.history = list(done.history)
        trainer.losses = _losses_of(done, sum(batch.count for batch in trainer.validation))
    torch.random.set_rng_state(torch.from_numpy(np.array(arrays["torch_rng"])))
    if trainer.learner.device.type == "cuda" and "cuda_rng" in arrays:
        torch.cuda.set_rng_state(
            torch.from_numpy(np.array(arrays["cuda_rng"])), trainer.learner.device
        )


def _nothing(path: Path, artifact: Path) -> ArtifactError:
    return ArtifactError(
        "AQ606",
        f"there is nothing to resume: {path} and {artifact} are needed",
        help="train without --resume first",
    )


def _require_same(trainer: Trainer, path: Path, document: dict[str, Any]) -> None:
    query, program = document["query"], document["program_hash"]
    if program != trainer.program_hash or query != trainer.query.name:
        raise ArtifactError(
            "AQ606",
            f"{path} is of another program, query `{plain(query)}`",
            help="train without --resume",
        )
    mine = trainer.options.fixed()
    other = [name for name, value in document["options"].items() if mine.get(name) != value]
    if other:
        was = ", ".join(f"{name} was {plain(document['options'][name])}" for name in other)
        raise ArtifactError(
            "AQ606",
            f"{path} was trained with other options: {was}",
            help="resume with the same options; only the budget may change",
        )


def _losses_of(done: TrainingRecord, traces: int) -> Losses:
    """The losses of the best network so far, from a record."""
    losses = Losses()
    losses.traces = traces
    losses.loss, losses.prior_loss = done.best_loss * traces, done.prior_loss * traces
    losses.by_site = {
        entry.site: [entry.loss * traces, entry.prior_loss * traces, float(entry.steps)]
        for entry in done.sites
    }
    return losses
