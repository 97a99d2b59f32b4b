"""From facts to shapes: every distinct kind and payload once, with all that selectors and leaves say of it.

A shape is decided by the reference's own evaluation, so the kernel sees no text and no blank. Values too many for
shapes stand in columns beside the facts (`Column`). Input: kinds and payloads as in the timeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from detente.core.agreement.expressions import Attribute, Condition, Field, IsKnown
from detente.core.facts.fact import ENRICH, Fact, Value
from detente.core.replay import layout as at
from detente.core.replay.consent import outgoing_channels
from detente.core.replay.evaluation import View, holds, kleene
from detente.core.replay.history import REASON_GROUPS
from detente.core.replay.lead import FIXTURE, Lead
from detente.core.replay.program import Program
from detente.core.replay.routing import ASSIGN
from detente.core.replay.tables import LimitReached, ListSpec, is_exact, leaf_operands, leaves, only_one

DEAL = "deal_"
ALWAYS_READ = {
    "touch": ("channel", "direction", "automated"),
    ASSIGN: ("to",),
    "crm_stage": ("stage",),
} | dict.fromkeys(REASON_GROUPS, ("reason",))
"""Payload names the kernel reads whatever the agreement says."""


class Column(NamedTuple):
    """In place of a payload value: each fact has its own, in a column of R (a number, or the code of a text)."""

    place: int
    text: bool = False


@dataclass(frozen=True)
class Shape:
    """A kind with a payload."""

    kind: str
    payload: Mapping[str, Value | Column]

    @property
    def is_exact(self) -> bool:
        """Whether the kernel can hold every number of it."""
        return all(is_exact(value) for value in self.payload.values())

    def plain(self) -> dict[str, Value]:
        """The payload without columns."""
        return {name: value for name, value in self.payload.items() if not isinstance(value, Column)}


@dataclass
class ShapeBook:
    """The shapes seen so far under one program, numbered in order of appearance; append-only."""

    program: Program
    shapes: list[Shape] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tables = self.program.tables
        self._fields = {str(name) for name in tables.fields.items}
        self._paths = {slot[0] for slot in tables.slots.items}  # type: ignore[index]

    def number(self, kind: str, payload: Mapping[str, Value | Column]) -> int:
        """Return the number of a fact's shape. Names that nothing reads are left out of it."""
        read = {name: payload[name] for name in sorted(payload) if self.reads(kind, name)}
        known = self._numbers.setdefault(repr((kind, read)), len(self.shapes))
        if known == len(self.shapes):
            self.shapes.append(Shape(kind, read))
        return known

    def reads(self, kind: str, name: str) -> bool:
        """Whether anything looks at a payload name of a kind."""
        if kind == ENRICH:
            return name in self._paths
        if kind.startswith(DEAL) and f"deal.{name}" in self._paths:
            return True
        return name in self._fields or name in ALWAYS_READ.get(kind, ())

    def consequences(self) -> list[list[int]]:
        """Return, by version and shape, the shape of the fact its decision sets (specification §6), else -1."""
        known = list(self.shapes)
        return [
            [-1 if (kind := _sets(version.dispositions, shape)) is None else self.number(kind, {}) for shape in known]
            for version in self.program.timeline.versions
        ]


def _sets(dispositions: Mapping[str, Mapping[str, object]], shape: Shape) -> str | None:
    group = REASON_GROUPS.get(shape.kind)
    if isinstance(shape.payload.get("reason"), Column):
        raise LimitReached("the reason of a decision belongs to its shape, not to a column")
    clause = None if group is None else dispositions.get(group, {}).get(str(shape.payload.get("reason")))
    return getattr(clause, "sets", None)


@dataclass
class ShapeTable:
    """The rows of shapes, ready to stand behind a program: continue its Q and its C."""

    data: list[int]
    constants: list[float]
    header: dict[int, int]


def shape_table(book: ShapeBook) -> ShapeTable:
    """Lay out the shapes of a book. A number no double holds marks its shape: the leads that have it are refused."""
    return _Writer(book).table()


