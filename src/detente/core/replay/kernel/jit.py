"""How a function of the kernel is compiled: explicit signature, without the interpreter's lock, kept on disk.

Explicit signatures on every helper keep the cold compile short. The arrays are handed on as bare pointers: a call
then costs eleven words instead of eighty, and no index is checked or wrapped. With NUMBA_DISABLE_JIT=1 the same
source runs as plain Python over the arrays themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba import types
from numba.extending import intrinsic, overload
from numba.np.arrayobj import make_array

F = TypeVar("F", bound=Callable[..., Any])

njit: Any = numba.njit
i8, f8, boolean = types.int64, types.float64, types.boolean

_I8, _F8, _I4 = types.CPointer(i8), types.CPointer(f8), types.CPointer(types.int32)
OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
STATE = (_I8, _F8, _I4)
ARRAYS = (_I8, _F8, _I8, _I8, _I4, _F8, *STATE, _I8, _F8)
"""Q, C, T, K, H, R, S, F, L, O, G: see `replay.layout`."""


def compiled(returns: Any, *arguments: Any, more: tuple[Any, ...] = ()) -> Callable[[F], F]:  # noqa: ANN401
    """Compile for the given arguments, followed by the arrays, and `more` after them; Python cannot call it."""
    signature = returns(*arguments, *ARRAYS, *more)
    made: Callable[[F], F] = njit(signature, no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS)
    return made


once: Callable[[Any], Any] = njit(inline="always")
"""For a function called from one place: written out there, so that it is compiled once instead of twice."""


def array(dtype: Any) -> Any:  # noqa: ANN401  numba's types are untyped
    """Return the type of a one-dimensional array that is only read."""
    return types.Array(dtype, 1, "C", readonly=True)


@intrinsic
def _data(typing, of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(of.dtype)(of), generate


def pointer(of: Any) -> Any:  # noqa: ANN401
    """Return what the kernel's functions take for an array: its pointer, or in plain Python the array."""
    return of


@overload(pointer)
def _pointer(of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  numba compares these names
    return lambda of: _data(of)  # type: ignore[call-arg]  # noqa: PLW0108
