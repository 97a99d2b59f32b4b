"""Text to typed values, a column at a time: value maps, numbers, truths, e-mail addresses; and the rows of a `when`.

Input: a table of text as a reader yields it, and the mapping's specs. Blank is null throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detente.app.csv_cells import unprotect
from detente.core.facts.fact import Value
from detente.core.facts.ids import EXACT_INTEGERS
from detente.sources.files.classes import Class
from detente.sources.files.mapping import ANY, Condition, Constant, FromColumn, Origin, ValueSpec
from detente.sources.files.mapping_values import result_type
from detente.sources.files.rows import LINE, OFFSET, landed_name

Mask = npt.NDArray[np.bool_]
Trouble = tuple[Mask, Class, str]
"""Rows, class, and a message with {} for the text."""

ARROW = {"text": pa.string(), "number": pa.float64(), "boolean": pa.bool_()}
_NUMBER = {
    ".": r"^[+-]?([0-9]+|[0-9]{1,3}([,'][0-9]{3})+)?([.][0-9]*)?([eE][+-]?[0-9]{1,4})?$",
    ",": r"^[+-]?([0-9]+|[0-9]{1,3}([.' \x{a0}\x{202f}][0-9]{3})+)?(,[0-9]*)?$",
}
_PLAIN_NUMBER = {".": "^-?[0-9]+([.][0-9]+)?$", ",": "^-?[0-9]+(,[0-9]+)?$"}
_GROUPING = {".": "^[+]|[,']", ",": r"^[+]|[.' \x{a0}\x{202f}]"}
_TRUE, _FALSE = pa.array(["true", "yes", "1", "t", "y"]), pa.array(["false", "no", "0", "f", "n"])
_EMAIL = r"^[^@\s\"<>(),:;\[\]\\]{1,64}@[^@\s\"<>(),:;\[\]\\]+\.[^@\s\"<>(),:;\[\]\\.]+$"
_EMAIL_LENGTH = 254


@dataclass(frozen=True, slots=True)
class Typed:
    """A column of values of one type, and the rows that have none although they are not blank."""

    values: pa.Array
    troubles: tuple[Trouble, ...] = ()


class Columns:
    """The columns of a batch as trimmed text; blanks, and columns that no record of a JSON file has, are null.

    `unprotected`: without the apostrophe that keeps a spreadsheet from running a text (`app.csv_cells`).
    """

    def __init__(self, table: pa.Table, blank: frozenset[str], *, unprotected: bool = False) -> None:
        self._table = table
        self._unprotected = unprotected
        self._blank = pa.array(sorted(blank | {""}), pa.string())
        self._trimmed: dict[str, pa.Array] = {}
        self.rows = table.num_rows
        self._names = set(table.column_names) - {LINE, OFFSET}

    def text(self, origin: Origin | None) -> pa.Array:
        """Return the text of an origin for every row."""
        if origin is None:
            return pa.nulls(self.rows, pa.string())
        if isinstance(origin, FromColumn):
            return self._column(origin.name)
        if isinstance(origin, Constant):
            return pa.repeat(pa.scalar(str(origin.value), pa.string()), self.rows)
        parts = (part.value if isinstance(part, Constant) else self._column(part.name) for part in origin.parts)
        return pc.binary_join_element_wise(*parts, "", null_handling="emit_null")

    def holds(self, conditions: tuple[Condition, ...]) -> Mask:
        """Return the rows for which every condition holds."""
        result = np.ones(self.rows, dtype=np.bool_)
        for condition in conditions:
            text = self._column(condition.column)
            if not condition.wanted:
                result &= to_mask(text.is_valid() if condition.wanted is None else text.is_null())
            else:
                among = to_mask(pc.is_in(text, pa.array(condition.wanted, pa.string())))
                result &= ~among if condition.negated else among
        return result

    def _column(self, name: str) -> pa.Array:
        if name not in self._trimmed:
            self._trimmed[name] = self._trim(name)
        return self._trimmed[name]

    def _trim(self, name: str) -> pa.Array:
        if landed_name(name) not in self._names:
            return pa.nulls(self.rows, pa.string())
        trimmed = pc.utf8_trim_whitespace(whole(self._table[landed_name(name)]))
        if self._unprotected:
            trimmed = _without_marks(trimmed)
        blank = pc.is_in(trimmed, self._blank) if len(self._blank) > 1 else pc.equal(trimmed, "")
        return pc.if_else(blank, None, trimmed) if pc.any(blank).as_py() else trimmed


def _without_marks(text: pa.Array) -> pa.Array:
    """Return the texts as they were before they were protected; few columns have any that were."""
    marked = pc.starts_with(text, "'")
    if not pc.any(marked).as_py():
        return text
    restored = pa.array([unprotect(cell).strip() for cell in text.filter(marked).to_pylist()], pa.string())
    return pc.replace_with_mask(text, pc.fill_null(marked, False), restored)


def typed(text: pa.Array, spec: ValueSpec) -> Typed:
    """Return the values that a column of text stands for."""
    if isinstance(spec.origin, Constant) and spec.map is None:
        constant = spec.origin.value
        return Typed(pa.repeat(pa.scalar(constant, ARROW[result_type(constant)]), len(text)))
    if spec.map is not None:
        return _mapped(text, spec.map)
    if spec.type == "number":
        return _numbers(text, spec.decimal)
    if spec.type == "boolean":
        return _booleans(text)
    if spec.type in ("email", "domain"):
        return _emails(text, domain=spec.type == "domain")
    return Typed(text)


def to_mask(array: pa.Array) -> Mask:
    """Return a boolean column as a mask; null is false."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.array([], column.type)])


