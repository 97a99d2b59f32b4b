"""The shape of an explanation: what a figure is made of, and the rows that were counted.

Filled by `explain_figure`; shown by the command line and the screens. Instants are microseconds UTC, money is in the
agreement's currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.app.ports.snapshots import Where
from detente.app.queries.explain_ref import FigureRef
from detente.core.credit.periods import Period


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows behind a count: of which table of the snapshot, and which of its rows.

    `form` is what such a row is, and so how it is read: see `explain_rows.FORMS`.
    """

    form: str
    table: str
    where: tuple[Where, ...]

    def narrowed(self, *where: Where) -> Selection:
        """Return those of the rows for which more holds."""
        return Selection(self.form, self.table, (*self.where, *where))


@dataclass(frozen=True, slots=True)
class Count:
    """One number of an explanation; those of `parts` add up to it.

    `unit`: instances, leads, deals, entries, clocks, decisions, touches, money or factor. `rows` opens it; a number
    that another figure explains has `leads_to` instead.
    """

    key: str
    label: str
    number: float
    unit: str
    rows: Selection | None = None
    parts: tuple[Count, ...] = ()
    leads_to: FigureRef | None = None

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Count]]:
        """Yield this count and all its parts, each with how deep it lies."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval, and what was agreed. `too_few`: counts are shown, and no percentage."""

    share: float | None
    low: float | None
    high: float | None
    n: int
    too_few: bool
    met: int
    objective: float | None = None
    min_n: int | None = None


@dataclass(frozen=True, slots=True)
class Also:
    """The same under another definition: in words, what it comes to, and the figure."""

    words: str
    value: str
    ref: FigureRef
    rows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one figure is. `ref` names its period; `as_of` is when it was true: the closing, for a closed figure."""

    ref: FigureRef
    title: str
    value: str
    sentence: str
    definition: str
    tree: Count
    as_of: int
    when: str  # what the instant of a row is: "Due", "Handed over"
    clause: str | None = None
    said: tuple[str, str] | None = None  # where no clause: section and label of the line on the agreement's page
    period: Period | None = None
    state: str | None = None
    closed: bool = False
    versions: tuple[str, ...] = ()
    beside: tuple[Count, ...] = ()  # counts of the same rows that do not add up
    rate: Rate | None = None
    party: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    also: tuple[Also, ...] = ()

    def counts(self) -> Iterator[tuple[int, Count]]:
        """Yield every count of the figure, each with how deep it lies."""
        yield from self.tree.walk()
        for count in self.beside:
            yield from count.walk(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was counted. `subject`: the person's id, or the deal as source/id.

    `verdict` is the word that stands there, `status` the one that gives it its icon and colour, if it is one of those.
    """

    subject: str
    person: str | None
    name: str | None
    company: str | None
    at: int | None
    verdict: str
    status: str
    amount: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of the rows of a count; `total` of all pages."""

    key: str
    label: str
    when: str
    total: int
    page: int
    pages: int
    rows: Sequence[Row]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Up to when one system has told anything."""

    source: str
    known_at: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with everything that lies behind it. `clause` and `wording`: where, and how, the agreement says it."""

    finding: Finding
    snapshot: str
    zone: str
    currency: str | None
    clause: str | None
    wording: str | None
    words: str  # of the definition
    formula: str
    sums: tuple[str, ...]
    sources: tuple[Told, ...]
    rows: Rows | None
