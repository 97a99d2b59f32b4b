"""The commands around an agreement's text, run as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PROGRAM, Cli, Here

HARBOUR = """\
agreement: harbour/revenue
language: 1
version: 1.0.0
effective: 2026-01-01
timezone: Europe/Berlin
parties: {marketing: {signs: m@harbour.example}, sales: {signs: s@harbour.example}}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL: {id: stage.mql, owner: marketing, basis: computed, enter: {from: [Lead], when: any(form_submit)}}
fixtures:
  ada: {person.email: ada@acme.example}
tests:
  - {test: a form makes an MQL, lead: ada, history: ["2026-06-01 10:00 form_submit form=demo"], expect: {stage: MQL}}
"""
NEXT = HARBOUR.replace("1.0.0", "1.1.0").replace("2026-01-01", "2026-06-10")


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "v1.yaml").write_text(HARBOUR, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("harbour")
def test_a_text_without_errors_is_code_0_and_silent(cli: Cli) -> None:
    done = cli("lint", "harbour")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 agreement, 0 errors, 0 warnings\n"


def test_every_error_is_a_line_of_its_own(cli: Cli, harbour: Path) -> None:
    (harbour / "v1.yaml").write_text(HARBOUR.replace("[Lead]", "[Leed]").replace("any(form", "any(from"))
    done = cli("lint", "harbour/v1.yaml")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("harbour/v1.yaml:9:74: ")
    assert "Leed" in lines[0]
    assert "'Lead'" in lines[0]
    assert lines[1].startswith("harbour/v1.yaml:9:91: ")
    assert "'form_submit'" in lines[1]


def test_versions_in_one_folder_are_one_timeline(cli: Cli, harbour: Path) -> None:
    (harbour / "v2.yaml").write_text(NEXT.replace("2026-06-10", "2025-06-10"))
    done = cli("lint", "harbour")
    assert done.returncode == 1
    assert done.stdout.startswith("harbour/v2.yaml:4:12: effective")
    assert "1 agreement, 1 error, 0 warnings" in done.stderr


def test_problems_as_json(cli: Cli, harbour: Path) -> None:
    (harbour / "v1.yaml").write_text(HARBOUR.replace("[Lead]", "[Leed]"))
    done = cli("lint", "--json", "harbour")
    document = json.loads(done.stdout)
    assert (document["schema"], document["errors"]) == ("detente.lint/1", 1)
    assert {key: document["problems"][0][key] for key in ("file", "line", "column", "severity")} == {
        "file": "harbour/v1.yaml",
        "line": 9,
        "column": 74,
        "severity": "error",
    }


def test_a_line_a_test_and_the_sum_at_the_end(cli: Cli, harbour: Path) -> None:
    (harbour / "v1.yaml").write_text(HARBOUR + HARBOUR.splitlines()[-1].replace("stage: MQL", "stage: Lead") + "\n")
    done = cli("test", "harbour")
    assert done.returncode == 1
    assert done.stdout == (
        "ok      harbour/revenue: a form makes an MQL\n"
        "FAILED  harbour/revenue: a form makes an MQL [harbour/v1.yaml:14]: stage: expected Lead, got MQL\n"
        "1 passed, 1 failed\n"
    )


def test_tests_of_versions_run_on_their_timeline(cli: Cli, harbour: Path) -> None:
    (harbour / "v2.yaml").write_text(NEXT)
    done = cli("test", "harbour")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed")


def test_a_refused_text_counts_as_a_failure(cli: Cli, harbour: Path) -> None:
    (harbour / "v1.yaml").write_text(HARBOUR.replace("[Lead]", "[Leed]"))
    done = cli("test", "harbour")
    assert (done.returncode, done.stdout) == (1, "0 passed, 1 failed\n")
    assert done.stderr.startswith("harbour/v1.yaml:9:74: ")


@pytest.mark.usefixtures("harbour")
def test_outcomes_as_json(cli: Cli) -> None:
    document = json.loads(cli("test", "--json", "harbour").stdout)
    assert (document["schema"], document["passed"], document["failed"]) == ("detente.test/1", 1, 0)
    assert document["tests"][0]["test"] == "a form makes an MQL"


def test_the_page_of_the_latest_version_and_of_another(cli: Cli, harbour: Path) -> None:
    (harbour / "v2.yaml").write_text(NEXT)
    assert "version 1.1.0 · from 10 June 2026" in cli("page", "harbour").stdout
    assert "version 1.0.0 · from 1 January 2026" in cli("page", "harbour", "--version", "1.0.0").stdout
    refused = cli("page", "harbour", "--version", "3.0.0")
    assert (refused.returncode, refused.stderr) == (
        2,
        "detente: --version: there is no version 3.0.0: there is 1.0.0, 1.1.0\n",
    )


def test_the_page_into_a_file(cli: Cli, harbour: Path) -> None:
    done = cli("page", "harbour", "--format", "print", "-o", "page.html")
    assert (done.returncode, done.stdout) == (0, "")
    page = (harbour.parent / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert cli("page", "harbour", "-o", "absent/page.txt").returncode == 2
    assert sorted(path.name for path in harbour.parent.iterdir()) == ["harbour", "page.html"]


def test_the_schema_accepts_the_starter_agreement(cli: Cli, tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator
    from ruamel.yaml import YAML

    schema = json.loads(cli("schema").stdout)
    cli("init", "company")
    text = (tmp_path / "company" / "agreements" / "agreement-1.0.0.yaml").read_text(encoding="utf-8")
    document = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []


def test_a_new_workspace_has_an_agreement_whose_tests_pass(cli: Cli) -> None:
    made = cli("init", "company", "--name", "Harbour & Sons", "--timezone", "Europe/Berlin")
    assert made.stdout == (
        "made company/detente.toml\nmade company/agreements/agreement-1.0.0.yaml\nmade company/mappings/crm.yaml\n"
    )
    assert "detente test --dir company" in made.stderr
    assert (cli("lint", "--dir", "company").stdout, cli("test", "--dir", "company").stdout.splitlines()[-1]) == (
        "",
        "4 passed, 0 failed",
    )
    again = cli("init", "company")
    assert (again.returncode, again.stderr) == (
        2,
        "detente: company is a workspace already: choose another folder, or go on in this one\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["lint", "absent.yaml"], 2, "detente: absent.yaml: there is no such file or folder"),
        (["lint"], 2, "detente: . is no workspace"),
        (["lint", "--json", "--frob"], 2, "detente lint: No such option: --frob"),
        (["lnit"], 2, "No such command 'lnit'"),
        (["init", "x", "--timezone", "Europe/Berln"], 2, "did you mean 'Europe/Berlin'?"),
        (["init", "x", "--currency", "Euro"], 2, "no code of three letters"),
        (["page", "--format", "pdf"], 2, "'pdf'"),
        (["replay"], 2, "detente: . is no workspace"),
        (["lead", "ada@acme.example"], 2, "detente: . is no workspace"),
        (["scoreboard", "--dir", "absent"], 2, "detente: absent is no workspace"),
        (["export", "entries"], 2, "detente: . is no workspace"),
    ],
)
def test_wrong_arguments_say_what_to_do_and_show_no_traceback(
    here: Here, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    exited, output, messages = here(tmp_path, *arguments)
    assert (exited, output) == (code, "")
    assert said in messages
    assert "Traceback" not in messages


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff\xfe", b"agreement: a\n\xff", b"", b"- 1\n", b"\x1b[2J: 1\n"])
def test_a_file_that_is_no_agreement_is_refused_with_its_place(here: Here, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.yaml").write_bytes(content)
    exited, output, messages = here(tmp_path, "lint", "odd.yaml")
    assert exited == 1
    assert output.startswith("odd.yaml:")
    assert "Traceback" not in messages
    assert "\x1b" not in output


def test_a_reader_that_goes_away_leaves_no_noise() -> None:
    """As in `detente schema | head -1`: the rest of the output has nowhere to go."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run([PROGRAM, "schema"], stdout=gone, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (141, b"")


