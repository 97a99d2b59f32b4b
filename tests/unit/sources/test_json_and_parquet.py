"""JSON Lines and Parquet: every record is a row of text, or set aside at its place."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.app.ports.exports import Position
from detente.core.errors import InputError
from detente.sources.files.classes import Class
from detente.sources.files.detecting import Encoding
from detente.sources.files.json_rows import JsonReader
from detente.sources.files.opening import Candidate
from detente.sources.files.parquet_rows import ParquetReader

from .reading import collect, limits


def read_json(tmp_path, data, bounds=None, encoding="utf-8", start=Position()):
    path = tmp_path / "export.jsonl"
    path.write_bytes(data)
    reader = JsonReader(Candidate(path, path.name), Encoding(encoding), bounds or limits(chunk=16))
    return collect(reader, start, ())


def one(tmp_path, line):
    reading = read_json(tmp_path, line if isinstance(line, bytes) else line.encode())
    return reading.bad[0].trouble.why if reading.bad else reading.rows[0]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ('{"a": 1.50, "b": 10000000000000000000, "c": true, "d": null}', ("1.50", "10000000000000000000", "true")),
        ('{"a": {"b": {"c": "x"}}, "l": [1, {"k": "é"}, null]}', ("x", '[1,{"k":"é"},null]')),
        ('{"a": "line\\nbreak \\ud83d\\ude00"}', ("line\nbreak 😀",)),
        ("[1]", Class.JSON_NOT_OBJECT),
        ('"text"', Class.JSON_NOT_OBJECT),
        ('{"a": 1', Class.JSON_SYNTAX),
        ("{'a': 1}", Class.JSON_SYNTAX),
        ('{"a": 1, "a": 2}', Class.JSON_DUPLICATE_KEY),
        ('{"a": {"b": 1, "b": 2}}', Class.JSON_DUPLICATE_KEY),
        ('{"a": {"b": 1}, "a.b": 2}', Class.JSON_DUPLICATE_KEY),
        ('{"a": 1e400}', Class.JSON_NUMBER),
        ('{"a": NaN}', Class.JSON_NUMBER),
        ('{"a": -Infinity}', Class.JSON_NUMBER),
        ('{"a": "\\ud800"}', Class.LONE_SURROGATE),
        ('{"a": "\\u0000"}', Class.NUL),
        ('{"a": "\\u0007"}', Class.CONTROL_CHARACTER),
        ('{"a": "\0"}', Class.NUL),
        (b'{"a": "\xff"}', Class.INVALID_ENCODING),
        ('{"a": ' + "[" * 10_000 + "]" * 10_000 + "}", Class.JSON_DEPTH),
        ('{"a": "' + "[" * 10_000 + '"}', ("[" * 10_000,)),
        ('{"a":' * 10_000, Class.JSON_DEPTH),
    ],
)
def test_a_line_is_a_row_or_one_class(tmp_path, line, row):
    assert one(tmp_path, line) == row


objects = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    min_size=1,
    max_size=3,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(objects, st.sampled_from(["\n", "\r\n", "\n\n"]))), st.booleans(), st.integers(1, 60))
def test_every_object_is_read_back_at_its_line_and_offset(tmp_path, written, ascii_only, chunk):
    data = b"".join(json.dumps(value, ensure_ascii=ascii_only).encode() + end.encode() for value, end in written)
    reading = read_json(tmp_path, data, limits(chunk=chunk, rows=2))
    assert reading.bad == []
    for (line, offset), raw, (value, _) in zip(reading.places, reading.raws, written, strict=True):
        assert json.loads(raw) == value
        assert data.startswith(raw, offset)
        assert line == data[:offset].count(b"\n") + 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.sampled_from([b'{"a":', b"1", b"}", b'"', b"[", b"]", b"\n", b"\xff", b"\\u", b"d800", b"null", b","]))
)
def test_any_bytes_are_rows_or_set_aside_line_by_line(tmp_path, pieces):
    data = b"".join(pieces)
    reading = read_json(tmp_path, data, limits(chunk=3))
    assert reading.records == sum(bool(line.strip()) for line in data.split(b"\n"))


@pytest.mark.parametrize("chunk", [10, 1_000, 100_000])
def test_a_line_over_the_limit_is_set_aside_and_the_next_is_read(tmp_path, chunk):
    data = b'{"a":"1"}\n{"a":"' + b"x" * 5_000 + b'"}\n{"a":"2"}\n'
    reading = read_json(tmp_path, data, limits(chunk=chunk, line=1_000))
    assert [(bad.line, bad.offset, bad.trouble.why) for bad in reading.bad] == [(2, 10, Class.LONG_LINE)]
    assert reading.places == [(1, 0), (3, len(data) - 10)]


def test_keys_without_end_stop_at_the_limit(tmp_path):
    data = b"".join(json.dumps({f"k{n}": 1}).encode() + b"\n" for n in range(200))
    with pytest.raises(InputError, match="over 100 different keys"):
        read_json(tmp_path, data, limits(columns=100))


def parquet(tmp_path, table):
    path = tmp_path / "export.parquet"
    pq.write_table(table, path)
    return ParquetReader(Candidate(path, path.name), limits(rows=2))


def test_parquet_values_are_text_as_a_person_would_write_them(tmp_path):
    table = pa.table(
        {
            "whole": pa.array([1, None, 3]),
            "money": pa.array([Decimal("1.50"), None, None]),
            "yes": [True, False, None],
            "day": [date(2026, 1, 5), None, None],
            "local": [datetime(2026, 1, 5, 10), None, None],
            "instant": pa.array(
                [datetime(2026, 1, 5, 10, tzinfo=UTC), None, None], pa.timestamp("ms", "Europe/Berlin")
            ),
            "word": pa.array(["a", "b", "a"]).dictionary_encode(),
            "deep": [{"x": {"y": "z"}}, None, {"x": None}],
            "list": [[1, 2], [], None],
        }
    )
    reading = collect(parquet(tmp_path, table), Position(), ())
    assert reading.rows[0] == (
        "1", "1.50", "true", "2026-01-05", "2026-01-05 10:00:00.000000", "2026-01-05 10:00:00.000000Z",
        "a", "z", "[1,2]",
    )  # fmt: skip
    assert reading.rows[1] == (None, None, "false", None, None, None, "b", None, "[]")
    assert reading.places == [(1, None), (2, None), (3, None)]
    assert collect(parquet(tmp_path, table), Position(2, 2), ()).places == [(3, None)]


def test_parquet_bytes_that_are_no_text_and_control_characters_set_their_row_aside(tmp_path):
    table = pa.table(
        {"id": ["1", "2", "3", "4\0"], "raw": [b"text", b"\xff", None, b"x"], "n": ["a", "b", "\x07", "d"]}
    )
    reading = collect(parquet(tmp_path, table), Position(), ())
    assert [row[0] for row in reading.rows] == ["1"]
    assert [(bad.line, bad.trouble.why, bad.trouble.column) for bad in reading.bad] == [
        (2, Class.WRONG_TYPE, "raw"),
        (3, Class.CONTROL_CHARACTER, "n"),
        (4, Class.NUL, "id"),
    ]


def test_half_a_parquet_file_is_refused(tmp_path):
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(1_000))}), whole)
    half = tmp_path / "half.parquet"
    half.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(InputError, match="no whole Parquet file"):
        ParquetReader(Candidate(half, half.name), limits())
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(whole.read_bytes()))
    with pytest.raises(InputError, match="compressed inside"):
        ParquetReader(Candidate(packed, packed.name), limits())
