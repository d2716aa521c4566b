"""The captcha program, its renderer, its observation density and its stored images."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from anglipy.api import load
from anglipy.diagnostics import ProgramError
from anglipy.model import Model
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.distributions.base import Unknown
from anglipy.runtime.machine import resume
from examples.captcha.render import (
    ALPHABET,
    FONT_SIZES,
    HEIGHT,
    KERNINGS,
    LENGTHS,
    WIDTH,
    AbcImage,
    abc_image,
    draw_labelled,
    draw_prior,
    render,
)  # fmt: skip
from tests.examples.runs import EXAMPLES

CAPTCHA = EXAMPLES / "captcha"
BLANK = np.full((HEIGHT, WIDTH), 230, np.uint8)


@pytest.fixture(scope="module")
def model() -> Model:
    return load(CAPTCHA / "captcha.aq").captcha


def checkpoints(model: Model, image: Any, rng: np.random.Generator) -> list[Any]:
    """The draws, observations and the result of one run from the prior, with the answers."""
    met: list[Any] = []
    checkpoint = model.query.start(image)
    while not isinstance(checkpoint, Result):
        drawn = isinstance(checkpoint, Sample)
        answer = checkpoint.dist.sample(rng) if drawn else checkpoint.value
        met.append((checkpoint, answer))
        checkpoint = resume(checkpoint, answer)
    return [*met, checkpoint]


# ---- the program


def test_the_program_has_the_sites_of_the_published_one(model: Model) -> None:
    expected = {"num-letters": "sample", "font-size": "sample", "kerning": "sample"}
    assert model.sites == {**expected, "letter": "sample", "image": "observe"}
    assert model.params == "[image]"


def test_a_run_draws_the_style_then_the_letters_then_observes(model: Model) -> None:
    rng = np.random.default_rng(2)
    lengths = set()
    for _ in range(40):
        *met, result = checkpoints(model, [BLANK], rng)
        addresses = [(point.address.site, point.address.instance) for point, _ in met]
        count = met[0][1]
        letters = [("letter", i + 1) for i in range(count)]
        style = [("num-letters", 1), ("font-size", 1), ("kerning", 1)]
        assert addresses == [*style, *letters, ("image", 1)]
        observed = met[-1][0]
        assert isinstance(observed, Observe)
        assert observed.value is BLANK
        text = "".join(ALPHABET[answer] for _, answer in met[3:-1])
        assert result.value == text
        assert observed.dist.parameters()["text"] == text
        assert met[1][1] in FONT_SIZES
        assert met[2][1] in KERNINGS
        lengths.add(len(text))
    assert lengths == set(LENGTHS)


def test_the_prior_of_the_program_is_the_one_that_draws_images(model: Model) -> None:
    """`draw_prior` says the same as the program: it made the stored images."""
    *met, _ = checkpoints(model, [BLANK], np.random.default_rng(1))
    for (point, _), span in zip(met, (LENGTHS, FONT_SIZES, KERNINGS, range(26)), strict=False):
        uniform = [-math.log(len(span))] * len(span)
        assert [point.dist.log_prob(x) for x in span] == pytest.approx(uniform)
        assert point.dist.log_prob(span.stop) == -math.inf
        assert point.dist.log_prob(span.start - 1) == -math.inf


def test_an_image_of_another_size_is_an_error_at_the_observe(model: Model) -> None:
    with pytest.raises(ProgramError) as caught:
        model.infer("importance", [np.zeros((20, 30), np.uint8)], samples=1, seed=0)
    assert "image of 160 by 48 pixels" in caught.value.diagnostic.message
    assert caught.value.diagnostic.span is not None
    assert caught.value.diagnostic.span.source.line(caught.value.diagnostic.span.line).strip() == (
        '(observe "image" (abc-image text font-size kerning) image)'
    )


# ---- the renderer


def test_the_renderer_is_a_function_of_its_generator() -> None:
    first, again, other = (render("anglia", 28, -2, np.random.default_rng(s)) for s in (5, 5, 6))
    assert first.shape == (HEIGHT, WIDTH)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_image_is_dark_text_on_light_ground() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        text, image = draw_prior(rng)
        assert 4 <= len(text) <= 6
        assert set(text) <= set(ALPHABET)
        assert np.median(image) > 190
        assert 0.02 < (image < 120).mean() < 0.5


def test_longest_and_shortest_texts_fit() -> None:
    for text in ("mmmmmm", "wwwwww", "iiii"):
        image = render(text, max(FONT_SIZES), max(KERNINGS), np.random.default_rng(3))
        assert image.shape == (HEIGHT, WIDTH)


def test_the_stored_images_are_drawn_anew(tmp_path: Path) -> None:
    """They come from one seed, so that anybody can make them again."""
    redrawn = draw_labelled(tmp_path / "images", 20, 20261121)
    stored = sorted((CAPTCHA / "images").glob("*.png"))
    assert [path.name for path in redrawn] == [path.name for path in stored]
    for ours, theirs in zip(redrawn, stored, strict=True):
        assert np.array_equal(np.asarray(Image.open(ours)), np.asarray(Image.open(theirs)))


def test_a_stored_image_is_named_by_its_text() -> None:
    for path in (CAPTCHA / "images").glob("*.png"):
        number, text = path.stem.split("-")
        assert len(number) == 3
        assert len(text) in LENGTHS
        assert np.asarray(Image.open(path)).shape == (HEIGHT, WIDTH)


# ---- the density


def test_abc_image_samples_what_the_renderer_draws() -> None:
    dist = abc_image("hello", 26, -1)
    drawn = dist.sample(np.random.default_rng(4))
    assert np.array_equal(drawn, render("hello", 26, -1, np.random.default_rng(4)))
    assert dist.support == Unknown()
    assert dist.name == "abc-image"


def test_the_true_text_is_the_more_probable_one() -> None:
    rng = np.random.default_rng(12)
    better = 0
    for _ in range(30):
        text = "".join(ALPHABET[i] for i in rng.integers(0, 26, 5))
        size, kerning = int(rng.choice(FONT_SIZES)), int(rng.choice(KERNINGS))
        image = render(text, size, kerning, rng)
        wrong = text[:2] + ALPHABET[(ALPHABET.index(text[2]) + 7) % 26] + text[3:]
        true, false = (AbcImage(t, size, kerning).log_prob(image) for t in (text, wrong))
        assert math.isfinite(true)
        assert true < 0
        assert true == AbcImage(text, size, kerning).log_prob(image)
        better += true > false
    assert better >= 27


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("Upper", 26, 0), "text"), (("", 26, 0), "text"), ((7, 26, 0), "text"),
        (("abcd", 3, 0), "font-size"), (("abcd", 99, 0), "font-size"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        AbcImage(*given)


def test_an_image_may_be_floats_or_lists() -> None:
    image = render("abcd", 26, 0, np.random.default_rng(1))
    dist = AbcImage("abcd", 26, 0)
    score = dist.log_prob(image)
    assert score == dist.log_prob(image.astype(float)) == dist.log_prob(image.tolist())
