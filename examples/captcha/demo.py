"""Read captcha images with the trained artifact, and say how often the reading is right.

    python examples/captcha/demo.py                        the 20 images of images/
    python examples/captcha/demo.py --show                 the same, each drawn in the terminal
    python examples/captcha/demo.py --fresh 500 --seed 7   500 images that nobody has seen before

One line per image: the image, what was read, its posterior probability, the effective sample size
of the particles and the milliseconds of the inference. The reading is the most probable text of
`captcha.aq`'s posterior.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from PIL import Image

import anglipy

HERE = Path(__file__).parent


class Labelled(NamedTuple):
    """An image with what it says."""

    name: str
    text: str
    pixels: Any


@click.command()
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    default=HERE / "images",
    show_default=True,
    help="Folder of images named NNN-text.png.",
)
@click.option("--fresh", type=int, default=0, help="Draw this many new images instead.")
@click.option(
    "--seed", default=1, show_default=True, help="Of the new images and of the inference."
)
@click.option(
    "--artifact", type=click.Path(path_type=Path), default=HERE / "artifact.pt", show_default=True
)
@click.option("--particles", default=10, show_default=True)
@click.option("--show", is_flag=True, help="Draw each image in the terminal.")
def main(images: Path, fresh: int, seed: int, artifact: Path, particles: int, show: bool) -> None:
    """Read captcha images and count the right readings."""
    model = anglipy.load(HERE / "captcha.aq").captcha
    network = model.artifact(artifact)
    labelled = list(drawn(fresh, seed) if fresh else stored(images))
    model.infer(args=[labelled[0].pixels], artifact=network, particles=particles, seed=seed)
    right, letters_right, letters, milliseconds = 0, 0, 0, []
    for item in labelled:
        began = time.perf_counter()
        posterior = model.infer(
            args=[item.pixels], artifact=network, particles=particles, seed=seed
        )
        milliseconds.append(1000 * (time.perf_counter() - began))
        [(read, probability), *_] = posterior.probabilities()
        right += read == item.text
        letters += len(item.text)
        letters_right += sum(a == b for a, b in zip(read, item.text, strict=False))
        if show:
            click.echo(blocks(item.pixels))
        mark = " " if read == item.text else "x"
        click.echo(
            f"{mark} {item.name}  read {read:<6}  probability {probability:.3f}  "
            f"ess {posterior.ess:4.1f}  {milliseconds[-1]:5.1f} ms"
        )
    click.echo(
        f"{right} of {len(labelled)} read exactly ({100 * right / len(labelled):.1f} %), "
        f"{100 * letters_right / letters:.1f} % of the letters; "
        f"median {np.median(milliseconds):.0f} ms"
    )


def stored(folder: Path) -> Iterator[Labelled]:
    """The images of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.png")):
        yield Labelled(
            os.path.relpath(path),
            path.stem.partition("-")[2],
            np.asarray(Image.open(path).convert("L")),
        )


def drawn(count: int, seed: int) -> Iterator[Labelled]:
    """New images from the prior of the program."""
    from render import draw_prior  # beside this file, which is run as a script

    rng = np.random.default_rng([seed, 500])
    for number in range(count):
        text, pixels = draw_prior(rng)
        yield Labelled(f"{number:03d}-{text:<6}", text, pixels)


def blocks(pixels: Any) -> str:
    """A grey image as text, two rows of pixels in one line of half blocks, half as wide."""
    small = np.asarray(Image.fromarray(pixels).resize((pixels.shape[1] // 2, pixels.shape[0] // 2)))
    lines = []
    for upper, lower in zip(small[::2].astype(int), small[1::2].astype(int), strict=True):
        cells = (
            f"\x1b[38;2;{u};{u};{u}m\x1b[48;2;{v};{v};{v}m\u2580"
            for u, v in zip(upper, lower, strict=True)
        )
        lines.append("".join(cells) + "\x1b[0m")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
