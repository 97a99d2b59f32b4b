"""Where CSV records begin and end, for a whole buffer at once, where nothing about it is odd.

Input: a buffer of UTF-8 that begins at a record. `frame` accepts it only if every quote stands where a quote may
stand, every record has the header's number of fields, and nothing is over a limit; then its records are exactly those
that `careful` would find, and a fast parser can take the bytes. This count of records is independent of that parser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.sources.files.limits import Limits

TAB, LF, CR, SPACE, QUOTE, DELETE = 9, 10, 13, 32, 34, 127

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Records found in a buffer: `starts` of those that are not blank lines, up to `end`.

    `lines`: line ends before each start. `total_lines`: line ends up to `end`.
    """

    starts: Positions
    lines: Positions
    end: int
    total_lines: int


def frame(buffer: bytes, delimiter: int, columns: int, limits: Limits) -> Frame | None:
    """Return the records of a buffer, the last one's line end included, or None if it must be read with care."""
    data = np.frombuffer(buffer, dtype=np.uint8)
    newlines = np.flatnonzero(data == LF)
    if not len(newlines) or _has_lone_cr_or_control(data, newlines):
        return None
    quotes = np.flatnonzero(data == QUOTE)
    ends = newlines[_outside(newlines, quotes)]
    if not len(ends):
        return None
    end = int(ends[-1]) + 1
    if len(quotes) and not _quotes_are_in_place(data, quotes[quotes < end], delimiter):
        return None
    delimiters = np.flatnonzero(data[:end] == delimiter)
    delimiters = delimiters[_outside(delimiters, quotes)]
    starts = np.concatenate(([0], ends[:-1] + 1))
    blank = (ends == starts) | ((ends == starts + 1) & (data[starts] == CR))
    fields = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    lines = np.searchsorted(newlines, starts)
    total_lines = int(np.searchsorted(newlines, end))
    if (fields[~blank] != columns).any() or (ends - starts).max() > limits.quoted_field:
        return None
    if len(quotes) and np.diff(lines, append=total_lines).max() >= limits.quoted_lines:
        return None
    return Frame(starts[~blank], lines[~blank], end, total_lines)


def _outside(positions: Positions, quotes: Positions) -> npt.NDArray[np.bool_] | slice:
    """Return which positions have an even number of quotes before them."""
    return np.searchsorted(quotes, positions) % 2 == 0 if len(quotes) else slice(None)


def _has_lone_cr_or_control(data: Bytes, newlines: Positions) -> bool:
    below_space = np.count_nonzero(data < SPACE) - len(newlines)
    if below_space:
        returns = np.flatnonzero(data == CR)
        if below_space != len(returns) + np.count_nonzero(data == TAB):
            return True
        returns = returns[returns < newlines[-1]]
        if (data[returns + 1] != LF).any():
            return True
    return bool((data == DELETE).any())


def _quotes_are_in_place(data: Bytes, quotes: Positions, delimiter: int) -> bool:
    """Return whether every opening quote begins a field and every closing one ends it; `""` closes and opens."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    begins = (opening == 0) | (before == delimiter) | (before == LF)
    begins[1:] |= opening[1:] - 1 == closing[: len(opening) - 1]
    after = data[closing + 1]
    ends = (after == delimiter) | (after == LF) | (after == CR)
    ends[: len(opening) - 1] |= closing[: len(opening) - 1] + 1 == opening[1:]
    return bool(begins.all() and ends.all())
