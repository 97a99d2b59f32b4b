"""An explanation as the documented JSON shape `detente.explanation/1` (docs/reference/json.md).

Input: an `Explanation`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from detente.app.queries.explain_ref import FigureRef, explain_address
from detente.app.queries.explain_shape import Count, Explanation, Row, Rows
from detente.core.credit.periods import local_text

SCHEMA = "detente.explanation/1"


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as JSON values. Instants are ISO 8601 in the agreement's zone."""
    finding = explanation.finding
    return {
        "schema": SCHEMA,
        "snapshot": explanation.snapshot,
        "figure": finding.ref.figure,
        "period": finding.ref.period,
        "state": finding.state,
        "basis": "closed" if finding.closed else "settled" if finding.ref.settled else "current",
        "title": finding.title,
        "value": finding.value,
        "sentence": finding.sentence,
        "definition": {"name": finding.definition, "words": explanation.words, "formula": explanation.formula},
        "clause": explanation.clause,
        "wording": explanation.wording,
        "versions": list(finding.versions),
        "as_of": local_text(finding.as_of, explanation.zone),
        "sources": [
            {"source": each.source, "complete_to": local_text(each.known_at, explanation.zone)}
            for each in explanation.sources
        ],
        "counts": _count(finding.tree),
        "beside": [_count(count) for count in finding.beside],
        "sums": list(explanation.sums),
        "rate": None if finding.rate is None else asdict(finding.rate),
        "notes": dict(finding.notes),
        "also": [{"words": each.words, "value": each.value, "address": _address(each.ref)} for each in finding.also],
        "rows": None if explanation.rows is None else _rows(explanation.rows, explanation.zone),
        "address": _address(finding.ref),
    }


def _address(ref: FigureRef) -> str:
    return explain_address(ref)


def _count(count: Count) -> dict[str, Any]:
    return {
        "key": count.key,
        "label": count.label,
        "number": count.number,
        "unit": count.unit,
        "leads_to": None if count.leads_to is None else _address(count.leads_to),
        "parts": [_count(part) for part in count.parts],
    }


def _rows(rows: Rows, zone: str) -> dict[str, Any]:
    return {
        "of": rows.key,
        "total": rows.total,
        "page": rows.page,
        "pages": rows.pages,
        "rows": [_row(row, zone) for row in rows.rows],
    }


def _row(row: Row, zone: str) -> dict[str, Any]:
    return {
        "person": row.person,
        "deal": None if row.subject == row.person else row.subject,
        "name": row.name,
        "company": row.company,
        "at": None if row.at is None else local_text(row.at, zone),
        "verdict": row.verdict,
        "amount": row.amount,
        "detail": row.detail,
    }