def _mapped(text: pa.Array, results: Mapping[str, Value | None]) -> Typed:
    keys = [key for key in results if key != ANY]
    found = pc.index_in(text, pa.array(keys, pa.string()))
    unknown = to_mask(text.is_valid()) & to_mask(found.is_null())
    values: list[Any] = [results[key] for key in keys]
    types = {result_type(value) for value in results.values() if value is not None}
    kind = ARROW[types.pop() if len(types) == 1 else "text"]
    mapped = pa.array(values, kind).take(found)
    if ANY not in results:
        near = f"is in no value map; known are {', '.join(keys[:8])}{' …' if len(keys) > 8 else ''}, or add '*'"
        return Typed(mapped, ((unknown, Class.UNKNOWN_VALUE, f"{{}} {near}"),))
    if unknown.any() and results[ANY] is not None:
        other = text if results[ANY] == ANY else pa.scalar(results[ANY], kind)
        mapped = pc.if_else(pa.array(unknown), other, mapped)
    return Typed(mapped)


def _numbers(text: pa.Array, decimal: str) -> Typed:
    """Read numbers; those that are none, or that a double would not give back as written, are trouble."""
    present = to_mask(text.is_valid())
    good = to_mask(pc.match_substring_regex(text, _PLAIN_NUMBER[decimal]))
    plain = text
    if not good[present].all():
        shaped = pc.and_(pc.match_substring_regex(text, _NUMBER[decimal]), pc.match_substring_regex(text, "[0-9]"))
        good = to_mask(shaped)
        plain = pc.replace_substring_regex(pc.if_else(shaped, text, None), _GROUPING[decimal], "")
    if decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    numbers = plain.cast(pa.float64())
    huge = good & ~to_mask(pc.less(pc.abs(numbers), float(EXACT_INTEGERS)))
    if huge.any():
        numbers = pc.if_else(pa.array(huge), None, numbers)
    bad = present & ~good
    how = f"{{}} is no number (decimal mark {decimal!r})"
    return Typed(
        numbers, ((bad, Class.BAD_NUMBER, how), (huge, Class.NUMBER_OVERFLOW, "{} is beyond what is exact (2^53)"))
    )


def _booleans(text: pa.Array) -> Typed:
    lower = pc.ascii_lower(text)
    true, false = to_mask(pc.is_in(lower, _TRUE)), to_mask(pc.is_in(lower, _FALSE))
    bad = to_mask(text.is_valid()) & ~true & ~false
    how = "{} is neither true, yes, 1 nor false, no, 0: give it a `map`"
    return Typed(pa.array(true, mask=~(true | false)), ((bad, Class.BAD_BOOLEAN, how),))


def _emails(text: pa.Array, *, domain: bool) -> Typed:
    lower = pc.ascii_lower(text)
    short = pc.less_equal(pc.binary_length(lower), _EMAIL_LENGTH)
    good = to_mask(pc.and_(pc.match_substring_regex(lower, _EMAIL), short))
    bad = to_mask(text.is_valid()) & ~good
    values = pc.if_else(pa.array(good), lower, None) if bad.any() else lower
    if domain:
        values = pc.replace_substring_regex(values, "^[^@]*@", "")
    return Typed(values, ((bad, Class.BAD_EMAIL, "{} is no e-mail address"),))
