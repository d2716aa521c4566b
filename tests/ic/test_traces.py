"""Recording: observes are answered by draws, values are read by shape, batches keep everything in
its place.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from anglipy.diagnostics import ArtifactError, ProgramError
from anglipy.ic import traces as traces_module
from anglipy.ic.batches import batch_of
from anglipy.ic.layers import InstanceCode, Moments, Shape
from anglipy.ic.network import Network
from anglipy.ic.proposals import FAMILIES
from anglipy.ic.squash import squash
from anglipy.ic.traces import Kind, record
from anglipy.runtime.distributions.base import UserDistribution
from tests.ic.models import gaussian, growing, model, wandering
from tests.inference.programs import dist, done, observe, query, sample


def drawing(value):
    """A distribution that always draws this value."""
    return UserDistribution("always", {}, lambda rng: value, lambda x: 0.0)


def observed_kind(value, distribution=None):
    asked = query(
        "k", lambda _: observe("k/y", distribution or drawing(value), None, lambda: done(1))
    )
    (observation,) = record(asked, None, np.random.default_rng(0)).observations
    return observation


def test_observes_are_answered_by_draws_and_the_given_value_is_ignored() -> None:
    rng = np.random.default_rng(0)
    trace = record(model("gauss", gaussian), (100.0, 100.0), rng)
    assert [step.site for step in trace.steps] == ["gauss/mu"]
    assert [o.site for o in trace.observations] == ["gauss/observe#1", "gauss/observe#2"]
    assert all(abs(o.value[0]) < 50 for o in trace.observations)
    assert trace.result == trace.steps[0].value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, Kind("numbers", (1,))),
        (True, Kind("numbers", (1,))),
        (np.float32(2.0), Kind("numbers", (1,))),
        ([1.0, 2, True], Kind("numbers", (3,))),
        (np.zeros((2, 3)), Kind("numbers", (6,))),
        ([[1.0, 2.0], [3.0, 4.0]], Kind("numbers", (4,))),
        (np.zeros((48, 160), np.uint8), Kind("image", (48, 160))),
    ],
)
def test_values_are_read_by_shape(value, kind: Kind) -> None:
    assert observed_kind(value).kind == kind


def test_a_category_is_read_as_its_index() -> None:
    observation = observed_kind("b", dist("categorical", [["b", 1.0]]))
    assert observation.kind == Kind("choice", (1,))
    assert observation.value == 0


@pytest.mark.parametrize(
    "value", ["text", None, np.zeros((2, 3, 4)), [["a"]], [1.0, [2.0]], object()]
)
def test_what_cannot_be_read_is_an_error_that_says_where(value) -> None:
    with pytest.raises(ArtifactError, match=r"k/y\[1\]") as caught:
        observed_kind(value)
    assert caught.value.diagnostic.code == "AQ607"


def test_a_program_that_fails_for_want_of_an_argument_gets_advice() -> None:
    def body(argument):
        if argument is None:
            raise ProgramError("AQ401", "nth: cannot take element 0 of nil")
        return done(1)

    with pytest.raises(ProgramError) as caught:
        record(query("needs", body), None, np.random.default_rng(0))
    assert any("example argument" in note for note in caught.value.diagnostic.notes)


def test_endless_runs_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces_module, "LONGEST", 100)

    def again(_):
        return sample("e/x", dist("flip", 0.5), again)

    with pytest.raises(ArtifactError, match=r"e/x\[101\]"):
        record(query("endless", again), None, np.random.default_rng(0))


@pytest.mark.parametrize("body", [wandering, growing, gaussian])
def test_batches_lay_out_every_step_once(body) -> None:
    rng = np.random.default_rng(1)
    runs = [record(model("m", body), None, rng) for _ in range(30)]
    batch = batch_of(runs)
    flat = [(i, t, step) for i, run in enumerate(runs) for t, step in enumerate(run.steps)]
    assert [(i, t) for i, t, _ in flat] == list(
        zip(batch.trace_of.tolist(), batch.time_of.tolist(), strict=True)
    )
    rows = torch.cat([group.rows for group in batch.steps])
    assert sorted(rows.tolist()) == list(range(len(flat)))
    for group in batch.steps:
        for row, value in zip(group.rows.tolist(), group.values.tolist(), strict=True):
            assert flat[row][2].site == group.key.site
            assert flat[row][2].value == value
    before = batch.previous.tolist()
    assert all(before[row] == (row - 1 if t else len(flat)) for row, (_, t, _) in enumerate(flat))


def test_a_trace_has_the_same_loss_alone_and_in_any_batch() -> None:
    """Padding and grouping change nothing: what is proposed depends on the trace's own past and
    data.
    """
    rng = np.random.default_rng(2)
    runs = [record(model("w", wandering), None, rng) for _ in range(40)]
    torch.manual_seed(0)
    network = Network(Shape(16, 16, 4, 3))
    network.grow(batch_of(runs))
    network.eval()
    with torch.inference_mode():
        together = network.log_proposals(batch_of(runs), 0.01)
        alone = torch.cat([network.log_proposals(batch_of([run]), 0.01) for run in runs])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)


def test_moments_are_those_of_all_rows_whatever_the_chunks() -> None:
    rng = np.random.default_rng(3)
    x = torch.from_numpy(rng.normal(5.0, 3.0, (500, 2)))
    moments = Moments(2)
    for start in (0, 1, 64, 300):
        end = {0: 1, 1: 64, 64: 300, 300: 500}[start]
        moments.update(x[start:end])
    torch.testing.assert_close(moments.mean, x.mean(0))
    torch.testing.assert_close((moments.squares / 500).sqrt(), x.std(0, correction=0))
    constant = Moments(1)
    constant.update(torch.full((10, 1), 7.0, dtype=torch.float64))
    assert constant(torch.full((1, 1), 7.5, dtype=torch.float64)).item() == 0.5


def test_squash_is_monotone_and_odd() -> None:
    x = torch.linspace(-1e3, 1e3, 2001)
    y = squash(x, 6.0)
    assert (y.diff() > 0).all()
    torch.testing.assert_close(y, -y.flip(0))


def test_instances_beyond_the_table_have_codes_of_their_own() -> None:
    code = InstanceCode()
    vectors = code(torch.tensor([1, 64, 65, 66, 1000]))
    assert len({tuple(v.tolist()) for v in vectors}) == 5


def test_the_order_of_families_is_part_of_the_format() -> None:
    assert list(FAMILIES) == [
        "prior",
        "categorical",
        "normal",
        "positive",
        "interval",
        "integers",
        "beta",
        "mvn",
        "dirichlet",
    ]


def test_images_are_read_with_few_rows_and_columns() -> None:
    """A program that observes a picture trains a step, whatever the size of the picture."""
    for height, width in ((48, 160), (9, 20), (100, 30)):
        asked = query(
            "i",
            lambda _, shape=(height, width): sample(
                "i/x",
                dist("uniform-discrete", 0, 5),
                lambda x: observe(
                    "i/y",
                    drawing(np.full(shape, x, np.uint8) + np.arange(shape[1], dtype=np.uint8)),
                    None,
                    lambda: done(x),
                ),
            ),
        )
        rng = np.random.default_rng(0)
        batch = batch_of([record(asked, None, rng) for _ in range(4)])
        network = Network(Shape(16, 16, 4, 3))
        network.grow(batch)
        loss = -network.log_proposals(batch, 0.01).sum()
        loss.backward()
        assert torch.isfinite(loss)
