"""From exports to answers with the real command line: a small company of which every answer can be checked by eye."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Cli, Here, run_cli

HARBOUR = Path(__file__).parent / "harbour"
AS_OF = "2025-06-10 12:00"


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose exports are imported and replayed."""
    folder = tmp_path_factory.mktemp("harbour") / "harbour"
    shutil.copytree(HARBOUR, folder)
    for arguments in (("import", "-m", "mappings/crm.yaml", "exports"), ("replay", "--as-of", AS_OF)):
        done = run_cli(folder, *arguments)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """A workspace with nothing imported yet, in the folder the command line runs in."""
    shutil.copytree(HARBOUR, tmp_path, dirs_exist_ok=True)
    return tmp_path


def shown(folder: Path, *arguments: object, **environment: str) -> str:
    done = run_cli(folder, *arguments, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return re.sub(r"\bp[a-z2-7]{15}\b", "PERSON", "\n".join(line.rstrip() for line in done.stdout.splitlines()))


def answer(folder: Path, *arguments: object) -> dict:
    done = run_cli(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.usefixtures("harbour")
def test_an_import_accounts_for_every_record_and_a_second_one_brings_nothing(cli: Cli) -> None:
    first = cli("import", "-m", "mappings/crm.yaml", "exports")
    assert (first.returncode, first.stderr) == (0, "")
    assert [line.split() for line in first.stdout.splitlines()[3:6]] == [
        ["events.csv", "crm", "events", "9", "8", "0", "1", "8"],
        ["people.csv", "crm", "people", "3", "2", "0", "1", "2"],
        ["in", "all", "12", "10", "0", "2", "10"],
    ]
    again = json.loads(cli("import", "-m", "mappings/crm.yaml", "exports", "--json").stdout)
    assert again["schema"] == "detente.import/1"
    assert [(each["repeated"], each["accepted"], each["duplicate"], each["facts"]) for each in again["files"]] == [
        (True, 0, 8, 0),
        (True, 0, 2, 0),
    ]


def test_what_is_set_aside_is_shown_with_its_line_and_the_reason(replayed: Path) -> None:
    assert shown(replayed, "quarantine", "show", "people.csv") == (
        "people.csv:4: bad-email, column Email: 'not an address' is no e-mail address\n"
        "    P3,Cy Ohm,not an address,1,1,2025-06-03 10:00"
    )
    records = answer(replayed, "quarantine")["records"]
    assert [(each["file"], each["line"], each["class"]) for each in records] == [
        ("events.csv", 10, "unknown-value"),
        ("people.csv", 4, "bad-email"),
    ]


def test_what_is_set_aside_is_mended_and_retried(replayed: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(replayed, tmp_path / "harbour")
    mend = tmp_path / "mend.csv"
    shown(copy, "quarantine", "show", "people.csv", "--out", str(mend))
    mend.write_text(mend.read_text("utf-8").replace("not an address", "cy@ohm.example"), "utf-8")
    assert shown(copy, "quarantine", "retry", str(mend)) == "1 of 2 records came in; 1 still set aside."
    assert "1 record set aside before came in since" in shown(copy, "quarantine")
    statuses = {each["file"]: each["status"] for each in answer(copy, "quarantine", "list", "--all")["records"]}
    assert statuses == {"events.csv": "open", "people.csv": "mended"}


def test_the_scoreboard_shows_both_sides(replayed: Path) -> None:
    assert shown(replayed, "scoreboard").splitlines()[3:17] == [
        "Marketing owes sales",
        "  Duty             Delivered  Share  Agreed  Status   Before",
        "  ──────────────────────────────────────────────────────────",
        "  MQL handed over  1           50 %       2  running       –",
        "  sla.volume",
        "",
        "Sales owes marketing",
        "  Duty                 Delivered           Share  Agreed  Status     Before",
        "  ─────────────────────────────────────────────────────────────────────────",
        "  Speed                1 of 1     too few to say    90 %  on course       –",
        "  sla.speed · 2025-06",
        "",
        "The revenue cycle",
        "  The first cohort is old enough on 27 Dec 2025.",
    ]
    board = answer(replayed, "scoreboard")
    assert (board["schema"], [side["owes"] for side in board["sides"]]) == (
        "detente.scoreboard/1",
        ["marketing", "sales"],
    )


def test_the_story_of_a_lead_names_what_made_each_entry(replayed: Path) -> None:
    assert shown(replayed, "lead", "ada@acme.example") == (
        "Ada Berg, ada@acme.example\n"
        "  person PERSON\n"
        "  crm:P1\n"
        "  SAL since 3 Jun 2025 11:00 · furthest SAL · score 0 · grade A\n"
        "  as of 10 Jun 2025 12:00 · working agreement harbour/revenue 1.0.0\n"
        "\n"
        "Entries\n"
        "  When              Stage  Why\n"
        "  ──────────────────────────────────────────────────────────────────────────────────────────────────\n"
        "  2 Jun 2025 09:00  Lead   because enrich company.employees=120 person.email=ada@acme.example\n"
        "                           person.name=Ada Berg … 1 more\n"
        "  3 Jun 2025 10:05  MQL    by mql.callback; because form_submit form=demo automated=false\n"
        "  3 Jun 2025 11:00  SAL    because lead_accept automated=false\n"
        "\n"
        "Duties\n"
        "  Duty       Owes   Status  Since             Due               Used\n"
        "  ─────────────────────────────────────────────────────────────────────────\n"
        "  sla.speed  sales  met     3 Jun 2025 10:05  3 Jun 2025 11:05  20 m of 1bh\n"
        "\n"
        "Consent\n"
        "  Every outgoing touch kept to the consent rules.\n"
        "\n"
        "Facts\n"
        "  When              Source  What\n"
        "  ──────────────────────────────────────────────────────────────────────────────────────────────────\n"
        "  2 Jun 2025 09:00  crm     enrich company.employees=120 person.email=ada@acme.example\n"
        "                            person.name=Ada Berg person.phone=+49 30 123\n"
        "  3 Jun 2025 10:00  crm     page_view page=pricing automated=false\n"
        "  3 Jun 2025 10:05  crm     form_submit form=demo automated=false\n"
        "  3 Jun 2025 10:25  crm     touch channel=call direction=out automated=false\n"
        "  3 Jun 2025 11:00  crm     lead_accept automated=false"
    )


def test_why_not_an_mql_yet_says_what_holds_what_does_not_and_what_is_unknown(replayed: Path) -> None:
    story = shown(replayed, "lead", "crm:P2", "--at", "2025-06-04 12:00")
    assert story[story.index("Why not") : story.index("\n\nFacts")] == (
        "Why not MQL yet  stage.mql\n"
        "  ✓ from Lead  (it is in Lead)\n"
        "  – any of\n"
        "    – mql.callback: callback: any(form_submit where form == 'demo')\n"
        "    – mql.fit: all of\n"
        "      – grade == 'A'  (grade is B)\n"
        "      – count(page_view) within 30d >= 3  (count(page_view) within 30d is 2)"
    )


def test_a_touch_after_a_stop_is_shown_with_the_rule(replayed: Path) -> None:
    story = answer(replayed, "lead", "ben@small.example")
    assert [(each["rule"], each["channel"]) for each in story["consent"]] == [("consent.stop", "call")]
    touch = next(fact for fact in story["facts"] if fact["id"] == story["consent"][0]["fact"])
    assert (touch["kind"], touch["occurred_at"]) == ("touch", "2025-06-06T11:00:00+02:00")


def keys_in(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            if key not in ("attributes", "payload"):
                yield from keys_in(value)
    elif isinstance(document, list):
        for each in document:
            yield from keys_in(each)


def test_a_lead_as_json_has_the_documented_shape(replayed: Path) -> None:
    story = answer(replayed, "lead", "crm:P1")
    reference = (Path(__file__).parents[2] / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    assert sorted(key for key in set(keys_in(story)) if f"`{key}`" not in reference) == []
    assert story["schema"] == "detente.lead/1"
    assert story["attributes"]["person.phone"] == "+49 30 123"
    assert [(entry["stage"], entry["arm"]) for entry in story["entries"]] == [
        ("Lead", None),
        ("MQL", "mql.callback"),
        ("SAL", None),
    ]
    clock = story["duties"][0]
    assert {key: clock[key] for key in ("duty", "owes", "status", "target", "used_seconds", "due_at")} == {
        "duty": "sla.speed",
        "owes": "sales",
        "status": "met",
        "target": "1bh",
        "used_seconds": 1200,
        "due_at": "2025-06-03T11:05:00+02:00",
    }


def test_replays_of_one_input_publish_one_content(replayed: Path, tmp_path: Path) -> None:
    shutil.copytree(replayed, tmp_path, dirs_exist_ok=True)
    hashes = set()
    for zone in ("UTC", "Asia/Kathmandu"):
        done = run_cli(tmp_path, "replay", "--as-of", AS_OF, "--json", TZ=zone, PYTHONHASHSEED="7", LC_ALL="C")
        report = json.loads(done.stdout)
        assert report["schema"] == "detente.replay/1"
        assert report["snapshot"]["as_of"] == 1_749_549_600_000_000
        hashes.add(report["snapshot"]["content_hash"])
    assert len(hashes) == 1


def rows(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(text, newline=""))


def test_exports_have_the_same_rows_in_every_format(replayed: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    as_csv = list(rows(run_cli(replayed, "export", "entries").stdout))
    as_json = json.loads(run_cli(replayed, "export", "entries", "--format", "json").stdout)
    file = tmp_path / "entries.parquet"
    assert run_cli(replayed, "export", "entries", "--format", "parquet", "-o", file).returncode == 0
    stored = pq.read_table(file).to_pylist()
    assert as_json["schema"] == "detente.export/1"
    assert (
        [row["stage"] for row in as_csv]
        == [row["stage"] for row in as_json["rows"]]
        == [row["stage"] for row in stored]
    )
    assert [row["occurred_at"] for row in as_csv] == [row["occurred_at"] for row in as_json["rows"]]
    assert as_csv[0]["occurred_at"].endswith("Z")
    assert json.loads(as_csv[0]["nonconforming"]) == as_json["rows"][0]["nonconforming"] == stored[0]["nonconforming"]
    assert as_json["columns"][0] == {"name": "person", "type": "text"}


def test_every_table_can_be_exported(replayed: Path) -> None:
    from detente import bootstrap
    from detente.app.queries.export import as_csv

    tables = answer(replayed, "export")["tables"]
    snapshot = bootstrap.snapshot(replayed)
    for table in sorted(tables):
        assert len(list(rows("".join(as_csv(snapshot, table))))) == tables[table], table


def test_a_phone_number_leaves_safely_and_comes_back_exactly(harbour: Path, cli: Cli) -> None:
    """Exported, changed by nobody, imported again: the number is what it was, and no spreadsheet ran it."""
    from detente.app.csv_cells import protect

    numbers = ["+49 30 123", "=1+1", "-5", "'quoted", "@home"]
    lines = [f"Q{n},Q {n},q{n}@acme.example,{protect(number)},1,2025-06-02 09:00" for n, number in enumerate(numbers)]
    text = "\r\n".join(["Id,Name,Email,Phone,Employees,Created", *lines, ""])
    assert not re.search(r"(^|,)[=+@-]", text)
    (harbour / "exports" / "people2.csv").write_text(text, newline="")
    cli("import", "-m", "mappings/crm.yaml", "exports/people2.csv")
    cli("replay")
    phones = [
        json.loads(cli("lead", f"crm:Q{n}", "--json").stdout)["attributes"]["person.phone"] for n in range(len(numbers))
    ]
    assert phones == numbers


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("lead", "nobody@acme.example"), 2, "nobody is known as 'nobody@acme.example' in this snapshot"),
        (("lead", "crm:P1", "--at", "yesterday"), 2, "--at: 'yesterday' is not a time; write it as 2026-10-05 10:00"),
        (("lead", "crm:P1", "--at", "2031-01-01"), 2, "the snapshot knows nothing after 2025-06-10 12:00"),
        (("replay", "--as-of", "soon"), 2, "--as-of: 'soon' is not a time"),
        (("scoreboard", "--period", "2025Q9"), 2, "2025Q9"),
        (("export", "entires"), 2, "entries"),
        (("export", "entries", "-o", "."), 2, ". is a folder: name a file in it"),
        (("export", "entries", "-o", "absent/x.csv"), 2, "there is no folder absent: make it first"),
        (("import", "exports"), 2, "Missing option '--mapping'"),
        (("import", "-m", "absent.yaml", "exports"), 2, "--mapping: there is no file absent.yaml"),
        (("import", "-m", "detente.toml", "exports"), 1, "detente.toml:2:1: "),
        (("import", "-m", "mappings/crm.yaml", "absent.csv"), 2, "absent.csv"),
        (("quarantine", "absent.csv"), 2, "nothing is set aside of 'absent.csv'"),
    ],
)
def test_wrong_arguments_say_what_to_do(
    here: Here, replayed: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    exited, output, messages = here(replayed, *arguments)
    assert (exited, output) == (code, "")
    assert said in messages
    assert "Traceback" not in messages


@pytest.mark.usefixtures("harbour")
def test_a_mapping_that_is_wrong_is_told_at_its_place_and_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    mapping = tmp_path / "mappings" / "crm.yaml"
    mapping.write_text(mapping.read_text().replace("subject: person", "subject: persn", 1))
    done = cli("import", "-m", "mappings/crm.yaml", "exports")
    assert done.returncode == 1
    assert re.match(r"mappings/crm\.yaml:7:\d+: .*persn.*'person'", done.stderr)
    assert not (tmp_path / "landing").exists()


@pytest.mark.usefixtures("harbour")
def test_nothing_published_yet_says_what_to_run(cli: Cli) -> None:
    done = cli("scoreboard")
    assert done.returncode == 2
    assert "detente replay" in done.stderr


def test_a_database_that_is_gone_is_not_made_anew_in_silence(replayed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(replayed, copy)
    for file in copy.glob("detente.db*"):
        file.unlink()
    done = run_cli(copy, "replay", "--as-of", AS_OF)
    assert done.returncode == 1
    assert re.search(r"detente\.db is gone: .*backup", done.stderr)
    assert not (copy / "detente.db").exists()
    shutil.rmtree(copy / "snapshots")
    assert run_cli(copy, "replay", "--as-of", AS_OF).returncode == 0


@pytest.mark.usefixtures("harbour")
def test_a_refused_agreement_stops_a_replay_with_its_problems(cli: Cli, tmp_path: Path) -> None:
    text = tmp_path / "agreements" / "v1.yaml"
    text.write_text(text.read_text().replace("from: [Lead]", "from: [Leed]"))
    done = cli("replay")
    assert done.returncode == 1
    assert re.search(r"agreements/v1\.yaml:\d+:\d+: unknown stage 'Leed'", done.stderr)
    assert not (tmp_path / "snapshots" / "CURRENT").exists()


def test_a_busy_workspace_names_who_is_writing(harbour: Path, cli: Cli) -> None:
    from detente.engine.lock import FileLock

    with FileLock(harbour / ".lock", lambda: 1_749_549_600_000_000).hold("detente import"):
        done = cli("replay")
    assert done.returncode == 3
    assert "`detente import` (process" in done.stderr
