"""The edge between anglipy and its user: every way to fail becomes one message on stderr and one
exit code.

No traceback passes here. An exception that nobody expected is a mistake of anglipy; its traceback
goes to a file that the user can send with a report.
"""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from anglipy import __version__
from anglipy.cli.messages import nearest, say, show
from anglipy.diagnostics import AnglipyError, InternalError, OptionError

__all__ = ["INTERRUPTED", "guard", "usage_error"]

INTERRUPTED = 130

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What an operating system says when a file cannot grow."""
_KINDS = {"integer range": "whole number", "float range": "number"}
"""Names of click's types, in our words."""


def guard(action: Callable[[], int]) -> int:
    """Run the action; its result, or the exit code of the error it ended with."""
    try:
        with _our_warnings():
            code = action()
        sys.stdout.flush()
    except AnglipyError as error:
        return _failed(error)
    except click.ClickException as error:
        return _usage(error)
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`anglipy ... | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return _unexpected(error)
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _failed(OptionError("AQ315", f"cannot write: {os.strerror(error.errno).lower()}"))
    except Exception as error:
        return _unexpected(error)
    return code


@contextmanager
def _our_warnings() -> Iterator[None]:
    """Warnings of Python code, ours and the user's, as one line each on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = lambda message, *_: say(f"warning: {message}")
        yield


def _unexpected(error: Exception) -> int:
    text = f"anglipy failed: {type(error).__name__}: {error}"
    return _failed(InternalError("AQ901", text), error)


def _failed(error: AnglipyError, cause: BaseException | None = None) -> int:
    diagnostics = list(error.diagnostics)
    if isinstance(error, InternalError):
        note = f"the details are in {_dump(cause or error)}"
        help_ = error.diagnostic.help or "this is our bug, please report it with that file"
        diagnostics = [replace(d, help=help_, notes=(*d.notes, note)) for d in diagnostics]
    show(diagnostics)
    return error.exit_code


def _dump(error: BaseException) -> str:
    """Write what a report needs to a file of its own; its path."""
    import platform
    import tempfile
    import traceback

    lines = [
        f"anglipy {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {sys.argv[1:]!r}",
        "",
        *traceback.format_exception(error),
    ]
    with tempfile.NamedTemporaryFile(
        "w", prefix="anglipy-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write("\n".join(lines))
    return file.name


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.message)
        return error.exit_code
    show([usage_error(error).diagnostic])
    return error.exit_code


def usage_error(error: click.ClickException) -> OptionError:
    """A mistake that click found on the command line, in our words."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "anglipy"
    help_ = f"see `{command} --help`" if context else None
    match error:
        case click.NoSuchOption():
            known = _options(context)
            message = f"`{command}` has no option `{error.option_name}`"
            help_ = (
                _as_setting(context, error.option_name)
                or nearest(error.option_name, known)
                or f"the options are {', '.join(known)}"
            )
        case click.NoSuchCommand():
            known = list(context.command.commands) if context else []  # type: ignore[attr-defined]
            message = f"anglipy has no command `{error.command_name}`"
            help_ = nearest(error.command_name, known) or f"the commands are {', '.join(known)}"
        case click.MissingParameter():
            message = f"`{command}` needs {_name(error.param)}"
        case click.BadParameter():
            message = f"{_name(error.param)}: {_sentence(error.message)}"
        case click.BadOptionUsage():
            lacks_value = "requires" in error.message
            message = f"`{error.option_name}` {'needs a' if lacks_value else 'takes no'} value"
        case _:
            message = _sentence(error.format_message())
    return OptionError("AQ310", message, help=help_)


def _as_setting(context: click.Context | None, option: str) -> str | None:
    """How an option of an algorithm, or of the training, is given that has no name of its own."""
    if context is None or context.command.name not in ("run", "compile"):
        return None
    name = option.removeprefix("--").replace("-", "_")
    if context.command.name == "run":
        from anglipy.cli.completing import OF_NETWORKS
        from anglipy.inference import ENGINES

        engines = (engine.options_type.names() for engine in ENGINES.values())
        known = {option for options in (*engines, *OF_NETWORKS.values()) for option in options}
    else:
        from anglipy.ic.options import TrainingOptions

        known = set(TrainingOptions.names())
    if name not in known:
        return None
    written = "-o" if context.command.name == "run" else "--option"
    words = context.find_root().obj or []
    value = words[words.index(option) + 1 :][:1] if option in words else []
    return f"did you mean `{written} {name.replace('_', '-')}={value[0] if value else 'VALUE'}`?"


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    names = [name for parameter in context.command.get_params(context) for name in parameter.opts]
    return [name for name in names if name.startswith("--")]


def _name(parameter: click.Parameter | None) -> str:
    """The parameter as it stands in the help: FILE, or -n/--samples."""
    if parameter is None:
        return "the command line"
    if isinstance(parameter, click.Argument):
        return parameter.human_readable_name
    return "/".join(parameter.opts)


def _sentence(text: str) -> str:
    """A sentence of click as the second half of one of ours."""
    text = text.rstrip(".")
    for theirs, ours in _KINDS.items():
        text = text.replace(theirs, ours)
    return text[:1].lower() + text[1:]