def test_colours_and_widths_follow_the_reader(cli: Cli) -> None:
    for arguments in ((), ("lint",), ("export",)):
        shown = cli(*arguments, "--help", COLUMNS="80").stdout
        assert max(map(len, shown.splitlines())) <= 80
        assert "\x1b" not in shown


@pytest.mark.usefixtures("harbour")
def test_a_screen_that_knows_ascii_only_shows_the_page(cli: Cli) -> None:
    done = cli("test", "harbour", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"
    document = cli("page", "harbour", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (
        json.loads(document.stdout)["subtitle"]
        == "Working agreement harbour/revenue · version 1.0.0 · from 1 January 2026"
    )


def test_a_text_is_laid_out_once_and_means_the_same(cli: Cli, harbour: Path) -> None:
    text = harbour / "v1.yaml"
    before = cli("page", "harbour").stdout
    text.write_text("# agreed in June\n" + HARBOUR.replace("version: 1.0.0", "version:    1.0.0"))
    checked = cli("fmt", "--check", "harbour")
    assert (checked.returncode, checked.stdout) == (1, "would lay out harbour/v1.yaml\n")
    laid_out = cli("fmt", "harbour")
    assert (laid_out.returncode, laid_out.stdout) == (0, "laid out harbour/v1.yaml\n")
    assert text.read_text().startswith("# agreed in June\nagreement: harbour/revenue\n")
    assert cli("page", "harbour").stdout == before
    assert cli("fmt", "--check", "harbour").returncode == 0


def test_a_text_that_cannot_be_read_is_not_laid_out_and_neither_is_another(cli: Cli, harbour: Path) -> None:
    spaced = HARBOUR.replace("version: 1.0.0", "version:    1.0.0")
    (harbour / "v1.yaml").write_text(spaced)
    (harbour / "v2.yaml").write_text("agreement: [unclosed\n")
    done = cli("fmt", "harbour")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("harbour/v2.yaml:")
    assert (harbour / "v1.yaml").read_text() == spaced


def test_mutants_that_no_test_notices_are_listed(cli: Cli, harbour: Path) -> None:
    score = "score: [{id: score.page, event: page_view, points: 10, cap: 30}]\n"
    (harbour / "v1.yaml").write_text(HARBOUR.replace("stages:\n", score + "stages:\n"))
    done = cli("test", "--mutate", "--json", "harbour")
    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"]) == (0, "detente.mutate/1")
    assert 0 < document["mutants_killed"] < document["mutants"]
    assert document["mutants"] - document["mutants_killed"] == len(document["survivors"])
    assert {"file", "line", "column", "clause", "change"} == set(document["survivors"][0])


def test_tests_that_fail_already_are_mended_first(cli: Cli, harbour: Path) -> None:
    (harbour / "v1.yaml").write_text(HARBOUR.replace("expect: {stage: MQL}", "expect: {stage: Lead}"))
    done = cli("test", "--mutate", "harbour")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "detente: 1 test fails already: mend it first, `detente test` shows it\n"


def test_help_loads_no_engine_and_no_parser() -> None:
    """`--help` is asked for often: what is slow to load is loaded by what needs it."""
    slow = ("duckdb", "pyarrow", "django", "numpy", "lark", "ruamel", "scipy", "holidays", "detente.core.agreement")
    program = (
        "import sys\nfrom detente.cli.main import main\n"
        "try:\n    main(['COMMAND', '--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {slow!r} if name in sys.modules], file=sys.stderr)"
    )
    for command in ("lint", "scoreboard"):
        done = subprocess.run(
            [sys.executable, "-c", program.replace("COMMAND", command)],
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=60,
        )
        assert "Usage: detente " in done.stdout
        assert done.stderr == "[]\n"
