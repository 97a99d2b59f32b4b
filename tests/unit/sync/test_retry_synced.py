"""What a sync set aside is retried under the mapping that its source has now."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import detente.sources.hubspot
from detente import bootstrap
from detente.app.operations.import_files import ImportRequest, import_files
from detente.core.agreement.standard import STANDARD_KINDS
from detente.engine.landing import LandingZone
from detente.sources.files.exports import FileExports

ROW = '{"id":"7","archived":false,"updatedAt":"2026-05-01T10:00:00Z","properties":{"email":"ann@acme.example"}}\n'


class NoLock:
    """Tests have no other writers."""

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:  # noqa: ARG002
        yield


def test_a_connectors_own_mapping_counts_as_it_is_now(tmp_path: Path) -> None:
    root = tmp_path / "ours"
    bootstrap.init(root, "Ours", "UTC", "EUR")
    with (root / "detente.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[sources.crm]\nsystem = "hubspot"\n')
    mapping = Path(detente.sources.hubspot.__file__).with_name("mapping.yaml").read_text("utf-8")
    earlier = mapping.replace("source: hubspot", "source: crm").replace("record: id", "record: contactId")
    (tmp_path / "contacts.jsonl").write_text(ROW, "utf-8")
    import_files(
        ImportRequest((str(tmp_path / "contacts.jsonl"),), earlier, "hubspot/mapping.yaml", STANDARD_KINDS),
        reader=FileExports(),
        landing=LandingZone(root, "0"),
        lock=NoLock(),
        clock=bootstrap.clock,
        progress=lambda _: None,
    )
    assert [case.why for case in bootstrap.quarantined(root)] == ["blank-key"]
    report = bootstrap.retry_quarantine(root, None, lambda _: None)
    assert (report.mended, report.open_now, report.refused) == (1, 0, ())
    assert not (root / "quarantine" / "again").exists()
