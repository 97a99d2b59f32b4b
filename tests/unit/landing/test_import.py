"""What an import makes of an export: facts, links, quarantine, and an account of every record."""

from __future__ import annotations

import gzip
import json
import zipfile

import pytest

from detente.core.agreement.agreement import Side
from detente.core.agreement.standard import STANDARD_KINDS, kind_of
from detente.core.errors import MappingError, UsageError

from .importing import NOW, Workspace, limits

CALLS = """\
mapping: 1
source: crm
timezone: Europe/Berlin
files:
  calls:
    file: "calls*.csv"
    subject: person
    record: who
    facts:
      - kind: touch
        source_id: id
        occurred_at: at
        payload: {channel: {value: call}, outcome: result}
"""
HEADER = "id,who,at,result\n"


def csv_file(tmp_path, text, name="calls.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


def counts(imported):
    return imported.receipt.records, imported.accepted, imported.duplicate, imported.receipt.quarantined


def test_the_same_file_again_is_all_duplicates_and_writes_nothing(tmp_path, workspace):
    path = csv_file(tmp_path, HEADER + "1,a,2026-01-05 10:00,ok\n2,b,never,ok\n3,a,2026-01-06 10:00,\n")
    first = workspace.imports(path, mapping=CALLS).files[0]
    before = sorted((p, p.stat().st_mtime_ns) for p in workspace.root.rglob("*"))
    again = workspace.imports(path.rename(tmp_path / "calls-renamed.csv"), mapping=CALLS).files[0]
    assert counts(first) == (3, 2, 0, 1)
    assert counts(again) == (3, 0, 2, 1)
    assert again.repeated
    assert sorted((p, p.stat().st_mtime_ns) for p in workspace.root.rglob("*")) == before


def test_a_later_export_that_holds_the_earlier_one_brings_only_what_is_new(tmp_path, workspace):
    old = HEADER + "1,a,2026-01-05 10:00,ok\n2,b,2026-01-05 11:00,ok\n"
    workspace.imports(csv_file(tmp_path, old), mapping=CALLS)
    later = workspace.imports(csv_file(tmp_path, old + "3,c,2026-01-07 10:00,ok\n"), mapping=CALLS).files[0]
    assert counts(later) == (3, 1, 2, 0)
    assert sorted(workspace.facts("source_id")) == [("1",), ("2",), ("3",)]


def test_a_record_twice_in_one_file_counts_once(tmp_path, workspace):
    row = "1,a,2026-01-05 10:00,ok\n"
    assert counts(workspace.imports(csv_file(tmp_path, HEADER + row + row), mapping=CALLS).files[0]) == (2, 1, 1, 0)


def test_what_was_landed_first_stays_and_a_contradiction_is_counted(tmp_path, workspace):
    workspace.imports(csv_file(tmp_path, HEADER + "1,a,2026-01-05 10:00,ok\n"), mapping=CALLS)
    changed = HEADER + "1,a,2026-01-05 10:00,changed\n1,a,2026-01-05 10:00,ok\n"
    later = workspace.imports(csv_file(tmp_path, changed), mapping=CALLS).files[0]
    assert workspace.facts("outcome") == [("ok",)]
    assert (counts(later), later.receipt.conflicting) == ((2, 0, 2, 0), 1)


def test_a_repetition_known_earlier_is_kept_for_its_known_at(tmp_path, workspace):
    mapping = CALLS.replace("occurred_at: at", "occurred_at: at\n        known_at: result").replace(
        ", outcome: result", ""
    )
    late, early, later = (f"1,a,2026-01-05 10:00,2026-01-0{day} 10:00\n" for day in (8, 6, 7))
    workspace.imports(csv_file(tmp_path, HEADER + late), mapping=mapping)
    assert counts(workspace.imports(csv_file(tmp_path, HEADER + early), mapping=mapping).files[0]) == (1, 1, 0, 0)
    assert counts(workspace.imports(csv_file(tmp_path, HEADER + later), mapping=mapping).files[0]) == (1, 0, 1, 0)
    assert len(set(workspace.facts("fact_id"))) == 1
    assert len(workspace.facts()) == 2


def test_facts_without_an_id_are_one_if_kind_subject_second_and_payload_are(tmp_path, workspace):
    mapping = CALLS.replace("        source_id: id\n", "")
    who_and_when = ("a,2026-01-05 10:00:00.1", "a,2026-01-05 10:00:00.9", "a,2026-01-05 10:00:01", "b,2026-01-05 10:00")
    rows = "".join(f"{n},{each},ok\n" for n, each in enumerate(who_and_when))
    assert counts(workspace.imports(csv_file(tmp_path, HEADER + rows), mapping=mapping).files[0]) == (4, 3, 1, 0)


def test_facts_never_used_by_their_times_are_quarantined(tmp_path, workspace):
    mapping = CALLS.replace("occurred_at: at", "occurred_at: at\n        known_at: result").replace(
        ", outcome: result", ""
    )
    rows = "1,a,1989-12-31 10:00,\n2,a,2027-01-01,\n"
    rows += "3,a,2026-01-05 10:06,2026-01-05 10:00\n4,a,2026-01-05 10:05,2026-01-05 10:00\n"
    workspace.imports(csv_file(tmp_path, HEADER + rows), mapping=mapping)
    assert workspace.quarantine("line", "class", "column") == [
        (2, "before-1990", "at"),
        (3, "future", "at"),
        (4, "occurred-after-known", "at"),
    ]
    assert workspace.facts("source_id") == [("4",)]


def test_what_was_the_future_is_read_again_once_it_may_have_come(tmp_path, workspace):
    path = csv_file(tmp_path, HEADER + "1,a,2026-01-05 10:00,ok\n2,a,2026-12-01,ok\n")
    assert counts(workspace.imports(path, mapping=CALLS).files[0]) == (2, 1, 0, 1)
    year = 365 * 86_400_000_000
    assert counts(workspace.imports(path, mapping=CALLS, now=NOW + year).files[0]) == (2, 1, 1, 0)
    assert workspace.imports(path, mapping=CALLS, now=NOW + year).files[0].repeated


def test_an_undeclared_kind_is_quarantined_until_the_agreement_declares_it(tmp_path, workspace):
    mapping = CALLS.replace("kind: touch", "kind: demo_booked")
    path = csv_file(tmp_path, HEADER + "1,a,2026-01-05 10:00,ok\n")
    report = workspace.imports(path, mapping=mapping)
    assert counts(report.files[0]) == (1, 0, 0, 1)
    assert "'demo_booked' is not declared" in report.warnings[0].message
    assert workspace.quarantine("class") == [("unknown-kind",)]
    workspace.kinds = {**STANDARD_KINDS, "demo_booked": kind_of("demo_booked", Side.SALES, ("product",))}
    assert counts(workspace.imports(path, mapping=mapping).files[0]) == (1, 1, 0, 0)


def test_every_row_says_where_it_stood_and_quarantine_gives_its_bytes(tmp_path, workspace):
    text = HEADER + '1,a,2026-01-05 10:00,"two\nlines"\n2,,2026-01-05 10:00,é\n3,b,2026-01-05 10:00,ok\n'
    report = workspace.imports(csv_file(tmp_path, text), mapping=CALLS)
    assert workspace.landed("id", "_line", "_offset") == [("1", 2, 17), ("2", 4, 50), ("3", 5, 73)]
    (row,) = workspace.quarantine()
    assert row["raw"] == "2,,2026-01-05 10:00,é".encode()
    assert (row["class"], row["line"], row["offset"], row["column"]) == ("blank-key", 4, 50, "who")
    assert (row["file"], row["file_sha256"], row["run"]) == (
        "calls.csv",
        report.files[0].receipt.sha256,
        report.files[0].receipt.load_id,
    )


def test_a_company_that_is_another_ones_is_linked_as_a_company(tmp_path, workspace):
    mapping = """\
mapping: 1
source: crm
timezone: UTC
files:
  companies: {file: companies.csv, subject: account, record: id, same_as: {erp: debtor}}
"""
    csv_file(tmp_path, "id,debtor\n17,5\n", "companies.csv")
    workspace.imports(tmp_path, mapping=mapping)
    assert workspace.links("record", "relation", "other_source", "other_record") == [("17", "same_account", "erp", "5")]


def test_persons_give_links_and_deals_one_row_a_contact(tmp_path, workspace):
    mapping = """\
mapping: 1
source: crm
timezone: UTC
files:
  people: {file: people.csv, subject: person, record: id, account: company, same_as: {web: cookie}}
  deals:
    file: deals.csv
    subject: deal
    record: id
    account: company
    contacts: {column: people, separator: ";"}
    facts: [{kind: deal_open, occurred_at: at, source_id: "{id}:open", payload: {amount: amount}}]
"""
    csv_file(tmp_path, "id,company,cookie\np1,c1,w9\np2,,\n", "people.csv")
    csv_file(tmp_path, "id,company,people,at,amount\nd1,c1,p1; p2;,2026-01-05,100\nd2,c1,,2026-01-05,\n", "deals.csv")
    report = workspace.imports(tmp_path, mapping=mapping)
    assert sorted(workspace.links("record", "relation", "other_source", "other_record", "known_at")) == [
        ("p1", "account", "crm", "c1", NOW),
        ("p1", "same_as", "web", "w9", NOW),
    ]
    facts = workspace.facts("fact_id", "record", "account", "deal", "amount")
    assert [row[1:] for row in facts] == [
        ("p1", "c1", "d1", 100.0),
        ("p2", "c1", "d1", 100.0),
        (None, "c1", "d2", None),
    ]
    assert facts[0][0] == facts[1][0] != facts[2][0]
    assert {file.receipt.stream: file.receipt.without_facts for file in report.files} == {"people": 1, "deals": 0}


def test_one_bad_fact_sets_the_whole_record_aside(tmp_path, workspace):
    mapping = CALLS + "      - {kind: lead_accept, when: result, occurred_at: result}\n"
    text = HEADER + "1,a,2026-01-05 10:00,2026-01-06\n2,a,2026-01-05 11:00,\n3,a,2026-01-05 12:00,no time\n"
    assert counts(workspace.imports(csv_file(tmp_path, text), mapping=mapping).files[0]) == (3, 2, 0, 1)
    assert sorted(workspace.facts("kind", "source_id"), key=str) == [
        ("lead_accept", None),
        ("touch", "1"),
        ("touch", "2"),
    ]


@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz", "calls.zip", "calls.tsv.gz", "calls.jsonl"])
def test_the_same_records_give_the_same_facts_however_they_are_packed(tmp_path, workspace, name):
    rows = [["id", "who", "at", "result"], ["1", "a", "2026-01-05 10:00", "ok, é"], ["2", "b", "2026-01-05 10:00", ""]]
    mark = "\t" if ".tsv" in name else ","
    text = "".join(mark.join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("2026/calls.csv", text)
            archive.writestr("notes.md", "nothing")
    elif name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:]))
    else:
        path.write_text(text, encoding="utf-8")
    mapping = CALLS.replace("calls*.csv", "calls.*")
    report = workspace.imports(path, mapping=mapping)
    assert workspace.facts("source_id", "record", "outcome") == [("1", "a", "ok, é"), ("2", "b", None)]
    assert report.unmapped == (("calls.zip/notes.md",) if name.endswith(".zip") else ())


