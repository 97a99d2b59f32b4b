"""An explanation in words: what stands beside its numbers, and the whole of it as plain text to be copied.

Input: an `Explanation`. The command line and the screens take their words from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from detente.app import figures
from detente.app.queries.explain_figure import amount
from detente.app.queries.explain_shape import Count, Explanation, Rate, Row
from detente.core.agreement.page_figures import listed, percent
from detente.core.calendars.instants import moment_of

_NARROW, _WIDE = 28, 34


def heading(explanation: Explanation) -> str:
    """Return the title with the value."""
    return f"{explanation.finding.title}, {explanation.finding.value}"


def rate_words(rate: Rate) -> str:
    """Return a share with its interval and what was agreed; where there are too few to say, that instead."""
    agreed = "" if rate.objective is None else f" · agreed: {percent(rate.objective)}"
    if rate.share is None:
        return f"nothing to judge yet{agreed}"
    counts = figures.out_of(rate.met, rate.n)
    if rate.too_few:
        return f"{counts}: too few to say{agreed}"
    interval = "" if rate.low is None else f", 95 %: {figures.between(rate.low, rate.high)} (Wilson)"
    return f"{counts}: {rate.share * 100:.1f} %{interval}{agreed}"


def beside(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield what stands beside the numbers, as (term, words): clause, versions, as of, complete to, definition."""
    finding, zone = explanation.finding, ZoneInfo(explanation.zone)
    yield from finding.notes
    if explanation.clause is not None:
        yield "Clause", explanation.clause
    if finding.rate is not None and finding.rate.min_n is not None:
        yield "Judged", f"from {figures.count(finding.rate.min_n)} on: there are {figures.count(finding.rate.n)}"
    yield "Agreement", f"{listed(finding.versions, 'and')}{' for all rows' if len(finding.versions) == 1 else ''}"
    if finding.period is not None:
        last = figures.instant(finding.period.end - 1, zone).rpartition(" ")[0]
        state = f", {finding.state}" if finding.state else ""
        yield "Period", f"{figures.instant(finding.period.start, zone).rpartition(' ')[0]} to {last}{state}"
    frozen = ", when it closed: frozen since" if finding.closed else ""
    yield "As of", f"{figures.instant(finding.as_of, zone)}{_offset(finding.as_of, zone)}{frozen}"
    told = [f"{each.source} to {figures.instant(each.known_at, zone)}" for each in explanation.sources]
    yield "Complete", "; ".join(told) or "no system has told anything yet"
    yield "Means", explanation.words
    yield "Formula", explanation.formula


def _offset(instant: int, zone: ZoneInfo) -> str:
    name = moment_of(instant).astimezone(zone).tzname()
    return f" {name}" if name else ""


def as_text(explanation: Explanation, address: str) -> str:
    """Return the whole explanation as plain text, with the rows of the page that is shown."""
    return "\n".join(_lines(explanation, address)) + "\n"


def _lines(explanation: Explanation, address: str) -> Iterator[str]:
    finding = explanation.finding
    yield heading(explanation)
    yield finding.sentence
    yield ""
    for depth, count in finding.counts():
        yield f"{'  ' * depth}{count.label}: {count_words(count, explanation.currency)}"
    yield from explanation.sums
    if finding.rate is not None:
        yield rate_words(finding.rate)
    yield ""
    for term, words in beside(explanation):
        yield f"{term}: {words}"
    for also in finding.also:
        yield f"Also, {also.words}: {also.value}" if also.value else f"Also: {also.words}"
    if explanation.wording is not None:
        yield f"In the agreement: {explanation.wording}"
    rows = explanation.rows
    if rows is not None:
        yield ""
        place = f", page {rows.page} of {rows.pages}" if rows.pages > 1 else ""
        yield f"Rows: {rows.label}, {figures.count(rows.total)}{place}"
        yield from (row_words(row, explanation) for row in rows.rows)
        if rows.note:
            yield rows.note
    yield ""
    yield f"{address} · snapshot {explanation.snapshot}"


def count_words(count: Count, currency: str | None) -> str:
    """Return the number of a count; a part of a pay plan as per cent."""
    return percent(round(count.number, 4)) if count.unit == "factor" else amount(count, currency)


def row_words(row: Row, explanation: Explanation) -> str:
    """Return a row on one line, in columns."""
    at = "" if row.at is None else figures.instant(row.at, ZoneInfo(explanation.zone))
    money = "" if row.amount is None else f"  {figures.money(row.amount, explanation.currency)}"
    detail = f"  {row.detail}" if row.detail else ""
    who = f"{row.name or row.subject:<{_NARROW}}  {row.company or '':<{_WIDE}}  {at:<17}"
    return f"{who}  {row.verdict}{money}{detail}".rstrip()
