"""What engines say when they cannot go on: code, place, and who was concerned."""

from __future__ import annotations

import math
from typing import Any

import pytest

from anglipy.diagnostics import AnglipyError, Diagnostic, InferenceError, ProgramError, Source, Span
from anglipy.inference import infer
from anglipy.runtime.checkpoints import Site
from anglipy.runtime.distributions.base import UserDistribution
from anglipy.runtime.machine import Query
from tests.inference.programs import IN_STEP, Body, dist, done, observe, query, sample, uneven

TEXT = Source("model.aq", "(sample x)\n(observe a 1)\n(observe b 2)\n")


def site(name: str, line: int) -> Site:
    start = TEXT.offset(line, 1)
    return Site(f"m/{name}", Span(TEXT, start, start + len(TEXT.line(line))))


X, A, B = site("x", 1), site("a", 2), site("b", 3)


def failure(program: Query, algorithm: str, **options: Any) -> Diagnostic:
    with pytest.raises(AnglipyError) as caught:
        infer(program, None, algorithm, seed=0, **options)
    return caught.value.diagnostic


def impossible(_: Any) -> Body:
    """Dies at A if x, else at B."""
    return sample(
        X,
        dist("flip", 0.5),
        lambda x: (
            observe(A, dist("beta", 1, 1), 2.5, lambda: done(x))
            if x
            else observe(
                A,
                dist("beta", 1, 1),
                0.5,
                lambda: observe(B, dist("poisson", 1), -1, lambda: done(x)),
            )
        ),
    )


def test_all_weights_zero_names_the_sites_and_their_numbers() -> None:
    diagnostic = failure(query("m", impossible), "importance", samples=100)
    assert diagnostic.code == "AQ501"
    assert diagnostic.message.startswith("all 100 runs have weight zero: none can explain")
    assert diagnostic.span in (A.span, B.span)
    text = "\n".join(diagnostic.notes)
    assert "ended at the observe m/a (model.aq:2:1)" in text
    assert "ended at the observe m/b (model.aq:3:1)" in text
    assert sum(int(note.split()[0]) for note in diagnostic.notes) == 100


def test_the_last_death_is_the_one_shown() -> None:
    diagnostic = failure(query("m", impossible), "smc", particles=50)
    assert diagnostic.message.startswith("all 50 runs have weight zero: none can explain")
    assert diagnostic.notes == ("50 ended at the observe m/b (model.aq:3:1)",)
    assert diagnostic.span == B.span
    assert "-1" in diagnostic.message
    assert "(poisson 1)" in (diagnostic.help or "")


def test_enumerate_knows_that_nothing_is_possible() -> None:
    diagnostic = failure(query("m", impossible), "enumerate")
    assert diagnostic.code == "AQ501"
    assert "all 2 runs" in diagnostic.message


def test_a_dead_sweep_does_not_stop_the_next() -> None:
    posterior = infer(IN_STEP["dead ends"], None, "smc", particles=1, sweeps=60, seed=1)
    assert posterior.draws == 60
    assert 0 < len(posterior.values) < 60


def test_observes_out_of_step() -> None:
    diagnostic = failure(query("uneven", uneven), "smc", particles=200)
    assert diagnostic.code == "AQ502"
    ended = int(diagnostic.message.split("step: ")[1].split()[0])
    assert diagnostic.message == (
        f"observes out of step: {ended} of 200 particles have ended, the other {200 - ended}"
        " wait at the observe uneven/o"
    )
    assert "importance" in (diagnostic.help or "")


def test_out_of_step_counts_who_waits_where() -> None:
    def body(_: Any) -> Body:
        return sample(
            X,
            dist("discrete", [1, 1, 8]),
            lambda x: (
                done(x)
                if x == 2
                else observe((A, B)[x], dist("normal", 0, 1), 0.0, lambda: done(x))
            ),
        )

    diagnostic = failure(query("m", body), "smc", particles=100)
    waiting = {note.split(" wait at ")[1]: int(note.split()[0]) for note in diagnostic.notes}
    assert set(waiting) == {"m/a (model.aq:2:1)", "m/b (model.aq:3:1)"}
    ended = int(diagnostic.message.split("step: ")[1].split()[0])
    assert ended + sum(waiting.values()) == 100
    assert diagnostic.span in (A.span, B.span)


