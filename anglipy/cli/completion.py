"""`anglipy completion`: what makes a shell complete the command line by Tab.

    bash    anglipy run mo<TAB> -q <TAB>    files, then the queries of that file

What is completed stands in `cli.completing`, and beside each option.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

__all__ = ["SHELLS", "Bash", "Fish", "Zsh", "completion"]

SHELLS = ("bash", "zsh", "fish")
_BREAKS = re.compile(r".*[:=]")
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value
    response=$(env COMP_LINE="${COMP_LINE:0:$COMP_POINT}" %(complete_var)s=bash_complete "$1")
    COMPREPLY=()
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        elif [[ $type == plain ]]; then
            COMPREPLY+=("$value")
            if [[ $value == *[=/] ]]; then
                compopt -o nospace
            fi
        fi
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain open described response
    local type key descr before
    (( ! $+commands[%(prog_name)s] )) && return 1
    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
%(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ $PREFIX == --*=* ]] && before="${PREFIX%%%%=*}="
    for type key descr in ${response}; do
        if [[ "$type" == dir ]]; then
            compset -P 1 "$before"
            _path_files -/
        elif [[ "$type" == file ]]; then
            compset -P 1 "$before"
            _path_files -f
        elif [[ "$descr" != "_" ]]; then
            described+=("$before$key":"$descr")
        elif [[ "$key" == *[=/] ]]; then
            open+=("$before$key")
        else
            plain+=("$before$key")
        fi
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#open )) && compadd -U -S '' -V unsorted -a open
    (( $#plain )) && compadd -U -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \\
COMP_CWORD=(commandline -t) %(prog_name)s)
    set -l before (string match -r -- '^--[^=]*=' (commandline -t))
    for completion in $response
        set -l found (string split -m 1 ',' -- $completion)
        switch $found[1]
            case dir
                printf '%%s\\n' "$before"(__fish_complete_directories $found[2])
            case file
                printf '%%s\\n' "$before"(__fish_complete_path $found[2])
            case plain
                printf '%%s\\n' "$before"$found[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


@add_completion_class
class Fish(FishComplete):
    """Completion in fish of values behind `=` too, `--ic=FILE`: there fish wants the whole word."""

    source_template = _FISH


@add_completion_class
class Zsh(ZshComplete):
    """Completion in zsh that adds no space behind `=` and `/`, and keeps the option before `=`."""

    source_template = _ZSH


@add_completion_class
class Bash(BashComplete):
    """Completion in bash of words such as `@data.csv` and `flips=@data.csv`.

    Bash ends a word at `@`, `:` and `=`, but replaces what is behind `:` and `=` only. So the words
    are found in the line up to the cursor, and what stands before the last of these is left out of
    what is offered. Behind `=` and `/` no space is added.
    """

    source_template = _BASH
    _before = ""
    """What bash does not replace of the last word."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words behind the name of the program, and the one at the cursor."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        kept = _BREAKS.match(incomplete)
        self._before = kept[0] if kept else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """A line that the script takes apart."""
        return f"{item.type},{str(item.value).removeprefix(self._before)}"


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
    context = click.get_current_context()
    if found is None:
        raise click.UsageError(f"which shell? One of {', '.join(SHELLS)}", context)
    script = found(context.find_root().command, {}, "anglipy", "_ANGLIPY_COMPLETE").source()
    click.echo(script)
