"""Files of bad records of every class, one good record for each: what is in them, and where.

A bad record is a list of pieces, one for each record that an import makes of it: nearly always one. The classes are
those of docs/reference/mapping.md. What is over a limit is large, so there are only a few of those.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from detente.sources.files.limits import Limits

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
HEADER = ",".join(COLUMNS).encode() + b"\n"
FEW = 3
"""Records of each kind that is over a limit."""

Piece = tuple[str, bytes]
"""A class, and the bytes of the record that belongs to it."""

Bad = Callable[[int], Sequence[Piece]]
"""Makes the n-th bad record of some kind."""


@dataclass(frozen=True)
class Corpus:
    """A file: its content, where each bad record begins ((line, offset) → class), and the ids of the good ones."""

    content: bytes
    bad: Mapping[tuple[int, int], str]
    good: frozenset[str]


def good(n: int) -> dict[str, str]:
    """Return a good record."""
    return {
        "id": f"g{n}", "who": f"p{n % 97}", "kind": "Call",
        "at": f"2026-0{n % 9 + 1}-1{n % 9} 1{n % 10}:30", "known": "",
        "amount": f"{n}.5", "auto": "no", "mail": f"p{n}@acme.example", "note": NOTES[n % len(NOTES)],
    }  # fmt: skip


def csv_line(row: Mapping[str, str]) -> bytes:
    """Return a record as CSV."""
    return ",".join(_cell(row[name]) for name in COLUMNS).encode() + b"\n"


def json_line(row: Mapping[str, object]) -> bytes:
    """Return a record as JSON Lines."""
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def csv_corpus(rows: int, seed: int, limits: Limits) -> Corpus:
    """Return a CSV with about `rows` bad records."""
    return _mixed(_csv(), _csv_over(limits), lambda n: csv_line(good(n)), (rows, seed), HEADER)


def json_corpus(rows: int, seed: int, limits: Limits) -> Corpus:
    """Return JSON Lines with about `rows` bad records."""
    return _mixed(_json(), _json_over(limits), lambda n: json_line(good(n)), (rows, seed), b"")


def _mixed(
    bad: Mapping[str, Sequence[Bad]],
    over: Sequence[Bad],
    good_record: Callable[[int], bytes],
    size: tuple[int, int],
    header: bytes,
) -> Corpus:
    rows, seed = size
    draw = random.Random(seed)
    few = min(FEW, max(1, rows // 100))
    names = [name for name in bad for _ in range(max(1, (rows - few * len(over)) // len(bad)))]
    makers = [draw.choice(bad[name]) for name in names] + [maker for maker in over for _ in range(few)]
    bads = [maker(n) for n, maker in enumerate(makers)]
    goods = sum(map(len, bads))
    records = [*bads, *([("", good_record(n))] for n in range(goods))]
    draw.shuffle(records)
    line, parts, offset = header.count(b"\n") + 1, [header], len(header)
    places: dict[tuple[int, int], str] = {}
    for name, data in (piece for record in records for piece in record):
        if name:
            places[line, offset] = name
        parts.append(data)
        line, offset = line + data.count(b"\n"), offset + len(data)
    return Corpus(b"".join(parts), places, frozenset(f"g{n}" for n in range(goods)))


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def _row(n: int, **values: str) -> bytes:
    return csv_line({**good(n), "note": "x", **values})


def _changed(name: str, **values: str) -> Bad:
    return lambda n: [(name, _row(n, **values))]


def _replaced(name: str, old: bytes, new: bytes, **values: str) -> Bad:
    return lambda n: [(name, _row(n, **values).replace(old, new))]


def _as_it_is(name: str, data: bytes) -> Bad:
    return lambda _: [(name, data)]


def _csv() -> dict[str, list[Bad]]:
    """Return what is wrong with a CSV record, in every way that is told apart."""
    end = b",x\n"
    values = {
        "blank-key": [{"who": ""}, {"who": "  "}],
        "blank-time": [{"at": ""}, {"at": "\u00a0"}],
        "bad-time": [
            {"at": "yesterday"},
            {"at": "2026-02-29 10:00"},
            {"at": "2026-10-05 25:00"},
            {"known": "5/6/2026"},
        ],
        "nonexistent-time": [{"at": "2026-03-29 02:15"}],
        "ambiguous-time": [{"at": "2025-10-26 02:15"}],
        "before-1990": [{"at": "1989-12-31 10:00"}, {"at": "0001-01-01"}],
        "future": [{"at": "2031-01-01"}, {"at": "9999-12-31"}],
        "occurred-after-known": [{"at": "2026-05-05 10:05:01", "known": "2026-05-05 10:00"}],
        "bad-number": [{"amount": "much"}, {"amount": "NaN"}, {"amount": "inf"}, {"amount": "1,2,3"}],
        "number-overflow": [{"amount": "1e999"}, {"amount": "9" * 30}],
        "bad-boolean": [{"auto": "perhaps"}],
        "bad-email": [{"mail": "nobody"}, {"mail": "a@b"}, {"mail": "a b@c.de"}],
        "unknown-value": [{"kind": "Fax"}],
        "unknown-kind": [{"kind": "Odd"}, {"kind": ""}],
    }
    texts = {
        "too-many-fields": [(b"\n", b",more\n")],
        "stray-quote": [(b",no,", b',n"o",'), (b",no,", b',"no" indeed,')],
        "unterminated-quote": [(end, b',"opened\n'), (b",no,", b',"no,')],
        "invalid-encoding": [(end, b",\xff\xfe\n"), (end, b",M\xfcller\n"), (end, b",\xed\xa0\x80\n")],
        "nul": [(end, b",a\0b\n")],
        "control-character": [(end, b",a\x1bb\n"), (end, b",a\x7fb\n")],
    }
    found = {name: [_changed(name, **each) for each in ways] for name, ways in values.items()}
    found |= {name: [_replaced(name, old, new) for old, new in ways] for name, ways in texts.items()}
    found["too-many-fields"].append(lambda n: [("too-many-fields", _row(n, note="a\nb")[:-1] + b",c,d\n")])
    found["too-few-fields"] = [_as_it_is("too-few-fields", b"a,b,c\n"), _as_it_is("too-few-fields", b"x\n")]
    found["stray-quote"].append(_replaced("stray-quote", b",no,", b',n"o,', note="two\nlines"))
    return found


def _csv_over(limits: Limits) -> list[Bad]:
    """Return records that are over a limit. Of a quoted one over too many lines, each line is a record of its own."""

    def over_lines(n: int) -> list[Piece]:
        first, *middle, last = _row(n, note="line\n" * limits.quoted_lines + "end").splitlines(keepends=True)
        return [("unterminated-quote", first), *(("too-few-fields", line) for line in middle), ("stray-quote", last)]

    return [
        _changed("unterminated-quote", note="y" * (limits.quoted_field + 1) + ","),
        over_lines,
        _changed("long-field", note="z" * (limits.field + 1)),
        _changed("long-line", note="z" * (limits.line + 1)),
    ]


def _json() -> dict[str, list[Bad]]:
    """Return what is wrong with a JSON record, in every way that is told apart."""
    texts = {
        "json-syntax": [b'{"id": "1"\n', b"{id: 1}\n", b"\x01\n", b'{"a": "\t"}\n'],
        "json-not-object": [b"[1, 2]\n", b'"text"\n', b"null\n"],
        "json-duplicate-key": [b'{"id": 1, "id": 1}\n'],
        "json-depth": [b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}\n", b"[" * 1_000 + b"\n"],
        "json-number": [b'{"a": 1e999}\n', b'{"a": NaN}\n'],
        "lone-surrogate": [b'{"a": "\\udc00"}\n'],
        "nul": [b'{"a": "\\u0000"}\n'],
        "control-character": [b'{"a": "\\u001b"}\n'],
        "invalid-encoding": [b'{"a": "\xff\xfe"}\n'],
        "blank-key": [b"{}\n"],
    }
    values: dict[str, dict[str, object]] = {
        "blank-key": {"who": None}, "blank-time": {"at": None}, "bad-time": {"at": 5}, "bad-number": {"amount": [1]},
        "bad-boolean": {"auto": "perhaps"}, "bad-email": {"mail": "a@b"}, "future": {"at": "2031-01-01"},
        "unknown-value": {"kind": "Fax"}, "unknown-kind": {"kind": "Odd"}, "number-overflow": {"amount": "9" * 30},
    }  # fmt: skip
    found = {name: [_as_it_is(name, data) for data in ways] for name, ways in texts.items()}
    for name, changes in values.items():
        found.setdefault(name, []).append(_json_changed(name, changes))
    return found


def _json_changed(name: str, changes: Mapping[str, object]) -> Bad:
    return lambda n: [(name, json_line({**good(n), **changes}))]


def _json_over(limits: Limits) -> list[Bad]:
    """Return records that are over a limit."""
    return [
        _as_it_is("long-line", b'{"a": "' + b"y" * (limits.line + 1) + b'"}\n'),
        _as_it_is("long-field", b'{"a": "' + b"y" * (limits.field + 1) + b'"}\n'),
    ]
