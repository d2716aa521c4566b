"""Where traces come from: blocks that are the same wherever they are made, workers, datasets."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import ArtifactError, ProgramError
from anglipy.ic.artifact import Artifact
from anglipy.ic.blocks import BLOCK_KIND, Beside, Here, Simulator
from anglipy.ic.container import Contents, decode, encode
from anglipy.ic.dataset import WINDOW, Dataset, Visits, about_program
from anglipy.ic.engine import infer_compiled
from anglipy.ic.options import TrainingOptions
from anglipy.ic.packing import packed, unpacked
from anglipy.ic.sources import Source
from anglipy.ic.spool import Spool
from anglipy.ic.tapes import Tape
from anglipy.ic.training import train
from anglipy.ic.workers import Workers
from anglipy.runtime.convert import from_python
from anglipy.runtime.machine import Query
from tests.ic.models import MADE, TINY, program

PROGRAMS = ["gaussian", "wandering", "growing", "mixture", "coin"]


def written(tape: Tape) -> bytes:
    """Everything about a tape."""
    return encode(BLOCK_KIND, *packed(tape))


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_tape_survives_being_packed(name: str, made: str) -> None:
    tape = Simulator(program(name, made), None, 3, 40).run(5)
    data = written(tape)
    again = unpacked(decode("tape", data, BLOCK_KIND))
    assert written(again) == data
    assert again.count == 40
    for one, other in zip(tape.choices, again.choices, strict=True):
        assert one.site == other.site
        np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(one.prior.numbers, other.prior.numbers)


EVERYTHING = """
(defquery everything []
  (let [a (sample (uniform-continuous -1 2)) b (sample (gamma 2 3)) c (sample (beta 2 5))
        d (sample (poisson 4)) e (sample (normal 0 1)) f (sample (student-t 4))
        g (sample (mvn [0 1] [[2 0.5] [0.5 1]])) h (sample (dirichlet [1 2 3]))
        i (sample (wishart 4 [[1 0] [0 1]])) j (sample (categorical [[:a 1] [:b 2]]))
        k (sample (exponential 2)) l (sample (product [(normal 0 1) (flip 0.3)]))
        m (sample (multinomial 5 [0.2 0.3 0.5])) n (sample (von-mises 0 2))]
    (observe (normal (+ a b c d e k) 1) 0.5)
    a))
