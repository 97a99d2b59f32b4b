"""The identity step: which records are one person, which are one account, who works where, and what to ask about.

Input: `facts` and `links` known by `as_of`, the records side by side (`people`), what the linker says (`pairs`), and
the identity log with what people decided by `as_of`. What joins records is said in `identity_pairs.py`, who stays apart
in `core.identity.joining`, which ids they have in `core.identity.clusters`. Accounts are the companies that links and
facts name; without such a company there is no account.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from detente.app.ports.identity import IdentityLog
from detente.core.identity.clusters import Identities, identify
from detente.core.identity.decisions import Pair, Record, Rule, Unit, pair_of
from detente.core.identity.joining import STRENGTH
from detente.core.identity.keys import FREE_MAIL
from detente.core.identity.standing import Standing, standing
from detente.engine.duck import model
from detente.engine.identity_pairs import Evidence, Found, Why, as_records, evidence

_TEXT, _NUMBER = pa.string(), pa.float64()
PERSONS = pa.schema([("person", _TEXT), ("source", _TEXT), ("record", _TEXT), ("rule", _TEXT)])
COMPANIES = pa.schema([("account", _TEXT), ("source", _TEXT), ("record", _TEXT), ("rule", _TEXT)])
EMAILS = pa.schema([("email", _TEXT), ("person", _TEXT)])
REDIRECTS = pa.schema([("unit", _TEXT), ("id", _TEXT), ("to", _TEXT)])
_PAIR = [("source", _TEXT), ("record", _TEXT), ("other_source", _TEXT), ("other_record", _TEXT)]
_SAID = [("rule", _TEXT), ("probability", _NUMBER), ("why", _TEXT)]
JOINS = pa.schema([("unit", _TEXT), ("id", _TEXT), *_PAIR, *_SAID])
REVIEWS = pa.schema([("unit", _TEXT), ("id", _TEXT), ("other_id", _TEXT), *_PAIR, *_SAID])

EVEN = 0.5
"""Where in the queue a pair is asked about whose probability nobody knows."""


@dataclass(frozen=True)
class Who:
    """One unit's identities, with what they rest on."""

    unit: Unit
    found: Identities
    said: Evidence
    stands: Standing

    @cached_property
    def belongs(self) -> dict[Record, str]:
        """Record → id."""
        return {member.record: member.id for member in self.found.members}


def identity_tables(
    tables: Mapping[str, pa.Table], log: IdentityLog, as_of: int, free: Collection[str] = FREE_MAIL
) -> dict[str, pa.Table]:
    """Return `persons`, `emails`, `companies`, `accounts`, `redirects`, `joins` and `reviews`.

    New ids, links and redirects are added to the log. `free`: the mail domains that are nobody's company.
    """
    earlier = log.read()
    decided = [row for row in log.decided() if row.at <= as_of]
    found = []
    for unit, name in ((Unit.PERSON, "person_records"), (Unit.ACCOUNT, "company_records")):
        records, stands = as_records(model(name, tables)), standing(row for row in decided if row.unit == unit)
        said = evidence(unit, records, tables, stands, free)
        found.append(Who(unit, identify(unit, records, said.edges, earlier.of(unit), said.apart), said, stands))
    people, firms = found
    if news := people.found.news + firms.found.news:
        log.append(news, as_of)
    persons, companies = _members(people.found, PERSONS), _members(firms.found, COMPANIES)
    worked = {"persons": persons, "companies": companies, "employments": model("employments", tables)}
    return {
        "persons": persons,
        "emails": _emails(people),
        "companies": companies,
        "accounts": model("accounts", worked),
        "redirects": _redirects(people.found, firms.found),
        "joins": _table([row for who in (people, firms) for row in sorted(_joins(who))], JOINS),
        "reviews": _table([row for who in (people, firms) for row in sorted(_reviews(who))], REVIEWS),
    }


def _joins(who: Who) -> Iterator[tuple[str | float | None, ...]]:
    """Yield the links that join two records of one person or account, each pair once, by its strongest rule."""
    belongs = who.belongs
    best: dict[Pair, tuple[int, float, Rule]] = {}
    for edge in who.said.edges:
        if edge.one != edge.other and belongs[edge.one] == belongs[edge.other]:
            pair, offer = pair_of(edge.one, edge.other), (STRENGTH[edge.rule], -edge.probability, edge.rule)
            if pair not in best or offer < best[pair]:
                best[pair] = offer
    for pair, (_, likely, rule) in best.items():
        probability = -likely if rule == Rule.LINKED else None
        yield who.unit, belongs[pair.one], *_row(pair, rule, probability, who.said.why(pair))


def _reviews(who: Who) -> Iterator[tuple[str | float | None, ...]]:
    """Yield what is worth asking a person: of two persons or accounts the likeliest pair, unless it was answered."""
    belongs = who.belongs
    answered = {frozenset(map(belongs.get, pair)) for pair in who.stands.apart}
    best: dict[frozenset[str], tuple[float, Pair, Found]] = {}
    for pair, found in _doubts(who, belongs):
        two = frozenset((belongs[pair.one], belongs[pair.other]))
        offer = (-(EVEN if found.probability is None else found.probability), pair, found)
        if len(two) == 2 and two not in answered and (two not in best or offer[:2] < best[two][:2]):
            best[two] = offer
    for _, pair, found in best.values():
        more = () if who.said.linked.get(pair) is found else found.why
        row = _row(pair, found.rule, found.probability, (*who.said.why(pair), *more))
        yield who.unit, belongs[pair.one], belongs[pair.other], *row


def _doubts(who: Who, belongs: Mapping[Record, str]) -> Iterator[tuple[Pair, Found]]:
    """Yield what evidence is in doubt, and each link that was refused since it contradicts others."""
    yield from ((pair, found) for pair, found in who.said.doubts.items() if belongs.keys() >= set(pair))
    for edge in who.said.edges:
        if belongs[edge.one] != belongs[edge.other]:
            why = ("− other records of the two contradict each other",)
            yield pair_of(edge.one, edge.other), Found(edge.rule, None, "ask", why)


def _row(pair: Pair, rule: Rule, probability: float | None, why: Why) -> tuple[str | float | None, ...]:
    told = json.dumps(list(dict.fromkeys(why)), ensure_ascii=False)
    return *pair.one, *pair.other, str(rule), probability, told


def _members(identities: Identities, schema: pa.Schema) -> pa.Table:
    members = identities.members
    columns = [
        [member.id for member in members],
        [member.record.source for member in members],
        [member.record.record for member in members],
        [str(member.rule) for member in members],
    ]
    return pa.Table.from_arrays([pa.array(column, _TEXT) for column in columns], schema=schema)


def _emails(people: Who) -> pa.Table:
    belongs = people.belongs
    return _table(sorted({(key, belongs[record]) for key, record in people.said.held}), EMAILS)


def _redirects(*both: Identities) -> pa.Table:
    rows = [(unit, id_, to) for unit, who in zip(Unit, both, strict=True) for id_, to in who.redirects.items()]
    return _table(sorted(rows), REDIRECTS)


def _table(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
