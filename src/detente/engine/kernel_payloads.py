"""From payloads as columns and JSON to shapes: what an agreement reads of each fact, each combination once.

A name with many values would make a shape of nearly every fact; its values stand in a column instead. Input: rows of
the timeline (kind, payload columns, `extra`). Each distinct text of `extra` is decoded once, and only if it names
something that is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detente.core.facts.fact import Value
from detente.core.facts.ids import EXACT_INTEGERS
from detente.core.facts.schema import PAYLOAD_COLUMNS
from detente.core.replay.shapes import ALWAYS_READ, Column, ShapeBook

Int = NDArray[np.int64]
Payload = Mapping[str, Value]

MANY = 64
"""Distinct values of a name, from which on they stand in a column."""

_IN_SHAPES = {"purpose", *(name for names in ALWAYS_READ.values() for name in names)}
"""Names that tell shapes apart however many values they have: the kernel looks for them there."""

_DEAL_PATH = "deal."


@dataclass(frozen=True)
class Payloads:
    """By fact: the number of its shape, its values too many for shapes (one row a value). `inexact`: rows with a number
    that a double cannot hold; it is left out of their shape."""

    shape: NDArray[np.int32]
    columns: NDArray[np.float64]
    inexact: Int


def payloads_of(book: ShapeBook, table: pa.Table) -> Payloads:
    """Return what is read of each row, numbering new shapes in the book."""
    kinds = table.column("kind").combine_chunks().dictionary_encode()
    names = kinds.dictionary.to_pylist()
    kind = _codes(kinds)
    plain = {
        column.name: table.column(column.name).combine_chunks().dictionary_encode()
        for column in PAYLOAD_COLUMNS
        if any(book.reads(each, column.name) for each in names)
    }
    extras = _Extras.of(book, kind, names, table.column("extra"))
    rule = _Rule.of(book, plain, extras)
    columns = np.zeros((len(rule.places), table.num_rows))
    parts = [kind, extras.classes(rule, columns)]
    for name, values in plain.items():
        parts.append(rule.fill(columns, name, values) if name in rule.places else _codes(values))
    combination = _combined(parts)
    shapes = []
    for row in _first_rows(combination).tolist():
        payload: dict[str, Value | Column] = dict(extras.payload(rule, row))
        payload |= {
            name: value for name, values in plain.items() if (value := rule.held(name, values, row)) is not None
        }
        shapes.append(book.number(names[kind[row]], payload))
    return Payloads(np.array(shapes, np.int32)[combination], columns, extras.inexact)


@dataclass(frozen=True)
class _Extras:
    """What is read of the values without a column of their own: `found[pair[row]]`; -1 where there are none."""

    pair: Int
    found: list[dict[str, Value]]
    inexact: Int

    @classmethod
    def of(cls, book: ShapeBook, kind: Int, names: list[str], column: pa.ChunkedArray) -> _Extras:
        texts = column.combine_chunks().dictionary_encode()
        worth = _naming_any(texts.dictionary, set(_read_names(book)))
        text = _codes(texts)
        rows = np.flatnonzero(np.append(worth, False)[text])  # -1, no text at all, is the last one
        pair = np.full(len(kind), -1, np.int64)
        pairs = pa.array(text[rows] * len(names) + kind[rows]).dictionary_encode()
        pair[rows] = _codes(pairs)
        found, inexact = [], []
        for number, both in enumerate(pairs.dictionary.to_pylist()):
            each = names[both % len(names)]
            decoded: dict[str, Value] = json.loads(texts.dictionary[both // len(names)].as_py())
            held = {name: value for name, value in decoded.items() if book.reads(each, name)}
            exact = {name: value for name, value in held.items() if _is_exact(value)}
            if len(exact) < len(held):
                inexact.append(number)
            found.append(exact)
        return cls(pair, found, np.flatnonzero(np.isin(pair, inexact)))

    def classes(self, rule: _Rule, columns: NDArray[np.float64]) -> Int:
        """Return by row a number for what of it tells shapes apart, and fill in the columns."""
        numbers: dict[str, int] = {}
        of_pair = np.zeros(len(self.found) + 1, np.int64)
        of_pair[-1] = -1
        values = np.zeros((len(columns), len(self.found) + 1))
        for pair, payload in enumerate(self.found):
            replaced = {name: rule.of_value(name, value) for name, value in sorted(payload.items())}
            of_pair[pair] = numbers.setdefault(repr(replaced), len(numbers))
            for name, value in payload.items():
                place = replaced[name]
                if isinstance(place, Column):
                    values[place.place, pair] = rule.number(value)
        columns += values[:, self.pair]
        return of_pair[self.pair]

    def payload(self, rule: _Rule, row: int) -> Iterator[tuple[str, Value | Column]]:
        """Yield the names and values of a row's shape."""
        if self.pair[row] >= 0:
            for name, value in self.found[self.pair[row]].items():
                yield name, rule.of_value(name, value)


