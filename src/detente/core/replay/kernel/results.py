"""Where results are written: a section of O for every table, with one spare row for what does not fit.

Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from detente.core.replay.kernel.jit import compiled, i8
from detente.core.replay.layout import (
    FULL, S_LIMIT, S_OUT, S_STATUS,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(i8, i8, i8)
def new_row(
    section: int, width: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return where to write a new row; the spare row, and a status, if the section is full."""
    row = S[S_OUT + section]
    if row + width > S[S_LIMIT + section]:
        S[S_STATUS] = FULL + section
        return S[S_LIMIT + section]
    S[S_OUT + section] = row + width
    return row
