"""What lies behind pipeline and revenue: the deals, and what each rule gives of them to whom, by which channel.

Input: the rows of `credit_totals`, and what they add up: `credit_rows`, and the deals in `figure_rows` or
`closed_rows`.
"""

from __future__ import annotations

from detente.app import figures
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Where
from detente.app.queries.board_reading import CLOSED, CURRENT, SETTLED, Reading
from detente.app.queries.board_words import period_name
from detente.app.queries.explain_ref import FigureRef, known
from detente.app.queries.explain_shape import Also, Count, Finding, Selection
from detente.core.agreement.page_figures import money, percent, spaced
from detente.core.credit.sourcing import INFLUENCED, SOURCED, UNEXPLAINED
from detente.core.errors import UsageError

ALL = "all"
MEASURES = {"revenue": "won", "pipeline": "opened"}


def deals_behind(row: Record, measure: str) -> Selection:
    """Return the deals of a measure in the period of a row, as known at its basis."""
    table = "closed_rows" if row["basis"] == CLOSED else "figure_rows"
    where = (Where("period", "==", row["period"]), Where("figure", "==", measure), Where("part", "==", "deals"))
    return Selection("deal", table, where)


def credited(row: Record, measure: str, rule: str, party: str | None = None) -> Selection:
    """Return what a rule gives of those deals, to everybody or to one party."""
    where = [
        Where("period", "==", row["period"]),
        Where("basis", "==", row["basis"]),
        Where("measure", "==", measure),
        Where("rule", "==", rule),
    ]
    if party is not None:
        where.append(Where("party", "==", party))
    return Selection("credit", "credit_rows", tuple(where))


