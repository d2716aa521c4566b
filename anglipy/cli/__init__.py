"""The command `anglipy`: options in, one call of `anglipy.api`, text or data out; no logic of its
own.

One file per command; `values` reads what the user gives, `output` writes what the user gets, `edge`
turns every error into a message and an exit code. Importing this package imports click and nothing
heavy.
"""

from anglipy.cli.entry import main

__all__ = ["main"]
