"""Bad records of every class, one for each good one: each is set aside at its place, and no good one is lost.

DETENTE_LONG=1 takes 100,000 records in place of some thousands.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter

import pytest

from .importing import Workspace, limits

EACH = 2_000 if os.environ.get("DETENTE_LONG") else 60
BOUNDS = limits(field=2_000, line=6_000, quoted_field=1_500, quoted_lines=20, chunk=1 << 16, rows=10_000)

MAPPING = """\
mapping: 1
source: crm
timezone: Europe/Berlin
files:
  events:
    file: "events.*"
    subject: person
    record: who
    facts:
      - kind: {column: kind, map: {Call: touch, Odd: odd_kind}}
        source_id: id
        occurred_at: at
        known_at: known
        payload:
          amount: amount
          automated: auto
          mail: {column: mail, as: email}
          note: note
"""
COLUMNS = ("id", "who", "kind", "at", "known", "amount", "auto", "mail", "note")
NOTES = ("plain", "ü and 名", "a, b", 'a "quoted" word', "two\nlines", "three\nmore\nlines, too", "")


def good(n):
    return {
        "id": f"g{n}", "who": f"p{n % 97}", "kind": "Call",
        "at": f"2026-0{n % 9 + 1}-1{n % 9} 1{n % 10}:30", "known": "",
        "amount": f"{n}.5", "auto": "no", "mail": f"p{n}@acme.example", "note": NOTES[n % len(NOTES)],
    }  # fmt: skip


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def line(row):
    return ",".join(cell(row[name]) for name in COLUMNS).encode() + b"\n"


def changed(**values):
    return lambda n: line({**good(n), "note": "x", **values})


def replaced(old, new):
    return lambda n: line({**good(n), "note": "x"}).replace(old, new)


BAD_RECORDS = {
    "too-many-fields": [replaced(b"\n", b",more\n"), lambda n: line({**good(n), "note": "a\nb"})[:-1] + b",c,d\n"],
    "too-few-fields": [lambda _: b"a,b,c\n", lambda _: b"x\n"],
    "stray-quote": [
        replaced(b",no,", b',n"o",'),
        replaced(b",no,", b',"no" indeed,'),
        lambda n: line({**good(n), "note": "two\nlines"}).replace(b",no,", b',n"o,'),
    ],
    "unterminated-quote": [
        replaced(b",x\n", b',"opened\n'),
        replaced(b",no,", b',"no,'),
        changed(note="y" * 1_501 + ","),
        changed(note="line\n" * 20 + "end"),
    ],
    "long-field": [changed(note="z" * 2_001)],
    "long-line": [changed(note="z" * 6_001)],
    "invalid-encoding": [
        replaced(b",x\n", b",\xff\xfe\n"),
        replaced(b",x\n", b",M\xfcller\n"),
        replaced(b",x\n", b",\xed\xa0\x80\n"),
    ],
    "nul": [replaced(b",x\n", b",a\0b\n")],
    "control-character": [replaced(b",x\n", b",a\x1bb\n"), replaced(b",x\n", b",a\x7fb\n")],
    "blank-key": [changed(who=""), changed(who="  ")],
    "blank-time": [changed(at=""), changed(at="\u00a0")],
    "bad-time": [
        changed(at="yesterday"),
        changed(at="2026-02-29 10:00"),
        changed(at="2026-10-05 25:00"),
        changed(known="5/6/2026"),
    ],
    "nonexistent-time": [changed(at="2026-03-29 02:15")],
    "ambiguous-time": [changed(at="2025-10-26 02:15")],
    "before-1990": [changed(at="1989-12-31 10:00"), changed(at="0001-01-01")],
    "future": [changed(at="2031-01-01"), changed(at="9999-12-31")],
    "occurred-after-known": [changed(at="2026-05-05 10:05:01", known="2026-05-05 10:00")],
    "bad-number": [changed(amount="much"), changed(amount="NaN"), changed(amount="inf"), changed(amount="1,2,3")],
    "number-overflow": [changed(amount="1e999"), changed(amount="9" * 30)],
    "bad-boolean": [changed(auto="perhaps")],
    "bad-email": [changed(mail="nobody"), changed(mail="a@b"), changed(mail="a b@c.de")],
    "unknown-value": [changed(kind="Fax")],
    "unknown-kind": [changed(kind="Odd"), changed(kind="")],
}  # fmt: skip


def mixed(bad_records, good_record, seed):
    """Return a file's records, and where each bad one begins: (line, offset) → class."""
    draw = random.Random(seed)
    kinds = [name for name in bad_records for _ in range(EACH)]
    order = [("good", n) for n in range(len(kinds))] + [(name, n) for n, name in enumerate(kinds)]
    draw.shuffle(order)
    return [(what, n, good_record(n) if what == "good" else draw.choice(bad_records[what])(n)) for what, n in order]


def placed(records, first_line, first_offset):
    at_line, at_offset, expected, goods = first_line, first_offset, {}, set()
    for what, n, data in records:
        if what == "good":
            goods.add(f"g{n}")
        else:
            expected[at_line, at_offset] = what
        at_line += data.count(b"\n")
        at_offset += len(data)
    return expected, goods


@pytest.mark.parametrize("chunk", [1 << 20, 4_096])
def test_every_class_of_bad_csv_record_costs_itself_alone(tmp_path, chunk):
    records = mixed(BAD_RECORDS, lambda n: line(good(n)), seed=chunk)
    # A field over the limit of lines costs its opening line; its other lines are records of one field.
    header = ",".join(COLUMNS).encode() + b"\n"
    expected, goods = placed(records, 2, len(header))
    (tmp_path / "events.csv").write_bytes(header + b"".join(data for _, _, data in records))
    workspace = Workspace(tmp_path / "ws")
    report = workspace.imports(
        tmp_path / "events.csv", mapping=MAPPING, limits=limits(**{**vars_of(BOUNDS), "chunk": chunk})
    )
    told = {(row["line"], row["offset"]): row for row in workspace.quarantine()}
    wrong = {place: (why, told.get(place, {}).get("class")) for place, why in expected.items()}
    assert {place: pair for place, pair in wrong.items() if pair[0] != pair[1]} == {}
    assert {fact_id for (fact_id,) in workspace.facts("source_id")} == goods
    whole = (tmp_path / "events.csv").read_bytes()
    assert all(whole.startswith(row["raw"], offset) for (_, offset), row in told.items())
    others = [row["class"] for place, row in told.items() if place not in expected]
    assert set(others) <= {"too-few-fields", "stray-quote"}  # the lines of over-long quoted fields
    receipt = report.files[0].receipt
    assert receipt.records == receipt.accepted + receipt.quarantined == len(told) + len(goods)
    assert receipt.by_class == dict(sorted(Counter(row["class"] for row in told.values()).items()))


def vars_of(bounds):
    return {name: getattr(bounds, name) for name in bounds.__slots__}


def json_line(row):
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


BAD_JSON = {
    "json-syntax": [lambda _: b'{"id": "1"\n', lambda _: b"{id: 1}\n", lambda _: b"\x01\n", lambda _: b'{"a": "\t"}\n'],
    "json-not-object": [lambda _: b"[1, 2]\n", lambda _: b'"text"\n', lambda _: b"null\n"],
    "json-duplicate-key": [lambda _: b'{"id": 1, "id": 1}\n'],
    "json-depth": [lambda _: b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}\n", lambda _: b"[" * 1_000 + b"\n"],
    "json-number": [lambda _: b'{"a": 1e999}\n', lambda _: b'{"a": NaN}\n'],
    "lone-surrogate": [lambda _: b'{"a": "\\udc00"}\n'],
    "nul": [lambda _: b'{"a": "\\u0000"}\n'],
    "control-character": [lambda _: b'{"a": "\\u001b"}\n'],
    "invalid-encoding": [lambda _: b'{"a": "\xff\xfe"}\n'],
    "long-line": [lambda _: b'{"a": "' + b"y" * 6_001 + b'"}\n'],
    "long-field": [lambda _: b'{"a": "' + b"y" * 2_001 + b'"}\n'],
    "blank-key": [lambda n: json_line({**good(n), "who": None}), lambda _: b"{}\n"],
    "bad-time": [lambda n: json_line({**good(n), "at": 5})],
    "bad-number": [lambda n: json_line({**good(n), "amount": [1]})],
}


def test_every_class_of_bad_json_line_costs_itself_alone(tmp_path):
    records = mixed(BAD_JSON, lambda n: json_line(good(n)), seed=7)
    expected, goods = placed(records, 1, 0)
    (tmp_path / "events.jsonl").write_bytes(b"".join(data for _, _, data in records))
    workspace = Workspace(tmp_path / "ws")
    report = workspace.imports(tmp_path / "events.jsonl", mapping=MAPPING, limits=BOUNDS)
    assert {(row["line"], row["offset"]): row["class"] for row in workspace.quarantine()} == expected
    assert {fact_id for (fact_id,) in workspace.facts("source_id")} == goods
    assert report.files[0].receipt.records == len(expected) + len(goods)
