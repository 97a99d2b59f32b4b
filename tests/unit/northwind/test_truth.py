"""The truth of a run agrees with its files: every record accounted for, every person, decision, deal and late fact."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from .conftest import Run

BERLIN = ZoneInfo("Europe/Berlin")
CONTACTS = {"crm": ("crm/contacts.csv", "Contact ID"), "marketing": ("marketing/contacts.csv", "vid")}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_every_file_holds_the_records_its_account_says(run: Run) -> None:
    for path, account in run.truth["files"].items():
        lines = run.raw(path).count(b"\n")
        header = 0 if path.endswith(".jsonl") else 1
        inside = 0 if "activities" not in path else run.raw(path).replace(b"\r\n", b"").count(b"\n")
        assert account["records"] == lines - header - inside, path
        assert account["accepted"] + account["duplicates"] + len(account["quarantined"]) == account["records"]
    assert sum(account["duplicates"] for account in run.truth["files"].values()) > 50


def test_each_bad_record_is_on_its_line(run: Run) -> None:
    expected = {
        "future": b"2093-05-01",
        "nul": b"\0",
        "invalid-encoding": b"\xe4",
        "bad-email": b"kein Eintrag",
        "unterminated-quote": b',"',
        "json-duplicate-key": b'"type":"OPEN","type"',
        "stray-quote": b'"x,',
        "bad-boolean": b"perhaps",
    }
    for path, account in run.truth["files"].items():
        lines = run.raw(path).split(b"\n")
        for bad in account["quarantined"]:
            if bad["class"] in expected:
                assert expected.pop(bad["class"]) in lines[bad["line"] - 1], bad
    assert not expected


def test_every_person_has_their_records_in_the_contact_files_and_nobody_else_has(run: Run) -> None:
    for system, (path, key) in CONTACTS.items():
        exported = {row[key] for row in run.rows(path) if not row[key].endswith("bad-email")}
        assert exported == {row["record"] for row in run.table("persons") if row["system"] == system}


def test_records_joined_by_mail_alone_share_an_address_and_name_no_id(run: Run) -> None:
    mail: dict[str, str] = {}
    other: dict[str, str] = {}
    for path, key, address, link in (
        ("crm/contacts.csv", "Contact ID", "Email", "Marketing ID"),
        ("marketing/contacts.csv", "vid", "email", "crm_contact_id"),
    ):
        for row in run.rows(path):
            mail[row[key]], other[row[key]] = row[address].lower(), row[link]
    ways = Counter()
    for records in run.people().values():
        ids = [record["record"] for record in records]
        joined = records[0]["joined"]
        ways[joined] += 1
        if len(ids) == 2 and joined == "mail":
            assert mail[ids[0]] == mail[ids[1]]
            assert not other[ids[0]] + other[ids[1]]
        if len(ids) == 2 and joined == "id":
            assert other[ids[0]] == ids[1] or other[ids[1]] == ids[0]
        if joined == "apart":
            assert len({mail[one] for one in ids}) > 1
    assert min(ways[way] for way in ("single", "id", "mail", "apart")) > 0
    assert ways == run.truth["joined"]


def test_no_two_people_share_an_address(run: Run) -> None:
    owner: dict[str, str] = {}
    persons = {row["record"]: row["person"] for row in run.table("persons")}
    for path, key, address in (("crm/contacts.csv", "Contact ID", "Email"), ("marketing/contacts.csv", "vid", "email")):
        for row in run.rows(path):
            if row[address] and row[key] in persons:
                assert owner.setdefault(row[address].lower(), persons[row[key]]) == persons[row[key]]


def test_nobody_here_can_be_written_to(run: Run) -> None:
    for path in run.truth["files"]:
        for domain in re.findall(rb"[\w.+-]@([\w.-]+)", run.raw(path)):
            assert domain.lower().endswith(b".example"), path


def test_recorded_decisions_are_the_lines_of_the_lead_history(run: Run) -> None:
    stages = {
        "Accepted": "SAL",
        "Returned": "Rejected",
        "Qualified": "SQL",
        "Recycled": "Recycled",
        "Disqualified": "Disqualified",
    }
    person = {row["record"]: row["person"] for row in run.table("persons")}
    logged = {
        (person[row["Contact ID"]], stages[row["New Status"]], berlin(row["Changed Date"]).timestamp())
        for row in run.rows("crm/lead_history.csv")
        if row["New Status"] in stages and row["Contact ID"] in person
    }
    entered = {
        (row["person"], row["stage"], utc(row["occurred_at"]).timestamp())
        for row in run.table("entries")
        if row["stage"] in stages.values()
    }
    assert entered <= logged
    assert len(logged) - len(entered) < 0.02 * len(logged)  # a few are for the stage one is in already


def test_deals_are_those_of_the_opportunity_file(run: Run) -> None:
    won = {"Closed Won": "won", "Closed Lost": "lost", "Proposal": "open"}
    exported = {(row["Opportunity ID"], won[row["Stage"]]) for row in run.rows("crm/opportunities.csv")}
    assert exported == {(row["deal"], row["outcome"]) for row in run.table("deals")}
    assert {row["sourced_by"] for row in run.table("deals")} == {"marketing", "sales"}


def test_no_local_time_is_one_that_berlin_had_twice_or_never(run: Run) -> None:
    for path in ("crm/contacts.csv", "crm/activities.csv.gz", "crm/lead_history.csv", "crm/assignments.csv"):
        for row in run.rows(path):
            if "ambiguous" in next(iter(row.values())) or "nonexistent" in next(iter(row.values())):
                continue
            for column in ("Created Date", "Activity Date", "Changed Date", "Assigned Date"):
                if row.get(column):
                    local = datetime.fromisoformat(row[column])
                    first, second = (local.replace(fold=fold, tzinfo=BERLIN).utcoffset() for fold in (0, 1))
                    assert first == second, (path, row)


def test_nothing_is_in_the_exports_that_was_not_known_at_their_end(run: Run) -> None:
    end = run.truth["end"]
    for line in run.raw("marketing/email_events.jsonl").splitlines()[20:]:
        assert run.truth["start"] <= json.loads(line)["created"] < end
    for row in run.table("late"):
        assert row["occurred_at"] < row["known_at"] < end


def test_late_facts_are_rows_of_the_files(run: Run) -> None:
    late = {(row["record"], row["occurred_at"], row["known_at"]) for row in run.table("late")}
    for path, columns in (
        ("marketing/event_scans.csv", ("vid", "scanned_at", "uploaded_at")),
        ("marketing/webinars.csv", ("vid", "attended_at", "uploaded_at")),
    ):
        rows = {tuple(row[column] for column in columns) for row in run.rows(path) if row[columns[1]]}
        assert rows
        assert {row for row in rows if row[1] != row[2]} <= late


def test_the_csv_of_the_truth_is_csv(run: Run) -> None:
    for path in (run.folder / "truth").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert rows, path.name
        assert {len(row) for row in rows} == {len(header)}, path.name
