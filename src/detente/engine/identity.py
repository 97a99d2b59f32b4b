"""The identity step: which records are one person, which are one account, and who works where.

Input: `facts` and `links` known by `as_of`, and the identity log. Persons are joined by cross-system id (`same_as`
links), then by exact normalised e-mail (`person.email`), role mailboxes such as info@ excepted. Accounts are the
companies that links and facts name, joined by cross-system id and by equal `company.domain`, free-mail domains
excepted; without such a company there is no account. Rules and ids: `core.identity`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from detente.app.ports.identity import IdentityLog
from detente.core.identity.clusters import Identities, identify, shared
from detente.core.identity.decisions import Record, Rule, Unit
from detente.core.identity.joining import Edge
from detente.core.identity.keys import company_key, email_key, joins_people
from detente.engine.duck import model

_TEXT = pa.string()
PERSONS = pa.schema([("person", _TEXT), ("source", _TEXT), ("record", _TEXT), ("rule", _TEXT)])
COMPANIES = pa.schema([("account", _TEXT), ("source", _TEXT), ("record", _TEXT), ("rule", _TEXT)])
EMAILS = pa.schema([("email", _TEXT), ("person", _TEXT)])
REDIRECTS = pa.schema([("unit", _TEXT), ("id", _TEXT), ("to", _TEXT)])


def identity_tables(tables: Mapping[str, pa.Table], log: IdentityLog, as_of: int) -> dict[str, pa.Table]:
    """Return `persons`, `emails`, `companies`, `accounts` and `redirects`; new decisions are added to the log."""
    given = log.read()
    emails = _keys(tables, "person", "person.email", email_key)
    people = identify(
        Unit.PERSON,
        _records(tables, "person_records"),
        [*_same(tables, "same_as"), *shared(Rule.EMAIL, (row for row in emails if joins_people(row[0])))],
        given.of(Unit.PERSON),
    )
    domains = _keys(tables, "account", "company.domain", company_key)
    firms = identify(
        Unit.ACCOUNT,
        _records(tables, "company_records"),
        [*_same(tables, "same_account"), *shared(Rule.DOMAIN, domains)],
        given.of(Unit.ACCOUNT),
    )
    if news := people.news + firms.news:
        log.append(news, as_of)
    persons, companies = _members(people, PERSONS), _members(firms, COMPANIES)
    return {
        "persons": persons,
        "emails": _emails(emails, people),
        "companies": companies,
        "accounts": model(
            "accounts", {"persons": persons, "companies": companies, "employments": model("employments", tables)}
        ),
        "redirects": _redirects(people, firms),
    }


def _records(tables: Mapping[str, pa.Table], name: str) -> list[Record]:
    return _as_records(model(name, tables))


def _as_records(table: pa.Table, source: str = "source", record: str = "record") -> list[Record]:
    return list(map(Record, table.column(source).to_pylist(), table.column(record).to_pylist()))


def _same(tables: Mapping[str, pa.Table], relation: str) -> list[Edge]:
    links = tables["links"].filter(pc.field("relation") == relation)
    ones, others = _as_records(links), _as_records(links, "other_source", "other_record")
    return [Edge(Rule.SAME_AS, one, other) for one, other in zip(ones, others, strict=True)]


def _keys(
    tables: Mapping[str, pa.Table], subject: str, attribute: str, key: Callable[[str], str | None]
) -> list[tuple[str, Record]]:
    """Return (key, record) for every value of an attribute that has a key."""
    values = model("values_of_attribute", tables, {"subject": subject, "path": f'$."{attribute}"'})
    found = zip(map(key, values.column("value").to_pylist()), _as_records(values), strict=True)
    return [(normal, record) for normal, record in found if normal is not None]


def _members(identities: Identities, schema: pa.Schema) -> pa.Table:
    members = identities.members
    columns = [
        [member.id for member in members],
        [member.record.source for member in members],
        [member.record.record for member in members],
        [str(member.rule) for member in members],
    ]
    return pa.Table.from_arrays([pa.array(column, _TEXT) for column in columns], schema=schema)


def _emails(emails: Iterable[tuple[str, Record]], people: Identities) -> pa.Table:
    belongs = {member.record: member.id for member in people.members}
    return _table(sorted({(key, belongs[record]) for key, record in emails}), EMAILS)


def _redirects(*both: Identities) -> pa.Table:
    rows = [(unit, id_, to) for unit, who in zip(Unit, both, strict=True) for id_, to in who.redirects.items()]
    return _table(sorted(rows), REDIRECTS)


def _table(rows: Iterable[tuple[str, ...]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
