"""Records that an import must set aside, one of each class, as real exports have them.

Each stands behind a good record and is that record with one thing wrong. The classes are those of the product's
reference page on mappings.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from .files import Bad, csv_line
from .hours import BERLIN, utc_text
from .layouts import LAYOUTS
from .world import World


def _changed(stream: str, quarantine: str, after: int, **changes: str) -> tuple[str, Bad]:
    """A good row under an id of its own, with other texts in some columns (`_` stands for a blank in their names)."""
    layout = LAYOUTS[stream]
    places = {column.replace(" ", "_"): place for place, column in enumerate(layout.columns)}

    def spoil(fields: list[str]) -> bytes:
        row = [f"{fields[0]}-{quarantine}", *fields[1:]]
        for name, text in changes.items():
            row[places[name]] = text
        return csv_line(row, layout.delimiter).encode()

    return stream, Bad(quarantine, after, spoil)


def _written(stream: str, quarantine: str, after: int, write: Callable[[list[str]], bytes]) -> tuple[str, Bad]:
    return stream, Bad(quarantine, after, write)


def _doubtful_times(world: World) -> tuple[str, str]:
    """Return a local time that Berlin's clocks skipped and one they showed twice, the latest before the end."""
    skipped = repeated = ""
    day = world.until - timedelta(days=3)
    while not (skipped and repeated):
        night = datetime.combine(day, time(2, 30))
        first, second = (night.replace(fold=fold, tzinfo=BERLIN).utcoffset() for fold in (0, 1))
        if first is not None and second is not None and first != second:
            skipped, repeated = (str(night), repeated) if first < second else (skipped, str(night))
        day -= timedelta(days=1)
    return skipped, repeated


def spoiled(world: World) -> dict[str, list[Bad]]:
    """Return the bad records of a run by stream."""
    skipped, repeated = _doubtful_times(world)
    late, early = utc_text(world.end - 7200), utc_text(world.end - 3600)
    form, activity = "form_submissions", "activities"
    planted = [
        _changed(form, "bad-time", 8, submitted_at=f"{world.until.year}-13-45T10:00:00Z", received_at=""),
        _changed(form, "future", 9, submitted_at="2093-05-01T10:00:00Z", received_at="2093-05-01T10:00:01Z"),
        _changed(form, "before-1990", 10, submitted_at="1970-01-01T00:00:00Z", received_at="1970-01-01T00:00:00Z"),
        _changed(form, "occurred-after-known", 11, submitted_at=early, received_at=late),
        _changed(form, "blank-key", 12, vid=""),
        _changed(form, "blank-time", 13, submitted_at=""),
        _changed(form, "unknown-value", 14, form_name="Gewinnspiel"),
        _written(form, "too-many-fields", 15, lambda row: csv_line([*row, "x"], ",").encode()),
        _written(form, "too-few-fields", 16, lambda row: csv_line(row[:5], ",").encode()),
        _changed(activity, "nonexistent-time", 8, Activity_Date=skipped, Created_Date=""),
        _changed(activity, "ambiguous-time", 9, Activity_Date=repeated, Created_Date=""),
        _changed(activity, "bad-number", 10, **{"Duration_(s)": "two minutes"}),
        _changed(activity, "bad-boolean", 11, Automated="perhaps"),
        _changed("crm_contacts", "bad-email", 8, Email="kein Eintrag"),
        _changed("lead_history", "unknown-value", 8, New_Status="On hold"),
        _written("lead_history", "stray-quote", 9, lambda row: f'{row[0]}-q,"{row[1]}"x{"," * 8}'.encode()),
        _written("page_views", "nul", 20, lambda row: csv_line([row[0], "pri\0cing", *row[2:]], ",").encode()),
        _written("page_views", "unterminated-quote", 30, lambda row: csv_line(row, ",").replace(",", ',"', 1).encode()),
        _written(
            "consents",
            "invalid-encoding",
            8,
            lambda row: f"{row[0]},email,granted,".encode() + b"v4\xe4," + row[4].encode(),
        ),
        _written("email_events", "json-syntax", 8, lambda _: b'{"id":"EM-broken","type":"SENT","contact":{"vid":'),
        _written("email_events", "json-not-object", 9, lambda _: b'["SENT","OPEN"]'),
        _written(
            "email_events",
            "json-duplicate-key",
            10,
            lambda row: f'{{"id":"EM-twice","type":"OPEN","type":"CLICK","created":"{row[5]}"}}'.encode(),
        ),
    ]
    found: dict[str, list[Bad]] = {}
    for stream, bad in planted:
        found.setdefault(stream, []).append(bad)
    return found
