"""How the generated pages are written: tables, help texts and docstrings as Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

MADE = "<!-- Made by tools/generate_reference.py: change the code, then run ./detente docs. -->\n\n"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table; a bar inside a cell is written so that it stays there."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def markdown(text: str | None) -> str:
    """Return a help text with its rich marks as Markdown's: bold is what one types."""
    return re.sub(r"\[b\](.+?)\[/b\]", r"`\1`", text or "", flags=re.DOTALL).replace("\\[", "[")


def sentence(text: str | None) -> str:
    """Return a docstring's text on one line."""
    return " ".join(inspect.cleandoc(text or "").split())
