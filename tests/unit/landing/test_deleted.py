"""Records that are deleted at their source, and restored there: what their rows bring."""

from __future__ import annotations

import json

import pytest

from detente.core.errors import MappingError

from .importing import NOW, Workspace

CONTACTS = """\
mapping: 1
source: crm
files:
  contacts:
    file: contacts.jsonl
    subject: person
    record: id
    account: company
    deleted: {_deleted: "true"}
    facts:
      - enrich: {person.email: email}
        occurred_at: changed
"""
ARCHIVED = CONTACTS.replace('{_deleted: "true"}', '{archived: "true"}\n    deleted_at: archivedAt')
DAY = 86_400_000_000


@pytest.fixture
def imports(tmp_path):
    workspace = Workspace(tmp_path / "ws")

    def run(*rows, mapping=CONTACTS, now=NOW):
        path = tmp_path / "contacts.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return workspace, workspace.imports(path, mapping=mapping, now=now).files[0]

    return run


ANN = {"id": 7, "email": "ann@harbour.example", "company": 3, "changed": "2026-10-01T08:00:00Z"}


def links(workspace):
    return sorted(workspace.links("record", "relation", "other_source", "other_record", "known_at"))


def test_a_deleted_row_brings_a_tombstone_and_no_fact(imports) -> None:
    workspace, _ = imports(ANN)
    gone = {"id": 7, "_deleted": True, "_deleted_at": "2026-10-31T00:00:00Z"}
    _, imported = imports(gone)
    assert (imported.accepted, imported.facts, imported.links) == (1, 0, 1)
    assert ("7", "deleted", "crm", "person", NOW - DAY) in links(workspace)
    assert workspace.facts("record", "kind") == [("7", "enrich")]


def test_the_same_tombstone_again_is_a_duplicate(imports) -> None:
    gone = {"id": 7, "_deleted": True, "_deleted_at": "2026-10-31T00:00:00Z"}
    imports(gone)
    workspace, imported = imports(gone, {"id": 8, "_deleted": True, "_deleted_at": "2026-10-31T00:00:00Z"})
    assert (imported.accepted, imported.duplicate) == (1, 1)
    assert len(links(workspace)) == 2


def test_a_record_may_be_restored_and_deleted_again(imports) -> None:
    for deleted, day in ((True, "27"), (False, "28"), (True, "29")):
        workspace, _ = imports({"id": 7, "_deleted": deleted, "_deleted_at": f"2026-10-{day}T00:00:00Z"})
    words = [(relation, (known_at - NOW) // DAY) for _, relation, _, _, known_at in links(workspace)]
    assert sorted(words, key=lambda word: word[1]) == [("deleted", -5), ("restored", -4), ("deleted", -3)]


def test_a_system_may_say_itself_that_and_when_a_record_was_deleted(imports) -> None:
    gone = ANN | {"archived": True, "archivedAt": "2026-10-31T00:00:00Z"}
    workspace, imported = imports(ANN | {"archived": False}, gone, mapping=ARCHIVED)
    assert (imported.facts, imported.links) == (1, 2)
    assert [link for link in links(workspace) if link[1] == "deleted"] == [("7", "deleted", "crm", "person", NOW - DAY)]


def test_beside_what_the_system_says_a_sync_may_find_a_record_gone(imports) -> None:
    gone = {"id": 7, "_deleted": True, "_deleted_at": "2026-10-31T00:00:00Z"}
    back = {"id": 7, "_deleted": False, "_deleted_at": "2026-11-01T00:00:00Z"}
    workspace, imported = imports(gone, back, mapping=ARCHIVED)
    assert imported.facts == 0
    assert [link[1] for link in links(workspace)] == ["deleted", "restored"]


def test_a_deletion_without_a_time_counts_from_its_landing(imports) -> None:
    workspace, _ = imports({"id": 7, "archived": True}, mapping=ARCHIVED)
    assert links(workspace) == [("7", "deleted", "crm", "person", NOW)]


def test_a_deletion_with_a_time_that_cannot_be_read_is_set_aside(imports) -> None:
    workspace, imported = imports({"id": 7, "archived": True, "archivedAt": "lately"}, mapping=ARCHIVED)
    assert (imported.receipt.quarantined, workspace.quarantine("class", "column")) == (1, [("bad-time", "archivedAt")])


def test_a_time_of_deletion_needs_to_know_which_rows(imports) -> None:
    with pytest.raises(MappingError, match="deleted_at` says since when; add `deleted`"):
        imports(ANN, mapping=CONTACTS.replace('deleted: {_deleted: "true"}', "deleted_at: archivedAt"))
