"""Captcha images: a stochastic renderer and the distribution that `captcha.aq` observes.

Text is set letter by letter in one of three DejaVu fonts (those of the matplotlib wheel, so that
no system font is needed), crossed by a curved stroke, warped and covered with noise. All of that
randomness is the renderer's own: the random variables of the program are the letters, the font
size and the kerning.

`abc_image(text, font_size, kerning)` is the distribution to observe. Its `sample` is the renderer.
Its `log_prob` is not the renderer's density, which nobody knows, but a tempered distance between
the image and the best-fitting clean setting of the same text: approximate Bayesian computation.

The order of the steps is that of OxCaptcha, the generator behind Le, Baydin and Wood (2017).
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import math
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from anglipy.runtime.distributions.base import Distribution, Unknown
from anglipy.runtime.distributions.checks import parameter_error, value_error

__all__ = [
    "ALPHABET",
    "FONT_SIZES",
    "HEIGHT",
    "KERNINGS",
    "LENGTHS",
    "WIDTH",
    "AbcImage",
    "abc_image",
    "draw_labelled",
    "draw_prior",
    "render",
]

Pixels: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
WIDTH, HEIGHT = 160, 48  # pixels
LENGTHS = range(4, 7)  # number of letters; these three ranges are the prior of captcha.aq
FONT_SIZES = range(24, 31)  # pixels per em
KERNINGS = range(-3, 1)  # pixels added to the ink width of a letter to give its advance

FONTS = ("DejaVuSans-Bold.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSansMono-Bold.ttf")
ANGLES = (-8.0, -4.0, 0.0, 4.0, 8.0)  # degrees; each letter is turned by one of them
MARGIN = 4  # pixels kept free at the left and the right edge
BASELINE = 32  # row of the baseline before jitter
PAD = 8  # ground kept around the canvas, for the warp to pull in; no displacement is larger
FIELDS = 32  # smooth displacement fields kept ready
NOISE_POOL = 1 << 18  # standard normal numbers kept ready

SHRINK = 2  # the density compares images at half size ...
SLACK = 2  # ... lets a letter stray so many half-size pixels from where the one before puts it ...
RISE = 6  # ... and so many rows from the baseline ...
TEMPERATURE = 0.1  # ... and divides the squared residual (ground 0, ink 1) by twice this


# -- setting the text -------------------------------------------------------------------------


class Glyph(NamedTuple):
    """The ink of one turned letter, cut to its box."""

    ink: Pixels  # (height, width), 0 is ground and 255 is letter
    above: int  # rows from the top of the box down to the baseline


@functools.cache
def font_folder() -> Path:
    """Where the matplotlib wheel keeps its fonts; matplotlib itself is not imported."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the captcha renderer needs the fonts of the matplotlib package")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@functools.cache
