"""Folders of records with known truth, read into the tables that the linkers take.

A folder either holds two systems' exports (`crm_accounts.csv`, `crm_contacts.csv`, `crm_leads.csv`,
`map_subscribers.csv`, `mail_domains.csv`, `truth.csv`; files and columns other than the truth's may be missing), or one
labelled table that a small file describes: `link.yaml` in the folder, or else `bench/link/<name of the folder>.yaml`.

    table: people.csv           # a CSV with a header
    id: record_id               # column: one value a record
    truth: person_id            # column: equal for the records of one person or account; blank: of nobody
    kind: person                # or account
    columns:                    # the linker's columns → the table's
      first_name: given
      last_name: surname
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from detente.core.errors import InputError
from detente.core.identity.decisions import Record
from detente.engine.linking import MAIL

PEOPLE = (
    *("source", "record", "name", "first_name", "last_name", "email", "phone", "title", "company", "city", "country"),
    *("address", "postal_code", "account"),
)
ACCOUNTS = ("source", "record", "name", "domain", "website", "phone", "address", "city", "postal_code", "country")
SAME = ("source", "record", "other_source", "other_record")
DESCRIBED = Path(__file__).parent / "link"

Cells = Mapping[str, str | None]


class Truth(NamedTuple):
    """What is known of a record: whose it is (None: nobody's), of which account, and what was done to it."""

    person: str | None = None
    account: str | None = None
    group: str | None = None
    noise: tuple[str, ...] = ()


@dataclass(frozen=True)
class Records:
    """What the linkers are given, and the truth about every row of `people` and `accounts`."""

    people: pa.Table
    accounts: pa.Table
    same: pa.Table
    mail: pa.Table
    truth: Mapping[Record, Truth] = field(repr=False)


def read(folder: Path) -> Records:
    """Return the records of a folder; raise InputError saying what is missing and how to mend it."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    if (folder / "truth.csv").is_file():
        return _two_systems(folder)
    for description in (folder / "link.yaml", DESCRIBED / f"{folder.resolve().name}.yaml"):
        if description.is_file():
            return _one_table(folder, description)
    raise InputError(
        f"{folder}: neither truth.csv (two systems' exports) nor link.yaml (one labelled table) is here; write a"
        " link.yaml with table, id, truth, kind: person or account, and columns: {name: …}"
    )


# ------------------------------------------------------------------------------------------------ two systems

_CONTACT = {
    "first_name": "first_name", "last_name": "last_name", "email": "email", "phone": "phone", "title": "title",
    "company": "company", "city": "city", "country": "country",
}  # fmt: skip
_SUBSCRIBER = _CONTACT | {"title": "job_title"}
_ACCOUNT = {
    "name": "name", "website": "website", "phone": "phone", "address": "street", "city": "city",
    "postal_code": "postal_code", "country": "country",
}  # fmt: skip


def _two_systems(folder: Path) -> Records:
    accounts = {cells["id"]: cells for cells in _optional(folder / "crm_accounts.csv", ["id"])}
    contacts = _optional(folder / "crm_contacts.csv", ["id"])
    leads = _optional(folder / "crm_leads.csv", ["id"])
    subscribers = _optional(folder / "map_subscribers.csv", ["id"])
    if not (contacts or leads or subscribers):
        raise InputError(f"{folder}: no records in crm_contacts.csv, crm_leads.csv or map_subscribers.csv")
    people = [
        *(_contact(cells, accounts) for cells in contacts),
        *({**_renamed(cells, _CONTACT), **_named("crm", "lead", cells)} for cells in leads),
        *({**_renamed(cells, _SUBSCRIBER), **_named("map", "subscriber", cells)} for cells in subscribers),
    ]
    companies = [{**_renamed(cells, _ACCOUNT), **_named("crm", "account", cells)} for cells in accounts.values()]
    objects = {cells["id"]: kind for kind, rows in (("lead", leads), ("contact", contacts)) for cells in rows}
    same = [
        {**_named("map", "subscriber", cells), "other_source": "crm", "other_record": f"{objects[crm_id]}/{crm_id}"}
        for cells in subscribers
        if (crm_id := cells.get("crm_id")) in objects
    ]
    truth = _truth(folder / "truth.csv")
    _all_known(folder, [*people, *companies], truth)
    return Records(
        _table(people, PEOPLE), _table(companies, ACCOUNTS), _table(same, SAME), _mail(folder), truth
    )  # fmt: skip


def _contact(cells: Cells, accounts: Mapping[str | None, Cells]) -> dict[str, str | None]:
    """Return a contact; its company and city are those of the account it hangs on, as the CRM shows them."""
    account = accounts.get(cells.get("account_id"), {})
    known = {"company": account.get("name"), "city": account.get("city")}
    own = {column: value for column, value in _renamed(cells, _CONTACT).items() if value is not None}
    link = f"account/{cells['account_id']}" if account else None
    return {**known, **own, **_named("crm", "contact", cells), "account": link}


def _truth(path: Path) -> dict[Record, Truth]:
    found = {}
    for cells in _rows(path, ["system", "object", "record_id", "person_id", "kind"]):
        person = cells["person_id"] if cells["kind"] == "person" else None
        row = Record(cells["system"] or "", f"{cells['object']}/{cells['record_id']}")
        noise = tuple((cells.get("noise") or "").split("|")) if cells.get("noise") else ()
        found[row] = Truth(person, cells.get("account_id"), cells.get("account_group_id"), noise)
    return found


def _mail(folder: Path) -> pa.Table:
    rows = [
        {
            "domain": (cells["domain"] or "").lower(),
            "kind": cells.get("kind") or "free mail",
            "dots_ignored": cells.get("dots_ignored") == "true",
            "plus_tag_ignored": cells.get("plus_tag_ignored") != "false",
        }
        for cells in _optional(folder / "mail_domains.csv", ["domain"])
    ]
    return pa.Table.from_pylist(rows, schema=MAIL)


# -------------------------------------------------------------------------------------------------- one table


@dataclass(frozen=True)
class Description:
    """What a link.yaml says; the attributes are its keys."""

    table: str
    id: str
    truth: str
    kind: str
    columns: Mapping[str, str]


def _one_table(folder: Path, path: Path) -> Records:
    described = _description(path)
    table, id_ = folder / described.table, described.id
    needed = [id_, described.truth, *described.columns.values()]
    rows = _rows(table, needed, hint=f"though {path.name} names it")
    if len({cells[id_] for cells in rows}) < len(rows) or any(cells[id_] is None for cells in rows):
        raise InputError(
            f"{table}: column '{id_}' repeats values or is blank; `id` of {path.name} must name a row each"
        )
    records = [{**_renamed(cells, described.columns), "source": "table", "record": cells[id_]} for cells in rows]
    of_people = described.kind == "person"
    labels = [(Record("table", cells[id_] or ""), cells[described.truth]) for cells in rows]
    return Records(
        _table(records if of_people else [], PEOPLE),
        _table([] if of_people else records, ACCOUNTS),
        _table([], SAME),
        MAIL.empty_table(),
        {row: Truth(person=label) if of_people else Truth(account=label) for row, label in labels},
    )


def _description(path: Path) -> Description:
    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: this is no YAML: {error}") from error
    needed = [key.name for key in fields(Description)]
    if not isinstance(found, dict) or set(found) != set(needed):
        raise InputError(f"{path}: it must hold {', '.join(needed)}, and nothing else")
    if found["kind"] not in ("person", "account"):
        raise InputError(f"{path}: kind is '{found['kind']}', and must be person or account")
    known = (PEOPLE if found["kind"] == "person" else ACCOUNTS)[2:]
    columns = found["columns"]
    if not isinstance(columns, dict) or not columns or set(columns) - set(known):
        raise InputError(f"{path}: columns must map some of {', '.join(known)} to the table's own; it is {columns}")
    texts = {key: str(found[key]) for key in needed if key != "columns"}
    return Description(**texts, columns={ours: str(theirs) for ours, theirs in columns.items()})


# ------------------------------------------------------------------------------------------------------ cells


def _rows(path: Path, needed: Iterable[str], hint: str = "in its first line") -> list[Cells]:
    """Return the records of a CSV by column, blank cells as None."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
                there = ", ".join(reader.fieldnames or ("nothing",))
                raise InputError(f"{path}: no column '{missing[0]}' {hint}; there is {there}")
            return [
                {name: value if value and value.strip() else None for name, value in cells.items()} for cells in reader
            ]
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV in UTF-8: {error}") from error


def _optional(path: Path, needed: Iterable[str]) -> list[Cells]:
    return _rows(path, needed) if path.is_file() else []


def _renamed(cells: Cells, columns: Mapping[str, str]) -> dict[str, str | None]:
    return {ours: cells.get(theirs) for ours, theirs in columns.items()}


def _named(source: str, kind: str, cells: Cells) -> dict[str, str | None]:
    return {"source": source, "record": f"{kind}/{cells['id']}"}


def _table(rows: Sequence[Cells], columns: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns})


def _all_known(folder: Path, rows: Iterable[Cells], truth: Mapping[Record, Truth]) -> None:
    """Refuse a folder whose truth leaves out a record: its figures would mean nothing."""
    for row in rows:
        if (name := Record(row["source"] or "", row["record"] or "")) not in truth:
            raise InputError(f"{folder}: truth.csv says nothing of {name.source} {name.record}")
