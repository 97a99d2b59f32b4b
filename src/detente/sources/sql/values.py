"""What a database gives, as JSON values: nothing is rounded, and the same value is always the same text.

Input: the values as the database's driver gives them.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_MICROSECOND = timedelta(microseconds=1)


def json_value(value: object) -> Any:  # noqa: ANN401  any JSON value
    """Return a value of a row: numbers and texts as they are, times in ISO 8601, bytes in hex digits.

    A decimal is the text of its digits (`"1234.50"`), a length of time the text of its seconds (`"90.5"`): as JSON
    numbers they would be rounded by whoever reads them as floating point.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format(Decimal(value // _MICROSECOND).scaleb(-6).normalize(), "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(key): json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(each) for each in value]
    return str(value)


def record_id(value: object) -> str:
    """Return the text of a key, as the mapping reads it from the landed row."""
    given = json_value(value)
    return given if isinstance(given, str) else str(given)
