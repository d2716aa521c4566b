"""How the pages are built: `make docs`, with warnings as errors.

The reference is written anew at every build, from what the product says of itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generate import keep, write  # noqa: E402

from anglipy import __version__  # noqa: E402

project = "anglipy"
copyright = "the anglipy authors"
version = release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"anglipy {version}"
html_show_sphinx = False
html_copy_source = False

# `clojure` and `console` are highlighted; what the prompt says, and plain output, is not.
highlight_language = "none"


def setup(app: object) -> None:
    """Write the reference, and let the prompt be a language."""
    from pygments.lexers.special import TextLexer

    write(HERE / "reference")
    keep(HERE)
    app.add_lexer("repl", TextLexer)  # type: ignore[attr-defined]
