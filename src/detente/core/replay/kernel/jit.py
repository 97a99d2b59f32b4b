"""How a function of the kernel is compiled: explicit signature, without the interpreter's lock, kept on disk.

Explicit signatures on every helper keep the cold compile short; with NUMBA_DISABLE_JIT=1 the same source runs as
plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit, types

F = TypeVar("F", bound=Callable[..., Any])

i8, f8, boolean = types.int64, types.float64, types.boolean


def _fixed(dtype: Any, dimensions: int = 1) -> Any:  # noqa: ANN401  numba's types are untyped
    return types.Array(dtype, dimensions, "C", readonly=True)


STATE = (types.Array(i8, 1, "C"), types.Array(f8, 1, "C"), types.Array(types.int32, 1, "C"))
RESULTS = (types.Array(i8, 1, "C"), types.Array(f8, 1, "C"))
ARRAYS = (_fixed(i8), _fixed(f8), _fixed(i8), _fixed(i8), _fixed(types.int32), _fixed(f8, 2), *STATE, *RESULTS)
"""Q, C, T, K, H, R, S, F, L, O, G: see `replay.layout`."""


def compiled(returns: Any, *arguments: Any) -> Callable[[F], F]:  # noqa: ANN401
    """Compile for the given arguments, followed by the arrays."""
    return njit(returns(*arguments, *ARRAYS), nogil=True, cache=True, error_model="numpy")  # type: ignore[no-any-return]
