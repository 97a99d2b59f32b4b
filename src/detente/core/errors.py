"""The errors a person can cause and mend. Every message says what is wrong, where, and how to mend it.

DetenteError            base: shown without a traceback, with its exit code
├── UsageError          a command's arguments, or a workspace that is not as it should be   (exit 2)
├── AgreementError      an agreement text is refused: carries every Problem found           (exit 1)
├── MappingError        a mapping.yaml is refused: carries every Problem found              (exit 1)
├── AuthorityError      an authority.yaml is refused: carries every Problem found           (exit 1)
├── InputError          a file cannot be read at all                                        (exit 1)
├── SourceError         another system could not be read                                    (exit 1)
│   ├── SourceUnready     … now: the same call may go well later
│   └── SourceRefused     … until somebody mends something: a permission, an address, an answer that makes no sense
└── Busy                another process holds the workspace's writer lock                   (exit 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong at one place of a text. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    message: str
    severity: str = "error"  # or "warning": a warning never refuses a text

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.message}"


class DetenteError(Exception):
    """Base of every error a person can mend; `str()` is the message shown."""

    exit_code = 1


class UsageError(DetenteError):
    """The command, its arguments or the workspace are not as they should be."""

    exit_code = 2


class InputError(DetenteError):
    """A file could not be read at all (missing, unreadable, not what its name says)."""


class SourceError(DetenteError):
    """Another system could not be read."""


class SourceUnready(SourceError):
    """Another system does not answer as it should at present: the same call may go well later."""


class SourceRefused(SourceError):
    """Another system refuses, or answers what makes no sense; `status` is the answer's, None where it had none."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class Busy(DetenteError):
    """Another process is writing in this workspace."""

    exit_code = 3


class TextRefused(DetenteError):
    """A text was refused; `problems` holds all of them, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AgreementError(TextRefused):
    """An agreement (or a timeline of its versions) is refused."""


class MappingError(TextRefused):
    """A mapping is refused."""


class AuthorityError(TextRefused):
    """An authority.yaml is refused."""
