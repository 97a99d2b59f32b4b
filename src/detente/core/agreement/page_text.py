"""The page as plain text, 80 columns wide. Input: the page built from a compiled agreement."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from detente.core.agreement.page_model import Line, Page

WIDTH = 80


def as_text(page: Page) -> str:
    """Return the page as text that ends with a line end; no line is wider than 80 columns unless one word is."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield from _wrapped(page.title.upper())
    yield from _wrapped(page.subtitle)
    yield ""
    for signer in page.signers:
        yield from _wrapped(f"{signer.party}: {signer.name}" + (" (signs)" if signer.signs else ""))
    for section in page.sections:
        yield ""
        yield from _wrapped(section.title.upper())
        yield ""
        for line in section.lines:
            yield from _paragraph(line)
    yield ""
    yield from _wrapped(f"Text hash {page.hash}")


def _paragraph(line: Line) -> list[str]:
    label = f"{line.label}. " if line.label else ""
    ids = " ".join(f"[{clause}]" for clause in line.clauses)
    return _wrapped(f"{label}{line.text} {ids}", first="  ", rest="    ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
