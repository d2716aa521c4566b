"""How the pages are built: `make docs`, with warnings as errors.

The reference is written anew at every build, from what the product says of itself.
"""

from __future__ import annotations

from anglipy import __version__

project = "anglipy"
copyright = "the anglipy authors"
version = release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.strikethrough"]

html_theme = "furo"
html_title = f"anglipy {version}"
html_show_sphinx = False
html_copy_source = False

# `clojure` and `console` are highlighted; what the prompt says, and plain output, is not.
highlight_language = "none"


def setup(app: object) -> None:
    """Teach Sphinx the languages of the pages that Pygments does not know."""
    from pygments.lexers.jvm import ClojureLexer

    app.add_lexer("repl", ClojureLexer)  # type: ignore[attr-defined]
