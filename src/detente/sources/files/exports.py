"""Finds the exports under the paths given, and reads each through the mapping: the port `app.ports.exports`.

Input: paths, a mapping's text and the kinds that are known. A file that cannot be read at all is refused by itself; the
others go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fnmatch import fnmatch
from typing import TypeVar

import detente
from detente.app.ports.exports import AGAIN, Again, Batch, Export, ExportInfo, Exports, Position, Refused
from detente.core.agreement.agreement import Kind
from detente.core.errors import InputError, Problem, UsageError
from detente.sources.files.applying import Applied
from detente.sources.files.csv_form import check_columns, csv_form, header_line
from detente.sources.files.csv_rows import CsvReader
from detente.sources.files.detecting import HEAD, TYPES, encoding_of, type_of
from detente.sources.files.json_rows import JsonReader, names_in
from detente.sources.files.limits import DEFAULT, Limits
from detente.sources.files.mapping import ExportMapping, FileSpec
from detente.sources.files.mapping_reader import read_mapping
from detente.sources.files.opening import Candidate, Uncompressed, find, sha256_of
from detente.sources.files.parquet_rows import ParquetReader
from detente.sources.files.rows import Reader


class FileExport:
    """One file, or one member of a zip, with the reader and the mapping for it."""

    def __init__(self, info: ExportInfo, reader: Reader, applied: Applied) -> None:
        self.info = info
        self._reader = reader
        self._applied = applied

    def batches(self, start: Position, landed_at: int) -> Iterator[Batch]:
        """Yield the records from a position on, mapped. `InputError` if the file breaks off or exceeds a limit."""
        rows = _one_ahead(self._reader.read(start))
        return _one_ahead(self._applied.batch(each, landed_at) for each in rows)


T = TypeVar("T")


def _one_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, each made while what was made of the one before is being worked on."""
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = other.submit(next, items, None)
            yield item


class FileExports:
    """Opens export files."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits

    def open(
        self,
        paths: Sequence[str],
        mapping_text: str,
        mapping_file: str,
        kinds: Mapping[str, Kind],
        again: Again | None = None,
    ) -> Exports:
        """Return the exports under the paths; with `again`, as records of its stream.

        `MappingError` with every problem of the mapping; `UsageError` if a path does not exist or nothing matches.
        """
        mapping, warnings = read_mapping(mapping_text, mapping_file, kinds)
        opening = _Opening(mapping, mapping_text, mapping_file, kinds, self._limits)
        opening.again = again
        found: list[Export] = []
        refused: list[Refused] = []
        unmapped: list[str] = []
        for candidate in find(list(paths), self._limits):
            if isinstance(candidate, Refused):
                refused.append(candidate)
                continue
            try:
                export = opening.export(candidate)
            except InputError as error:
                refused.append(Refused(candidate.name, str(error)))
            except OSError as error:
                refused.append(Refused(candidate.name, f"{candidate.name}: cannot be read ({error.strerror})"))
            else:
                if export is None:
                    unmapped.append(candidate.name)
                else:
                    found.append(export)
        if not found and not refused:
            patterns = ", ".join(spec.pattern for spec in mapping.files)
            raise UsageError(
                f"no file under {', '.join(paths)} matches the mapping {mapping_file}: it names {patterns}"
            )
        return Exports(tuple(found), tuple(refused), tuple(unmapped), (*warnings, *opening.warnings))


class _Opening:
    """Opens candidates under one mapping."""

    def __init__(self, mapping: ExportMapping, text: str, file: str, kinds: Mapping[str, Kind], limits: Limits) -> None:
        self.warnings: list[Problem] = []
        self.again: Again | None = None
        """Where it is set, every file holds records of its stream."""
        self._mapping = mapping
        self._text = text
        self._file = file
        self._kinds = kinds
        self._limits = limits
        rules = "\n".join((detente.__version__, text, *sorted(kinds)))
        self._rules = hashlib.sha256(rules.encode()).hexdigest()
        self._hashes: dict[str, str] = {}

    def export(self, candidate: Candidate) -> FileExport | None:
        """Return the export of a candidate, None if the mapping does not speak of it."""
        specs = self._specs(candidate)
        if not specs:
            return None
        if len(specs) > 1:
            streams = " and ".join(spec.stream for spec in specs)
            raise InputError(
                f"{candidate.name}: the mapping speaks of it twice, as {streams}: narrow one `file` pattern"
            )
        reader, reading = self._reader(candidate, specs[0])
        path = str(candidate.path)
        if path not in self._hashes:
            self._hashes[path] = sha256_of(candidate.path)
        info = ExportInfo(
            file=candidate.name,
            sha256=self._hashes[path],
            size=candidate.path.stat().st_size,
            source=self._mapping.source,
            stream=specs[0].stream,
            mapping_file=self._file,
            mapping_text=self._text,
            rules=self._rules,
            member=candidate.member or "",
            reading=reading if self.again is None else {**reading, AGAIN: "records set aside before"},
        )
        return FileExport(info, reader, Applied(self._mapping.source, specs[0], self._kinds))

    def _specs(self, candidate: Candidate) -> list[FileSpec]:
        """Return what the mapping says of a file: by its name, or of the stream whose records come again."""
        if self.again is None:
            return [spec for spec in self._mapping.files if fnmatch(candidate.inner_name, spec.pattern)]
        specs = [spec for spec in self._mapping.files if spec.stream == self.again.stream]
        if not specs:
            raise InputError(
                f"{candidate.name}: these records are of the stream '{self.again.stream}', and the mapping "
                f"{self._file} has none of that name any more: put it back"
            )
        declared = replace(specs[0].declared, type=self.again.type, encoding=self.again.encoding)
        return [replace(specs[0], declared=declared)]

    def _reader(self, candidate: Candidate, spec: FileSpec) -> tuple[Reader, dict[str, str]]:
        """Return the reader of a file and how it reads it. `InputError` if the file is not what the mapping needs."""
        kind = type_of(candidate.inner_name, spec.declared.type)
        if kind == "csv":
            form = csv_form(candidate, spec.declared, spec.columns(), self._limits)
            encoding = f"{form.encoding.name} ({form.encoding.found})"
            return CsvReader(candidate, form, self._limits), {
                "type": kind, "encoding": encoding, "delimiter": form.delimiter, "header": header_line(form)
            }  # fmt: skip
        if kind == "parquet":
            reader = ParquetReader(candidate, self._limits)
            check_columns(candidate.name, reader.columns, spec.columns())
            return reader, {"type": kind}
        if kind == "jsonl":
            return self._json_reader(candidate, spec)
        raise InputError(
            f"{candidate.name}: its name does not tell its type ({', '.join(TYPES)}): add `format: {{type: …}}`"
        )

    def _json_reader(self, candidate: Candidate, spec: FileSpec) -> tuple[Reader, dict[str, str]]:
        with Uncompressed(candidate, self._limits) as file:
            head = file.read(HEAD)
        encoding = encoding_of(head, spec.declared.encoding)
        names = names_in(head[encoding.mark :], encoding.name, self._limits)
        if names is None:
            raise InputError(
                f"{candidate.name}: is one JSON document; JSON Lines has one object a line: `jq -c '.[]'` makes it so"
            )
        absent = [column for column in spec.columns() if names and column not in names]
        if absent:
            message = (
                f"no record at the beginning of {candidate.name} has {', '.join(map(repr, absent))}: is it misspelt?"
            )
            self.warnings.append(Problem(self._file, 0, 0, message, "warning"))
        found = f"{encoding.name} ({encoding.found})"
        return JsonReader(candidate, encoding, self._limits), {"type": "jsonl", "encoding": found}
