"""The entry point of `detente`: runs a command, and turns every error into a message and an exit code.

    0    done
    1    refused: an agreement, a mapping or a file, or a test that failed
    2    usage: an argument, or a workspace that is not as it should be
    3    busy: another process is writing in the workspace
    70   a defect of Détente itself
    130  interrupted
    141  the reader of the output went away

A traceback is shown only with `--debug`.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from detente.cli.shell import note, show_help
from detente.core.errors import DetenteError, TextRefused

_HELP = {"--help", "-h"}

OK, REFUSED, USAGE, BUSY, DEFECT, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 70, 130, 141

_REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space and run the command again",
    errno.EDQUOT: "your quota of disk space is used up: free some space and run the command again",
    errno.EACCES: "no permission: check who owns it and who may read or write there",
    errno.EPERM: "not permitted: check who owns it and who may read or write there",
    errno.EROFS: "this file system can only be read: choose a folder you may write in",
    errno.ENOENT: "there is no such file or folder: check the path",
    errno.ENOTDIR: "part of the path is a file, not a folder: check the path",
    errno.EISDIR: "this is a folder, and a file is needed: name the file in it",
    errno.EMFILE: "too many files are open: raise the limit (`ulimit -n`) and run the command again",
    errno.ENAMETOOLONG: "the name is too long for this file system: choose a shorter one",
    errno.EIO: "the disk reports an error: check the disk before you run the command again",
}

_DEFECT_FOUND = (
    "detente: this is a defect of Détente itself, not of your input: {}: {}\n"
    "Run the same command with --debug and report what it shows."
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _options(arguments)
    if "--no-color" in options:
        os.environ["NO_COLOR"] = "1"
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(lambda: _run(arguments), debug="--debug" in options))


def guarded(action: Callable[[], int], *, debug: bool = False) -> int:
    """Return the exit code of `action`; an error becomes its message on standard error, and its code."""
    try:
        code = action()
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        note("\ninterrupted: run the command again to go on; nothing half-written counts")
        return INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        message, code = explain(error)
        note(message)
    return code


def explain(error: Exception) -> tuple[str, int]:
    """Return what to say about an error, with its remedy, and the exit code."""
    if isinstance(error, TextRefused):
        return str(error), error.exit_code
    if isinstance(error, DetenteError):
        return f"detente: {error}", error.exit_code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"detente: {where}{_REMEDIES.get(error.errno or 0, error.strerror or str(error))}", REFUSED
    if isinstance(error, MemoryError):
        return "detente: not enough memory: close other programs, or import fewer files at a time", REFUSED
    return _DEFECT_FOUND.format(type(error).__name__, error), DEFECT


def _run(arguments: list[str]) -> int:
    from typer import Exit, TyperException
    from typer.main import get_command

    from detente.cli.commands import app

    try:
        command = get_command(app)
        if (not arguments or _HELP & set(_options(arguments))) and show_help(command, arguments):
            return OK
        with command.make_context("detente", arguments) as context:
            command.invoke(context)
    except Exit as end:
        return end.exit_code
    except TyperException as error:
        return _usage(error)
    return OK


def _options(arguments: Sequence[str]) -> Sequence[str]:
    """Return the arguments that may be options: those before a `--`."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _usage(error: Exception) -> int:
    """Say what is wrong with the arguments, in one plain line and where to find help."""
    context = getattr(error, "ctx", None)
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    command = context.command_path if context is not None else "detente"
    if message:
        note(f"{command}: {message}")
    note(f"`{command} --help` shows what it takes.")
    return USAGE


def _reader_gone() -> int:
    """Leave quietly: what is still buffered must not be written when Python shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE
