"""CSV as other systems write it: every record is read as its author meant it, or set aside at its place."""

import csv
import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.core.errors import InputError
from detente.sources.files.classes import Class
from detente.sources.files.csv_form import Declared
from detente.sources.files.csv_rows import CsvReader

from .reading import limits, read_csv

TINY = limits(chunk=7, rows=3)
EXAMPLES = 3_000 if os.environ.get("DETENTE_LONG") else 60
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

text = st.text(
    st.one_of(st.sampled_from(',;"\r\n\t| abé€名😀'), st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    max_size=12,
)
tables = st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(text, min_size=width, max_size=width), max_size=12))


def written(header, rows, delimiter=",", newline="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([header, *rows])
    return out.getvalue()


def read_text(tmp_path, content, bounds=TINY, declared=None, encoding="utf-8"):
    path = tmp_path / "export.csv"
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return read_csv(path, bounds, declared)


def classes(reading):
    return [(bad.line, bad.offset, bad.trouble.why) for bad in reading.bad]


@quick
@given(
    tables,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030"]),
    st.integers(1, 40),
)
def test_what_a_csv_writer_wrote_is_read_back(tmp_path, rows, delimiter, newline, quoting, encoding, chunk):
    if quoting == csv.QUOTE_MINIMAL:  # the writer leaves the other kind of newline unquoted, which then ends a record
        rows = [[value.translate({ord(c): None for c in "\r\n" if c not in newline}) for value in row] for row in rows]
    header = [f"c{index}" for index in range(len(rows[0]) if rows else 2)]
    content = written(header, rows, delimiter, newline, quoting)
    if delimiter == "|" and encoding == "gb18030":
        encoding = "utf-8"
    reading = read_text(tmp_path, content, limits(chunk=chunk, rows=3), Declared(None, encoding, delimiter), encoding)
    assert reading.bad == []
    assert reading.rows == [tuple(row) for row in rows]


@quick
@given(tables, st.sampled_from(["utf-8", "utf-16-le", "cp1252"]), st.integers(1, 40))
def test_every_row_is_found_again_at_its_line_and_offset(tmp_path, rows, encoding, chunk):
    rows = [[value.encode("cp1252", "ignore").decode("cp1252") for value in row] for row in rows]
    header = [f"c{index}" for index in range(len(rows[0]) if rows else 2)]
    content = written(header, rows)
    data = content.encode(encoding)
    reading = read_text(tmp_path, data, limits(chunk=chunk), Declared(None, encoding, ","))
    for (line, offset), raw, row in zip(reading.places, reading.raws, rows, strict=True):
        assert data.startswith(raw, offset)
        before = data[:offset].decode(encoding)
        assert line == len(before.encode().splitlines()) + 1
        assert next(csv.reader(io.StringIO(raw.decode(encoding), newline=""))) == row


BROKEN = (
    "id,note,owner\n"
    "1,plain,ann\n"
    '2,"two\nlines",ann\n'
    '3,he said "hi",ann\n'
    '4,"shut"too early,ann\n'
    '5,"never closed,ann\n'
    "6,good again,ann\n"
    "\n"
    "7,too few\n"
    "8,too,many,fields\n"
    '9,"a ""quoted"" word",ann\n'
    "10,bell\x07,ann\n"
    "11,nul\0,ann\n"
    '12,"multi\nline",with,too,many\n'
    "13,é,bob"
)
BROKEN_CLASSES = [
    (5, "3,he", Class.STRAY_QUOTE),
    (6, "4,", Class.STRAY_QUOTE),
    (7, "5,", Class.UNTERMINATED_QUOTE),
    (10, "7,too few", Class.TOO_FEW_FIELDS),
    (11, "8,", Class.TOO_MANY_FIELDS),
    (13, "10,", Class.CONTROL_CHARACTER),
    (14, "11,", Class.NUL),
    (15, "12,", Class.TOO_MANY_FIELDS),
]


@pytest.mark.parametrize("chunk", [*range(1, 60), 4096])
def test_a_bad_record_costs_itself_and_nothing_else_wherever_a_block_ends(tmp_path, chunk):
    reading = read_text(tmp_path, BROKEN, limits(chunk=chunk))
    assert classes(reading) == [(line, BROKEN.index(f"\n{begins}") + 1, why) for line, begins, why in BROKEN_CLASSES]
    assert [row[0] for row in reading.rows] == ["1", "2", "6", "9", "13"]
    assert reading.rows[1][1] == "two\nlines"
    assert reading.rows[3][1] == 'a "quoted" word'
    for bad in reading.bad:
        assert BROKEN.encode()[bad.offset :].startswith(bad.raw)


def test_invalid_bytes_set_their_record_aside_and_name_the_column(tmp_path):
    reading = read_text(tmp_path, "id,name\n1,é\n".encode() + b"2,\xff\xfe\n" + "3,ü\n".encode())
    assert classes(reading) == [(3, 13, Class.INVALID_ENCODING)]
    assert reading.bad[0].trouble.column == "name"
    assert reading.bad[0].raw == b"2,\xff\xfe"
    assert reading.rows == [("1", "é"), ("3", "ü")]


def test_a_byte_that_a_single_byte_encoding_leaves_undefined_is_set_aside(tmp_path):
    reading = read_text(tmp_path, b"id;name\n1;M\xfcller\n2;\x81\n", declared=Declared(None, "cp1252", None))
    assert reading.rows == [("1", "Müller")]
    assert classes(reading) == [(3, 17, Class.INVALID_ENCODING)]
    assert reading.bad[0].raw == b"2;\x81"


@pytest.mark.parametrize(("encoding", "cut"), [("utf-16-le", 1), ("utf-32-be", 1), ("utf-32-le", 3), ("gb18030", 1)])
def test_half_a_character_at_the_end_sets_the_last_record_aside(tmp_path, encoding, cut):
    data = "id,x\n1,a\n2,é".encode(encoding)[:-cut]
    reading = read_text(tmp_path, data, declared=Declared(None, encoding, ","))
    assert reading.rows == [("1", "a")]
    assert [(bad.line, bad.trouble.why) for bad in reading.bad] == [(3, Class.INVALID_ENCODING)]


def test_one_opened_quote_costs_one_record_of_ten_thousand(tmp_path):
    lines = [f'{n},"name, {n}",x\n' for n in range(1, 10_001)]
    lines[5_000] = '5001,"name,x\n'
    reading = read_text(tmp_path, "id,name,z\n" + "".join(lines), limits())
    assert classes(reading) == [(5_002, len("id,name,z\n" + "".join(lines[:5_000])), Class.UNTERMINATED_QUOTE)]
    assert len(reading.rows) == 9_999


@pytest.mark.parametrize("tail", ["2,y\n", "2,y", '"2",y\n', ""])
def test_a_quote_that_never_closes_costs_its_line_also_at_the_end_of_the_file(tmp_path, tail):
    reading = read_text(tmp_path, 'id,x\n1,"open\n' + tail)
    assert classes(reading) == [(2, 5, Class.UNTERMINATED_QUOTE)]
    assert reading.rows == ([("2", "y")] if tail else [])


@pytest.mark.parametrize("chunk", [64, 1_000, 1 << 20])
def test_a_quoted_field_over_64_kb_or_1000_lines_is_judged_unterminated(tmp_path, chunk):
    long = "x" * (64 * 1024 + 1)
    many = "\n".join("y" * 3 for _ in range(1_001))
    most = "\n".join("z" for _ in range(1_000))
    content = f'id,note\n1,"{long}"\n2,"{many}"\n3,"{most}"\n4,"{long[1:]}"\n'
    reading = read_text(tmp_path, content, limits(chunk=chunk))
    assert [(bad.line, bad.trouble.why) for bad in reading.bad][:2] == [
        (2, Class.UNTERMINATED_QUOTE),
        (3, Class.UNTERMINATED_QUOTE),
    ]
    assert [row[0] for row in reading.rows] == ["3", "4"]
    assert len(reading.rows[1][1]) == 64 * 1024


@pytest.mark.parametrize("chunk", [100, 5_000, 1 << 20])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_over_long_fields_and_lines_are_set_aside_and_the_rest_is_read(tmp_path, chunk, newline):
    content = newline.join(["id,x", "1,a", "2," + "f" * 3_000, "3,b", "4," + "l" * 20_000, "5,c", ""])
    reading = read_text(tmp_path, content, limits(chunk=chunk, field=2_000, line=10_000, quoted_field=500))
    assert [(bad.line, bad.trouble.why) for bad in reading.bad] == [(3, Class.LONG_FIELD), (5, Class.LONG_LINE)]
    assert [row[0] for row in reading.rows] == ["1", "3", "5"]
    assert [place[0] for place in reading.places] == [2, 4, 6]


def test_mixed_newlines_and_blank_lines_are_no_trouble(tmp_path):
    reading = read_text(tmp_path, "\n\r\nid,x\r\n1,a\n\n2,b\r3,c\r\n\r\n4,d")
    assert reading.bad == []
    assert reading.rows == [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")]
    assert [place[0] for place in reading.places] == [4, 6, 7, 9]


def test_reading_goes_on_from_any_position_it_reached(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(BROKEN.encode("utf-16"))
    whole = read_csv(path, limits(rows=1, chunk=20))
    first = next(iter_positions(path))
    rest = read_csv(path, limits(chunk=20), start=first)
    assert whole.places[-len(rest.places) :] == rest.places
    assert len(rest.places) < len(whole.places)


PIECES = [b"a", b",", b'"', b"\n", b"\r", b"\r\n", b'",', b',"', b'"\n', b"\xff", b"\0", "é".encode()]


@quick
@given(st.lists(st.sampled_from(PIECES), min_size=1), st.integers(1, 9))
def test_any_bytes_give_the_same_records_fast_or_careful_and_wherever_a_block_ends(tmp_path, pieces, chunk):
    content = b"x,y\n" + b"".join(pieces)
    declared = Declared(None, "utf-8", ",")
    fast = read_text(tmp_path, content, limits(), declared)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CsvReader, "_frame", lambda *_: None)
        careful = read_text(tmp_path, content, limits(chunk=chunk), declared)
    assert (fast.rows, fast.places, fast.raws, fast.bad) == (careful.rows, careful.places, careful.raws, careful.bad)
    assert fast.end == careful.end
    assert fast.end.offset == len(content)
    taken = sorted([*zip(fast.places, fast.raws, strict=True), *(((b.line, b.offset), b.raw) for b in fast.bad)])
    left, at = b"", 0
    for (_, offset), raw in taken:
        left, at = left + content[at:offset], offset + len(raw)
        assert content.startswith(raw, offset)
    assert (left + content[at:]).removeprefix(b"x,y").strip(b"\r\n") == b""  # nothing but line ends is between records


def iter_positions(path):
    from detente.app.ports.exports import Position
    from detente.sources.files.csv_form import csv_form
    from detente.sources.files.opening import Candidate

    candidate = Candidate(path, path.name)
    bounds = limits(rows=2, chunk=20)
    for rows in CsvReader(candidate, csv_form(candidate, Declared(), (), bounds), bounds).read(Position()):
        yield rows.end


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b,a\n", "'a' more than once"),
        ("a,,c,\n", "no name for column 2, 4"),
        ('a,"b\n', "the header cannot be read"),
    ],
)
def test_a_header_that_cannot_name_the_columns_refuses_the_file(tmp_path, header, words):
    with pytest.raises(InputError, match=words):
        read_text(tmp_path, header)


def test_a_file_with_a_header_alone_has_no_records(tmp_path):
    assert read_text(tmp_path, "a,b\n").records == 0
    assert read_text(tmp_path, "a,b").records == 0


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8"])
def test_encoding_and_delimiter_are_detected(tmp_path, encoding):
    content = "Name;Ort;Notiz, frei\n" + "Jürgen Müller;Köln;a, b, c\nGérard;Besançon;x\n" * 50
    reading = read_text(tmp_path, content, limits(), encoding=encoding)
    assert reading.columns == ("Name", "Ort", "Notiz, frei")
    assert reading.rows[0] == ("Jürgen Müller", "Köln", "a, b, c")
