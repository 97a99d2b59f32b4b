"""What is asked for never lies after the last change that was seen, however an API writes its times."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.sources.rest.since import Since

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
FORMATS = ["iso", "date", "epoch_s", "epoch_ms", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y"]


def written(format_: str, moment: datetime) -> object:
    """A moment as an API with this format writes it."""
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    if "%" in format_:
        return moment.strftime(format_)
    return {
        "iso": moment.isoformat(),
        "date": moment.date().isoformat(),
        "epoch_s": int(seconds),
        "epoch_ms": int(seconds * 1000),
    }[format_]


def seen(since: Since, asked: object) -> datetime:
    """The moment that was asked for, as the API reads it."""
    moment = since.of({"changed": asked})
    assert isinstance(moment, datetime)
    return moment


@pytest.mark.parametrize("format_", FORMATS)
@given(moment=MOMENTS, overlap=st.integers(0, 100_000), began=st.none() | MOMENTS)
def test_no_change_is_stepped_over(format_: str, moment: datetime, overlap: int, began: datetime | None) -> None:
    since = Since("changed", format_, overlap, None)
    highest = since.of({"changed": written(format_, moment)})
    assert highest is not None
    cursor = json.loads(json.dumps(since.behind(highest, began, {})))  # as it is kept
    asked = seen(since, since.asked(cursor))
    assert asked <= moment - timedelta(seconds=overlap) or asked.date() == (moment - timedelta(seconds=overlap)).date()
    assert asked <= moment
    if began is not None:
        assert asked <= began


def test_offsets_are_heeded() -> None:
    since = Since("changed", "iso", 0, None)
    east = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    assert since.asked(since.behind(since.of({"changed": east.isoformat()}), None, {})) == "2026-03-01T07:00:00Z"


@pytest.mark.parametrize("value", [None, "", "soon", {}, [], 10**400])
@pytest.mark.parametrize("format_", [*FORMATS, "number"])
def test_a_row_that_does_not_say_when_it_changed_moves_nothing(format_: str, value: object) -> None:
    since = Since("changed", format_, 300, None)
    moved = since.of({"changed": value})
    assert moved is None or (format_ == "number" and moved == 10**400)
    assert since.behind(None, None, {"modified": "x"}) == {"modified": "x"}
