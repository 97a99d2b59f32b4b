"""`detente serve` and `detente demo`, as real servers: they answer, say what stops them, and end when told to."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from .conftest import run_cli, serving


def fetched(address: str) -> tuple[int, dict[str, str], str]:
    """The status, headers and text of an address."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return response.status, dict(response.headers), response.read().decode()
    except HTTPError as refused:
        return refused.code, dict(refused.headers), refused.read().decode()


def test_healthz_names_the_snapshot_that_serves(site: str, company: Path) -> None:
    status, headers, text = fetched(site + "healthz")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(text)["snapshot"] == (company / "snapshots" / "CURRENT").read_text().strip()


def test_every_answer_forbids_what_is_not_ours(site: str) -> None:
    for page in ("", "no/such/page", "healthz"):
        _, headers, _ = fetched(site + page)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_never_changes_is_kept_by_the_browser_for_a_year(site: str) -> None:
    _, _, home = fetched(site)
    style = re.search(r'href="(/static/[0-9a-f]{12}/detente/detente\.css)"', home)
    assert style is not None
    status, headers, _ = fetched(site.rstrip("/") + style[1])
    assert status == 200
    assert "max-age=31536000" in headers["Cache-Control"]


def test_an_address_that_leads_nowhere_says_so_in_the_frame_of_every_page(site: str) -> None:
    status, _, text = fetched(site + "no/such/page")
    assert status == 404
    assert "There is no page at /no/such/page." in text
    assert 'href="/agreement/"' in text


def test_a_host_name_that_is_not_ours_is_refused(site: str) -> None:
    request = urllib.request.Request(site, headers={"Host": "elsewhere.example"})
    with pytest.raises(HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=30)


def test_a_snapshot_published_meanwhile_serves_from_the_next_page_on(company: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    shutil.copytree(company, folder)
    with serving(folder, "serve", "--port", "0") as address:
        first = json.loads(fetched(address + "healthz")[2])["snapshot"]
        assert run_cli(folder, "replay").returncode == 0
        second = json.loads(fetched(address + "healthz")[2])["snapshot"]
        assert second != first
        assert second == (folder / "snapshots" / "CURRENT").read_text().strip()


def test_without_a_readable_snapshot_it_says_what_to_do_instead(company: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    shutil.copytree(company, folder)
    with serving(folder, "serve", "--port", "0") as address:
        (folder / "snapshots" / "CURRENT").unlink()
        status, _, text = fetched(address + "healthz")
        assert status == 503
        assert "detente replay" in json.loads(text)["reason"]
        assert "run `detente replay` first" in fetched(address)[2]
    done = run_cli(folder, "serve", "--port", "0")
    assert (done.returncode, done.stderr) == (
        2,
        "detente: nothing has been published in this workspace yet: run `detente replay` first\n",
    )


def test_a_taken_port_is_said_where_it_was_asked_for_and_stepped_over_where_not(company: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_cli(company, "serve", "--port", str(port))
        assert done.returncode == 2
        assert done.stderr.startswith(f"detente: --port: port {port} cannot be used (Address already in use)")


def test_the_demonstration_serves_what_it_printed(company: Path) -> None:
    with serving(company.parent, "demo", "--port", "0") as address:
        assert json.loads(fetched(address + "healthz")[2])["status"] == "ok"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_when_told_to_and_with_the_terminal_that_it_was_started_in(company: Path, end: signal.Signals) -> None:
    with serving(company, "serve", "--port", "0", end=end) as address:
        assert fetched(address + "healthz")[0] == 200
    with pytest.raises(URLError, match="refused"):
        urllib.request.urlopen(address, timeout=5)