"""


def test_priors_of_every_family_survive() -> None:
    """A tape of one choice from each proposal family that the language has names for."""
    simulator = Simulator(loads(EVERYTHING).queries["everything"].query, None, 0, 30)
    tape = simulator.run(0)
    families = {event.prior.family.partition("(")[0] for event in tape.choices}
    assert len(families) >= 11, families
    data = written(tape)
    assert written(unpacked(decode("tape", data, BLOCK_KIND))) == data


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_record_what_one_process_does(workers: int) -> None:
    simulator = Simulator(program("wandering", "compiled"), None, 1, 20)
    here, beside = Spool(Here(simulator)), Spool(Beside(simulator, workers))
    try:
        for count in (20, 7, 7, 30, 1, 55):
            assert written(here.take(count)) == written(beside.take(count))
    finally:
        beside.blocks.close()


def test_a_spool_goes_on_from_where_it_was() -> None:
    simulator = Simulator(program("mixture", "compiled"), None, 1, 20)
    first, second = Spool(Here(simulator)), Spool(Here(simulator))
    first.take(33)
    second.restore(first.to_data())
    assert written(first.take(40)) == written(second.take(40))


# -- workers -----------------------------------------------------------------------------------


def arrays(path: Path) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in Artifact.load(path).arrays.items()}


def test_training_is_the_same_with_workers_and_ends_them(tmp_path: Path) -> None:
    asked = program("growing", "compiled")
    options = TrainingOptions(traces=320, **{**TINY, "validation": 16})
    train(asked, options, tmp_path / "a.pt")
    train(asked, replace(options, workers=2), tmp_path / "b.pt")
    assert arrays(tmp_path / "a.pt") == arrays(tmp_path / "b.pt")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_worker_that_dies_is_reported() -> None:
    beside = Beside(Simulator(program("coin", "compiled"), None, 0, 8), 2)
    try:
        beside.get(0)
        os.kill(beside.workers.processes[1].pid, signal.SIGKILL)
        with pytest.raises(ArtifactError) as caught:
            Spool(beside).take(8 * 20)
        assert caught.value.diagnostic.code == "AQ612"
        assert "worker 2 of 2 died" in str(caught.value)
        assert "signal 9" in str(caught.value)
    finally:
        beside.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("task_s", [0.0, 600.0])
def test_workers_do_not_survive_a_trainer_that_is_killed(task_s: float) -> None:
    """Neither those that wait for a task nor those in the middle of one."""
    context = multiprocessing.get_context("fork")
    mine, its = context.Pipe()
    trainer = context.Process(target=_with_workers, args=(its, task_s))
    trainer.start()
    workers = mine.recv()
    assert all(Path(f"/proc/{pid}").exists() for pid in workers)
    os.kill(trainer.pid, signal.SIGKILL)
    trainer.join()
    deadline = time.monotonic() + 10.0
    while (left := [pid for pid in workers if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def _with_workers(pipe, task_s: float) -> None:
    """What a trainer does: give its workers something to do, and go on."""
    workers = Workers(lambda number: bytes(int(time.sleep(task_s) or 0)), 2)
    workers.want(range(2))
    pipe.send([process.pid for process in workers.processes])
    time.sleep(600.0)


def _runs(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that nobody waited for is a Z."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_error_of_the_program_in_a_worker_is_the_programs(tmp_path: Path) -> None:
    asked = (
        loads("""
    (defquery bad []
      (let [x (sample (normal 0 1))]
        (observe (normal 0 (if (> x 2.5) -1 1)) 0.5) x))
    """)
        .queries["bad"]
        .query
    )
    options = TrainingOptions(traces=5000, workers=2, **{**TINY, "validation": 16})
    with pytest.raises(ProgramError, match="sd"):
        train(asked, options, tmp_path / "a.pt")


# -- datasets ----------------------------------------------------------------------------------


def dataset(folder: Path, asked: Query, size: int = 16, program_hash: str = "p") -> Dataset:
    simulator = Simulator(asked, None, 0, size)
    return Dataset(folder, simulator, about_program(asked.name, program_hash, None))


def test_no_trace_is_used_more_often_than_allowed(tmp_path: Path) -> None:
    """Each run is told by its first value; every run of a window is used `reuse` times, and then
    never again.
    """
    found = dataset(tmp_path, program("gaussian", "compiled"))
    visits = Visits(found, 7, 3, 0)
    uses: dict[float, int] = {}
    for visit in range(2 * 3 * WINDOW):
        for value in visits.get(visit).choices[0].values.tolist():
            uses[value] = uses.get(value, 0) + 1
    assert set(uses.values()) == {3}
    assert len(uses) == 2 * WINDOW * 16
    assert found.present() == 2 * WINDOW
    larger = Visits(found, 7, 3, 0)
    assert larger.window == 2 * WINDOW


@pytest.mark.parametrize("workers", [0, 2])
def test_training_from_a_dataset_resumes_bitwise(tmp_path: Path, workers: int) -> None:
    asked = program("growing", "compiled")
    options = TrainingOptions(
        traces=640,
        validate_every=100,
        shard=24,
        reuse=2,
        workers=workers,
        dataset=str(tmp_path / "data"),
        **{**TINY, "validation": 16},
    )
    whole = tmp_path / "whole.pt"
    parts, other = tmp_path / "parts.pt", str(tmp_path / "other")
    train(asked, options, whole)
    steps = iter(range(1000))
    first = train(
        asked, replace(options, dataset=other), parts, should_stop=lambda: next(steps) >= 13
    )
    assert first.interrupted
    train(asked, replace(options, dataset=other, resume=True, workers=0), parts)
    assert arrays(whole) == arrays(parts)
    for path in (tmp_path / "data").glob("shard-*"):
        twin = tmp_path / "other" / path.name
        assert not twin.exists() or twin.read_bytes() == path.read_bytes()


def test_traces_of_another_program_are_refused(tmp_path: Path) -> None:
    asked = program("coin", "compiled")
    dataset(tmp_path, asked).fill(0)
    path = tmp_path / "shard-000000.traces"
    for other, words in (
        (dataset(tmp_path, program("gaussian", "compiled")), "another query"),
        (dataset(tmp_path, asked, program_hash="q"), "before it was changed"),
    ):
        with pytest.raises(ArtifactError, match=words) as caught:
            other.read(path)
        assert caught.value.diagnostic.code == "AQ613"
    argued = Dataset(tmp_path, Simulator(asked, [1], 0, 4), about_program("coin", "p", [1]))
    with pytest.raises(ArtifactError, match="another argument"):
        argued.read(path)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArtifactError) as caught:
        dataset(tmp_path / "file" / "data", program("coin", "compiled"))
    assert caught.value.diagnostic.code == "AQ601"


def test_shards_that_lie_are_refused() -> None:
    """Shards with a right checksum whose events make no sense, one change each."""
    tape = Simulator(program("wandering", "compiled"), None, 0, 12).run(0)
    changes = 0
    for event in range(len(tape.choices)):
        for field in range(8):
            for wrong in (None, -1, 1 << 60, "x", "\x1b[2J", ["int64", [1 << 40]], [1, 2, 3]):
                document = packed(tape).document
                document["choices"][event][field] = wrong
                if field == 0 and wrong == "x":
                    continue
                changes += 1
                with pytest.raises(ValueError):  # noqa: PT011
                    unpacked(Contents(packed(tape).arrays, document))
    for count in (None, 0, -3, 1 << 60, 1, "12"):
        with pytest.raises(ValueError):  # noqa: PT011
            unpacked(Contents(packed(tape).arrays, packed(tape).document | {"count": count}))
    for name, array in packed(tape).arrays.items():
        bad = array.copy()
        bad[:] = -7 if array.dtype.kind == "i" else np.nan
        with pytest.raises(ValueError):  # noqa: PT011
            unpacked(Contents(packed(tape).arrays | {name: bad}, packed(tape).document))
    assert changes > 100


# -- what is not learned -----------------------------------------------------------------------

LEFT_TO_THE_PRIOR = loads("""
(defdist mine [m] (sample* [this] (sample* (normal m 1)))
                  (observe* [this v] (observe* (normal m 1) v)))
