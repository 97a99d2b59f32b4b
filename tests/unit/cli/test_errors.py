"""Every error becomes a message with its remedy and an exit code; a traceback is shown only when asked for."""

from __future__ import annotations

import errno

import pytest

from detente.cli.main import BUSY, DEFECT, INTERRUPTED, OK, REFUSED, USAGE, guarded
from detente.core.errors import AgreementError, Busy, InputError, Problem, UsageError


def failing(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("there is no workspace"), USAGE, "detente: there is no workspace\n"),
        (InputError("a.csv: no columns"), REFUSED, "detente: a.csv: no columns\n"),
        (Busy("someone is writing"), BUSY, "detente: someone is writing\n"),
        (AgreementError([Problem("a.yaml", 3, 1, "unknown word")]), REFUSED, "a.yaml:3:1: unknown word\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "facts.parquet"),
            REFUSED,
            "detente: facts.parquet: the disk is full: free some space and run the command again\n",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "x"), REFUSED, "detente: x: no permission: check who"),
        (OSError(errno.EROFS, "Read-only file system", "x"), REFUSED, "can only be read: choose a folder"),
        (OSError("odd"), REFUSED, "detente: odd\n"),
        (MemoryError(), REFUSED, "not enough memory"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted"),
        (ZeroDivisionError("division by zero"), DEFECT, "a defect of Détente itself, not of your input"),
    ],
)
def test_an_error_becomes_its_message_and_its_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: failing(error)) == code  # type: ignore[func-returns-value]
    assert said in capsys.readouterr().err


def test_no_traceback_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(lambda: failing(ZeroDivisionError()))  # type: ignore[func-returns-value]
    assert "Traceback" not in capsys.readouterr().err
    guarded(lambda: failing(ZeroDivisionError()), debug=True)  # type: ignore[func-returns-value]
    assert "Traceback" in capsys.readouterr().err


def test_what_is_done_is_code_0() -> None:
    assert guarded(lambda: OK) == OK


def test_a_file_cannot_steer_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(lambda: failing(InputError("a\x1b[2J\x07b")))  # type: ignore[func-returns-value]
    assert capsys.readouterr().err == "detente: a\\x1b[2J\\x07b\n"
