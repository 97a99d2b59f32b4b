"""What the browser loads comes with the product: every file as locked, with its licence, and nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "detente" / "web"
VENDOR = WEB / "static" / "detente" / "vendor"
LIBRARIES = json.loads((VENDOR / "vendor.lock.json").read_text("utf-8"))["libraries"]
OURS = [
    *(WEB / "templates").rglob("*.*"),
    *(path for path in (WEB / "static").rglob("*.*") if VENDOR not in path.parents and path.suffix != ".svg"),
]


@pytest.mark.parametrize("library", LIBRARIES, ids=[library["folder"] for library in LIBRARIES])
def test_every_file_is_the_one_that_was_locked(library: dict) -> None:
    folder = VENDOR / library["folder"]
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert there == {name: file["sha256"] for name, file in library["files"].items()}
    assert library["folder"].endswith(f"@{library['version']}")
    assert library["integrity"].startswith("sha512-")


@pytest.mark.parametrize("library", LIBRARIES, ids=[library["folder"] for library in LIBRARIES])
def test_every_library_brings_its_licence_and_is_named_in_the_notices(library: dict) -> None:
    assert library["licence"] in {"MIT", "0BSD", "Apache-2.0", "BSD-3-Clause", "ISC"}
    assert (VENDOR / library["folder"] / "LICENSE").read_text("utf-8").strip()
    notices = (VENDOR.parents[5] / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    assert re.search(
        rf"{re.escape(library['package'])}\W+{re.escape(library['version'])}\W+{library['licence']}", notices
    )


def test_no_folder_is_there_that_the_lock_does_not_name() -> None:
    assert {path.name for path in VENDOR.iterdir() if path.is_dir()} == {each["folder"] for each in LIBRARIES}


@pytest.mark.parametrize("file", OURS, ids=[path.relative_to(WEB).as_posix() for path in OURS])
def test_no_page_style_or_script_refers_to_another_host(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not re.search(r"""(?:href|src|url|import|fetch)\s*[=(]\s*["']?\s*(?:https?:)?//""", text)


def test_no_page_holds_a_style_or_a_script_of_its_own() -> None:
    for file in (path for path in OURS if path.suffix in {".html", ".svg"}):
        text = file.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|<script(?![^>]*\ssrc=)", text), file