class _Writer:
    def __init__(self, book: ShapeBook) -> None:
        self.program, self.shapes = book.program, book.shapes
        self.tables = book.program.tables
        self.agreement = book.program.timeline.versions[0]
        self.base = len(self.program.data)
        self.first_constant = len(self.tables.constants)
        self.data: list[int] = []
        self.constants: list[float] = []
        self.field_leaves: list[Condition] = list(self.tables.field_leaves.items)  # type: ignore[arg-type]
        self.by_path: dict[str, list[tuple[int, Condition]]] = {}
        for number, leaf in enumerate(self.tables.leaves.items):
            read = only_one(leaf, Attribute)  # type: ignore[arg-type]
            assert isinstance(read, Attribute)  # noqa: S101  else it is no leaf by shape
            self.by_path.setdefault(read.path, []).append((number, leaf))  # type: ignore[arg-type]

    def table(self) -> ShapeTable:
        rows = [self._row(shape) for shape in self.shapes]
        header = {at.H_SHAPES: self._append([word for row in rows for word in row])}
        names = [str(name) for name in self.tables.fields.items]
        cells = [word for shape in self.shapes for name in names for word in self._cell(shape.payload.get(name))]
        header[at.H_CELLS] = self._append(cells)
        codes = [self._field_code(leaf, shape) for shape in self.shapes for leaf in self.field_leaves]
        header[at.H_FIELD_LEAVES] = self._append(codes)
        unknown = [self._field_code(leaf, Shape("", {})) for leaf in self.field_leaves]
        header[at.H_FIELD_UNKNOWN] = self._append(unknown)
        return ShapeTable(self.data, self.constants, header)

    def _append(self, words: Sequence[int]) -> int:
        start = self.base + len(self.data)
        self.data.extend(words)
        return start

    def _cell(self, value: Value | Column | None) -> tuple[int, int]:
        if isinstance(value, Column):
            return (at.TEXT if value.text else at.NUMBER) + at.COLUMN, value.place
        tag, number = self.tables.value(value if is_exact(value) else None)
        self.constants.append(number)
        return tag, self.first_constant + len(self.constants) - 1

    # --- one shape ----------------------------------------------------------------------------------------------

    def _row(self, shape: Shape) -> list[int]:
        row = [0] * at.SHAPE_W
        values = self._attribute_values(shape)
        tables: tuple[tuple[int, Sequence[tuple[int, ...]]], ...] = (
            (at.P_LISTS, self._lists(shape)),
            (at.P_SETS, self._sets(values)),
            (at.P_LEAVES, self._leaves(values)),
        )
        for place, words in tables:
            row[place], row[place + 1] = self._append([each for word in words for each in word]), len(words)
        flags = at.IS_EVENT if shape.kind != ENRICH else 0
        flags |= sum(flag for flag, kinds in self.program.kinds.items() if shape.kind in kinds)
        flags |= 0 if shape.is_exact else at.IS_NOT_EXACT
        flags |= at.IS_CRM if shape.kind == "crm_stage" else 0
        channels = self._words(shape)
        row[at.P_WORD], row[at.P_WORD_2] = (*channels, -1, -1)[:2]
        flags |= at.IS_OUTGOING if channels else 0
        if shape.kind == ASSIGN and "to" in shape.payload:
            flags |= at.IS_ASSIGN
            row[at.P_TO_TAG], row[at.P_TO] = self._as_text(shape.payload["to"])
        row[at.P_FLAGS] = flags
        return row

    @staticmethod
    def _attribute_values(shape: Shape) -> dict[str, Value | Column]:
        if shape.kind == ENRICH:
            return dict(shape.payload)
        if shape.kind.startswith(DEAL):
            return {f"deal.{name}": value for name, value in shape.payload.items()}
        return {}

    def _lists(self, shape: Shape) -> list[tuple[int, int]]:
        """The lists that take such an event, each with the code that decides further (-1: taken)."""
        taken = []
        specs: list[ListSpec] = list(self.tables.lists.items)  # type: ignore[arg-type]
        for number, spec in enumerate(specs):
            if spec.kind != shape.kind or spec.seen or shape.kind == ENRICH:
                continue
            if spec.where is not None and _reads_column(spec.where, shape):
                taken.append((number, self.program.where_pc[number]))
            elif spec.where is None or holds(spec.where, View(self.agreement, Lead({}), shape.plain())):
                taken.append((number, -1))
        return taken

    def _sets(self, values: Mapping[str, Value | Column]) -> list[tuple[int, int, int]]:
        sets: list[tuple[int, int, int]] = []
        slots: list[tuple[str, bool]] = list(self.tables.slots.items)  # type: ignore[arg-type]
        for number, (path, as_text) in enumerate(slots):
            if path in values:
                value = values[path]
                if as_text:
                    sets.append((number, *self._as_text(value)))
                elif number in self.tables.read_slots or isinstance(value, Column):
                    sets.append((number, *self._cell(value)))
        return sets

    def _leaves(self, values: Mapping[str, Value | Column]) -> list[tuple[int, int]]:
        return [
            (number, self._attribute_code(leaf, path, value))
            for path, value in values.items()
            for number, leaf in self.by_path.get(path, ())
        ]

    def _attribute_code(self, leaf: Condition, path: str, value: Value | Column) -> int:
        if isinstance(value, Column):
            if not isinstance(leaf, IsKnown):
                return at.ASK
            value = True  # that there is one is all it asks
        lead = Lead({})
        lead.attributes[path] = (value, FIXTURE)
        return at.truth_code(kleene(leaf, View(self.agreement, lead)))

    def _field_code(self, leaf: Condition, shape: Shape) -> int:
        if _reads_column(leaf, shape):
            return at.ASK
        return at.truth_code(kleene(leaf, View(self.agreement, Lead({}), shape.plain())))

    def _words(self, shape: Shape) -> tuple[int, ...]:
        """The words of the consent rules that an outgoing touch answers to."""
        if shape.kind not in ("touch", "email_send"):
            return ()
        if any(isinstance(shape.payload.get(name), Column) for name in ALWAYS_READ["touch"]):
            raise LimitReached("channel, direction and automated of a touch belong to its shape, not to a column")
        words = outgoing_channels(Fact("", shape.kind, 0, 0, payload=shape.plain()))
        numbers = tuple(self.program.consent_words.get(word, -1) for word in words)
        return numbers if any(number >= 0 for number in numbers) else ()

    def _as_text(self, value: Value | Column) -> tuple[int, int]:
        if not isinstance(value, Column):
            return self._cell(str(value))
        if not value.text:
            raise LimitReached("who a lead is given to is a name: keep it as text")
        return self._cell(value)


def _reads_column(condition: Condition, shape: Shape) -> bool:
    return any(
        isinstance(operand, Field) and isinstance(shape.payload.get(operand.name), Column)
        for leaf in leaves(condition)
        for operand in leaf_operands(leaf)
    )
