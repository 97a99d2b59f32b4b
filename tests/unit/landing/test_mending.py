"""Records that were set aside are listed, mended and retried, and the quarantine knows what came in."""

from __future__ import annotations

import json
import tempfile
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.app.mending import case_of, to_mend, without_case
from detente.app.operations.retry_quarantine import RetryPorts, mending_file, retry
from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.errors import InputError, UsageError
from detente.engine.landing import LandingZone
from detente.engine.quarantine import QuarantineFolder
from detente.sources.files.exports import FileExports

from .importing import NOW, NoLock, Workspace, silent

MAPPING = """\
mapping: 1
source: crm
timezone: UTC
files:
  activities:
    file: "activities*"
    subject: person
    record: who
    facts:
      - kind: {column: kind, map: {Call: touch}}
        source_id: id
        occurred_at: at
        payload: {amount: amount, note: note}
"""
BETTER = MAPPING.replace("{Call: touch}", "{Call: touch, Fax: touch}")
GOOD = "a1,p1,Call,2026-05-01 10:00,5,fine\n"
HEADER = "id,who,kind,at,amount,note\n"
CSV = HEADER + GOOD + (
    "a2,p2,Fax,2026-05-02 10:00,5,old machine\n"
    "a3,p3,Call,2026-05-03 10:00,many,\n"
    "a4,p4,Call\n"
    'a5,p5,Call,2026-05-05 10:00,5,"open\n'
)  # fmt: skip


