"""Text becomes times, numbers, truths and addresses as written, or is told apart as wrong."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.facts.ids import canonical_payload, content_text, digest, identified_text
from detente.sources.files.canonical import content_ids, identified_ids, payload_json
from detente.sources.files.classes import Class
from detente.sources.files.mapping import FromColumn, TimeSpec, ValueSpec
from detente.sources.files.times import instants
from detente.sources.files.values import typed

COLUMN = FromColumn("At")
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(texts, formats=(), zone="Europe/Berlin", ambiguous=None):
    """Return, for each text, the instant as ISO UTC or the class of its trouble."""
    result = instants(pa.array(texts, pa.string()), TimeSpec(COLUMN, formats, zone, ambiguous))
    out = []
    for row, text in enumerate(texts):
        trouble = next((why for mask, why, _ in result.troubles if mask[row]), None)
        instant = EPOCH + timedelta(microseconds=int(result.micros[row])) if text and trouble is None else None
        out.append(trouble or (instant and instant.isoformat().replace("+00:00", "")))
    return out


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-05", "2026-10-04T22:00:00"),
        ("2026-10-05 14:30", "2026-10-05T12:30:00"),
        ("2026-10-05T14:30:15.25", "2026-10-05T12:30:15.250000"),
        ("2026-10-05 4:30:15", "2026-10-05T02:30:15"),
        ("2026-10-05 14:30:15,123456789", "2026-10-05T12:30:15.123456"),
        ("2026-10-05T14:30:15Z", "2026-10-05T14:30:15"),
        ("2026-10-05 14:30:15 UTC", "2026-10-05T14:30:15"),
        ("2026-10-05T14:30:15.000+0000", "2026-10-05T14:30:15"),
        ("2026-10-05T14:30-05:30", "2026-10-05T20:00:00"),
        ("2024-02-29 12:00", "2024-02-29T11:00:00"),
        ("2026-02-29 12:00", Class.BAD_TIME),
        ("2026-02-30", Class.BAD_TIME),
        ("2026-10-05 24:00", Class.BAD_TIME),
        ("2026-10-05 23:59:60", Class.BAD_TIME),
        ("2026-13-05", Class.BAD_TIME),
        ("05.10.2026", Class.BAD_TIME),
        ("2026-10-05 14:30+25:00", Class.BAD_TIME),
        ("2026-10-05 14", Class.BAD_TIME),
        ("soon", Class.BAD_TIME),
        ("2026-03-29 02:30", Class.NONEXISTENT_TIME),
        ("2026-10-25 02:30", Class.AMBIGUOUS_TIME),
        ("2026-10-25 02:30:00+02:00", "2026-10-25T00:30:00"),
        (None, None),
    ],
)
def test_iso_times_are_read_by_themselves_and_in_any_company(text, instant):
    assert read([text]) == [instant]
    assert read(["2026-01-01 10:00", text, "2026-01-01T10:00:00Z", "x"])[1] == instant


def test_a_repeated_hour_is_read_as_the_mapping_says():
    assert read(["2026-10-25 02:30"], ambiguous="earliest") == ["2026-10-25T00:30:00"]
    assert read(["2026-10-25 02:30"], ambiguous="latest") == ["2026-10-25T01:30:00"]


def test_a_date_without_a_time_is_the_first_instant_of_that_day_even_where_midnight_is_skipped_or_repeated():
    assert read(["2017-10-15"], zone="America/Sao_Paulo") == ["2017-10-15T03:00:00"]
    assert read(["2017-10-15 00:00"], zone="America/Sao_Paulo") == [Class.NONEXISTENT_TIME]
    assert read(["2026-11-01"], zone="America/Havana", ambiguous="latest") == ["2026-11-01T04:00:00"]
    assert read(["2011-12-30"], zone="Pacific/Apia") == [Class.NONEXISTENT_TIME]


def test_a_naive_time_without_a_zone_is_refused_and_one_with_an_offset_is_not():
    assert read(["2026-10-05 14:30", "2026-10-05 14:30Z"], zone=None) == [Class.NO_ZONE, "2026-10-05T14:30:00"]


@pytest.mark.parametrize(
    ("formats", "text", "instant"),
    [
        (("%d.%m.%Y %H:%M",), "05.10.2026 14:30", "2026-10-05T12:30:00"),
        (("%m/%d/%Y",), "3/1/2017", "2017-02-28T23:00:00"),
        (("%m/%d/%Y",), "02/30/2023", Class.BAD_TIME),
        (("%m/%d/%Y",), "3/1/2017 x", Class.BAD_TIME),
        (("%d %b %Y, %I:%M %p",), "5 Oct 2026, 12:05 AM", "2026-10-04T22:05:00"),
        (("%d %b %Y, %I:%M %p",), "5 October 2026, 12:05 pm", "2026-10-05T10:05:00"),
        (("%d %b %Y, %I:%M %p",), "5 Oct 2026, 13:05 PM", Class.BAD_TIME),
        (("%y%m%d",), "261005", "2026-10-04T22:00:00"),
        (("%Y-%m-%d %H:%M:%S.%f %z",), "2026-10-05 14:30:00.5 +02", "2026-10-05T12:30:00.500000"),
        (("%d.%m.%Y", "%Y/%m/%d"), "2026/10/05", "2026-10-04T22:00:00"),
        (("epoch_s",), "1790000000", "2026-09-21T14:13:20"),
        (("epoch_ms",), "1790000000000", "2026-09-21T14:13:20"),
        (("epoch_us",), "1790000000000000", "2026-09-21T14:13:20"),
        (("epoch_s",), "1790000000.5", Class.BAD_TIME),
        (("epoch_s",), "99999999999999", Class.BAD_TIME),
    ],
)
def test_declared_formats(formats, text, instant):
    assert read([text, None], formats) == [instant, None]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc"))),
)
def test_local_times_are_placed_as_the_standard_library_places_them(local, zone):
    first, last = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    exists = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    (told,) = read([local.isoformat(sep=" ")], zone=zone)
    if not exists:
        assert told == Class.NONEXISTENT_TIME
    elif first.utcoffset() != last.utcoffset():
        assert told == Class.AMBIGUOUS_TIME
    else:
        assert told == first.astimezone(UTC).replace(tzinfo=None).isoformat()


def values(texts, **spec):
    result = typed(pa.array(texts, pa.string()), ValueSpec(COLUMN, **spec))
    told = [next((why for mask, why, _ in result.troubles if mask[row]), None) for row in range(len(texts))]
    return [trouble or value for trouble, value in zip(told, result.values.to_pylist(), strict=True)]


BAD, OVER = Class.BAD_NUMBER, Class.NUMBER_OVERFLOW


@pytest.mark.parametrize(
    ("decimal", "text", "number"),
    [
        (".", "1234.5", 1234.5), (".", "+3", 3.0), (".", "-0.5", -0.5), (".", "1,234.50", 1234.5), (".", "1e3", 1000.0),
        (".", "12,34", BAD), (".", "1.234,50", BAD), (".", "nan", BAD), (".", "inf", BAD), (".", "0x10", BAD),
        (".", "1_000", BAD), (".", "-", BAD), (".", "€ 5", BAD), (".", "1e400", OVER),
        (".", "9007199254740993", OVER), (",", "1,5", 1.5), (",", "1.234,50", 1234.5), (",", "1 234,5", 1234.5),
        (",", "1.5", BAD), (",", "1,234.5", BAD),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_decimal_mark_or_not_at_all(decimal, text, number):
    assert values([text], type="number", decimal=decimal) == [number]
    assert values(["1", text, None, "x"], type="number", decimal=decimal)[1] == number


def test_truths():
    assert values(["Yes", "0", "FALSE", "maybe", None], type="boolean") == [True, False, False, Class.BAD_BOOLEAN, None]


def test_addresses_are_lower_case_and_give_their_domain():
    texts = ["Ann@Acme.Example", "a@b", "a b@c.de", "@c.de", "a@c..", None]
    bad = Class.BAD_EMAIL
    assert values(texts, type="email") == ["ann@acme.example", bad, bad, bad, bad, None]
    assert values(texts[:1], type="domain") == ["acme.example"]


def test_a_value_map_is_closed_unless_it_says_what_any_other_value_means():
    texts = ["VP", "Chief", None]
    assert values(texts, map={"VP": "vp"}) == ["vp", Class.UNKNOWN_VALUE, None]
    assert values(texts, map={"VP": "vp", "*": "other"}) == ["vp", "other", None]
    assert values(texts, map={"VP": "vp", "*": "*"}) == ["vp", "Chief", None]
    assert values(texts, map={"VP": True, "*": None}) == [True, None, None]
    assert values(texts, map={"VP": 1.5, "Chief": 2, "*": None}) == [1.5, 2.0, None]


scalars = {
    "text": st.text(st.characters(exclude_categories=["Cs"])),
    "number": st.one_of(st.integers(-(2**53) + 1, 2**53 - 1).map(float), st.floats(-(2.0**53), 2.0**53)),
    "boolean": st.booleans(),
}
ARROW = {"text": pa.string(), "number": pa.float64(), "boolean": pa.bool_()}


@given(st.data(), st.dictionaries(st.text("abä\"'.", min_size=1), st.sampled_from(sorted(scalars)), max_size=4))
def test_payloads_and_ids_of_whole_columns_are_those_of_the_core(data, types):
    rows = data.draw(st.lists(st.fixed_dictionaries({n: st.none() | scalars[t] for n, t in types.items()}), max_size=4))
    record = data.draw(st.lists(scalars["text"], min_size=len(rows), max_size=len(rows)))
    micros = data.draw(st.lists(st.integers(0, 2**60), min_size=len(rows), max_size=len(rows)))
    columns = {name: pa.array([row[name] for row in rows], ARROW[kind]) for name, kind in types.items()}
    payload = payload_json(columns, len(rows))
    expected = [canonical_payload({name: value for name, value in row.items() if value is not None}) for row in rows]
    assert payload.to_pylist() == expected
    kind = pa.array(["touch"] * len(rows), pa.string())
    ids = content_ids("crm", kind, ("person", pa.array(record, pa.string())), pa.array(micros, pa.int64()), payload)
    assert ids.to_pylist() == [
        digest(content_text("crm", "touch", ("person", who), at, text))
        for who, at, text in zip(record, micros, expected, strict=True)
    ]
    assert identified_ids("crm", pa.array(record, pa.string())).to_pylist() == [
        digest(identified_text("crm", who)) for who in record
    ]