def test_different_sites_in_one_step_are_fine() -> None:
    posterior = infer(IN_STEP["branching"], None, "smc", particles=300, seed=0)
    assert posterior.draws == 300


@pytest.mark.parametrize("algorithm", ["importance", "smc", "enumerate"])
@pytest.mark.parametrize("log_prob", [math.nan, math.inf])
def test_a_log_probability_that_is_none(algorithm: str, log_prob: float) -> None:
    class Odd(UserDistribution):
        def log_prob(self, value: Any) -> float:
            return log_prob

    odd = Odd("odd", {"k": 3}, lambda rng: 0, lambda value: 0.0)
    program = query("m", lambda _: observe(A, odd, 7, lambda: done(0)))
    diagnostic = failure(program, algorithm)
    assert diagnostic.code == "AQ503"
    assert "the log probability of 7 under (odd 3) is " in diagnostic.message
    assert diagnostic.span == A.span
    assert "at m/a[1]" in diagnostic.notes


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_an_error_of_the_program_names_the_particle_and_the_address(algorithm: str) -> None:
    def after(x: Any) -> Body:
        if x == 3:
            raise ProgramError("AQ410", "normal: sd must be > 0, got -0.3")
        return done(x)

    program = query("m", lambda _: sample(X, dist("uniform-discrete", 0, 6), after))
    diagnostic = failure(program, algorithm)
    assert diagnostic.code == "AQ410"
    assert diagnostic.notes[0] == "at m/x[1]"
    assert diagnostic.notes[1].startswith("in particle ")
    assert diagnostic.notes[1].endswith(" of 1000")


@pytest.mark.parametrize("algorithm", ["importance", "smc"])
def test_an_observe_that_cannot_be_scored(algorithm: str) -> None:
    program = query("m", lambda _: observe(B, dist("normal", 0, 1), "high", lambda: done(0)))
    diagnostic = failure(program, algorithm)
    assert diagnostic.code == "AQ420"
    assert diagnostic.span == B.span
    assert diagnostic.notes == ("at m/b[1]", "in particle 1 of 1000")


@pytest.mark.parametrize("algorithm", ["importance", "smc", "enumerate"])
def test_a_distribution_of_the_user_that_fails(algorithm: str) -> None:
    def broken(value: Any) -> float:
        return [0.0][value]

    mine = UserDistribution("mine", {}, lambda rng: {}["x"], broken)
    observed = failure(query("m", lambda _: observe(A, mine, 1, lambda: done(0))), algorithm)
    assert (observed.code, observed.span) == ("AQ404", A.span)
    assert "list index out of range" in observed.message
    if algorithm != "enumerate":
        sampled = failure(query("m", lambda _: sample(X, mine, done)), algorithm)
        assert (sampled.code, sampled.span) == ("AQ404", X.span)
        assert "at m/x[1]" in sampled.notes


@pytest.mark.parametrize("name", ["normal", "poisson"])
def test_enumerate_names_the_site_that_has_no_finite_support(name: str) -> None:
    parameters = (0, 1) if name == "normal" else (4,)
    diagnostic = failure(
        query("m", lambda _: sample(X, dist(name, *parameters), done)), "enumerate"
    )
    assert diagnostic.code == "AQ504"
    assert diagnostic.span == X.span
    assert f"({name} " in diagnostic.message


def test_enumerate_ends_on_a_program_without_end() -> None:
    def flips(count: int) -> Body:
        return sample(X, dist("flip", 0.5), lambda x: flips(count + 1) if x else done(count))

    diagnostic = failure(query("m", lambda _: flips(0)), "enumerate", max_paths=500)
    assert diagnostic.code == "AQ505"
    assert diagnostic.span == X.span


def test_enumerate_does_not_open_a_huge_support() -> None:
    huge = query("m", lambda _: sample(X, dist("uniform-discrete", 0, 10**15), done))
    assert failure(huge, "enumerate").code == "AQ505"


def test_errors_are_of_the_right_kind() -> None:
    with pytest.raises(InferenceError):
        infer(query("m", impossible), None, "smc", particles=5, seed=0)
