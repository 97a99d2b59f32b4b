"""Retry: let records that were set aside go the way of all rows once more, mended or under a better mapping.

Input: the quarantine, and the mappings as they are now. Nothing is changed in place: what comes in is a load of its
own, whose records name the cases they are about, and every load's account is exact by itself. What is set aside again
is the latest attempt of its case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from detente.app.mending import Form, to_mend
from detente.app.operations.import_files import ImportReport, ImportRequest
from detente.app.ports.exports import Again, Refused
from detente.app.ports.landing import Receipt
from detente.app.ports.quarantine import Quarantine, SetAside
from detente.core.agreement.agreement import Kind
from detente.core.errors import UsageError

Import = Callable[[ImportRequest], ImportReport]
"""Imports files: `import_files` with its ports."""

MappingNow = Callable[[Receipt], tuple[str, str]]
"""The text and the file of a mapping as it is now, for a load that was read through it."""


@dataclass(frozen=True, slots=True)
class RetryPorts:
    """What a retry reads and writes of one workspace."""

    quarantine: Quarantine
    import_files: Import
    mapping_now: MappingNow
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class RetryReport:
    """What a retry did: cases open before, mended by it, and of those still open those that cannot be retried here.

    `refused`: files that could not be read at all.
    """

    open_before: int
    mended: int
    not_whole: int
    refused: tuple[Refused, ...]

    @property
    def open_now(self) -> int:
        """Cases that are still open."""
        return self.open_before - self.mended

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape `detente.quarantine.retry/1`."""
        return {
            "schema": "detente.quarantine.retry/1",
            "open_before": self.open_before,
            "mended": self.mended,
            "open_now": self.open_now,
            "not_whole": self.not_whole,
            "refused": [{"file": refused.file, "message": refused.message} for refused in self.refused],
        }


def mending_file(quarantine: Quarantine, records: Iterable[SetAside]) -> bytes:
    """Return the file in which open records of one file are mended, in the form they came in.

    `UsageError` where nothing is open, where the records are of several files, or where none is kept whole.
    """
    still_open = [record for record in records if not record.mended]
    files = sorted({record.file for record in still_open})
    if len({record.load for record in still_open}) > 1:
        raise UsageError(f"these records came in {len(files)} files ({', '.join(files)}): name one of them")
    whole = [record for record in still_open if record.whole]
    if not whole:
        raise UsageError(
            "nothing here can be mended by hand: "
            + (
                "records this long are kept in part: mend them in the original file"
                if still_open
                else "nothing is open"
            )
        )
    receipt = _receipt(quarantine, whole[0].load)
    if not _has_form(receipt):
        raise UsageError(f"{receipt.file}: {_NO_HEADER}")
    return to_mend(receipt.reading, [(record.case, record.raw) for record in whole])


def retry(ports: RetryPorts, mended_file: str | None) -> RetryReport:
    """Retry every open case under the mappings as they are now, or those in a mended file.

    `UsageError` if the file names no case of this workspace; what imports raise otherwise.
    """
    before = [record for record in ports.quarantine.records() if not record.mended]
    reports = _retry_all(ports, before) if mended_file is None else [_retry_file(ports, mended_file)]
    refused = tuple(refused for report in reports for refused in report.refused)
    after = {record.case: record for record in ports.quarantine.records()}
    mended = sum(after[record.case].mended for record in before)
    return RetryReport(len(before), mended, sum(not record.whole for record in before), refused)


def _retry_file(ports: RetryPorts, file: str) -> ImportReport:
    case = ports.quarantine.case_in(file)
    if case is None:
        raise UsageError(
            f"{file}: no record in it says which case it is about: `detente quarantine show FILE --out {file}` writes "
            "a file to mend; leave its first column or key as it is"
        )
    receipt = _receipt(ports.quarantine, case.partition(":")[0])
    return ports.import_files(_request(ports, receipt, file))


def _retry_all(ports: RetryPorts, records: Iterable[SetAside]) -> Iterator[ImportReport]:
    by_load = sorted((record for record in records if record.whole), key=lambda record: (record.load, record.line))
    for load, group in groupby(by_load, key=lambda record: record.load):
        receipt = _receipt(ports.quarantine, load)
        if not _has_form(receipt):
            refused = Refused(receipt.file, f"{receipt.file}: {_NO_HEADER}")
            yield ImportReport((), (refused,), (), ())
            continue
        content = to_mend(receipt.reading, [(record.case, record.raw) for record in group])
        name = f"{PurePosixPath(receipt.file).name}.again.{Form.of(receipt.reading).type}"
        with ports.quarantine.spooled(name, content) as path:
            yield ports.import_files(_request(ports, receipt, path))


def _request(ports: RetryPorts, receipt: Receipt, path: str) -> ImportRequest:
    text, file = ports.mapping_now(receipt)
    form = Form.of(receipt.reading)
    return ImportRequest((path,), text, file, ports.kinds, Again(receipt.stream, form.type, form.encoding))


_NO_HEADER = "was imported before headers were kept: mend the original file and import it"


def _has_form(receipt: Receipt) -> bool:
    """Whether the load tells how its records are written."""
    return receipt.reading["type"] != "csv" or "header" in receipt.reading


def _receipt(quarantine: Quarantine, load: str) -> Receipt:
    receipt = quarantine.receipt(load)
    if receipt is None:
        raise UsageError(f"there is no load {load} in this workspace: the records were set aside in another one")
    return receipt
