"""The ledger: what each side owed and delivered, the revenue cycle, credit, targets, feedback, out of one replay.

Input: a DuckDB connection in which these tables are known by name: `timeline` and `accounts`, and the replay's
`entries`, `clocks`, `checks`, `consents`, `state` (columns as in `core.replay.rows`, with `person`); the agreement; the
instant; and what was frozen at earlier closings. Output: tables by name. SQL joins, groups and counts; verdicts,
intervals, weights and statuses come from `core.credit` and `core.evidence`. What figures mean is table `meta`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.credit.definitions import DEFINITIONS
from detente.core.credit.maturity import horizon_of
from detente.core.credit.periods import Period
from detente.engine import ledger_credit as credit
from detente.engine import ledger_cycle as cycle
from detente.engine import ledger_duties as duties
from detente.engine import ledger_feedback as feedback
from detente.engine import ledger_targets as targets
from detente.engine import ledger_volume as volume
from detente.engine.ledger_closed import CLOSED_ROWS, CLOSINGS, Closed
from detente.engine.ledger_deals import deal_files, deal_tables
from detente.engine.ledger_entries import settled_entries
from detente.engine.ledger_late import replay_late
from detente.engine.ledger_models import Models, columns, models, rows_of
from detente.engine.ledger_owed import SETTLED, Owed, calendar_table, duty_kinds, owed

RESTATEMENTS = columns(
    "period:text kind:text figure:text part:text subject:text item:int change:text closed_status:text "
    "settled_status:text closed_cents:int settled_cents:int as_of:int"
)
META = columns("name:text table:text words:text formula:text n:text version:text")

FIGURE_ROWS = columns(
    "period:text kind:text figure:text part:text subject:text item:int counts_at:int version:text status:text "
    "cents:int stage:text channel:text reached:text"
)
_ALL_ROWS = columns(
    "cut:int kind:text period:text closes_at:int figure:text part:text subject:text item:int counts_at:int "
    "version:text status:text cents:int stage:text channel:text reached:text"
)


@dataclass(frozen=True)
class Ledger:
    """All tables, frozen figures among them, and what this run froze."""

    tables: dict[str, pa.Table]
    new: Closed


def ledger(con: duckdb.DuckDBPyConnection, timeline: Timeline, as_of: int, closed: Closed) -> Ledger:
    """Build the ledger as of an instant.

    `closed`: what earlier runs froze (`ledger_closed.ClosedFolder.read`). A period that has closed since is frozen by
    this run, as known at its closing: add `new` to the folder before the tables are published.
    """
    with models(con) as running:
        frame = owed(timeline, _first_instant(con, as_of), as_of, closed.keys)
        return _Run(running, timeline, as_of, closed, frame, settled_entries(con)).ledger()


def _first_instant(con: duckdb.DuckDBPyConnection, as_of: int) -> int:
    """Return when the record of the company begins: the first entry or fact about a deal."""
    found = con.execute(
        "select min(first_at) from ("
        "select min(occurred_at) as first_at from entries "
        "union all select min(occurred_at) from timeline where deal is not null) firsts"
    ).fetchone()
    return as_of if found is None or found[0] is None else int(found[0])


@dataclass(frozen=True)
class _Run:
    """One build; the parts of the ledger in the order in which they feed each other."""

    models: Models
    timeline: Timeline
    as_of: int
    closed: Closed
    frame: list[Owed]
    entries: pa.Table

    def ledger(self) -> Ledger:
        agreement = self.timeline.in_force(self.as_of)
        horizon = horizon_of(agreement)
        replay_late(self.models, self.timeline, self.frame)
        self.models.register("entries_settled", self.entries)
        self.models.keep("entries_seen")
        self.models.register("duty_kinds", duty_kinds(self.timeline))
        counts = duties.count_items(self.models, self.frame)
        cycle.register_cycle(self.models, agreement, self._periods(), self.as_of, horizon)
        files = deal_files(self.models, self.timeline)
        feedback.register_feedback(self.models, self.frame, self.timeline)
        known = credit.totals(self.frame, files, self.timeline)
        made = self._made(counts, known)
        new = self._frozen(made, credit.deal_item_rows(known))
        figures = {name: self._with_closed(name, table) for name, table in made.items()}
        closings = pa.concat_tables([self.closed.rows("closings", CLOSINGS), new.tables["closings"]])
        closed_rows = pa.concat_tables([self.closed.rows("closed_rows", CLOSED_ROWS), new.tables["closed_rows"]])
        restatements = self._restatements(closings, closed_rows)
        tables = {
            **figures,
            "periods": _restated(figures["periods"], rows_of(restatements)),
            "restatements": restatements,
            "figure_rows": self._rows_known_now(),
            "closings": closings,
            "closed_rows": closed_rows,
            "volume": pa.Table.from_pylist(volume.volume_rows(self.models, self.frame), schema=volume.VOLUME),
            **cycle.cycle_tables(self.models, agreement.version, self.as_of, horizon),
            **deal_tables(files, self.timeline, self.as_of),
            **feedback.feedback_tables(self.models, self.as_of),
            "calendar": calendar_table(self.frame),
            "meta": _meta(),
        }
        return Ledger(tables, new)

    def _made(self, counts: Mapping[int, duties.Counts], known: Mapping[int, credit.Totals]) -> dict[str, pa.Table]:
        """Return the figures that are frozen when their period closes, as known now and at the closings of this run."""
        actuals = targets.actuals(self.frame, counts, known)
        found = {
            "periods": (duties.PERIODS, duties.period_rows(self.frame, counts)),
            "targets": (targets.TARGETS, targets.target_rows(actuals)),
            "incentives": (targets.INCENTIVES, targets.incentive_rows(actuals)),
            "credit_totals": (credit.CREDIT_TOTALS, credit.total_rows(self.frame, known)),
            "credit_rows": (credit.CREDIT_ROWS, credit.credit_rows(self.frame, known)),
        }
        return {name: pa.Table.from_pylist(list(rows), schema=schema) for name, (schema, rows) in found.items()}

    def _rows_known_now(self) -> pa.Table:
        return self.models.table("figure_rows").filter(pc.field("cut") == SETTLED).select(FIGURE_ROWS.names)

    def _periods(self) -> Sequence[Period]:
        """The weeks, months and quarters that cohorts are made of."""
        found = {row.period.name: row.period for row in self.frame if row.part == "deals"}
        return list(found.values())

    def _frozen(self, made: Mapping[str, pa.Table], deal_rows: list[dict[str, Any]]) -> Closed:
        """Return what this run freezes, and register the rows behind all figures."""
        rows = pa.concat_tables(
            [self.models.run("figure_rows").cast(_ALL_ROWS), pa.Table.from_pylist(deal_rows, schema=_ALL_ROWS)]
        )
        self.models.register("figure_rows", rows)
        closings = [
            {
                "period": row.period.name,
                "kind": row.period.kind,
                "figure": row.figure,
                "part": row.part,
                "closes_at": row.closes_at,
            }
            for row in self.frame
            if row.cut != SETTLED
        ]
        new_rows = rows.filter(pc.field("cut") != SETTLED).select(CLOSED_ROWS.names)
        return Closed(
            {
                **{name: table.filter(pc.field("basis") == "closed") for name, table in made.items()},
                "closings": pa.Table.from_pylist(closings, schema=CLOSINGS),
                "closed_rows": new_rows.cast(CLOSED_ROWS),
            }
        )

    def _with_closed(self, name: str, made: pa.Table) -> pa.Table:
        return pa.concat_tables([self.closed.rows(name, made.schema), made])

    def _restatements(self, closings: pa.Table, closed_rows: pa.Table) -> pa.Table:
        self.models.register("closings", closings)
        self.models.register("closed_rows", closed_rows)
        rows = rows_of(self.models.run("restatements"))
        return pa.Table.from_pylist([row | {"as_of": self.as_of} for row in rows], schema=RESTATEMENTS)


def _restated(periods: pa.Table, restatements: list[dict[str, Any]]) -> pa.Table:
    """Return the figures with how many rows later knowledge changed, beside every closed one."""
    differing: dict[tuple[str, str, str], int] = {}
    for row in restatements:
        key = (row["period"], row["figure"], row["part"])
        differing[key] = differing.get(key, 0) + 1
    names = ("period", "duty", "part", "basis")
    found = []
    for period, duty, part, basis in zip(*(periods.column(name).to_pylist() for name in names), strict=True):
        key = (period, duty, "count" if part == "value" else part)
        found.append(differing.get(key, 0) if basis == "closed" else 0)
    at = periods.schema.get_field_index("restated")
    return periods.set_column(at, periods.schema.field(at), pa.array(found, pa.int64()))


def _meta() -> pa.Table:
    rows = [
        {"name": d.name, "table": d.table, "words": d.words, "formula": d.formula, "n": d.n, "version": d.version}
        for d in DEFINITIONS.values()
    ]
    return pa.Table.from_pylist(rows, schema=META)
