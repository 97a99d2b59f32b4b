"""A reference to a figure survives its address, whatever its names hold; a wrong one is refused with the nearest."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.app.ports.snapshots import Snapshot
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_ref import KINDS, FigureRef, explain_address, parse_figure
from detente.core.agreement.agreement import Timeline
from detente.core.errors import UsageError

names = st.none() | st.text(max_size=12) | st.text("~/.%?#&=+0123nedé ", max_size=8)


@st.composite
def references(draw: st.DrawFn) -> FigureRef:
    kind = draw(st.sampled_from(sorted(KINDS)))
    form = draw(st.sampled_from(KINDS[kind]))
    return FigureRef(kind, tuple(draw(names) for _ in form), draw(st.none() | st.just("2026Q4")), draw(st.booleans()))


@given(references())
def test_a_reference_is_read_back_from_what_was_written(ref: FigureRef) -> None:
    assert parse_figure(ref.figure, ref.period, "settled" if ref.settled else None) == ref


@given(references())
def test_a_reference_survives_its_address_as_a_browser_sends_it(ref: FigureRef) -> None:
    address = urlsplit(explain_address(ref, "met"))
    parts = address.path.split("/")
    assert address.path.isascii()
    assert not {".", "..", ""} & set(parts[1:-1])
    figure = unquote(address.path.removeprefix("/explain/").removesuffix("/"))
    assert parse_figure(figure, ref.period, "settled" if ref.settled else None) == ref


@pytest.mark.parametrize(
    ("figure", "period", "rows", "said"),
    [
        ("dutty/sla.speed/instances", None, None, "did you mean 'duty'?"),
        ("duty/sla.speed", None, None, "write duty/<duty>/<part>"),
        ("credit/revenue/sourced", None, None, "write credit/<measure> or credit/<measure>/<rule>/<party>"),
        ("duty/sla.sped/instances", None, None, "did you mean 'sla.speed'?"),
        ("duty/sla.speed/count", None, None, "the duty has instances"),
        ("duty/sla.volume/qualty", None, None, "did you mean 'quality'?"),
        ("duty/sla.speed/instances", "2026-13", None, "no such month"),
        ("duty/sla.speed/instances", "2010Q1", None, "the record runs from"),
        ("duty/sla.speed/instances", None, "brokn", "did you mean 'broken'?"),
        ("target/joint/revenu", None, None, "did you mean 'revenue'?"),
        ("pay/marketting", None, None, "did you mean 'marketing'?"),
        ("credit/pipline", None, None, "did you mean 'pipeline'?"),
        ("credit/pipeline/sourcd/marketing", None, None, "did you mean 'sourced'?"),
        ("credit/pipeline/sourced/marketing/organik", "2026Q3", None, "did you mean 'organic'?"),
        ("conversion/MQL/SALL", None, None, "did you mean 'SAL'?"),
        ("conversion/SAL/MQL", None, None, "no later stage than SAL"),
        ("time-in-stage/Leads", None, None, "did you mean 'Lead'?"),
        ("speed/sla.sped", None, None, "did you mean 'sla.speed'?"),
        ("channel/sla.volume/organik", "2026Q3", None, "did you mean 'organic'?"),
        ("reason/recycle/not_no/timing", "2026Q3", None, "did you mean 'not_now'?"),
        ("stage/Customers", None, None, "did you mean 'Customer'?"),
        ("difference/MQL/Nowhere", None, None, "here and in the CRM"),
        ("consent/consent.none/email", None, None, "no touch of 2026Q4"),
    ],
)
def test_a_wrong_reference_is_refused_with_the_nearest_one(
    northwind: Snapshot, agreed: Timeline, figure: str, period: str | None, rows: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        explain_figure(northwind, agreed, parse_figure(figure, period), rows)


def test_another_basis_or_page_than_there_is_is_refused(northwind: Snapshot, agreed: Timeline) -> None:
    with pytest.raises(UsageError, match="say settled"):
        parse_figure("stage/MQL", None, "yesterday")
    with pytest.raises(UsageError, match="give one from 1 to"):
        explain_figure(northwind, agreed, parse_figure("stage/Lead"), None, 99)


def test_a_pay_plan_has_no_rows_of_its_own_but_its_parts_lead_on(northwind: Snapshot, agreed: Timeline) -> None:
    ref = parse_figure("pay/sales")
    assert explain_figure(northwind, agreed, ref).rows is None
    with pytest.raises(UsageError, match="its parts have"):
        figure_rows(northwind, agreed, ref)
