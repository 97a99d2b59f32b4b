"""Import: land the exports of another system, and account for every record of every file.

Input: paths and a mapping's text, through the ports of exports and landing. `bootstrap` wires them:

    import_files(
        ImportRequest(paths, mapping_text, mapping_file, kinds),    # kinds: STANDARD_KINDS and the agreement's
        reader=FileExports(),                                       # sources.files.exports
        landing=LandingZone(root, detente.__version__),             # engine.landing
        lock=FileLock(root / ".lock", clock),                       # engine.lock
        clock=clock,                                                # () -> int64 µs UTC: the moment a file is landed
        progress=lambda done: ...,
    )

Files that were loaded before under the same rules are not read again. A file that cannot be read is refused by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from detente.app.ports.exports import Again, Export, ExportReader, Refused
from detente.app.ports.landing import Imported, ImportProgress, Landing
from detente.app.ports.lock import WriterLock
from detente.core.agreement.agreement import Kind
from detente.core.errors import InputError, Problem

Progress = Callable[[ImportProgress], None]
"""Told how far an import is, once a part."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import: files and folders, and the mapping that says what they mean.

    `again`: the files hold records of one stream that were set aside before.
    """

    paths: tuple[str, ...]
    mapping_text: str
    mapping_file: str
    kinds: Mapping[str, Kind]
    again: Again | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `unmapped`: files under the paths that no pattern of the mapping matches."""

    files: tuple[Imported, ...]
    refused: tuple[Refused, ...]
    unmapped: tuple[str, ...]
    warnings: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape `detente.import/1`."""
        return {
            "schema": "detente.import/1",
            "files": [_file_as_json(file) for file in self.files],
            "refused": [{"file": refused.file, "message": refused.message} for refused in self.refused],
            "unmapped": list(self.unmapped),
            "warnings": [str(problem) for problem in self.warnings],
        }


def import_files(
    request: ImportRequest,
    *,
    reader: ExportReader,
    landing: Landing,
    lock: WriterLock,
    clock: Callable[[], int],
    progress: Progress,
) -> ImportReport:
    """Land every file that the mapping speaks of.

    `MappingError` with every problem of the mapping, `UsageError` if there is nothing to import, `Busy` if another
    process writes. Killed anywhere, the same call goes on where it stopped.
    """
    exports = reader.open(request.paths, request.mapping_text, request.mapping_file, request.kinds, request.again)
    total = sum(export.info.size for export in exports.files)
    files: list[Imported] = []
    refused = list(exports.refused)
    done = 0
    with lock.hold("import"):
        for export in exports.files:
            told = _Telling(progress, export.info.file, done, total)
            try:
                imported = _import_one(export, landing, clock, told)
            except InputError as error:
                refused.append(Refused(export.info.file, str(error)))
            else:
                files.append(imported)
                told(export.info.size, imported.receipt.records)
            done += export.info.size
    return ImportReport(tuple(files), tuple(refused), exports.unmapped, exports.warnings)


@dataclass(frozen=True, slots=True)
class _Telling:
    """Tells the progress within one file."""

    progress: Progress
    file: str
    before: int
    total: int

    def __call__(self, bytes_read: int, records: int) -> None:
        self.progress(ImportProgress(self.file, self.before + bytes_read, self.total, records))


def _import_one(export: Export, landing: Landing, clock: Callable[[], int], told: _Telling) -> Imported:
    """Land one file, or go on with it; what cannot be finished leaves nothing behind."""
    before = landing.finished(export.info)
    if before is not None:
        return Imported(before, repeated=True)
    load = landing.begin(export.info, clock())
    resumed = load.records > 0
    try:
        for batch in export.batches(load.position, load.started_at):
            load.write(batch)
            told(batch.bytes_read, load.records)
    except InputError:
        load.discard()
        raise
    return Imported(load.finish(clock()), resumed=resumed)


def _file_as_json(file: Imported) -> dict[str, Any]:
    receipt = file.receipt
    return {
        "file": receipt.file,
        "source": receipt.source,
        "stream": receipt.stream,
        "load": receipt.load_id,
        "sha256": receipt.sha256,
        "read_as": dict(receipt.reading),
        "repeated": file.repeated,
        "resumed": file.resumed,
        "records": receipt.records,
        "accepted": file.accepted,
        "duplicate": file.duplicate,
        "quarantined": receipt.quarantined,
        "by_class": dict(receipt.by_class),
        "facts": file.facts,
        "links": file.links,
        "without_facts": receipt.without_facts,
        "conflicting": receipt.conflicting,
    }
