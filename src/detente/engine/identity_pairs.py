"""What speaks for it that two records are one person or account, or are not: keys, systems, the linker and people.

Input: `facts`, `links`, `people` and `pairs` of a run, and people's decisions. The strongest evidence is a person's
word. What the linker says of a pair counts more than a key that its records share; where it says nothing, a shared
e-mail address or company domain joins them (`core.identity.sharing`). What is only likely is asked about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.identity.decisions import Pair, Record, Rule, Unit, pair_of
from detente.core.identity.joining import Apart, Edge
from detente.core.identity.keys import FREE_MAIL, company_key, email_key, joins_people
from detente.core.identity.sharing import Named, Sharing, shared
from detente.core.identity.standing import Standing
from detente.engine.duck import model

MERGE, ASK, APART = "merge", "ask", "apart"
"""The linker's verdicts."""

Why = tuple[str, ...]
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Found:
    """What a linker says of a pair."""

    rule: Rule
    probability: float | None
    verdict: str
    why: Why


@dataclass(frozen=True)
class Evidence:
    """`edges` join records unless they are `apart`; `doubts` are worth asking about.

    `told`: pair → the system that says that they are one; `linked`: pair → what the linker says; `held`: every (key,
    record) by which records may be one.
    """

    unit: Unit
    edges: tuple[Edge, ...]
    apart: Apart
    doubts: Mapping[Pair, Found]
    told: Mapping[Pair, str]
    linked: Mapping[Pair, Found]
    keys: Mapping[Pair, str]
    held: tuple[tuple[str, Record], ...]

    def why(self, pair: Pair) -> Why:
        """Return what is said of a pair, in words."""
        found = self.linked.get(pair)
        words = [f"+ same {_SHARED[self.unit]} {self.keys[pair]}"] if pair in self.keys else []
        if found is not None:
            return (*words, *(word for word in found.why if not words or word not in _TOLD_BETTER))
        return (*words, *([f"+ {self.told[pair]} says they are one"] if pair in self.told else ()))


_SHARED = {Unit.PERSON: "e-mail address", Unit.ACCOUNT: "web domain"}
_TOLD_BETTER = ("+ same e-mail address",)


def evidence(
    unit: Unit, records: Iterable[Record], tables: Tables, stands: Standing, free: Collection[str] = FREE_MAIL
) -> Evidence:
    """Return what is known of the records of a unit. Of a record that is not among them nobody's decision counts.

    `free`: the mail domains that are nobody's company.
    """
    linked = dict(_linked(unit, tables["pairs"]))
    held, told = _held(unit, tables, free), _told(unit, tables["links"])
    sharing = _shared(unit, held, tables)
    known = set(records)
    said = [Edge(Rule.DECIDED, *pair) for pair in stands.same if known.issuperset(pair)]
    keyed = [edge for edge in (*told, *sharing.edges) if not linked or not _overruled(edge, linked)]
    merged = [(pair, found) for pair, found in linked.items() if found.verdict == MERGE]
    sure = [Edge(found.rule, *pair, found.probability or 1.0) for pair, found in merged]
    doubts = {pair: found for pair, found in linked.items() if found.verdict == ASK}
    doubts |= {pair: _DOUBT for pair in sharing.doubt if pair not in linked}
    contradicting = frozenset(pair for pair, found in linked.items() if found.verdict == APART)
    return Evidence(
        unit,
        (*said, *keyed, *sure),
        Apart(frozenset(stands.apart), contradicting),
        doubts,
        {pair_of(edge.one, edge.other): edge.one.source for edge in told},
        linked,
        sharing.keys,
        tuple(held),
    )


_DOUBT = Found(Rule.EMAIL, None, ASK, ("− first names differ, or one is not known: two people may share the address",))


def _overruled(edge: Edge, linked: Mapping[Pair, Found]) -> bool:
    """Whether the linker takes two records for different ones, or is not sure.

    A company's domain is among the linker's own fields: where it knows companies, it has the word on every pair.
    """
    found = linked.get(pair_of(edge.one, edge.other))
    if found is None:
        return edge.rule == Rule.DOMAIN and bool(linked)
    return found.verdict != MERGE


def _linked(unit: Unit, pairs: pa.Table) -> Iterator[tuple[Pair, Found]]:
    of_unit = pairs.filter(pc.field("unit") == str(unit))
    names = ("source", "record", "other_source", "other_record", "rule", "probability", "verdict", "why")
    columns = [of_unit.column(name).to_pylist() for name in names]
    rules = set(Rule)
    for source, record, other_source, other_record, rule, probability, verdict, why in zip(*columns, strict=True):
        pair = Pair(Record(source, record), Record(other_source, other_record))
        by = Rule(rule) if rule in rules else Rule.LINKED
        yield pair, Found(by, probability, verdict, tuple(json.loads(why)))


def _told(unit: Unit, links: pa.Table) -> list[Edge]:
    """Return what systems say: that one of their records is another system's."""
    relation = "same_as" if unit == Unit.PERSON else "same_account"
    of_unit = links.filter(pc.field("relation") == relation)
    ones, others = as_records(of_unit), as_records(of_unit, "other_source", "other_record")
    return [Edge(Rule.SAME_AS, one, other) for one, other in zip(ones, others, strict=True)]


def _held(unit: Unit, tables: Tables, free: Collection[str]) -> list[tuple[str, Record]]:
    """Return (key, record) for every e-mail address or web domain that a record ever had."""
    if unit == Unit.ACCOUNT:
        return _keys(tables, "account", "company.domain", partial(company_key, free=free))
    return _keys(tables, "person", "person.email", email_key)


def _shared(unit: Unit, held: Iterable[tuple[str, Record]], tables: Tables) -> Sharing:
    if unit == Unit.ACCOUNT:
        return shared(Rule.DOMAIN, held, {})
    return shared(Rule.EMAIL, (row for row in held if joins_people(row[0])), _named(tables["people"]))


def _named(people: pa.Table) -> dict[Record, Named]:
    parts = zip(*(people.column(name).to_pylist() for name in ("name", "first_name", "last_name")), strict=True)
    return {record: named for record, named in zip(as_records(people), parts, strict=True) if any(named)}


def _keys(tables: Tables, subject: str, attribute: str, key: Callable[[str], str | None]) -> list[tuple[str, Record]]:
    """Return (key, record) for every value that a record ever had of an attribute, if it has a key."""
    values = model("values_of_attribute", tables, {"subject": subject, "path": f'$."{attribute}"'})
    normal = cache(key)
    found = zip(map(normal, values.column("value").to_pylist()), as_records(values), strict=True)
    return [(text, record) for text, record in found if text is not None]


def as_records(table: pa.Table, source: str = "source", record: str = "record") -> list[Record]:
    """Return the records that two columns name."""
    return list(map(Record, table.column(source).to_pylist(), table.column(record).to_pylist()))
