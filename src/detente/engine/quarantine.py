"""The records that imports set aside, each a case: implements the port `app.ports.quarantine.Quarantine`.

Input: `<workspace>/quarantine/<load_id>.parquet` and the receipts, as the landing zone writes them. What became of a
case is told by the loads behind it, in the order of landing, and is kept nowhere else:

- the same file read again, under another mapping: what is not set aside then has come in;
- a mended file, whose records name their cases: those that it did not set aside have come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.mending import CASE, case_of, without_case
from detente.app.ports.exports import AGAIN
from detente.app.ports.landing import Receipt
from detente.app.ports.quarantine import SetAside
from detente.core.errors import InputError, UsageError
from detente.engine.landing import receipts_in
from detente.engine.landing_folder import LoadFolder

_COLUMNS = ("line", "offset", "class", "column", "message", "raw")
_LINE = "_line"
"""The column of a row's physical line, as a batch names it."""
_HEAD = 1024 * 1024


class QuarantineFolder:
    """The quarantine of the workspace in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def records(self) -> Iterator[SetAside]:
        """Yield the cases, by file, load and line."""
        cases = _Cases(self._root)
        for receipt in receipts_in(self._root):
            if AGAIN in receipt.reading:
                cases.take_again(receipt)
            else:
                cases.take(receipt)
        yield from sorted(cases.found.values(), key=lambda case: (case.file, case.load, case.line))

    def receipt(self, load_id: str) -> Receipt | None:
        """Return the receipt of a load; None if there is none."""
        return next((each for each in receipts_in(self._root) if each.load_id == load_id), None)

    def case_in(self, path: str) -> str | None:
        """Return the first case that a mended file is about; see the port for errors."""
        if not Path(path).is_file():
            raise UsageError(f"{path}: there is no such file: check the path")
        with Path(path).open("rb") as file:
            lines = file.read(_HEAD).splitlines()
        return next((case for case in map(case_of, lines) if case is not None), None)

    @contextmanager
    def spooled(self, name: str, content: bytes) -> Iterator[str]:
        """Put a file of this name down while it is imported, and yield its path."""
        folder = self._root / "quarantine" / "again"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        try:
            path.write_bytes(content)
            yield str(path)
        finally:
            path.unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()


@dataclass(frozen=True, slots=True)
class _File:
    """What tells one file of a stream from others, under whatever name it came. `member`: of a zip."""

    source: str
    stream: str
    sha256: str
    member: str

    @classmethod
    def of(cls, receipt: Receipt) -> _File:
        return cls(receipt.source, receipt.stream, receipt.sha256, receipt.file.partition(".zip/")[2])


class _Cases:
    """The cases of the loads taken so far."""

    def __init__(self, root: Path) -> None:
        self.found: dict[str, SetAside] = {}
        self._root = root
        self._first: dict[_File, str] = {}
        self._of_file: dict[str, set[str]] = {}
        self._brought_again: set[str] = set()

    def take(self, receipt: Receipt) -> None:
        """Take a load of a file: what any of its loads did not set aside has come in, and stays so."""
        read_before = _File.of(receipt) in self._first
        first = self._first.setdefault(_File.of(receipt), receipt.load_id)
        mine = self._of_file.setdefault(first, set())
        rows = {f"{first}:{row['line']}": row for row in self._rows(receipt)}
        for case in mine - set(rows):
            self.found[case] = replace(self.found[case], mended=True)
        for case, row in rows.items():
            before = self.found.get(case)
            if before is None:
                self.found[case] = replace(_case(receipt, first, row), mended=read_before)
                mine.add(case)
            elif not before.mended and case not in self._brought_again:
                self.found[case] = _latest(before, row, row["raw"])

    def take_again(self, receipt: Receipt) -> None:
        """Take a load of mended records: what it did not set aside has come in."""
        rows = self._rows(receipt)
        for row in rows:
            case = case_of(row["raw"])
            if case is None or case not in self.found:
                self.found[f"{receipt.load_id}:{row['line']}"] = _case(receipt, receipt.load_id, row)
            elif not self.found[case].mended:
                self.found[case] = _latest(self.found[case], row, without_case(row["raw"]))
                self._brought_again.add(case)
        for case in self._accepted(receipt, {row["line"] for row in rows}) & set(self.found):
            self.found[case] = replace(self.found[case], mended=True)
            self._brought_again.add(case)

    def _folder(self, receipt: Receipt) -> LoadFolder:
        return LoadFolder(self._root, receipt.source, receipt.stream, receipt.load_id)

    def _rows(self, receipt: Receipt) -> list[dict[str, Any]]:
        if not receipt.quarantined:
            return []
        path = self._folder(receipt).quarantine
        try:
            rows: list[dict[str, Any]] = pq.read_table(path, columns=list(_COLUMNS)).to_pylist()
        except (OSError, pa.ArrowException) as error:
            why = "it is not there" if isinstance(error, FileNotFoundError) else error
            raise InputError(
                f"{path}: the records of {receipt.file} that were set aside cannot be read ({why}): put the file back "
                "from a backup"
            ) from None
        return rows

    def _accepted(self, receipt: Receipt, set_aside: set[int]) -> set[str]:
        accepted: set[str] = set()
        for part in sorted(self._folder(receipt).rows.glob("part-*.parquet")):
            table = pq.read_table(part, columns=[CASE, _LINE]) if CASE in pq.read_schema(part).names else None
            if table is not None:
                pairs = zip(table[CASE].to_pylist(), table[_LINE].to_pylist(), strict=True)
                accepted |= {case.strip() for case, line in pairs if case and line not in set_aside}
        return accepted


def _case(receipt: Receipt, first: str, row: dict[str, Any]) -> SetAside:
    return SetAside(
        load=first,
        source=receipt.source,
        stream=receipt.stream,
        file=receipt.file,
        line=row["line"],
        offset=row["offset"],
        why=row["class"],
        column=row["column"],
        message=row["message"],
        raw=row["raw"],
    )


def _latest(before: SetAside, row: dict[str, Any], raw: bytes) -> SetAside:
    return replace(
        before,
        why=row["class"],
        column=row["column"],
        message=row["message"],
        raw=raw,
        attempts=before.attempts + 1,
        mended=False,
    )
