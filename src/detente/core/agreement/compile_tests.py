"""Compile the tests inside an agreement (specification §9), and its fixtures.

What a test names (stages, duties, arms …) may come from any version of the timeline it runs on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.agreement import AgreementTest
from detente.core.agreement.history_line import UnreadableLine, parse_instant, parse_line
from detente.core.agreement.part import Part
from detente.core.agreement.standard import ATTRIBUTE_ROOTS
from detente.core.agreement.tokens import meant, nearest
from detente.core.agreement.vocabulary import Vocabulary, mapping_at, texts_at
from detente.core.facts.fact import ENRICH, Value

FACETS = ("used", "due", "early", "version")
"""What a test may ask about an instance of a duty, beside its status."""

_STATES = ("stage", "furthest", "score", "grade", "owner", "persona", "nonconforming", "arm", "hinges")
_SINGLE = tuple(name for name in _STATES if name != "nonconforming")
"""What a lead has one of at a time."""
_STATUSES = ("met", "broken", "open", "void", "none")
_ATTRIBUTE = re.compile(rf"({'|'.join(ATTRIBUTE_ROOTS)})(\.[^\W\d]\w*)+")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_USED = re.compile(r"\d+[mh]")
_FLAGS = ("from", "require")
_ANY_ZONE = ZoneInfo("UTC")  # whether a time can be read does not depend on the zone


@dataclass(frozen=True)
class TimelineNames:
    """The names of every version of a timeline together."""

    versions: Sequence[Vocabulary]

    def all(self, kind: str) -> tuple[str, ...]:
        """Return the names of a kind ("stages", "duties" …) of any version, in order."""
        return tuple(dict.fromkeys(name for each in self.versions for name in getattr(each, kind)))

    @cached_property
    def expectable(self) -> tuple[str, ...]:
        """Everything a test may expect something of, facets aside."""
        return (*self.all("stages"), *_STATES, *self.all("duties"), *self.all("consents"))


def tests(root: Part, names: TimelineNames) -> tuple[AgreementTest, ...]:
    """Return the tests as written."""
    fixtures = {name: _attributes(part) for name, part in root.named("fixtures")}
    used = {part.maybe("lead") for part in root.listed("tests")}
    for name in fixtures:
        if name not in used:
            root.below("fixtures").warn_key(name, f"no test uses the fixture '{name}'")
    return tuple(_test(part, fixtures, names) for part in root.listed("tests"))


def _test(part: Part, fixtures: Mapping[str, Mapping[str, Value]], names: TimelineNames) -> AgreementTest:
    if isinstance(part.node.get("lead"), yaml.Mapping):
        lead: Mapping[str, Value] = _attributes(part.below("lead"))
    else:
        lead = fixtures.get(part.reference("lead", fixtures, "fixture") or "", {})
    for line in texts_at(part.node, "history"):
        _check_line(part, line, names)
    at = part.maybe("at")
    if at is not None:
        _check_instant(part, part.node.get("at"), at)
    expected = mapping_at(part.node, "expect")
    for entry in expected.entries.values():
        _check_expectation(part, entry, names)
    source = part.context.report.source
    return AgreementTest(
        name=part.text("test"),
        file=source.file,
        line=source.position(part.node.start)[0],
        lead=lead,
        history=part.texts("history"),
        at=at,
        expect={name: _written(entry.value) for name, entry in expected.entries.items()},
        under=part.texts("under"),
    )


def _attributes(part: Part) -> dict[str, Value]:
    """Return attribute values; a blank is not a value."""
    found: dict[str, Value] = {}
    for path, entry in part.node.entries.items():
        if not _ATTRIBUTE.fullmatch(path):
            part.at_key(path, _no_attribute(path))
        value = entry.value.value if isinstance(entry.value, yaml.Scalar) else None
        if value is not None:
            found[path] = value
    return found


def _no_attribute(path: str) -> str:
    root, dot, rest = path.partition(".")
    near = nearest(root, ATTRIBUTE_ROOTS) if dot else None
    rule = f"an attribute is a path that begins with one of {', '.join(ATTRIBUTE_ROOTS)}"
    hint = f", did you mean '{near}.{rest}'?" if near else f"; {rule}"
    return f"unknown attribute '{path}'{hint}"


def _check_line(part: Part, node: yaml.Scalar, names: TimelineNames) -> None:
    try:
        row = parse_line(node.text, _ANY_ZONE)
    except UnreadableLine as error:
        part.inside(node, error.offset, f"history: {error}")
        return
    kinds = {name: kind for each in names.versions for name, kind in each.kinds.items()}
    if row.kind not in kinds:
        part.inside(node, row.offsets[""], f"unknown event '{row.kind}'{meant(row.kind, kinds)}")
        return
    for key, offset in row.offsets.items():
        if key in ("", "known"):
            continue
        if row.kind == ENRICH:
            if not _ATTRIBUTE.fullmatch(key):
                part.inside(node, offset, _no_attribute(key))
        elif key not in kinds[row.kind].payload:
            part.warn_inside(node, offset, f"{row.kind} carries no '{key}'{meant(key, kinds[row.kind].payload)}")


# --- expectations ---------------------------------------------------------------------------------------------------


def _check_expectation(part: Part, entry: yaml.Entry, names: TimelineNames) -> None:
    name, key = entry.key.text, entry.key
    values = entry.value.items if isinstance(entry.value, yaml.Sequence) else [entry.value]
    scalars = [value for value in values if isinstance(value, yaml.Scalar) and value.sound]
    duty, facet = _split(name, names)
    if name in names.all("stages"):
        for value in scalars:
            if value.text != "never" or isinstance(entry.value, yaml.Sequence):
                _check_instant(part, value, value.text)
    elif isinstance(entry.value, yaml.Sequence) and (name in _SINGLE or name in names.all("consents")):
        part.at_node(entry.value, f"'{name}' has one value, not a list")
    elif name in _STATES:
        _check_state(part, name, scalars, names)
    elif name in names.all("consents"):
        _one_of(part, scalars, ("ok", "broken"))
    elif duty in names.all("duties"):
        for value in scalars:
            _check_facet(part, value, facet)
    else:
        suffix = f".{facet}" if facet else ""
        near = nearest(duty, names.expectable)
        hint = f", did you mean '{near}{suffix}'?" if near else ""
        part.at_node(key, f"unknown stage, duty or measure '{name}'{hint}")


def _split(name: str, names: TimelineNames) -> tuple[str, str]:
    duty, _, facet = name.rpartition(".")
    return (name, "") if name in names.all("duties") or facet not in FACETS else (duty, facet)


def _check_state(part: Part, name: str, values: list[yaml.Scalar], names: TimelineNames) -> None:
    stages = names.all("stages")
    match name:
        case "stage" | "furthest":
            _one_of(part, values, (*stages, "none"))
        case "grade" | "persona" | "arm":
            _one_of(part, values, (*names.all(f"{name}s"), "none"))
        case "hinges":
            _one_of(part, values, ("true", "false"))
        case "nonconforming":
            _one_of(part, values, tuple(f"{stage}:{flag}" for stage in stages for flag in _FLAGS))
        case "score":
            for value in values:
                if not isinstance(value.value, int | float) or isinstance(value.value, bool):
                    part.at_node(value, f"a number is expected, not '{value.text}'")


def _check_facet(part: Part, value: yaml.Scalar, facet: str) -> None:
    if value.text == "none":
        return
    if facet == "due":
        _check_instant(part, value, value.text)
    elif facet == "used" and not _USED.fullmatch(value.text):
        part.at_node(value, f"'{value.text}' is no time used; write it as 45m or 2h")
    elif facet == "early":
        _one_of(part, [value], ("true", "false", "none"))
    elif not facet:
        _one_of(part, [value], _STATUSES)


def _one_of(part: Part, values: Iterable[yaml.Scalar], known: tuple[str, ...]) -> None:
    for value in values:
        if _written(value) not in known:
            hint = meant(value.text, known) or (f"; one of {', '.join(known)}" if len(known) < 6 else "")
            part.at_node(value, f"unknown word '{value.text}'{hint}")


def _check_instant(part: Part, node: yaml.Node | None, text: str) -> None:
    try:
        parse_instant(text, _ANY_ZONE)
    except ValueError as error:
        if isinstance(node, yaml.Scalar):
            part.at_node(node, str(error))


def _written(node: yaml.Node) -> str | list[str]:
    """Return an expectation as written; a truth value in one way."""
    if isinstance(node, yaml.Scalar):
        return str(node.value).lower() if isinstance(node.value, bool) else node.text
    items = node.items if isinstance(node, yaml.Sequence) else []
    return [str(_written(item)) for item in items]


def check_versions(root: Part, versions: Sequence[str]) -> None:
    """Report the versions under which a test would run and which the timeline does not have."""
    for part in root.listed("tests"):
        for node in texts_at(part.node, "under"):
            if node.text not in versions and _VERSION.fullmatch(node.text):
                part.at_node(node, f"unknown version '{node.text}'{meant(node.text, versions)}")