(defquery q [y]
  (let [a (sample "a" (mine 0))
        b (sample "b" (mine a))
        c (sample "c" (tag :prior-only (normal 0 1)))
        d (sample "d" (dirac 3))
        e (sample "e" (product [(normal 0 1) (mvn [0 0] [[1 0] [0 1]])]))
        f (repeat-until (fn [] (sample "f" (tag "prior-only" (flip 0.5)))) identity)
        g (sample "g" (if f (normal 0 1) (tag :prior-only (normal 0 1))))
        h (sample* (flip 0.5))]
    (observe "y" (normal (+ a b c d (first e) g (if h 1 0)) 1) y)))
(defquery learned [y] (observe "y" (normal (sample "x" (normal 0 1)) 1) y))
""").queries
WHY = {
    "a": "`mine` is a distribution of the program's own",
    "b": "`mine` is a distribution of the program's own",
    "c": "tagged :prior-only",
    "d": "it has one value",
    "e": "no proposals are known for such a `product`",
    "f": "tagged :prior-only",
}


def test_a_training_names_what_it_does_not_learn_before_it_begins(tmp_path: Path) -> None:
    asked, told = LEFT_TO_THE_PRIOR, []
    options = TrainingOptions(traces=32, **{**TINY, "validation": 16})
    found = train(asked["q"].query, options, tmp_path / "a.pt", told.append, on_note=told.append)
    assert told[0] == (
        "proposed by the prior, with nothing to be learned: "
        + ", ".join(f"{site} ({why})" for site, why in WHY.items())
    )
    assert all(site.loss == site.prior_loss for site in found.sites if site.site in WHY)
    told.clear()
    train(asked["learned"].query, options, tmp_path / "b.pt", on_note=told.append)
    assert told == []


def test_what_is_not_learned_is_named_when_the_validation_set_is_read(tmp_path: Path) -> None:
    """A dataset holds no reasons; the runs that are made before say them."""
    options = TrainingOptions(
        traces=32, dataset=str(tmp_path / "data"), **{**TINY, "validation": 16}
    )
    for _ in range(2):
        source = Source.of(LEFT_TO_THE_PRIOR["q"].query, options, "")
        assert source.unlearned == WHY
        source.close()


def test_what_no_algorithm_sees_is_never_proposed_nor_weighed(tmp_path: Path) -> None:
    """`sample*` in a query: no choice, no slot, and an evidence that averages over it."""
    asked = loads("""(defquery q [y]
      (let [x (sample "x" (flip 0.3)) hidden (sample* (flip 0.5))]
        (observe "y" (flip (if hidden 0.9 0.2)) y)
        x))""").q.query
    options = TrainingOptions(traces=64, **{**TINY, "validation": 16})
    train(asked, options, tmp_path / "a.pt")
    artifact = Artifact.load(tmp_path / "a.pt")
    assert [row.site for row in artifact.addresses if row.role == "sample"] == ["x"]
    value = from_python([True])
    posterior = infer_compiled(asked, value, artifact, particles=20_000, seed=1)
    error = posterior.log_evidence_standard_error
    assert abs(posterior.log_evidence - math.log(0.55)) < 6.0 * error
