"""The scores of the linking benchmark are those of counting every pair, and its folders read as they say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.decisions import Record

BENCH = Path(__file__).resolve().parents[3] / "bench"


@pytest.fixture(autouse=True, scope="module")
def beside_the_benchmarks() -> Iterator[None]:
    sys.path.insert(0, str(BENCH))
    yield
    sys.path.remove(str(BENCH))


rows = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["P", "Q", "R", None]), st.sets(st.sampled_from(["typo", "moved"]))),
    max_size=12,
)


def named(drawn: list[tuple[int, str | None, set[str]]]) -> tuple[dict, dict, dict]:
    names = [Record("crm", str(number)) for number in range(len(drawn))]
    columns = zip(*drawn, strict=True) if drawn else ((), (), ())
    clusters, labels, noise = (dict(zip(names, column, strict=True)) for column in columns)
    return clusters, labels, noise


def counted(clusters: dict, labels: dict, pairs: list[tuple[Record, Record]]) -> tuple[int, int, int]:
    found = {pair for pair in pairs if clusters[pair[0]] == clusters[pair[1]]}
    true = {pair for pair in pairs if labels[pair[0]] is not None and labels[pair[0]] == labels[pair[1]]}
    return len(found), len(true), len(found & true)


@given(rows)
def test_pairs_are_those_counted_one_by_one(drawn: list[tuple[int, str | None, set[str]]]) -> None:
    from link_scores import pairwise

    clusters, labels, _ = named(drawn)
    scored = pairwise(clusters, labels)
    assert (scored.found, scored.true, scored.both) == counted(clusters, labels, list(combinations(clusters, 2)))


@given(rows)
def test_the_pairs_of_a_tag_are_those_with_a_tagged_record(drawn: list[tuple[int, str | None, set[str]]]) -> None:
    from link_scores import Pairs, by_noise

    clusters, labels, noise = named(drawn)
    for tag, figures in by_noise(clusters, labels, noise).items():
        tagged = [pair for pair in combinations(clusters, 2) if tag in noise[pair[0]] | noise[pair[1]]]
        assert figures == Pairs(*counted(clusters, labels, tagged)).figures()


def test_a_row_of_nobody_makes_a_found_pair_false() -> None:
    from link_scores import b_cubed, pairwise

    clusters, labels, _ = named([(1, "P", set()), (1, "P", set()), (1, None, set())])
    assert pairwise(clusters, labels).figures() | {"f1": None} == {
        "precision": 1 / 3, "recall": 1.0, "f1": None, "pairs": 3, "true_pairs": 1,
    }  # fmt: skip
    assert b_cubed(clusters, labels)["precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_where_nothing_is_to_join_joining_nothing_is_right() -> None:
    from link_scores import pairwise

    clusters, labels, _ = named([(1, "P", set()), (2, "Q", set())])
    assert pairwise(clusters, labels).figures()["f1"] == 1.0


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_contact_bears_the_company_and_city_of_its_account(tmp_path: Path) -> None:
    from link_folder import Truth, read

    write(tmp_path, "crm_accounts.csv", "id,name,city", "7,Northwind,Elgin")
    write(tmp_path, "crm_contacts.csv", "id,account_id,last_name", "1,7,Lee", "2,,Kim")
    write(tmp_path, "crm_leads.csv", "id,company,last_name", "1,Contoso,Lee")
    write(tmp_path, "map_subscribers.csv", "id,email,crm_id", "1,a@b.example,1", "2, ,9")
    write(
        tmp_path, "truth.csv", "system,object,record_id,person_id,account_id,account_group_id,kind,noise",
        "crm,contact,1,P1,A7,G7,person,typo|moved", "crm,contact,2,P2,,,person,", "crm,lead,1,P3,,,person,",
        "map,subscriber,1,P1,A7,G7,person,", "map,subscriber,2,,,,junk,", "crm,account,7,,A7,G7,account,",
    )  # fmt: skip
    found = read(tmp_path)
    people = {row["record"]: row for row in found.people.to_pylist()}
    assert [people["contact/1"][name] for name in ("company", "city", "account")] == ["Northwind", "Elgin", "account/7"]
    assert people["lead/1"]["company"] == "Contoso"
    assert people["subscriber/2"]["email"] is None
    assert [row["other_record"] for row in found.same.to_pylist()] == ["contact/1"]
    assert found.truth[Record("crm", "contact/1")] == Truth("P1", "A7", "G7", ("typo", "moved"))
    assert found.truth[Record("map", "subscriber/2")].person is None
