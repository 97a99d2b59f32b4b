"""The locks: every library that pyproject.toml names is pinned with hashes, and both locks agree; so are the libraries
of the systems under test, of which each has a lock of its own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
NEEDED = {
    "runtime": PROJECT["project"]["dependencies"] + GROUPS["build"],
    "dev": PROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"],
}
SYSTEMS = ("tryton", "odoo")


def pins(lock: str) -> dict[str, set[str]]:
    """The pinned versions of each library; more than one where Python versions need different ones."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==([^\s;]+)", line):
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


@pytest.mark.parametrize("lock", NEEDED)
def test_every_named_library_is_pinned_to_a_version_that_is_allowed(lock: str) -> None:
    pinned = pins(lock)
    for text in NEEDED[lock]:
        requirement = Requirement(text)
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in requirements/{lock}.txt: run tools/lock.sh"
        assert all(requirement.specifier.contains(version) for version in versions), f"{text}: {versions}"


@pytest.mark.parametrize("lock", SYSTEMS)
def test_what_a_system_under_test_needs_is_pinned(lock: str) -> None:
    named = (ROOT / "requirements" / f"{lock}.in").read_text("utf-8").splitlines()
    for requirement in (Requirement(line) for line in named if not line.startswith("#")):
        versions = pins(lock).get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in requirements/{lock}.txt: run tools/lock.sh"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}: {versions}"


@pytest.mark.parametrize("lock", [*NEEDED, *SYSTEMS])
def test_every_pin_has_a_hash(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_dev_lock_holds_all_of_the_runtime_lock() -> None:
    dev = pins("dev")
    assert {name: dev.get(name) for name in pins("runtime")} == pins("runtime")
