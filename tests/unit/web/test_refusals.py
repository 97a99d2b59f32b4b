"""What cannot be answered is refused on a page: what, why, how to mend it; never with what lies behind the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import Client

Damage = Callable[[Path], object]


@pytest.fixture
def own(company: Path, tmp_path: Path) -> Path:
    """A workspace of one's own, which may be damaged."""
    return Path(shutil.copytree(company, tmp_path / "own"))


def current(root: Path) -> Path:
    """The folder of the snapshot that serves."""
    return root / "snapshots" / (root / "snapshots" / "CURRENT").read_text().strip()


@pytest.mark.parametrize("method", ["options", "trace"])
@pytest.mark.parametrize(
    "address", ["/", "/leads/", "/results/", "/agreement/", "/healthz", "/explain/speed/sla.speed/"]
)
def test_a_page_is_only_read(at_company: Client, address: str, method: str) -> None:
    answer = getattr(at_company, method)(address)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert f"{address} answers to GET, HEAD only, not to {method.upper()}." in answer.content.decode()


def test_the_form_of_appearance_is_only_sent(at_company: Client) -> None:
    answer = at_company.get("/me/appearance/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.usefixtures("at_company")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_form_from_elsewhere_changes_nothing_and_is_told_so(method: str) -> None:
    stranger = Client(enforce_csrf_checks=True)
    answer = getattr(stranger, method)("/me/appearance/", {"theme": "dark"} if method == "post" else "theme=dark")
    assert answer.status_code == 403
    assert "load the page anew, and try again" in answer.content.decode()
    assert "DEBUG" not in answer.content.decode()
    assert "theme" not in answer.cookies


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_form_of_appearance_leads_nowhere_else(at_company: Client, back: str) -> None:
    answer = at_company.post("/me/appearance/", {"theme": "dark", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("address", ["/", "/no/such/page", "/healthz"])
def test_under_a_name_that_is_not_ours_nothing_is_told_but_the_names(at_company: Client, address: str) -> None:
    answer = at_company.get(address, headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.decode() == (
        "These screens answer to these names alone: testserver. Open them under one of these.\n"
    )


@pytest.mark.usefixtures("at_company")
def test_a_form_that_cannot_be_read_is_no_defect() -> None:
    stranger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    stranger.cookies["csrftoken"] = "a" * 32
    kind = "application/x-www-form-urlencoded; charset=utf-16"
    assert stranger.generic("POST", "/me/appearance/", b"a=b", content_type=kind).status_code == 400


DAMAGES: dict[str, Damage] = {
    "the pointer is no text": lambda root: (root / "snapshots" / "CURRENT").write_bytes(b"\xff\xfe"),
    "the pointer is empty": lambda root: (root / "snapshots" / "CURRENT").write_bytes(b""),
    "the pointer leads out": lambda root: (root / "snapshots" / "CURRENT").write_bytes(b"../../elsewhere"),
    "the manifest is half": lambda root: (current(root) / "manifest.json").write_text('{"id":'),
    "the agreement is gone": lambda root: (current(root) / "agreement.json").unlink(),
    "the agreement is another": lambda root: (current(root) / "agreement.json").write_text("[]"),
    "the snapshot is gone": lambda root: shutil.rmtree(current(root)),
    "the settings are no TOML": lambda root: (root / "detente.toml").write_text("["),
    "the settings are gone": lambda root: (root / "detente.toml").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_workspace_says_what_to_do_and_not_where_it_lies(
    own: Path, visit: Callable[[Path], Client], damage: str
) -> None:
    visitor = visit(own)
    DAMAGES[damage](own)
    for address in ("/", "/leads/", "/results/", "/agreement/", "/explain/speed/sla.speed/", "/healthz"):
        answer = visitor.get(address)
        said = answer.content.decode()
        assert answer.status_code == 503, address
        assert "detente" in said
        assert str(own.parent) not in said
    assert visitor.get("/no/such/page").status_code == 404


def test_settings_that_break_while_pages_are_shown_do_not_break_the_pages(
    own: Path, visit: Callable[[Path], Client]
) -> None:
    visitor = visit(own)
    assert visitor.get("/results/").status_code == 200
    (own / "detente.toml").write_text("[")
    assert visitor.get("/results/").status_code == 200


@pytest.mark.usefixtures("at_company")
def test_a_defect_in_the_frame_of_every_page_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(_: HttpRequest) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("detente.web.frame.workspace", defective)
    visitor = Client(raise_request_exception=False)
    answer = visitor.get("/no/such/page")
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert "defect of Détente itself" in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/results/", "/agreement/", "/explain/stage/MQL/"])
def test_a_period_that_was_left_empty_is_the_usual_one(at_company: Client, address: str) -> None:
    assert at_company.get(address, {"period": ""}).status_code == 200


@pytest.mark.parametrize("name", ["q", "stage", "owner", "party"])
def test_a_sign_that_no_database_holds_is_refused_and_no_defect(at_company: Client, name: str) -> None:
    answer = at_company.get("/leads/", {name: "a\0b"})
    assert answer.status_code == 404
    assert f"{name}: it holds a sign that no text holds (NUL): leave it out" in answer.content.decode()