@dataclass(frozen=True)
class _Rule:
    """Which names stand in columns, and where."""

    book: ShapeBook
    places: Mapping[str, int]
    named: frozenset[str]
    """Names whose value is shown as a text: a number among them stays in the shape."""

    @classmethod
    def of(cls, book: ShapeBook, plain: Mapping[str, pa.DictionaryArray], extras: _Extras) -> _Rule:
        distinct: dict[str, set[Any]] = {name: set(values.dictionary.to_pylist()) for name, values in plain.items()}
        for payload in extras.found:
            for name, value in payload.items():
                distinct.setdefault(name, set()).add(value)
        many = sorted(name for name, values in distinct.items() if len(values) > MANY and name not in _IN_SHAPES)
        slots: list[tuple[str, bool]] = list(book.program.tables.slots.items)  # type: ignore[arg-type]
        named = frozenset(each for path, as_text in slots if as_text for each in _names_of(path))
        return cls(book, {name: place for place, name in enumerate(many)}, named)

    def of_value(self, name: str, value: Value) -> Value | Column:
        """Return what a shape holds of a value: itself, or where to find it."""
        if name not in self.places or isinstance(value, bool) or (name in self.named and not isinstance(value, str)):
            return value
        return Column(self.places[name], text=isinstance(value, str))

    def number(self, value: Value) -> float:
        """Return a value as it stands in a column: a number, or the code of a text."""
        return float(self.book.program.tables.texts.code(value) if isinstance(value, str) else value)

    def held(self, name: str, values: pa.DictionaryArray, row: int) -> Value | Column | None:
        """Return what the shape of a row holds of a payload column; None where it has no value."""
        value: Value | None = values[row].as_py()
        return None if value is None else self.of_value(name, value)

    def fill(self, columns: NDArray[np.float64], name: str, values: pa.DictionaryArray) -> Int:
        """Fill in the column of a name; return by row which values tell shapes apart."""
        code, distinct = _codes(values), values.dictionary.to_pylist()
        columns[self.places[name]] += np.array([*map(self.number, distinct), 0.0])[code]
        return np.where(code >= 0, 0, -1)


def _read_names(book: ShapeBook) -> Iterator[str]:
    """Yield every payload name that the agreement reads of any kind."""
    yield from map(str, book.program.tables.fields.items)
    yield from _IN_SHAPES
    slots: list[tuple[str, bool]] = list(book.program.tables.slots.items)  # type: ignore[arg-type]
    for path, _ in slots:
        yield from _names_of(path)


def _names_of(path: str) -> Iterator[str]:
    """Yield the payload names that set an attribute: of `enrich` the path, of a deal's fact what follows `deal.`"""
    yield path
    if path.startswith(_DEAL_PATH):
        yield path.removeprefix(_DEAL_PATH)


def _naming_any(texts: pa.Array, names: set[str]) -> NDArray[np.bool_]:
    """Return which texts of canonical JSON may name any of the names."""
    written = "|".join(re.escape(json.dumps(name, ensure_ascii=False)) for name in sorted(names))
    return np.asarray(pc.match_substring_regex(texts, f"(?:{written}):").to_numpy(zero_copy_only=False), bool)


def _is_exact(value: Value) -> bool:
    return not isinstance(value, int) or abs(value) <= EXACT_INTEGERS


def _combined(parts: list[Int]) -> Int:
    """Return a number for each distinct combination of the parts, counted through; -1 in a part is a value, too."""
    code = parts[0]
    for part in parts[1:]:
        code = _codes(pa.array(code * (int(part.max(initial=-1)) + 2) + part + 1).dictionary_encode())
    return code


def _first_rows(codes: Int) -> Int:
    """Return for each code where it first stands."""
    first = np.zeros(int(codes.max(initial=-1)) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _codes(values: pa.DictionaryArray) -> Int:
    """Return the places of values in their dictionary; -1 for null."""
    return np.asarray(values.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
