"""Recorded shapes of other systems, where they are: ../shared/data, or below DETENTE_SHARED. No part of the product."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("DETENTE_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"


def needs(name: str) -> pytest.MarkDecorator:
    """Skip the tests of a module where a set is not here."""
    return pytest.mark.skipif(not (SHARED / name).is_dir(), reason=f"{name} is not here")


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with (SHARED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reshaped(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of a warehouse as the API would give it: dotted name → column. A blank is null."""
    shaped: dict[str, Any] = {}
    for name, column in columns.items():
        *outer, last = name.split(".")
        inner = shaped
        for part in outer:
            inner = inner.setdefault(part, {})
        text = row[column]
        inner[last] = {"true": True, "false": False}.get(text.lower(), text or None)
    return shaped


def utc(text: str) -> str | None:
    """Return a warehouse's time as APIs write it."""
    return f"{datetime.fromisoformat(_padded(text)).isoformat()}Z" if text else None


def millis(text: str) -> int:
    """Return a warehouse's time in milliseconds."""
    return round(datetime.fromisoformat(f"{_padded(text)}+00:00").timestamp() * 1000)


def _padded(text: str) -> str:
    """Return a time whose hour has two digits: spreadsheets have passed over some of them."""
    day, _, clock = text.partition(" ")
    return f"{day} {clock.zfill(8) if '.' not in clock else clock}"
