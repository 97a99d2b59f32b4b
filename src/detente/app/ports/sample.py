"""Port: the sample company, its agreement, mappings and exports. Implemented by `sources.sample_company.Northwind`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Which sample company: the day on which its history ends, how many people, and the seed of its chances."""

    until: date
    people: int
    seed: int


class SampleCompany(Protocol):
    """A company that does not exist, of which everything is known."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def timezone(self) -> str:
        """The zone in which its days begin."""

    def texts(self) -> Mapping[str, str]:
        """Return its agreement and its mappings: path inside a workspace → text."""

    def exports(self) -> Mapping[str, str]:
        """Return the folders of its exports: folder name → path of the mapping inside a workspace."""

    def make(self, folder: Path, size: SampleSize) -> None:
        """Write its exports into `folder`: all of them or, killed midway, none."""

    def made(self, folder: Path) -> SampleSize | None:
        """Return what was made in `folder`, or None."""
