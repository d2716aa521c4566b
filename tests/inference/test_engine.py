"""Options, the registry, and running an engine: by steps, with progress, stopped, interrupted."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from anglipy.diagnostics import InferenceError, OptionError
from anglipy.inference import ENGINES, engine_named, infer, options_of
from anglipy.inference.engine import Options, StepInfo, register
from anglipy.inference.enumerate import EnumerateOptions
from anglipy.inference.importance import Importance, ImportanceOptions
from anglipy.inference.smc import SmcOptions
from anglipy.runtime.randomness import sample_star
from tests.inference.programs import IN_STEP, dist, done, query, sample


def test_the_engines_of_this_floor() -> None:
    assert set(ENGINES) >= {"importance", "smc", "enumerate"}
    for name in ("importance", "smc", "enumerate"):
        assert engine_named(name).name == name


def test_an_engine_of_another_floor_registers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Importance):
        name = "other"

    monkeypatch.setitem(ENGINES, "other", None)
    register(Other())
    posterior = infer(IN_STEP["coin"], None, "other", samples=5, seed=0)
    assert (posterior.algorithm, posterior.draws) == ("other", 5)


def test_an_object_that_is_no_engine_is_refused() -> None:
    class Half:
        name = "half"

        def init(self) -> None:
            """One verb."""

    with pytest.raises(OptionError) as caught:
        register(Half())  # type: ignore[arg-type]
    assert caught.value.diagnostic.code == "AQ303"
    assert "options_type (a subclass of Options), step, is_done, result:" in str(caught.value)
    assert "half" not in ENGINES


@dataclass(frozen=True)
class Declared(Options):
    tries: int = 3
    share: float = 0.5
    loud: bool = False


@pytest.mark.parametrize("wrong", [{"tries": "x"}, {"tries": True}, {"share": "1"}, {"loud": 1}])
def test_options_have_the_types_that_they_declare(
    wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(Importance):
        name = "other"
        options_type = Declared  # type: ignore[assignment]

    monkeypatch.setitem(ENGINES, "other", Other())
    assert options_of("other", tries=np.int64(2), share=1) == Declared(2, 1)
    with pytest.raises(OptionError) as caught:
        options_of("other", **wrong)
    assert caught.value.diagnostic.code == "AQ303"


@pytest.mark.parametrize(
    ("algorithm", "given", "expected"),
    [
        ("importance", {}, ImportanceOptions(samples=1000)),
        ("importance", {"samples": np.int64(7)}, ImportanceOptions(samples=7)),
        ("smc", {}, SmcOptions(1000, 1, "systematic", 1.0)),
        ("smc", {"particles": 10, "sweeps": 3}, SmcOptions(10, 3)),
        ("smc", {"samples": 10}, SmcOptions(10, 1)),
        ("smc", {"samples": 10_000}, SmcOptions(1000, 10)),
        ("smc", {"samples": 1_500}, SmcOptions(750, 2)),
        ("smc", {"samples": 100, "particles": 30}, SmcOptions(30, 4)),
        ("smc", {"samples": 10, "particles": 5_000}, SmcOptions(5_000, 1)),
        ("smc", {"samples": None, "particles": 5}, SmcOptions(5, 1)),
        ("enumerate", {"max_paths": 9}, EnumerateOptions(9)),
    ],
)
def test_options(algorithm: str, given: dict[str, Any], expected: object) -> None:
    assert options_of(algorithm, **given) == expected


@pytest.mark.parametrize(
    ("algorithm", "given", "code", "text"),
    [
        ("importnace", {}, "AQ301", "did you mean `importance`?"),
        ("importance", {"sample": 3}, "AQ302", "did you mean `samples`? known: samples"),
        ("importance", {"particles": 3}, "AQ302", "did you mean `samples`?"),
        ("smc", {"partciles": 3}, "AQ302", "did you mean `particles`?"),
        ("smc", {"particles": 0}, "AQ303", "`particles` must be a whole number from 1, got 0"),
        ("smc", {"particles": 2.5}, "AQ303", "got 2.5"),
        ("smc", {"particles": True}, "AQ303", "got True"),
        ("smc", {"resampling": "systemic"}, "AQ303", "did you mean `systematic`?"),
        ("smc", {"ess_threshold": 1.5}, "AQ303", "between 0 and 1"),
        ("smc", {"ess_threshold": "high"}, "AQ303", "between 0 and 1"),
        ("smc", {"samples": 5, "sweeps": 2}, "AQ303", "not both"),
        ("smc", {"samples": "many"}, "AQ303", "`samples` must be a whole number"),
        ("enumerate", {"samples": 3}, "AQ302", "known: max_paths"),
    ],
)
def test_wrong_options(algorithm: str, given: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        options_of(algorithm, **given)
    assert caught.value.diagnostic.code == code
    assert text in str(caught.value)


def test_options_cannot_be_changed() -> None:
    options = options_of("smc")
    with pytest.raises(AttributeError):
        options.particles = 3  # type: ignore[attr-defined]


def test_a_seed_and_a_generator_are_one_too_many() -> None:
    with pytest.raises(OptionError, match="not both"):
        infer(IN_STEP["coin"], None, seed=1, rng=np.random.default_rng(1))
    with pytest.raises(OptionError, match="seed"):
        infer(IN_STEP["coin"], None, seed=-1)


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_the_same_seed_gives_the_same_posterior(algorithm: str) -> None:
    first, second = (infer(IN_STEP["hmm"], None, algorithm, seed=5) for _ in range(2))
    assert list(first.values) == list(second.values)
    assert first.log_weights.tolist() == second.log_weights.tolist()
    assert infer(IN_STEP["hmm"], None, algorithm, seed=6).log_evidence != first.log_evidence


def test_sample_star_inside_a_program_draws_from_the_engine() -> None:
    program = query("q", lambda _: done(sample_star(dist("normal", 0, 1))))
    draws = [infer(program, None, samples=1, seed=3).values[0] for _ in range(2)]
    assert draws[0] == draws[1]


@pytest.mark.parametrize("algorithm", ["importance", "smc", "enumerate"])
def test_step_by_step_is_the_same_as_infer(algorithm: str) -> None:
    engine, rng = engine_named(algorithm), np.random.default_rng(11)
    state = engine.init(IN_STEP["branching"], None, options_of(algorithm))
    while not engine.is_done(state):
        state, info = engine.step(state, rng)
    whole = infer(IN_STEP["branching"], None, algorithm, seed=11)
    assert list(engine.result(state).values) == list(whole.values)
    assert info.draws == whole.draws


def test_a_step_leaves_the_old_state_as_it_was() -> None:
    engine = engine_named("smc")
    before = engine.init(IN_STEP["hmm"], None, options_of("smc", particles=50))
    runs = []
    for _ in range(2):
        state, rng = before, np.random.default_rng(2)
        while not engine.is_done(state):
            state, _ = engine.step(state, rng)
        runs.append(list(engine.result(state).values))
    assert runs[0] == runs[1]


def test_progress_is_reported() -> None:
    infos: list[StepInfo] = []
    infer(IN_STEP["hmm"], None, "smc", particles=20, sweeps=2, seed=0, on_progress=infos.append)
    assert [info.draws for info in infos] == [0, 20, 20, 40]
    assert {info.total for info in infos} == {40}
    assert [info.resampled for info in infos] == [True, False, True, False]
    assert all(info.ess is not None and 1 <= info.ess <= 20 for info in infos)


def test_stopped_importance_keeps_what_it_has() -> None:
    seen: list[int] = []
    posterior = infer(
        IN_STEP["hmm"],
        None,
        samples=10**9,
        seed=0,
        on_progress=lambda info: seen.append(info.draws),
        stop=lambda: len(seen) >= 2,
    )
    assert posterior.stopped
    assert 0 < posterior.draws == seen[-1] < 10**9
    assert posterior.to_data()["stopped"] is True


def test_stopped_before_the_first_draw() -> None:
    for algorithm in ("importance", "smc", "enumerate"):
        with pytest.raises(InferenceError) as caught:
            infer(IN_STEP["hmm"], None, algorithm, stop=lambda: True)
        assert caught.value.diagnostic.code == "AQ507"


def test_stopped_smc_keeps_complete_sweeps() -> None:
    steps: list[StepInfo] = []
    posterior = infer(
        IN_STEP["hmm"],
        None,
        "smc",
        particles=10,
        sweeps=100,
        seed=0,
        on_progress=steps.append,
        stop=lambda: len(steps) == 5,
    )
    assert (posterior.draws, posterior.stopped) == (20, True)


def interrupting(after: int) -> Any:
    """A program that Ctrl-C hits at a certain run."""
    runs = []

    def after_sample(value: Any) -> Any:
        runs.append(value)
        if len(runs) > after:
            raise KeyboardInterrupt
        return done(value)

    return query("q", lambda _: sample("q/x", dist("flip", 0.5), after_sample))


def test_ctrl_c_keeps_the_steps_before_it_if_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anglipy.inference.importance._STEP_SECONDS", -1.0)
    posterior = infer(interrupting(3), None, samples=100, seed=0, keep_partial=True)
    assert (posterior.draws, posterior.stopped) == (3, True)
    with pytest.raises(KeyboardInterrupt):
        infer(interrupting(3), None, samples=100, seed=0)
    with pytest.raises(KeyboardInterrupt):
        infer(interrupting(0), None, samples=100, seed=0, keep_partial=True)


def test_seconds_and_query_are_recorded() -> None:
    posterior = infer(IN_STEP["coin"], None, samples=10, seed=0)
    assert posterior.query == "coin"
    assert posterior.seconds > 0
    assert posterior.options == ImportanceOptions(10)


def test_the_collector_of_garbage_is_left_as_it_was() -> None:
    before, during = gc.get_threshold(), []
    infer(
        IN_STEP["coin"],
        None,
        samples=10,
        seed=0,
        on_progress=lambda _: during.append(gc.get_threshold()),
    )
    assert during[0][0] >= 100_000
    assert gc.get_threshold() == before
    with pytest.raises(KeyboardInterrupt):
        infer(interrupting(0), None, samples=10, seed=0)
    assert gc.get_threshold() == before