def test_files_that_cannot_be_read_are_refused_by_themselves(tmp_path, workspace):
    csv_file(tmp_path, HEADER + "1,a,2026-01-05 10:00,ok\n", "calls1.csv")
    csv_file(tmp_path, "id,who,time,result\n", "calls2.csv")
    csv_file(tmp_path, "", "calls3.csv")
    (tmp_path / "calls4.csv.gz").write_bytes(gzip.compress((HEADER + "1,a,2026-01-05 10:00,ok\n" * 9).encode())[:-9])
    (tmp_path / "calls5.zip").write_bytes(b"PK nothing")
    report = workspace.imports(tmp_path, mapping=CALLS)
    assert [file.receipt.file for file in report.files] == ["calls1.csv"]
    words = {
        "calls2.csv": "has no column 'at'",
        "calls3.csv": "is empty",
        "calls4.csv.gz": "breaks off or is damaged",
        "calls5.zip": "cannot be opened as a zip",
    }
    told = {refused.message.split(":")[0]: refused.message for refused in report.refused}
    assert set(told) == set(words)
    assert all(words[name] in told[name] for name in words)
    assert not list(workspace.root.rglob("*.partial"))
    assert len(workspace.landed()) == 1


def test_what_is_not_there_or_not_mapped_is_said(tmp_path, workspace):
    with pytest.raises(UsageError, match="no such file"):
        workspace.imports(tmp_path / "nowhere", mapping=CALLS)
    csv_file(tmp_path, HEADER, "visits.csv")
    with pytest.raises(UsageError, match=r"matches the mapping mapping.yaml: it names calls\*.csv"):
        workspace.imports(tmp_path / "visits.csv", mapping=CALLS)
    with pytest.raises(MappingError):
        workspace.imports(tmp_path, mapping="mapping: 1\n")
    assert not workspace.root.exists()


