"""A source as the workspace names it: its connector, its mapping under its own name, its secrets; or what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.errors import SourceRefused, UsageError
from detente.engine.workspace import WorkspaceFolder
from detente.sources.configured import Surroundings, configured
from detente.sources.kit.patience import Moments

MAPPING = """\
mapping: 1
source: shop
files:
  customers:
    file: customers.jsonl
    subject: person
    record: id
    deleted: {_deleted: "true"}
    facts:
      - enrich: {person.email: email}
        occurred_at: changed
  orders:
    file: "orders*.csv"
    subject: person
    record: customer
    facts:
      - kind: order
        occurred_at: at
"""
API = """\
rest: 1
base_url: BASE
auth: {type: bearer}
streams:
  customers: {path: /customers, key: id, data_selector: rows, deletions: true, paginator: {type: single_page}}
"""
ENV = {"DETENTE_SHOP_TOKEN": "a-token-of-the-shop"}


@pytest.fixture
def source(tmp_path: Path, httpserver: HTTPServer) -> Callable[..., Any]:
    (tmp_path / "shop.yaml").write_text(API.replace("BASE", httpserver.url_for("/")))
    (tmp_path / "mapping.yaml").write_text(MAPPING)

    def opened(name: str = "shop", env: dict[str, str] = ENV, **table: str) -> Any:
        given = {"system": "rest", "description": "shop.yaml", "mapping": "mapping.yaml", **table}
        moments = Moments(lambda: 0.0, lambda _: None, lambda: 0.5)
        around = Surroundings(tmp_path, env, STANDARD_KINDS, moments, lambda: pytest.fail("nobody sends here"))
        return configured({"shop": given}, name, around)

    return opened


def test_a_source_is_read_under_the_streams_of_its_mapping(source: Callable[..., Any], httpserver: HTTPServer) -> None:
    rows = [{"id": 1, "email": "ann@harbour.example", "changed": "2026-10-01T00:00:00Z"}]
    httpserver.expect_request("/customers").respond_with_json({"rows": rows})
    shop = source()
    (stream,) = shop.connect()
    assert [page.rows for page in stream.pages({})] == [rows]
    assert (dict(shop.columns), shop.deletes) == ({"customers": ("id", "changed", "email")}, {"customers"})
    assert (shop.requests(), shop.latest() is not None) == (1, True)
    assert shop.mask("it was a-token-of-the-shop") == "it was •••"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "shup"}, "names no source 'shup': did you mean 'shop'?"),
        ({"system": "rset"}, r"\[sources.shop\] system: there is no connector for 'rset': did you mean 'rest'?"),
        ({"mapping": "nowhere.yaml"}, r"\[sources.shop\] mapping: there is no file nowhere.yaml"),
        ({"colour": "red"}, r"\[sources.shop\] has no key 'colour'"),
    ],
)
def test_what_cannot_be_opened_is_said_with_its_remedy(
    source: Callable[..., Any], change: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        source(**change)


def test_a_mapping_of_one_s_own_must_be_that_of_the_source(source: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING.replace("source: shop", "source: crm"))
    with pytest.raises(UsageError, match="it is the mapping of 'crm': write `source: shop`"):
        source()


def test_the_mapping_of_a_connector_is_read_under_the_name_of_the_source(tmp_path: Path) -> None:
    moments = Moments(lambda: 0.0, lambda _: None, lambda: 0.5)
    around = Surroundings(tmp_path, {"DETENTE_CRM_TOKEN": "pat-eu1-4711"}, STANDARD_KINDS, moments, lambda: None)
    found = configured({"crm": {"system": "hubspot"}}, "crm", around)
    assert (found.name, found.mapping_file) == ("crm", "hubspot/mapping.yaml")
    assert "\nsource: crm\n" in found.mapping_text
    assert "contacts" in found.columns


def test_a_row_without_the_id_that_deletions_go_by_is_refused(
    source: Callable[..., Any], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/customers").respond_with_json({"rows": [{"id": 1}, {"Id": 2}]})
    (stream,) = source().connect()
    with pytest.raises(SourceRefused, match="rest, customers: a row has no 'id'"):
        list(stream.pages({}))


def test_what_a_connector_stumbles_over_is_said_without_a_traceback(
    source: Callable[..., Any], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/customers").respond_with_json({"rows": ["a-token-of-the-shop"]})
    (stream,) = source().connect()
    with pytest.raises(SourceRefused) as refused:
        list(stream.pages({}))
    assert "a-token-of-the-shop" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sources]\ncrm = 1", r"write \[sources.NAME\] on a line of its own"),
        ("[sources.CRM]\nsystem = 'hubspot'", "a source is named with small letters, digits, _ and -"),
        ("[sources.crm]\nurl = 'x'", r"\[sources.crm\] names no system: write system = "),
        ("[source.crm]\nsystem = 'hubspot'", "there is no table 'source': did you mean 'sources'?"),
    ],
)
def test_the_tables_of_sources_are_checked_with_the_other_settings(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "detente.toml").write_text(f'[workspace]\nname = "Harbour"\n{text}\n')
    with pytest.raises(UsageError, match=says):
        WorkspaceFolder(tmp_path).settings()
