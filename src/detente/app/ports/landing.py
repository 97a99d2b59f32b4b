"""Port: the landing zone, where the records of other systems stay as they came. Implemented by `engine.landing`.

A load brings one file. It becomes visible with its receipt, written last; killed before, the next run goes on with the
part after the last whole one. The caller holds the writer lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from detente.app.ports.exports import Batch, ExportInfo, Position


@dataclass(frozen=True, slots=True)
class Receipt:
    """The account of a finished load; accepted + duplicate + quarantined = records.

    `without_facts` counts accepted records that gave no fact and no link; `conflicting` counts facts whose source and
    source_id were known with other content, of which the one landed first stays. Instants are microseconds UTC.
    """

    load_id: str
    file: str
    sha256: str
    size: int
    source: str
    stream: str
    mapping_file: str
    mapping_sha256: str
    mapping_text: str
    rules: str
    reading: Mapping[str, str]
    records: int
    accepted: int
    duplicate: int
    quarantined: int
    by_class: Mapping[str, int]
    facts: int
    links: int
    without_facts: int
    conflicting: int
    parts: int
    started_at: int
    finished_at: int
    version: str


class Load(Protocol):
    """One load under way."""

    @property
    def load_id(self) -> str:
        """Its id, made of what it brings."""

    @property
    def started_at(self) -> int:
        """When it was first begun: the moment its facts are landed, also when it is resumed later."""

    @property
    def position(self) -> Position:
        """Where to go on: the beginning, or after the last whole part of a run that was killed."""

    @property
    def records(self) -> int:
        """How many records are landed already."""

    def write(self, batch: Batch) -> None:
        """Land one part. Facts and links known already are left out."""

    def finish(self, finished_at: int) -> Receipt:
        """Check the account and write the receipt. `InputError` if a record is not accounted for."""

    def discard(self) -> None:
        """Remove what was landed of a load that cannot be finished."""


class Landing(Protocol):
    """The landing zone of a workspace."""

    def finished(self, info: ExportInfo) -> Receipt | None:
        """Return the receipt of an earlier load that brought exactly this, if a repetition could bring nothing new."""

    def begin(self, info: ExportInfo, now: int) -> Load:
        """Begin a load, or go on with the one that was killed."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did with one file. `repeated`: it had been loaded before, and nothing was written."""

    receipt: Receipt
    repeated: bool = False
    resumed: bool = False

    @property
    def accepted(self) -> int:
        """Records that brought something."""
        return 0 if self.repeated else self.receipt.accepted

    @property
    def duplicate(self) -> int:
        """Records of which everything was known; in a repeated file, all but those set aside."""
        return self.receipt.accepted + self.receipt.duplicate - self.accepted

    @property
    def facts(self) -> int:
        """New facts."""
        return 0 if self.repeated else self.receipt.facts

    @property
    def links(self) -> int:
        """New links."""
        return 0 if self.repeated else self.receipt.links


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: bytes of all files as given, and records so far."""

    file: str
    bytes_done: int
    bytes_total: int
    records: int
