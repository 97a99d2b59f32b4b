"""The stated limits of reading: what is larger is set aside or stops the import, and never fills memory or disk."""

from __future__ import annotations

from dataclasses import dataclass

KB = 1024
MB = 1024 * KB
GB = 1024 * MB


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one import; tests lower them."""

    quoted_field: int = 64 * KB
    """A quoted field longer than this is judged unterminated (bytes)."""
    quoted_lines: int = 1_000
    """… and so is one that runs over more lines than this."""
    field: int = 1 * MB
    """An unquoted field longer than this sets its record aside (bytes)."""
    line: int = 4 * MB
    """… and so does a line longer than this."""
    raw: int = 64 * KB
    """How much of a record quarantine keeps (bytes)."""
    json_depth: int = 64
    """How deep a JSON record may be nested."""
    columns: int = 4_096
    """How many columns a file may have."""
    ratio: int = 100
    """How many times its size a compressed file may unpack to, once past `ratio_from`."""
    ratio_from: int = 32 * MB
    """Unpacked bytes up to which no ratio is judged."""
    unpacked: int = 64 * GB
    """How much a compressed file may unpack to (bytes)."""
    members: int = 1_000
    """How many members a zip may have."""
    chunk: int = 1 * MB
    """How much is read at a time (bytes)."""
    rows: int = 131_072
    """How many records make a batch."""


DEFAULT = Limits()
