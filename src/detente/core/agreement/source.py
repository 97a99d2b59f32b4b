"""A text and where things stand in it: indexes to lines and columns, and the problems found, in one report.

Input: the text of an agreement as handed in by the reader, with the name to show for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from detente.core.errors import Problem

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # the line breaks the YAML scanner counts
_BYTE_ORDER_MARK = "\ufeff"


class SourceText:
    """A text with its name; an index into `text` has a line and a column, counted from 1."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.text = text.removeprefix(_BYTE_ORDER_MARK)
        self._starts = [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def position(self, index: int) -> tuple[int, int]:
        """Return line and column of an index."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line, counted from 1, with its line break."""
        return self.text[self._starts[number - 1] : self._starts[number] if number < len(self._starts) else None]


class Report:
    """Collects the problems of one text."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self._problems: set[Problem] = set()

    def error(self, index: int, message: str) -> None:
        """Note something that refuses the text."""
        self._problems.add(Problem(self.source.file, *self.source.position(index), message))

    def warn(self, index: int, message: str) -> None:
        """Note something that is allowed and worth a look."""
        self._problems.add(Problem(self.source.file, *self.source.position(index), message, "warning"))

    @property
    def problems(self) -> list[Problem]:
        """All problems, in the order of the text."""
        return sorted(self._problems)

    @property
    def refused(self) -> bool:
        """Whether anything found refuses the text."""
        return any(problem.severity == "error" for problem in self._problems)
