"""The names an agreement declares: kinds, lists, reason groups, stages, grades, terms, duties and the like.

Read off the tree of nodes, tolerant of what is missing or wrong there, so that references can be checked in a text
that has other errors too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.agreement import Kind, Side
from detente.core.agreement.standard import DECISION_GROUPS, STANDARD_KINDS, kind_of
from detente.core.facts.fact import Value


@dataclass(frozen=True)
class Vocabulary:
    """Every name of one text that another clause may use."""

    kinds: Mapping[str, Kind]
    lists: Mapping[str, tuple[Value, ...] | None]  # None: the text of the list is refused
    reasons: Mapping[str, tuple[str, ...]]  # reason group → reasons
    stages: tuple[str, ...]
    grades: tuple[str, ...]
    terms: Mapping[str, yaml.Node | None]  # term → its `is`
    calendars: tuple[str, ...]
    pools: tuple[str, ...]
    parties: tuple[str, ...]
    duties: tuple[str, ...]
    programmes: tuple[str, ...]
    cadences: tuple[str, ...]
    personas: tuple[str, ...]
    consents: tuple[str, ...]
    arms: tuple[str, ...]
    fixtures: tuple[str, ...]


def vocabulary(root: yaml.Mapping) -> Vocabulary:
    """Return the names a text declares."""
    dispositions = mapping_at(root, "dispositions")
    stages = mapping_at(root, "stages")
    return Vocabulary(
        kinds=_kinds(root, dispositions),
        lists={name: _values(node) for name, node in _pairs(mapping_at(root, "lists"))},
        reasons={
            group: tuple(node.entries)
            for group, node in _pairs(dispositions)
            if group in DECISION_GROUPS and isinstance(node, yaml.Mapping)
        },
        stages=tuple(stages.entries),
        grades=tuple(mapping_at(mapping_at(root, "fit"), "grades").entries),
        terms={
            name: node.get("is") if isinstance(node, yaml.Mapping) else None
            for name, node in _pairs(mapping_at(root, "glossary"))
        },
        calendars=tuple(mapping_at(root, "calendars").entries),
        pools=tuple(mapping_at(root, "pools").entries),
        parties=tuple(mapping_at(root, "parties").entries),
        duties=_ids(root, "sla"),
        programmes=_ids(root, "programmes"),
        cadences=_ids(root, "cadence"),
        personas=_ids(root, "personas"),
        consents=_ids(root, "consent"),
        arms=tuple(dict.fromkeys(_arms(root, stages))),
        fixtures=tuple(mapping_at(root, "fixtures").entries),
    )


def mapping_at(node: yaml.Mapping, key: str) -> yaml.Mapping:
    """Return the mapping under a key; an empty one if there is none."""
    below = node.get(key)
    return below if isinstance(below, yaml.Mapping) else yaml.Mapping(node.start, node.end, flow=True)


def items_at(node: yaml.Mapping, key: str) -> list[yaml.Mapping]:
    """Return the clauses of the list under a key."""
    below = node.get(key)
    return [each for each in below.items if isinstance(each, yaml.Mapping)] if isinstance(below, yaml.Sequence) else []


def texts_at(node: yaml.Mapping, key: str) -> list[yaml.Scalar]:
    """Return the words of the list under a key."""
    below = node.get(key)
    if not isinstance(below, yaml.Sequence):
        return []
    return [each for each in below.items if isinstance(each, yaml.Scalar) and each.sound]


def text_at(node: yaml.Mapping, key: str) -> yaml.Scalar | None:
    """Return the word under a key, if there is one that can be trusted."""
    below = node.get(key)
    return below if isinstance(below, yaml.Scalar) and below.sound and below.value is not None else None


def _pairs(node: yaml.Mapping) -> Iterator[tuple[str, yaml.Node]]:
    return ((name, entry.value) for name, entry in node.entries.items())


def _ids(root: yaml.Mapping, section: str) -> tuple[str, ...]:
    found = (text_at(clause, "id") for clause in items_at(root, section))
    return tuple(each.text for each in found if each is not None)


def _kinds(root: yaml.Mapping, dispositions: yaml.Mapping) -> Mapping[str, Kind]:
    """The standard kinds, the declared ones (a standard kind may be given more payload), and what reasons resume by."""
    kinds = dict(STANDARD_KINDS)
    declared = mapping_at(root, "kinds")
    for name in declared.entries:
        clause = mapping_at(declared, name)
        side = text_at(clause, "side")
        known = Side(side.text) if side is not None and side.text in list(Side) else Side.BOTH
        payload = tuple(each.text for each in texts_at(clause, "payload"))
        standard = STANDARD_KINDS.get(name)
        kinds[name] = (
            kind_of(name, known, payload)
            if standard is None
            else kind_of(name, standard.side, (*standard.payload, *payload))
        )
    for group, kind in DECISION_GROUPS.items():
        reasons = (node for _, node in _pairs(mapping_at(dispositions, group)) if isinstance(node, yaml.Mapping))
        resumed = [field.text for field in (text_at(reason, "resume") for reason in reasons) if field is not None]
        kinds[kind] = Kind(kind, kinds[kind].side, tuple(dict.fromkeys((*kinds[kind].payload, *resumed))))
    return kinds


def _values(node: yaml.Node) -> tuple[Value, ...] | None:
    if not isinstance(node, yaml.Sequence) or not node.sound:
        return None
    values = [each.value if isinstance(each, yaml.Scalar) and each.sound else None for each in node.items]
    return tuple(value for value in values if value is not None) if None not in values else None


def _arms(root: yaml.Mapping, stages: yaml.Mapping) -> Iterator[str]:
    """Yield the ids inside the conditions that admit a lead, and inside the terms such a condition may name."""
    admitting = [mapping_at(mapping_at(stages, name), "enter").get("when") for name in stages.entries]
    glossary = mapping_at(root, "glossary")
    meanings = [mapping_at(glossary, name).get("is") for name in glossary.entries]
    for tree in (*admitting, *meanings):
        for node in yaml.walk(tree) if tree is not None else ():
            arm = text_at(node, "id") if isinstance(node, yaml.Mapping) else None
            if arm is not None:
                yield arm.text
