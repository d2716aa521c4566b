"""`anglipy completion`: what makes a shell complete the command line by Tab.

    bash    anglipy run mo<TAB> -q <TAB>    files, then the queries of that file

What is completed stands in `cli.completing`, and beside each option.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

__all__ = ["SHELLS", "completion"]

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print what makes a shell complete by Tab.")
@click.argument("shell", type=click.Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print the script that makes SHELL complete commands, options, queries, algorithms and files
    by Tab; without SHELL, that of the shell in the variable SHELL.

    \b
    eval "$(anglipy completion bash)"                    # in ~/.bashrc
    eval "$(anglipy completion zsh)"                     # in ~/.zshrc, behind compinit
    anglipy completion fish | source                     # in ~/.config/fish/config.fish

    \b
    Where every new shell should start without asking anglipy, keep the script:
    anglipy completion bash > ~/.local/share/bash-completion/completions/anglipy
    anglipy completion zsh > ~/.zfunc/_anglipy           # with ~/.zfunc in fpath
    anglipy completion fish > ~/.config/fish/completions/anglipy.fish
    """
    chosen = shell or Path(os.environ.get("SHELL", "")).name
    found = get_completion_class(chosen) if chosen in SHELLS else None
    if found is None:
        raise click.UsageError(f"which shell? One of {', '.join(SHELLS)}", click.get_current_context())
    root = click.get_current_context().find_root()
    click.echo(found(root.command, {}, "anglipy", "_ANGLIPY_COMPLETE").source())