def credit_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return a total of deals, or the part of it that a rule gives to a party, in all or by one channel."""
    measure = ref.names[0] or ""
    known(measure, MEASURES, "there is no credit for")
    return _Credit(source, ref, measure).finding()


class _Credit:
    """Credit for one measure in one period."""

    def __init__(self, source: Reading, ref: FigureRef, measure: str) -> None:
        every = [row for row in source.of_period("credit_totals") if row["measure"] == measure]
        closed = source.period.state == CLOSED
        basis = (SETTLED if ref.settled else CLOSED) if closed else CURRENT
        self.source, self.measure = source, measure
        self.ref = FigureRef(ref.kind, ref.names, source.period.period.name, closed and ref.settled)
        self.totals = [row for row in every if row["basis"] == basis]
        self.frame: Record = {"period": source.period.period.name, "basis": basis}
        self.whole = next((row for row in self.totals if row["rule"] == ALL), None)
        credit = source.agreement.credit
        self.book = SOURCED if credit is None else credit.book
        self.currency = source.agreement.currency
        self.closed = closed
        self.other = [row for row in every if row["basis"] != basis]

    def finding(self) -> Finding:
        """Return what there is to say."""
        names = self.ref.names
        tree = self._all() if len(names) == 1 else self._part(str(names[1]), str(names[2]), *names[3:])
        title, sentence = self._words()
        whole = self._amount()
        value = figures.money(tree.number, self.currency)
        if len(names) > 1 and whole:
            value += f" · {figures.percent(tree.number / whole)}"
        return Finding(
            ref=self.ref,
            title=title,
            value=value,
            sentence=sentence,
            definition=self._definition(),
            tree=tree,
            as_of=self.source.period.closes_at if self.frame["basis"] == CLOSED else self.source.as_of,
            when=MEASURES[self.measure].capitalize(),
            said=("Credit", {SOURCED: "Sourced", INFLUENCED: "Influenced"}.get(self._definition(), "Views")),
            period=self.source.period.period,
            state=self.source.period.state,
            closed=self.frame["basis"] == CLOSED,
            versions=(self._version(),),
            party=str(names[2]) if len(names) > 2 else None,
            notes=tuple(self._notes()),
            also=tuple(self._also()),
        )

    def _version(self) -> str:
        if self.whole is not None:
            return str(self.whole["version"])
        return self.source.timeline.in_force(self.source.period.period.start).version

    def _amount(self) -> float:
        return 0.0 if self.whole is None else float(self.whole["amount"])

    def _deals(self) -> int:
        return 0 if self.whole is None else round(self.whole["deals"])

    def _definition(self) -> str:
        rule = self.ref.names[1] if len(self.ref.names) > 1 else self.book
        return str(rule) if rule in (SOURCED, INFLUENCED) else "views"

    def _words(self) -> tuple[str, str]:
        verb, period = MEASURES[self.measure], period_name(self.frame["period"])
        if len(self.ref.names) == 1:
            sentence = f"The latest known amounts of the deals {verb} in {period}, and to whom {self.book} gives them."
            return f"Credit for {self.measure}", sentence
        rule, party = spaced(str(self.ref.names[1])), self.ref.names[2]
        by = "" if len(self.ref.names) == 3 else f" by {_channel(self.ref.names[3] or 'none')}"
        beside = {self.book: ", the book", INFLUENCED: ": beside the book, never added to it"}
        title = f"{self.measure.capitalize()} of {party}{by}, {rule}"
        kind = beside.get(str(self.ref.names[1]), ": a view, which describes paths and never counts")
        return title, f"What {rule} gives to {party}{by} of the deals {verb} in {period}{kind}."

    # --- counts -------------------------------------------------------------------------------------------------

    def _all(self) -> Count:
        deals = deals_behind(self.frame, self.measure)
        label = (
            f"{figures.counted(self._deals(), 'deal')} {MEASURES[self.measure]} in {period_name(self.frame['period'])}"
        )
        return Count("all", label, self._amount(), "money", deals, tuple(self._parties(self.book)))

    def _parties(self, rule: str) -> list[Count]:
        found = []
        for row in self.totals:
            if row["rule"] == rule and row["channel"] is None:
                label = f"{row['party']}: {_of_deals(row['deals'])}"
                rows = credited(self.frame, self.measure, rule, row["party"])
                found.append(Count(f"to {row['party']}", label, row["amount"], "money", rows))
        rest = self._amount() - sum(count.number for count in found)
        deals = self._deals() - sum(
            row["deals"] for row in self.totals if row["rule"] == rule and row["channel"] is None
        )
        if found and deals > 1e-9:
            found.append(self._unexplained(rule, rest, deals))
        return found

    def _unexplained(self, rule: str, amount: float, deals: float) -> Count:
        """Return the deals that a rule gives to nobody: those without any row of it."""
        snapshot = self.source.snapshot
        given = credited(self.frame, self.measure, rule)
        explained = {row["subject"] for row in snapshot.rows(given.table, columns=["subject"], where=given.where)}
        every = deals_behind(self.frame, self.measure)
        subjects = [row["subject"] for row in snapshot.rows(every.table, columns=["subject"], where=every.where)]
        rest = every.narrowed(Where("subject", "in", [each for each in subjects if each not in explained]))
        return Count(f"to {UNEXPLAINED}", f"{UNEXPLAINED}: {_of_deals(deals)}", amount, "money", rest)

    def _part(self, rule: str, party: str, channel: str | None = None) -> Count:
        rules = dict.fromkeys(row["rule"] for row in self.totals if row["rule"] != ALL)
        known(rule, rules, f"nothing of {self.measure} in {self.frame['period']} is given by")
        if party == UNEXPLAINED:
            found = next((each for each in self._parties(rule) if each.key == f"to {UNEXPLAINED}"), None)
            if found is not None:
                return found
        rows = [row for row in self.totals if row["rule"] == rule]
        known(party, dict.fromkeys(row["party"] for row in rows), f"{rule} gives nothing of {self.measure} to")
        return self._given([row for row in rows if row["party"] == party], channel)

    def _given(self, rows: list[Record], channel: str | None) -> Count:
        """Return a party's part, by channel; or that of one channel."""
        rule, party = rows[0]["rule"], rows[0]["party"]
        by_channel = {str(row["channel"]): row for row in rows if row["channel"] is not None}
        every = credited(self.frame, self.measure, rule, party)
        parts = {
            name: Count(
                f"channel {name}",
                f"{_channel(name)}: {_of_deals(row['deals'])}",
                row["amount"],
                "money",
                every.narrowed(Where("channel", "==", name)),
            )
            for name, row in sorted(by_channel.items(), key=lambda each: (-each[1]["amount"], each[0]))
        }
        if channel is not None:
            known(channel, parts, f"{rule} gives nothing to {party} by")
            return parts[channel]
        total = next((row for row in rows if row["channel"] is None), None)
        if total is None:
            raise UsageError(f"{rule} gives nothing of {self.measure} to {party} in {self.frame['period']}")
        label = f"{party} by {spaced(rule)}: {_of_deals(total['deals'])}"
        return Count("all", label, total["amount"], "money", every, tuple(parts.values()) if len(parts) > 1 else ())

    # --- beside -------------------------------------------------------------------------------------------------

    def _notes(self) -> list[tuple[str, str]]:
        return [("Of all", f"{figures.counted(self._deals(), 'deal')}, {money(self._amount(), self.currency)}")]

    def _also(self) -> list[Also]:
        """Return the other basis, and what other rules give to the same party."""
        names, found = self.ref.names, []
        if self.closed:
            total = self._same(self.other, names)
            to = FigureRef(self.ref.kind, names, self.ref.period, not self.ref.settled)
            words = "as closed" if self.ref.settled else "as known today"
            if total is not None:
                found.append(Also(words, figures.money(total["amount"], self.currency), to))
        if len(names) == 3:
            for row in self.totals:
                if row["party"] == names[2] and row["channel"] is None and row["rule"] not in (ALL, names[1]):
                    share = f" · {percent(round(row['share'], 2))}" if row["share"] is not None else ""
                    value = figures.money(row["amount"], self.currency) + share
                    to = FigureRef(self.ref.kind, (names[0], row["rule"], names[2]), self.ref.period, self.ref.settled)
                    found.append(Also(spaced(row["rule"]), value, to))
        return found

    def _same(self, rows: list[Record], names: tuple[str | None, ...]) -> Record | None:
        rule, party = (ALL, ALL) if len(names) == 1 else names[1:3]
        channel = names[3] if len(names) > 3 else None
        wanted = (rule, party, channel)
        return next((row for row in rows if (row["rule"], row["party"], row["channel"]) == wanted), None)


def _channel(name: str) -> str:
    return "no touch" if name == "none" else spaced(name)


def _of_deals(deals: float) -> str:
    """Return how many deals, or parts of deals."""
    return figures.counted(round(deals), "deal") if abs(deals - round(deals)) < 1e-6 else f"{deals:,.2f} deals"
