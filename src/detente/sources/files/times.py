"""Text to instants, a column at a time: formats, offsets, zones, and the two hours a year that a zone repeats or skips.

Input: a column of trimmed text (nulls where blank) and how the mapping says its times are written. Columns in plain
ISO form are read at once by pyarrow; whatever else there is by `time_formats`, one value at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detente.sources.files.classes import Class
from detente.sources.files.mapping import TimeSpec
from detente.sources.files.time_formats import EPOCHS, read_time

_PLAIN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?$"
_WITH_OFFSET = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$"
)
_BARE_DATE = len("2026-10-05")
_EPOCH_DIGITS = "^-?[0-9]{1,16}$"
_FEW = 32
_DAY = 86_400_000_000

Mask = npt.NDArray[np.bool_]
Micros = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Instants:
    """Instants of a column, microseconds UTC; `why` tells which rows have none and why (null: fine, or blank)."""

    micros: Micros
    troubles: tuple[tuple[Mask, Class, str], ...]  # rows, class, message with {} for the text


@dataclass(slots=True)
class _Local:
    """Times as written: local microseconds, whether they carry an offset (then `micros` is UTC), or are bare dates."""

    micros: Micros
    read: Mask
    is_utc: Mask
    bare_date: Mask


def instants(text: pa.Array, spec: TimeSpec) -> Instants:
    """Return the instants of a column of text. Blank rows have neither an instant nor trouble."""
    present = _mask(text.is_valid())
    if len(spec.formats) == 1 and spec.formats[0] in EPOCHS:
        micros, read = _epochs(text, EPOCHS[spec.formats[0]])
        return Instants(micros, ((present & ~read, Class.BAD_TIME, "{} is no count of time since 1970"),))
    local = _read(text, present, spec.formats)
    how = " or ".join(spec.formats) or "ISO 8601 (2026-10-05 14:30)"
    troubles = [
        (present & ~local.read, Class.BAD_TIME, f"{{}} is no time written as {how}: correct it, or tell `format`")
    ]
    naive = local.read & ~local.is_utc
    if naive.any() and spec.zone is None:
        troubles.append((naive, Class.NO_ZONE, "{} has no offset: tell the mapping the `timezone` it is in"))
    elif naive.any() and spec.zone is not None:
        troubles += _place(local, naive, spec.zone, spec.ambiguous)
    return Instants(local.micros, tuple(troubles))


def _place(local: _Local, naive: Mask, zone: str, ambiguous: str | None) -> list[tuple[Mask, Class, str]]:
    """Turn the local times into UTC in place; return those that the zone skips, or repeats without our being told."""
    written = pa.array(local.micros[naive], pa.timestamp("us"))
    first = pc.assume_timezone(written, zone, ambiguous="earliest", nonexistent="latest")
    last = pc.assume_timezone(written, zone, ambiguous="latest", nonexistent="latest")
    skipped = np.zeros(len(naive), dtype=np.bool_)
    repeated = np.zeros(len(naive), dtype=np.bool_)
    moved = _micros(pc.local_timestamp(first)) - _micros(written)
    bare_date = local.bare_date[naive]  # means the first instant of the day, whatever hours it lacks or repeats
    skipped[naive] = np.where(bare_date, moved >= _DAY, moved != 0)
    repeated[naive] = (_micros(first) != _micros(last)) & ~bare_date
    local.micros[naive] = np.where(bare_date | (ambiguous != "latest"), _micros(first), _micros(last))
    troubles = [(skipped, Class.NONEXISTENT_TIME, f"{{}} does not exist in {zone}: clocks skip it")]
    if ambiguous is None:
        remedy = "tell the mapping `ambiguous: earliest` or `latest`"
        troubles.append((repeated, Class.AMBIGUOUS_TIME, f"{{}} occurs twice in {zone}, as clocks go back: {remedy}"))
    return troubles


def _read(text: pa.Array, present: Mask, formats: tuple[str, ...]) -> _Local:
    size = len(text)
    local = _Local(np.zeros(size, dtype=np.int64), *(np.zeros(size, dtype=np.bool_) for _ in range(3)))
    if not formats:
        plain = _mask(pc.match_substring_regex(text, _PLAIN).fill_null(False))
        _cast(text, np.flatnonzero(plain), pa.timestamp("us"), local)
        local.bare_date = plain & (_micros(pc.utf8_length(text).fill_null(0)) == _BARE_DATE)
        if not plain[present].all():
            offset = _mask(pc.match_substring_regex(text, _WITH_OFFSET).fill_null(False))
            _cast(text, np.flatnonzero(offset), pa.timestamp("us", "UTC"), local)
            local.is_utc |= offset
            _read_slowly(text, np.flatnonzero(present & ~plain & ~offset), formats, local)
    else:
        _read_slowly(text, np.flatnonzero(present), formats, local)
    return local


def _cast(text: pa.Array, rows: Micros, kind: pa.DataType, local: _Local) -> None:
    """Read rows of the same shape at once; where one is not in the calendar, halve until it is alone."""
    if not len(rows):
        return
    try:
        local.micros[rows] = _micros((text if len(rows) == len(text) else text.take(pa.array(rows))).cast(kind))
        local.read[rows] = True
    except pa.ArrowInvalid:
        if len(rows) <= _FEW:
            _read_slowly(text, rows, (), local)
        else:
            _cast(text, rows[: len(rows) // 2], kind, local)
            _cast(text, rows[len(rows) // 2 :], kind, local)


def _read_slowly(text: pa.Array, rows: Micros, formats: tuple[str, ...], local: _Local) -> None:
    for row, value in zip(rows, text.take(pa.array(rows)).to_pylist(), strict=True):
        written = read_time(value, formats)
        if written is not None:
            local.micros[row] = written.local - (written.offset or 0)
            local.is_utc[row] = written.offset is not None
            local.bare_date[row] = written.bare_date
            local.read[row] = True


def _epochs(text: pa.Array, factor: int) -> tuple[Micros, Mask]:
    digits = pc.match_substring_regex(text, _EPOCH_DIGITS).fill_null(False)
    numbers = _micros(pc.if_else(digits, text, None).cast(pa.int64()).fill_null(0))
    fits = np.abs(numbers) <= np.iinfo(np.int64).max // factor
    return np.where(fits, numbers, 0) * factor, _mask(digits) & fits


def _mask(array: pa.Array) -> Mask:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _micros(array: pa.Array) -> Micros:
    return np.asarray(array.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