class Mending:
    """A workspace with records that were set aside."""

    def __init__(self, root) -> None:
        self.root = root
        self.workspace = Workspace(root / "ws")
        self.quarantine = QuarantineFolder(root / "ws")
        self._clock = count(NOW + 1)

    def imports(self, content, mapping=MAPPING, name="activities.csv"):
        (self.root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.workspace.imports(self.root / name, mapping=mapping).files[0].receipt

    def retry(self, file=None, mapping=MAPPING):
        from detente.app.operations.import_files import import_files

        return retry(RetryPorts(
            self.quarantine,
            lambda request: import_files(
                request, reader=FileExports(), landing=LandingZone(self.root / "ws", "0"), lock=NoLock(),
                clock=lambda: next(self._clock), progress=silent,
            ),
            lambda receipt: (mapping, receipt.mapping_file),
            STANDARD_KINDS,
        ), None if file is None else str(file))  # fmt: skip

    def to_mend(self):
        return mending_file(self.quarantine, self.quarantine.records())

    def mended(self, content, name="my mended rows.csv"):
        (self.root / name).write_bytes(content)
        return self.root / name

    def open(self):
        return [(case.line, case.why) for case in self.quarantine.records() if not case.mended]

    def ids(self):
        return sorted(each for (each,) in self.workspace.facts("source_id"))

    def accounts_are_exact(self):
        return all(
            receipt.accepted + receipt.quarantined + receipt.duplicate == receipt.records
            for receipt in LandingZone(self.root / "ws", "0").receipts()
        )


@pytest.fixture
def mending(tmp_path):
    return Mending(tmp_path)


def test_the_file_to_mend_has_the_header_and_every_open_record_as_it_came(mending) -> None:
    load = mending.imports(CSV).load_id
    assert mending.to_mend().decode().splitlines() == [
        "_set_aside,id,who,kind,at,amount,note",
        f"{load}:3,a2,p2,Fax,2026-05-02 10:00,5,old machine",
        f"{load}:4,a3,p3,Call,2026-05-03 10:00,many,",
        f"{load}:5,a4,p4,Call",
        f'{load}:6,a5,p5,Call,2026-05-05 10:00,5,"open',
    ]


def test_mended_records_come_in_and_the_rest_stays_open(mending) -> None:
    mending.imports(CSV)
    mended = mending.to_mend().replace(b",many,", b",7,").replace(b'"open', b"closed")
    report = mending.retry(mending.mended(mended))
    assert (report.open_before, report.mended, report.open_now) == (4, 2, 2)
    assert mending.ids() == ["a1", "a3", "a5"]
    assert mending.open() == [(3, "unknown-value"), (5, "too-few-fields")]
    assert mending.accounts_are_exact()


def test_rows_may_be_moved_left_out_or_quoted_while_mending(mending) -> None:
    mending.imports(CSV)
    header, fax, many, _, _ = mending.to_mend().decode().splitlines()
    moved = [header, many.replace("many", "7"), fax.replace("Fax", "Call")]
    quoted = "\n".join([moved[0], *('"' + row.replace(",", '","') + '"' for row in moved[1:])])
    mending.retry(mending.mended(b"\xef\xbb\xbf" + quoted.encode()))
    assert mending.open() == [(5, "too-few-fields"), (6, "unterminated-quote")]
    assert mending.ids() == ["a1", "a2", "a3"]


def test_what_is_set_aside_again_is_the_same_case_with_its_latest_text(mending) -> None:
    mending.imports(CSV)
    mending.retry(mending.mended(mending.to_mend().replace(b",many,", b",a lot,")))
    case = next(each for each in mending.quarantine.records() if each.line == 4)
    assert (case.file, case.why, case.attempts, case.status) == ("activities.csv", "bad-number", 2, "open")
    assert case.raw == b"a3,p3,Call,2026-05-03 10:00,a lot,"
    mending.retry(mending.mended(mending.to_mend().replace(b",a lot,", b",7,")))
    assert 4 not in dict(mending.open())


def test_under_a_better_mapping_everything_open_is_retried(mending) -> None:
    mending.imports(CSV)
    report = mending.retry(mapping=BETTER)
    assert (report.mended, report.open_now) == (1, 3)
    assert mending.ids() == ["a1", "a2"]
    assert mending.accounts_are_exact()


def test_retrying_what_stays_wrong_changes_nothing(mending) -> None:
    mending.imports(CSV)
    mending.retry(mapping=BETTER)
    mending.retry(mapping=BETTER)
    before = (mending.workspace.content(), list(mending.quarantine.records()))
    assert mending.retry(mapping=BETTER).mended == 0
    assert (mending.workspace.content(), list(mending.quarantine.records())) == before


def test_the_original_file_read_again_under_a_better_mapping_mends_as_well(mending) -> None:
    mending.imports(CSV)
    mending.imports(CSV, mapping=BETTER, name="activities-copy.csv")
    assert mending.open() == [(4, "bad-number"), (5, "too-few-fields"), (6, "unterminated-quote")]


def test_a_record_mended_by_hand_stays_so_when_the_original_is_read_again(mending) -> None:
    mending.imports(CSV)
    mending.retry(mending.mended(mending.to_mend().replace(b",many,", b",7,")))
    mending.imports(CSV, mapping=BETTER)
    assert mending.open() == [(5, "too-few-fields"), (6, "unterminated-quote")]


def test_a_mended_record_that_is_known_already_is_a_duplicate_and_mended(mending) -> None:
    mending.imports(CSV)
    mending.imports(HEADER + "a3,p3,Call,2026-05-03 10:00,7,\n", name="activities-2.csv")
    mending.retry(mending.mended(mending.to_mend().replace(b",many,", b",7,")))
    assert 4 not in dict(mending.open())
    assert mending.ids() == ["a1", "a3"]
    assert mending.accounts_are_exact()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_is_mended_too(mending, encoding) -> None:
    mending.imports((CSV * 1).replace("old machine", "Müller über größer").encode(encoding))
    mending.retry(mapping=BETTER)
    assert [note for (note, each) in mending.workspace.facts("extra", "source_id") if each == "a2"] == [
        '{"note":"Müller über größer"}'
    ]


def test_json_lines_are_mended_in_their_form(mending) -> None:
    good = json.dumps({"id": "a1", "who": "p1", "kind": "Call", "at": "2026-05-01", "amount": 5})
    rows = [good, good.replace("a1", "a2").replace("5}", '"many"}'), "[1]", "{}", good[:-1].replace("a1", "a4")]
    load = mending.imports("\n".join(rows) + "\n", name="activities.jsonl").load_id
    text = mending.to_mend().decode()
    assert text.splitlines()[0].startswith(f'{{"_set_aside":"{load}:2","id": "a2"')
    assert text.splitlines()[2] == f'{{"_set_aside":"{load}:4"}}'
    mended = text.replace('"many"', "7").replace('"} [1]', '", ' + good.replace("a1", "a3")[1:])
    report = mending.retry(mending.mended(mended.encode(), "rows"))
    assert report.mended == 2
    assert mending.ids() == ["a1", "a2", "a3"]
    assert mending.open() == [(4, "blank-key"), (5, "json-syntax")]


def test_records_over_64_kb_are_kept_in_part_and_not_retried(mending) -> None:
    mending.imports(CSV + "a6,p6,Fax,2026-05-02 10:00,5," + "x" * 70_000 + "\n")
    report = mending.retry(mapping=BETTER)
    assert (report.mended, report.not_whole) == (1, 1)
    assert b"xxx" not in mending.to_mend()


def test_a_file_that_names_no_case_is_refused(mending) -> None:
    mending.imports(CSV)
    with pytest.raises(UsageError, match="no record in it says which case it is about"):
        mending.retry(mending.mended(CSV.encode()))
    with pytest.raises(UsageError, match="there is no such file"):
        mending.retry(mending.root / "nowhere.csv")
    with pytest.raises(UsageError, match="set aside in another one"):
        mending.retry(mending.mended(b"_set_aside,id\n0123456789abcdef:3,a2\n"))


@pytest.mark.parametrize("name", ["activities.csv", "activities.jsonl"])
def test_a_row_that_names_no_known_case_becomes_one_that_can_be_mended_and_retried(mending, name) -> None:
    mending.imports(CSV if name.endswith("csv") else '{"id": "a2", "who": "p2", "kind": "Fax", "at": "2026-05-02"}\n',
                    name=name)  # fmt: skip
    first = mending.to_mend()
    case = case_of(first.splitlines()[-1]).encode()
    mending.retry(mending.mended(first.replace(case, case.split(b":")[0] + b":999"), "first.csv"))
    again = [record for record in mending.quarantine.records() if record.file != name]
    assert len(again) == 1
    second = mending_file(mending.quarantine, again)
    assert second.count(b"_set_aside") == 1
    report = mending.retry(mending.mended(second.replace(b"Fax", b"Call").replace(b'"open', b"open"), "second.csv"))
    assert (report.mended, report.refused) == (1, ())


def test_records_that_were_set_aside_and_cannot_be_read_are_said_with_their_remedy(mending) -> None:
    load = mending.imports(CSV).load_id
    path = mending.root / "ws" / "quarantine" / f"{load}.parquet"
    path.write_bytes(b"damaged")
    with pytest.raises(InputError, match=rf"{load}.parquet: .*activities.csv.*from a backup"):
        list(mending.quarantine.records())
    path.unlink()
    with pytest.raises(InputError, match="it is not there"):
        list(mending.quarantine.records())


def test_a_stream_that_the_mapping_lost_is_named(mending) -> None:
    mending.imports(CSV)
    report = mending.retry(mapping=MAPPING.replace("  activities:", "  calls:"))
    assert report.mended == 0
    assert "has none of that name any more" in report.refused[0].message


def test_a_load_from_before_headers_were_kept_is_refused_by_itself(mending) -> None:
    mending.imports(CSV)
    (receipt,) = (mending.root / "ws" / "landing" / "loads").glob("*.json")
    kept = json.loads(receipt.read_text("utf-8"))
    del kept["reading"]["header"]
    receipt.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(UsageError, match="before headers were kept"):
        mending.to_mend()
    assert "before headers were kept" in mending.retry(mapping=BETTER).refused[0].message


def test_a_damaged_receipt_is_told_with_its_remedy(mending) -> None:
    mending.imports(CSV)
    (receipt,) = (mending.root / "ws" / "landing" / "loads").glob("*.json")
    receipt.write_text('{"load_id": ', "utf-8")
    with pytest.raises(InputError, match="put it back from a backup"):
        mending.open()


def test_nothing_open_leaves_nothing_to_mend(mending) -> None:
    mending.imports(HEADER + GOOD)
    with pytest.raises(UsageError, match="nothing is open"):
        mending.to_mend()
    assert mending.retry().open_before == 0


def test_what_came_in_once_stays_in_under_a_worse_mapping(mending) -> None:
    mending.imports(CSV, mapping=BETTER)
    mending.imports(CSV, mapping=MAPPING)
    assert 3 not in dict(mending.open())
    mending.imports(CSV, mapping=BETTER.replace("crm", "crm2"), name="activities-2.csv")
    assert mending.open()[0] == (4, "bad-number")


steps = st.lists(
    st.tuples(st.sampled_from(["import", "retry all"]), st.sampled_from([MAPPING, BETTER]))
    | st.tuples(st.just("mend"), st.sets(st.integers(3, 6), min_size=1)),
    max_size=5,
)
MENDED = {
    3: (b",Fax,", b",Call,"), 4: (b",many,", b",7,"), 5: (b"a4,p4,Call", b"a4,p4,Call,2026-05-04,1,"),
    6: (b'"open', b"closed"),
}  # fmt: skip
IDS = {3: "a2", 4: "a3", 5: "a4", 6: "a5"}


@given(steps)
@settings(max_examples=30)
def test_whatever_is_done_a_record_is_open_exactly_as_long_as_its_fact_is_not_in(given_steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mending = Mending(Path(folder))
        mending.imports(CSV)
        for what, how in given_steps:
            if what == "import":
                mending.imports(CSV, mapping=how)
            elif what == "retry all":
                mending.retry(mapping=how)
            elif mending.open():
                text = mending.to_mend()
                for line in how:
                    text = text.replace(*MENDED[line])
                mending.retry(mending.mended(text))
            assert {IDS[line] for line, _ in mending.open()} == set(IDS.values()) - set(mending.ids())
            assert len(list(mending.quarantine.records())) == len(IDS)
            assert mending.accounts_are_exact()


CASE = "0123456789abcdef:17"


@given(st.text(alphabet=st.characters(blacklist_characters="\r\n", codec="utf-8")), st.sampled_from(",;\t|"))
def test_a_csv_record_comes_back_as_it_came(text: str, delimiter: str) -> None:
    reading = {"type": "csv", "encoding": "utf-8 (detected)", "delimiter": delimiter, "header": "a"}
    _, line = to_mend(reading, [(CASE, text.encode())]).removesuffix(b"\n").split(b"\n")
    assert (case_of(line), without_case(line)) == (CASE, text.encode())


@given(st.text(alphabet=st.characters(blacklist_characters="\r\n", codec="utf-8")) | st.dictionaries(
    st.text(st.characters(codec="ascii", categories=["L"])), st.integers()).map(json.dumps))  # fmt: skip
def test_a_json_record_comes_back_as_it_came(text: str) -> None:
    line = to_mend({"type": "jsonl", "encoding": "utf-8"}, [(CASE, text.encode())]).removesuffix(b"\n")
    back = without_case(line).decode()
    assert case_of(line) == CASE
    assert back in (text, text.lstrip()) or json.loads(back) == json.loads(text)
