"""The timeline store: whole whatever happens, in the order of the replay, and sought in, not scanned."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.replay.test_kernel import lead_of

from detente.core.agreement.expressions import DAY
from detente.core.errors import InputError
from detente.core.facts.fact import ENRICH, Fact
from detente.engine import incremental
from detente.engine.incremental import ReplayStore
from detente.engine.plain_columns import ROW_GROUP, PlainFile, write_plain
from detente.engine.store_facts import Arrivals, Run, merged, sorted_run
from detente.engine.store_manifest import StoreFolder

from .test_incremental import START, Held, arrivals, built, facts_hash, hashes, northwind, settle


def company(seed: int, people: int = 8) -> list[Held]:
    chance = random.Random(seed)
    return settle(northwind(), [lead_of(chance, number) for number in range(people)])


def test_a_store_deleted_and_made_anew_has_the_same_content(tmp_path: Path) -> None:
    facts = company(1)
    once = built(tmp_path / "once", northwind(), facts, START + 300 * DAY)
    random.Random(2).shuffle(facts)
    again = built(tmp_path / "again", northwind(), facts, START + 300 * DAY, buckets=8)
    assert facts_hash(once) == facts_hash(again)
    assert hashes(once) == hashes(again)


def test_an_arrival_that_is_killed_before_its_manifest_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, path = company(3), tmp_path / "store"
    store = built(path, northwind(), facts[:40], START + 300 * DAY)
    before = hashes(store), facts_hash(store)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StoreFolder, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            store.arrive(arrivals(store.words, facts[40:]), START + 301 * DAY)
    kept = ReplayStore.open(path, northwind())
    assert kept is not None
    assert (hashes(kept), facts_hash(kept)) == before
    assert {each.name for each in path.iterdir()} > {"manifest.json", *kept.manifest.folders}
    kept.arrive(arrivals(kept.words, facts[40:]), START + 301 * DAY)
    assert hashes(kept) == hashes(built(tmp_path / "anew", northwind(), facts, START + 301 * DAY))
    assert {each.name for each in path.iterdir()} == {"manifest.json", *kept.manifest.folders}


def test_wherever_an_arrival_is_cut_off_the_store_before_it_serves_or_the_one_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, base, later = company(7, people=4), tmp_path / "base", START + 301 * DAY
    before = hashes(built(base, northwind(), facts[:20], START + 300 * DAY))
    after = hashes(built(tmp_path / "anew", northwind(), facts, later))
    served = []
    for number in range(100):
        path = tmp_path / f"cut-{number}"
        shutil.copytree(base, path)
        store = ReplayStore.open(path, northwind())
        assert store is not None
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", Ending(number))
            try:
                store.arrive(arrivals(store.words, facts[20:]), later)
            except KeyboardInterrupt:
                ended = True
            else:
                ended = False
        kept = ReplayStore.open(path, northwind())
        assert kept is not None
        served.append({str(before): "before", str(after): "after"}[str(hashes(kept))])
        if not ended:
            break
    assert served == sorted(served, reverse=True)
    assert served.count("before") > 10
    assert served[-1] == "after"


class Ending:
    """An fsync in which the process is ended at the n-th call."""

    def __init__(self, number: int) -> None:
        self._left, self._fsync = number, os.fsync

    def __call__(self, descriptor: int) -> None:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        self._fsync(descriptor)


def test_deltas_are_worked_into_a_new_base_without_changing_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental, "DELTAS_SHARE", 0)
    monkeypatch.setattr(incremental, "MOST_DELTAS", 3)
    facts, as_of = company(4), START + 300 * DAY
    store = built(tmp_path / "store", northwind(), facts[:30], as_of)
    deltas = []
    for number in range(8):
        store.arrive(arrivals(store.words, facts[30 + number :: 8]), as_of + number * DAY)
        deltas.append(len(store.manifest.deltas))
    assert deltas == [1, 2, 3, 0, 1, 2, 3, 0]
    anew = built(tmp_path / "anew", northwind(), facts, as_of + 7 * DAY)
    assert facts_hash(store) == facts_hash(anew)
    assert hashes(store) == hashes(anew)


def test_facts_of_one_instant_are_merged_in_the_order_of_the_replay(tmp_path: Path) -> None:
    def fact(id_: str, kind: str, source: str, source_id: str) -> Held:
        return "ada", Fact(id_, kind, START, START, source, source_id, {"person.seniority": "vp"})

    in_order = [
        fact("1", ENRICH, "crm", "9"), fact("2", ENRICH, "web", "1"), fact("3", "page_view", "crm", "1"),
        fact("4", "page_view", "crm", "2"), fact("6", "page_view", "web", ""), fact("5", "page_view", "web", "0"),
    ]  # fmt: skip
    store = built(tmp_path, northwind(), [in_order[4], in_order[1]], START)
    for held in (in_order[0], in_order[5], in_order[3], in_order[2]):
        store.arrive(arrivals(store.words, [held]), START + DAY)
    timeline = store.timeline()
    _, _, leads = timeline.numbers(["ada"])
    run = timeline.read(leads)
    assert run.texts(np.arange(6)).column("fact_id").to_pylist() == [held[1].id for held in in_order]


def test_a_fact_without_a_source_id_is_in_the_same_place_whether_it_is_null_or_empty() -> None:
    def run_of(*ids: tuple[str | None, str]) -> Run:
        texts = pa.table(
            {"source": ["crm"] * len(ids), "source_id": [one for one, _ in ids], "fact_id": [f for _, f in ids]}
        )
        same = np.zeros(len(ids), np.int64)
        facts = Arrivals(
            pa.array(["ada"] * len(ids)), same, same, same.astype(np.int32), np.zeros((0, len(ids))), texts
        )
        return sorted_run(facts, same.astype(np.int32), events)

    events = np.array([True])
    whole = run_of(("9", "1"), (None, "2"), ("", "3"), ("5", "4"))
    in_two = merged([run_of(("9", "1"), ("", "3")), run_of((None, "2"), ("5", "4"))], events)
    for run in (whole, in_two):
        assert run.texts(np.arange(4)).column("fact_id").to_pylist() == ["2", "3", "4", "1"]


def test_only_whom_new_facts_touch_and_whose_instant_has_come_is_replayed(tmp_path: Path) -> None:
    facts, as_of = company(5, people=20), START + 100 * DAY
    there = [held for held in facts if held[1].known_at <= as_of]
    store = built(tmp_path, northwind(), there, as_of)
    at_once = store.arrive(
        arrivals(store.words, [("new", Fact("x", "webinar_attend", as_of, as_of, "crm", "x"))]), as_of
    )
    assert at_once.replayed == 1 + at_once.due
    states = [store.results("state", number) for number in range(store.manifest.buckets)]
    first = min(int(state["next"].min()) for state in states)
    assert store.arrive(None, first - 1).replayed == 0
    assert store.arrive(None, first).replayed > 0


def test_a_store_of_another_agreement_or_format_is_not_opened(tmp_path: Path) -> None:
    built(tmp_path, northwind(), company(6), START)
    manifest = tmp_path / "manifest.json"
    kept = manifest.read_text()
    manifest.write_text(kept.replace('"agreement": "', '"agreement": "other'))
    assert ReplayStore.open(tmp_path, northwind()) is None
    manifest.write_text(kept.replace('"format": 1', '"format": 0'))
    assert ReplayStore.open(tmp_path, northwind()) is None
    manifest.write_text(kept[:40])
    with pytest.raises(InputError, match="delete this folder"):
        ReplayStore.open(tmp_path, northwind())


def test_plain_columns_are_ordinary_parquet_and_any_rows_of_them_are_found(tmp_path: Path) -> None:
    rows = 2 * ROW_GROUP + 500
    columns = {"n": np.arange(rows, dtype=np.int32), "value": np.arange(rows) / 2}
    write_plain(tmp_path / "file", columns, pa.table({"word": pa.array(map(str, range(rows)), pa.string())}))
    assert pq.read_table(tmp_path / "file").column("value").to_numpy().tolist() == columns["value"].tolist()
    file = PlainFile(tmp_path / "file")
    wanted = np.array([3, 3, 5, ROW_GROUP - 1, ROW_GROUP, 2 * ROW_GROUP + 499])
    assert file.at("n", wanted).tolist() == wanted.tolist()
    assert file.some("value", ROW_GROUP - 2, ROW_GROUP + 2).tolist() == ((np.arange(4) + ROW_GROUP - 2) / 2).tolist()
    assert file.whole("n").tolist() == list(range(rows))
    assert file.search("n", np.array([-1, 7, ROW_GROUP, rows], np.int32)).tolist() == [0, 7, ROW_GROUP, rows]
    assert file.beside(["word"], wanted).column("word").to_pylist() == list(map(str, wanted.tolist()))


def test_a_file_whose_columns_are_not_plain_is_refused_with_the_remedy(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1, 1, 2]}), tmp_path / "file")
    with pytest.raises(InputError, match="made anew"):
        PlainFile(tmp_path / "file").whole("n")
    (tmp_path / "file").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="made anew"):
        PlainFile(tmp_path / "file")