def test_a_file_with_a_header_alone_is_landed_with_no_record(tmp_path, workspace):
    assert counts(workspace.imports(csv_file(tmp_path, HEADER), mapping=CALLS).files[0]) == (0, 0, 0, 0)


def test_two_patterns_for_one_file_are_refused(tmp_path, workspace):
    twice = CALLS + "  again: {file: calls.csv, subject: person, record: who, account: id}\n"
    report = workspace.imports(csv_file(tmp_path, HEADER), mapping=twice)
    assert "speaks of it twice, as calls and again" in report.refused[0].message


def test_a_compression_bomb_stops_at_the_stated_limit(tmp_path, workspace):
    bounds = limits(ratio_from=1_000_000, unpacked=5_000_000)
    bomb = gzip.compress((HEADER + "1,a,2026-01-05 10:00,ok\n" * 100_000).encode())
    (tmp_path / "calls1.csv.gz").write_bytes(bomb)
    with zipfile.ZipFile(tmp_path / "calls2.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("calls.csv", HEADER + "1,a,2026-01-05 10:00,ok\n" * 100_000)
    with zipfile.ZipFile(tmp_path / "calls3.zip", "w") as archive:
        archive.writestr("calls.csv", "x" * 6_000_000)
    with zipfile.ZipFile(tmp_path / "calls4.zip", "w") as archive:
        for member in range(1_001):
            archive.writestr(f"{member}.csv", "")
    report = workspace.imports(tmp_path, mapping=CALLS, limits=bounds)
    assert report.files == ()
    words = ("more than 100 times its size", "more than 100 times its size", "more than 0 GB", "the limit is 1,000")
    assert all(word in refused.message for word, refused in zip(words, sorted_refusals(report), strict=True))
    assert not list(workspace.root.rglob("*.parquet"))


def test_every_member_of_a_zip_is_read_but_those_that_systems_add(tmp_path, workspace):
    with zipfile.ZipFile(tmp_path / "calls.zip", "w") as archive:
        for number, name in enumerate(("./calls1.csv", "../calls2.csv", "a/./calls3.csv")):
            archive.writestr(name, HEADER + f"{number},a,2026-01-05 10:00,ok\n")
        for name in ("__MACOSX/calls5.csv", "a/__MACOSX/._calls6.csv", ".calls7.csv", "a/.b/calls8.csv"):
            archive.writestr(name, HEADER)
    report = workspace.imports(tmp_path / "calls.zip", mapping=CALLS.replace("calls*.csv", "*calls*.csv"))
    members = [file.receipt.file.removeprefix("calls.zip/") for file in report.files]
    assert members == ["./calls1.csv", "../calls2.csv", "a/./calls3.csv"]
    assert [counts(file)[0] for file in report.files] == [1, 1, 1]


def test_a_zip_with_two_members_of_one_name_is_refused_for_only_the_last_could_be_read(tmp_path, workspace):
    with zipfile.ZipFile(tmp_path / "calls.zip", "w") as archive:
        archive.writestr("calls.csv", HEADER + "1,a,2026-01-05 10:00,ok\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("calls.csv", HEADER + "2,a,2026-01-05 10:00,ok\n")
    report = workspace.imports(tmp_path, mapping=CALLS)
    assert report.files == ()
    assert "has 2 members named calls.csv" in report.refused[0].message


def sorted_refusals(report):
    return sorted(report.refused, key=lambda refused: refused.message)


def test_progress_ends_with_every_byte_and_record(tmp_path, workspace):
    csv_file(tmp_path, HEADER + "".join(f"{n},a,2026-01-05 10:00,ok\n" for n in range(2_000)), "calls1.csv")
    csv_file(tmp_path, HEADER, "calls2.csv")
    told = []
    workspace.imports(tmp_path, mapping=CALLS, limits=limits(rows=500, chunk=4_096), progress=told.append)
    total = sum((tmp_path / f"calls{n}.csv").stat().st_size for n in (1, 2))
    assert len(told) >= 4
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    assert {step.bytes_total for step in told} == {told[-1].bytes_done} == {total}
    assert max(step.records for step in told) == 2_000
