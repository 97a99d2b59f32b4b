"""`detente sync` on the command line: what it takes, what it answers, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from detente import bootstrap
from detente.cli.main import BUSY, OK, REFUSED, USAGE
from detente.cli.main import main as run
from detente.engine.stream_folder import StreamsOfWorkspace

MAPPING = """\
mapping: 1
source: shop
files:
  customers:
    file: customers.jsonl
    subject: person
    record: id
    facts:
      - enrich: {person.email: email}
        occurred_at: changed
"""
API = """\
rest: 1
base_url: BASE
streams:
  customers: {path: /customers, key: id, data_selector: rows, paginator: {type: single_page}}
  orders: {path: /orders, key: id, data_selector: rows, paginator: {type: single_page}}
"""
ANN = {"id": 1, "email": "ann@harbour.example", "changed": "2026-10-01T00:00:00Z"}


@pytest.fixture
def workspace(tmp_path: Path, httpserver: HTTPServer) -> Path:
    root = tmp_path / "harbour"
    bootstrap.init(root, "Harbour", "UTC", "EUR")
    (root / "shop.yaml").write_text(API.replace("BASE", httpserver.url_for("/")))
    (root / "mappings" / "shop.yaml").write_text(MAPPING)
    table = '[sources.shop]\nsystem = "rest"\ndescription = "shop.yaml"\nmapping = "mappings/shop.yaml"\n'
    settings = root / "detente.toml"
    settings.write_text(f"{settings.read_text()}\n{table}")
    httpserver.expect_request("/customers").respond_with_json({"rows": [ANN]})
    return root


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(arguments)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_all_sources_are_synced_and_each_stream_is_accounted_for(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("sync", "--json", "--dir", str(workspace)) == OK
    (source,) = json.loads(capsys.readouterr().out)["sources"]
    (stream,) = source["streams"]
    assert (source["source"], source["unmapped"], source["error"]) == ("shop", ["orders"], None)
    assert (stream["stream"], stream["rows"], stream["requests"], stream["accepted"]) == ("customers", 1, 1, 1)


def test_a_source_that_cannot_be_read_ends_with_one_and_says_why(
    workspace: Path, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.clear()
    httpserver.expect_request("/customers").respond_with_data("you may not", status=403)
    assert exit_code("sync", "shop", "--dir", str(workspace)) == REFUSED
    said = " ".join(capsys.readouterr().out.split())
    assert "Not read to the end" in said
    assert "it does not permit this" in said
    assert "[it says: you may not]" in said


def test_a_source_that_is_being_synced_is_busy(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with StreamsOfWorkspace(workspace, bootstrap.clock).reading("shop"):
        assert exit_code("sync", "shop", "--dir", str(workspace)) == BUSY
    assert "is syncing shop" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("shup",), "did you mean 'shop'?"),
        (("--full",), "name it, as in `detente sync crm --full`"),
        (("--stream", "customers"), "name it, as in `detente sync crm --full`"),
    ],
)
def test_what_is_not_there_is_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert exit_code("sync", *arguments, "--dir", str(workspace)) == USAGE
    assert says in capsys.readouterr().err


def test_one_stream_may_be_asked_for(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("sync", "shop", "--stream", "orders", "--dir", str(workspace)) == REFUSED
    assert "does not speak of 'orders'" in " ".join(capsys.readouterr().out.split())
    assert exit_code("sync", "shop", "--stream", "customers", "--full", "--dir", str(workspace)) == OK
