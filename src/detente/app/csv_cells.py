"""Text in the cells of a CSV file: safe in a spreadsheet, and exactly the same text again when it is read back.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, or that begins so after blanks, control characters or
characters without width, or in full-width form. Such a text is written with one apostrophe before it, which makes it
text in every spreadsheet. A text that would itself be read as such a protected one gets one more apostrophe. So:

    +49 30 123     is written  '+49 30 123
    '+49 30 123    is written  ''+49 30 123
    't Hooft       is written  't Hooft

and reading takes away exactly one apostrophe where writing added it, from no other text. Numbers of numeric columns
are not text: -5 stays -5.
"""

from __future__ import annotations

import unicodedata

_MARK = "'"
_TRIGGERS = frozenset("=+-@")
_OPENERS = frozenset("\t\r\n")
_MINUS = "\N{MINUS SIGN}"


def protect(text: str) -> str:
    """Return the cell for a text."""
    return _MARK + text if _needs_mark(text) else text


def unprotect(cell: str) -> str:
    """Return the text of a cell written by `protect`; other people's cells are left as they are."""
    return cell[1:] if cell.startswith(_MARK) and _needs_mark(cell[1:]) else cell


def _needs_mark(text: str) -> bool:
    return _is_live(text.lstrip(_MARK))


def _is_live(text: str) -> bool:
    """Whether a spreadsheet might run this text."""
    if text[:1] in _OPENERS:
        return bool(text)
    first = next((c for c in text if not _is_invisible(c)), "")
    return first == _MINUS or unicodedata.normalize("NFKC", first)[:1] in _TRIGGERS


def _is_invisible(character: str) -> bool:
    """Blanks, control and format characters, marks without width, and fillers that show nothing."""
    return character.isspace() or unicodedata.category(character)[0] in "CZM" or character in _FILLERS


_FILLERS = frozenset(
    "\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}"
)
