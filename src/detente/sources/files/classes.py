"""The quarantine classes of an import and the row of quarantine a bad record becomes.

Input: the readers (what is wrong with a record's form) and the mapping's application (what is wrong with its values).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Class(StrEnum):
    """Why a record is quarantined. docs/reference/mapping.md says each in words."""

    TOO_MANY_FIELDS = "too-many-fields"
    TOO_FEW_FIELDS = "too-few-fields"
    STRAY_QUOTE = "stray-quote"
    UNTERMINATED_QUOTE = "unterminated-quote"
    LONG_FIELD = "long-field"
    LONG_LINE = "long-line"
    INVALID_ENCODING = "invalid-encoding"
    NUL = "nul"
    CONTROL_CHARACTER = "control-character"
    JSON_SYNTAX = "json-syntax"
    JSON_NOT_OBJECT = "json-not-object"
    JSON_DUPLICATE_KEY = "json-duplicate-key"
    JSON_DEPTH = "json-depth"
    JSON_NUMBER = "json-number"
    LONE_SURROGATE = "lone-surrogate"
    WRONG_TYPE = "wrong-type"
    BLANK_KEY = "blank-key"
    BLANK_TIME = "blank-time"
    BAD_TIME = "bad-time"
    NONEXISTENT_TIME = "nonexistent-time"
    AMBIGUOUS_TIME = "ambiguous-time"
    NO_ZONE = "no-zone"
    BEFORE_1990 = "before-1990"
    FUTURE = "future"
    AFTER_KNOWN = "occurred-after-known"
    BAD_NUMBER = "bad-number"
    NUMBER_OVERFLOW = "number-overflow"
    BAD_BOOLEAN = "bad-boolean"
    BAD_EMAIL = "bad-email"
    UNKNOWN_VALUE = "unknown-value"
    UNKNOWN_KIND = "unknown-kind"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one record, and in which column, if in one."""

    why: Class
    message: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record set aside: where it begins, what is wrong, and its bytes; the index of its row, if it could be read."""

    line: int
    offset: int | None
    trouble: Trouble
    raw: bytes
    row: int | None = None
