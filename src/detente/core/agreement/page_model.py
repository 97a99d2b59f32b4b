"""The page that both sides sign, as data: sections of lines, and under each line the clauses it comes from.

Built by `page.py` from the compiled agreement; read by the renderers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Line:
    """One statement. `clauses` is never empty: no sentence, and so no number, without the clause it comes from."""

    text: str
    clauses: tuple[str, ...]
    label: str = ""

    def __post_init__(self) -> None:
        if not self.clauses:
            raise ValueError(f"a line of the page without a clause: {self.text}")


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """A party of the agreement; `signs` says whether this version takes its signature."""

    party: str
    name: str
    signs: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page of one agreement version."""

    title: str
    subtitle: str
    agreement: str
    version: str
    hash: str
    signers: tuple[Signer, ...]
    sections: tuple[Section, ...]

    def clauses(self) -> Iterator[str]:
        """Yield every clause on the page, in order, as often as it is cited."""
        for section in self.sections:
            for line in section.lines:
                yield from line.clauses


def anchor(clause: str) -> str:
    """Return the id under which a clause can be linked to in a document; ids hold no spaces."""
    return quote(clause, safe="._-/")