def typeface(font: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of FONTS at so many pixels per em."""
    return ImageFont.truetype(str(font_folder() / font), size)


@functools.cache
def glyph(font: str, size: int, letter: str, angle: float) -> Glyph:
    """One letter turned about its baseline by `angle` degrees."""
    side = 3 * size
    image = Image.new("L", (side, side), 0)
    ImageDraw.Draw(image).text((size, 2 * size), letter, 255, typeface(font, size), anchor="ls")
    if angle:
        centre = (1.3 * size, 2 * size)
        image = image.rotate(angle, Image.Resampling.BICUBIC, center=centre)
    left, top, right, bottom = image.getbbox() or (0, 0, 1, 1)
    ink = np.asarray(image)[top:bottom, left:right].copy()
    return Glyph(ink, 2 * size - top)


def left_edges(widths: list[int], kerning: int) -> list[float]:
    """Column of each letter, counted from the first; squeezed together when they do not fit."""
    starts = [0.0]
    for width in widths[:-1]:
        starts.append(starts[-1] + width + kerning)
    room = WIDTH - 2 * MARGIN - widths[-1]
    squeeze = min(1.0, room / max(starts[-1], 1.0))
    return [start * squeeze for start in starts]


def set_text(text: str, size: int, kerning: int, rng: Any) -> Floats:
    """Ink of the text on the padded canvas: random font and place, letters turned and raised."""
    u = rng.random(3 + 2 * len(text))
    font = FONTS[int(u[0] * len(FONTS))]
    glyphs = [
        glyph(font, size, letter, ANGLES[int(v * len(ANGLES))])
        for letter, v in zip(text, u[3 : 3 + len(text)], strict=True)
    ]
    starts = left_edges([g.ink.shape[1] for g in glyphs], kerning)
    free = WIDTH - 2 * MARGIN - starts[-1] - glyphs[-1].ink.shape[1]
    left = PAD + MARGIN + max(free, 0.0) * (0.3 + 0.4 * u[1])
    baseline = PAD + BASELINE - 2 + int(u[2] * 5)
    canvas = np.zeros((HEIGHT + 2 * PAD, WIDTH + 2 * PAD), np.uint8)
    for g, start, v in zip(glyphs, starts, u[3 + len(text) :], strict=True):
        height, width = g.ink.shape
        row, column = baseline - g.above - 2 + int(v * 5), int(left + start)
        box = canvas[row : row + height, column : column + width]
        np.maximum(box, g.ink[: box.shape[0], : box.shape[1]], out=box)
    return canvas.astype(np.float32) * np.float32(1 / 255)


# -- stroke, warp, noise ------------------------------------------------------------------------


def draw_stroke(canvas: Floats, rng: Any) -> None:
    """One curved line of about two pixels through the text, drawn into the ink."""
    a, b, c, d = rng.random(4)
    columns = np.arange(PAD, WIDTH + PAD)
    wave = np.sin(columns * (0.02 + 0.03 * b) + 6.3 * c) * (4 + 6 * d)
    rows = PAD + HEIGHT * (0.4 + 0.2 * a) + wave
    top = rows.astype(np.intp)
    part = (rows - top).astype(np.float32)
    canvas[top, columns] = np.maximum(canvas[top, columns], 1 - part)
    canvas[top + 1, columns] = 1
    canvas[top + 2, columns] = np.maximum(canvas[top + 2, columns], part)


@functools.cache
def displacement_fields() -> Floats:
    """FIELDS smooth random fields of sd 1 pixel, (FIELDS, HEIGHT, WIDTH), from a fixed seed."""
    rng = np.random.default_rng(2017)
    white = rng.standard_normal((FIELDS, HEIGHT, WIDTH))
    y, x = np.fft.fftfreq(HEIGHT)[:, None], np.fft.fftfreq(WIDTH)[None, :]
    keep = np.exp(-2 * (np.pi * 6.0) ** 2 * (x**2 + y**2))  # a Gaussian blur of sd 6 pixels
    smooth = np.fft.ifft2(np.fft.fft2(white) * keep).real
    smooth /= smooth.std(axis=(1, 2), keepdims=True)
    return np.clip(smooth, -3, 3).astype(np.float32)


@functools.cache
def noise_pool() -> Floats:
    """Standard normal numbers from a fixed seed; images take windows of it."""
    return np.random.default_rng(1703).standard_normal(NOISE_POOL).astype(np.float32)


@functools.cache
def pixel_grid() -> tuple[Floats, Floats]:
    """Row (HEIGHT, 1) and column (1, WIDTH) of every pixel on the padded canvas."""
    rows = np.arange(PAD, HEIGHT + PAD, dtype=np.float32)[:, None]
    columns = np.arange(PAD, WIDTH + PAD, dtype=np.float32)[None, :]
    return rows, columns


def warp(canvas: Floats, rng: Any) -> Floats:
    """Pull every pixel from a displaced place: two waves and a smooth random field."""
    u = rng.random(12).tolist()
    rows, columns = pixel_grid()
    fields = displacement_fields()
    strength = 0.6 + 0.4 * u[0]
    drop = np.sin(columns * (0.04 + 0.08 * u[1]) + 6.3 * u[2]) * (1.0 + 2.5 * u[3])
    lean = np.sin(rows * (0.08 + 0.12 * u[4]) + 6.3 * u[5]) * (0.4 + 1.2 * u[6])
    down = fields[int(u[7] * FIELDS)][:: 1 if u[9] < 0.5 else -1, :: 1 if u[10] < 0.5 else -1]
    aside = fields[int(u[8] * FIELDS)][:: 1 if u[11] < 0.5 else -1]
    y = rows + drop + strength * down
    x = columns + lean + strength * aside
    top, left = y.astype(np.int32), x.astype(np.int32)
    fy, fx = y - top, x - left
    flat, stride = canvas.ravel(), canvas.shape[1]
    at = top * stride + left
    upper = flat.take(at, mode="clip")
    upper += fx * (flat.take(at + 1, mode="clip") - upper)
    lower = flat.take(at + stride, mode="clip")
    lower += fx * (flat.take(at + stride + 1, mode="clip") - lower)
    pulled: Floats = upper + fy * (lower - upper)
    return pulled


def expose(ink: Floats, rng: Any) -> Pixels:
    """Grey levels of the ink: random paper and letter tones, white noise, clipped to 0..255."""
    u = rng.random(4).tolist()
    paper, letter, grain = 215 + 35 * u[0], 20 + 55 * u[1], 6 + 9 * u[2]
    first = int(u[3] * (NOISE_POOL - ink.size))
    noise = noise_pool()[first : first + ink.size].reshape(ink.shape)
    grey: Floats = paper + (letter - paper) * ink + grain * noise
    pixels: Pixels = np.clip(grey, 0, 255).astype(np.uint8)
    return pixels


def render(text: str, font_size: int, kerning: int, rng: Any) -> Pixels:
    """A captcha of the text: (HEIGHT, WIDTH) grey levels, dark on light; all chance from `rng`."""
    canvas = set_text(text, font_size, kerning, rng)
    draw_stroke(canvas, rng)
    return expose(warp(canvas, rng), rng)


# -- the distribution that the program observes ---------------------------------------------------


class Stamp(NamedTuple):
    """A clean letter at half size, as the density lays it on the image."""

    ink: Floats  # (height, width), 0..1
    above: int  # half-size rows from its top to the baseline


class Sheet:
    """An observed image as the density sees it: ink 0..1 at half size, and where letters fit."""

    __slots__ = ("fits", "ink")

    def __init__(self, grey: bytes) -> None:
        image = np.frombuffer(grey, np.uint8).reshape(HEIGHT, WIDTH).astype(np.float32)
        paper, letter = float(np.median(image)), float(np.percentile(image, 3))
        ink = np.clip((paper - image) / np.float32(max(paper - letter, 1.0)), 0, 1)
        self.ink = np.pad(shrink(ink), 2 * PAD)
        self.fits: dict[tuple[str, int, str], tuple[Floats, NDArray[np.intp]]] = {}

    def fit(self, font: str, size: int, letter: str) -> tuple[Floats, NDArray[np.intp]]:
        """For every column, the most residual that the letter takes away there, and at which row.

        Laying ink g on image x lowers the squared residual by 2 g.x - g.g where nothing else lies.
        """
        key = (font, size, letter)
        if key not in self.fits:
            ink, above = stamp(*key)
            first = 2 * PAD + BASELINE // SHRINK - above - RISE
            rows = self.ink[first : first + 2 * RISE + ink.shape[0]]
            gain = 2 * np.tensordot(sliding_window_view(rows, ink.shape), ink, 2) - (ink**2).sum()
            best = gain.argmax(0)
            self.fits[key] = gain[best, np.arange(gain.shape[1])], best + first
        return self.fits[key]


def shrink(ink: Floats) -> Floats:
    """Mean over blocks of SHRINK x SHRINK pixels."""
    height, width = ink.shape
    blocks = ink.reshape(height // SHRINK, SHRINK, width // SHRINK, SHRINK)
    means: Floats = blocks.mean((1, 3), dtype=np.float32)
    return means


@functools.cache
def stamp(font: str, size: int, letter: str) -> Stamp:
    """The upright letter at half size with two half-size pixels of ground around it."""
    g = glyph(font, size, letter, 0.0)
    height, width = g.ink.shape
    edge = 2 * SHRINK
    top = edge + -g.above % SHRINK
    bottom, right = edge + -(top + height) % SHRINK, edge + -width % SHRINK
    full = np.pad(g.ink * np.float32(1 / 255), ((top, bottom), (edge, right)))
    return Stamp(shrink(full), (g.above + top) // SHRINK)


@functools.lru_cache(maxsize=4)
def observed_sheet(grey: bytes) -> Sheet:
    """The sheet of an image; particles that look at the same image share it."""
    return Sheet(grey)


def place_letters(gains: list[Floats], advances: list[int]) -> list[int]:
    """Columns of greatest total gain, each within SLACK of its predecessor's plus the advance."""
    width = min(gain.shape[0] for gain in gains)
    total = gains[0][:width]
    choices = []
    for gain, advance in zip(gains[1:], advances, strict=True):
        reach = np.full((2 * SLACK + 1, width), -np.inf, np.float32)
        for i in range(2 * SLACK + 1):
            step = max(advance + i - SLACK, 0)
            reach[i, step:] = total[: width - step]
        choice = reach.argmax(0)
        choices.append(np.maximum(advance + choice - SLACK, 0))
        total = reach[choice, np.arange(width)] + gain[:width]
    columns = [int(total.argmax())]
    for choice in reversed(choices):
        columns.append(columns[-1] - int(choice[columns[-1]]))
    return columns[::-1]


def residual(sheet: Sheet, text: str, font: str, size: int, kerning: int) -> float:
    """Squared difference between the image and the clean text in this font, best placed."""
    fits = [sheet.fit(font, size, letter) for letter in text]
    starts = left_edges([glyph(font, size, letter, 0.0).ink.shape[1] for letter in text], kerning)
    edges = [round(start / SHRINK) for start in starts]
    advances = [after - before for before, after in itertools.pairwise(edges)]
    columns = place_letters([gain for gain, _ in fits], advances)
    drawn = np.zeros_like(sheet.ink)
    for letter, (_, rows), column in zip(text, fits, columns, strict=True):
        ink, row = stamp(font, size, letter).ink, rows[column]
        box = drawn[row : row + ink.shape[0], column : column + ink.shape[1]]
        box += ink  # not the maximum: two letters may not claim the same ink
    drawn -= sheet.ink
    return float(np.vdot(drawn, drawn))


class AbcImage(Distribution):
    """`(abc-image text font-size kerning)`: captchas of a text.

    `sample` renders. `log_prob` is an unnormalised log density: the log of the mean over the fonts
    of exp(-r / (2 TEMPERATURE)), r being the squared residual of the best clean setting in that
    font (ink between 0 and 1, at half size). A wrong letter leaves a residual of many units; turns,
    warp and noise leave much the same residual for any reading, which cancels in the weights.
    """

    __slots__ = ("font_size", "kerning", "text")
    name = "abc-image"
    fields = ("text", "font-size", "kerning")

    def __init__(self, text: str, font_size: int, kerning: int) -> None:
        self.given = (text, font_size, kerning)
        if not isinstance(text, str) or not text or set(text) - set(ALPHABET):
            raise parameter_error(self.name, "text", "letters a-z", text)
        if not 8 <= font_size <= 36:
            raise parameter_error(self.name, "font-size", "8 to 36 pixels", font_size)
        self.text = text
        self.font_size = int(font_size)
        self.kerning = int(kerning)

    def sample(self, rng: Any) -> Pixels:
        """A fresh image of the text: (HEIGHT, WIDTH) grey levels 0..255."""
        return render(self.text, self.font_size, self.kerning, rng)

    def log_prob(self, value: Any) -> float:
        """The tempered log density at an image of (HEIGHT, WIDTH) grey levels 0..255."""
        grey = np.asarray(value)
        if grey.shape != (HEIGHT, WIDTH):
            size = "x".join(map(str, grey.shape))
            raise value_error(self.name, f"an image of {WIDTH} by {HEIGHT} pixels", size)
        sheet = observed_sheet(grey.astype(np.uint8).tobytes())
        style = (self.font_size, self.kerning)
        fits = [-residual(sheet, self.text, font, *style) / (2 * TEMPERATURE) for font in FONTS]
        top = max(fits)
        return top + math.log(sum(math.exp(fit - top) for fit in fits) / len(FONTS))

    @property
    def support(self) -> Unknown:
        """Images, of which the language has no description."""
        return Unknown()


def abc_image(text: str, font_size: int, kerning: int) -> AbcImage:
    """The distribution of captchas of the text. See AbcImage."""
    return AbcImage(text, font_size, kerning)


# -- sets of images on disk ---------------------------------------------------------------------


def draw_prior(rng: Any) -> tuple[str, Pixels]:
    """A text and its image, drawn as captcha.aq draws them."""
    length, size, kerning = (
        int(rng.integers(span.start, span.stop)) for span in (LENGTHS, FONT_SIZES, KERNINGS)
    )
    text = "".join(ALPHABET[i] for i in rng.integers(0, len(ALPHABET), length))
    return text, render(text, size, kerning, rng)


def draw_labelled(folder: Path, count: int, seed: int) -> list[Path]:
    """Write `count` images `NNN-text.png` into the folder, the same ones for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    paths = []
    for n in range(count):
        text, image = draw_prior(rng)
        paths.append(folder / f"{n:03d}-{text}.png")
        Image.fromarray(image).save(paths[-1], optimize=True)
    return paths
