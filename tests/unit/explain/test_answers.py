"""What the command line answers about a figure: in words, as CSV, as JSON, page by page; the same rows every time."""

from __future__ import annotations

import csv
import io
import json

import pytest

from detente.app.ports.snapshots import Snapshot
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_json import as_json
from detente.app.queries.explain_ref import explain_address, parse_figure
from detente.app.queries.explain_rows import PAGE, as_csv
from detente.app.queries.explain_shape import Row
from detente.app.queries.explain_text import as_text, rate_words
from detente.cli.main import main
from detente.core.agreement.agreement import Timeline

LEADS = parse_figure("stage/Lead")
QUALITY = parse_figure("duty/sla.volume/quality", "2026Q3")


def test_pages_of_fifty_give_every_row_once_the_latest_first(northwind: Snapshot, agreed: Timeline) -> None:
    first = explain_figure(northwind, agreed, LEADS).rows
    assert first is not None
    assert (len(first.rows), first.page) == (PAGE, 1)
    assert first.pages > 2
    found: list[Row] = []
    for page in range(1, first.pages + 1):
        rows = explain_figure(northwind, agreed, LEADS, page=page).rows
        assert rows is not None
        found.extend(rows.rows)
    assert found == list(figure_rows(northwind, agreed, LEADS))
    assert len({row.person for row in found}) == first.total
    assert [row.at for row in found] == sorted((row.at for row in found), reverse=True)


def test_rows_have_the_names_of_the_people_and_of_their_companies(northwind: Snapshot, agreed: Timeline) -> None:
    rows = list(figure_rows(northwind, agreed, QUALITY))
    assert rows
    assert all(row.name and row.company for row in rows)


def test_a_deal_is_shown_by_its_first_contact(northwind: Snapshot, agreed: Timeline) -> None:
    deals = {f"{row['source']}/{row['deal']}": row["persons"] for row in northwind.rows("deals")}
    rows = list(figure_rows(northwind, agreed, parse_figure("credit/pipeline", "2026Q3")))
    assert rows
    assert all(row.person in deals[row.subject] for row in rows if deals[row.subject])


def test_csv_holds_every_row_and_is_safe_in_a_spreadsheet() -> None:
    row = Row("p1", "p1", "=1+1", "Elbe, Ltd", 1_800_000_000_000_000, "met", "met", 12.5, None)
    text = "".join(as_csv([row], "Europe/Berlin"))
    head, line = csv.reader(io.StringIO(text))
    assert head == ["person", "name", "company", "deal", "at", "verdict", "amount", "detail"]
    assert line == ["p1", "'=1+1", "Elbe, Ltd", "", "2027-01-15T09:00:00+01:00", "met", "12.5", ""]


def test_text_to_copy_holds_the_whole_explanation(northwind: Snapshot, agreed: Timeline) -> None:
    found = explain_figure(northwind, agreed, QUALITY, "met")
    text = as_text(found, explain_address(QUALITY, "met"))
    assert found.finding.rate is not None
    assert found.rows is not None
    for part in (
        found.finding.sentence,
        *found.sums,
        rate_words(found.finding.rate),
        "Formula: reached in time",
        "sla.volume",
    ):
        assert part in text
    assert all((row.name or "") in text for row in found.rows.rows)
    assert text.rstrip().endswith(
        f"/explain/duty/sla.volume/quality/?period=2026Q3&rows=met · snapshot {northwind.info.id}"
    )


def test_json_has_the_same_numbers(northwind: Snapshot, agreed: Timeline) -> None:
    found = as_json(explain_figure(northwind, agreed, QUALITY, "met"))
    assert found["schema"] == "detente.explanation/1"
    assert found["basis"] == "closed"
    judged = next(part for part in found["counts"]["parts"] if part["key"] == "judged")
    assert sum(part["number"] for part in judged["parts"]) == judged["number"] == found["rate"]["n"]
    assert found["rows"]["total"] == found["rate"]["met"] == len(found["rows"]["rows"])
    json.dumps(found, allow_nan=False)


def run(capsys: pytest.CaptureFixture[str], snapshot: Snapshot, *arguments: str) -> str:
    root = snapshot.parquet("meta").parents[2]
    with pytest.raises(SystemExit) as ended:
        main(["explain", *arguments, "--dir", str(root)])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_command_line_explains_counts_and_lists(northwind: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, northwind, "duty/sla.volume/quality", "--period", "2026Q3", "--rows", "met")
    assert "MQL that reached SAL" in text
    assert "--rows 'met'" in text
    assert "(Wilson)" in text or "too few to say" in text
    lines = run(
        capsys, northwind, "duty/sla.volume/quality", "--period", "2026Q3", "--rows", "met", "--csv"
    ).splitlines()
    found = json.loads(run(capsys, northwind, "duty/sla.volume/quality", "--period", "2026Q3", "--json"))
    assert len(lines) - 1 == found["rate"]["met"]
    assert len(run(capsys, northwind, "stage/Lead", "--csv").splitlines()) > PAGE


def test_the_command_line_shows_where_the_parts_of_pay_lead(
    northwind: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "target/joint/revenue" in run(capsys, northwind, "pay/sales")
