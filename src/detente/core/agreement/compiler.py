"""Compile one text: from its nodes and its typed document to the `Agreement` that is replayed.

Every section is compiled even if another one is wrong, so that all problems of a text are found in one run; the result
is used only if there were none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from detente.core.agreement import compile_cycle, compile_sla, compile_tests, compile_words, compile_work, lint
from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.canonical import content_hash
from detente.core.agreement.compile_tests import TimelineNames
from detente.core.agreement.conditions import Conditions
from detente.core.agreement.document import Document
from detente.core.agreement.document_types import EARLIEST
from detente.core.agreement.part import Context, Part
from detente.core.agreement.paths import paths_of
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.structure import document_of
from detente.core.agreement.vocabulary import Vocabulary, vocabulary
from detente.core.calendars.instants import instant_of

_UNNAMED = ("fixtures", "lists", "owners")  # their keys are names, never the key `id`


@dataclass(frozen=True)
class Reading:
    """A text read: its nodes, the names it declares, its typed document if its shape is right."""

    report: Report
    root: yaml.Mapping
    names: Vocabulary
    document: Document | None

    @property
    def part(self) -> Part:
        """The whole text as a part, with the names and conditions it shares."""
        return Part(Context(self.names, Conditions(self.names, self.report), self.report), self.root)


def read(text: str, file: str) -> Reading:
    """Read a text; what is wrong with its YAML and its shape is in the report."""
    report = Report(SourceText(text, file))
    node = yaml.read_nodes(report.source, report)
    unreadable = node is None and report.refused
    document = None if unreadable else document_of(node, report)
    root = node if isinstance(node, yaml.Mapping) else yaml.Mapping(0, 0, flow=True, sound=False)
    return Reading(report, root, vocabulary(root), document)


def compile_agreement(reading: Reading, names: TimelineNames) -> Agreement | None:
    """Return the agreement of a text; None if anything in it is refused. `names`: those of its whole timeline."""
    root = reading.part
    zone = compile_words.zone_of(root, "timezone")
    root.reference("default_calendar", root.names.calendars, "calendar")
    _report_repeated_ids(root)
    compile_words.check_kinds(root)
    paths = paths_of(root)
    lists, terms = compile_words.lists(root), compile_words.terms(root)
    fit, score = compile_words.fit(root), compile_words.score(root)
    compile_words.check_points(root, fit, score)
    stages = compile_cycle.stages(root, paths)
    duties = compile_sla.duties(root, stages, paths)
    compile_sla.report_missing_calendar(root)
    targets = compile_work.targets(root)
    compile_work.check_words(root, targets)
    compile_work.check_programmes(root)
    compile_work.check_meetings_and_change(root)
    effective = _effective(root)
    compiled = Agreement(
        id=root.text("agreement"),
        version=root.text("version"),
        effective=effective,
        effective_at=instant_of(datetime(effective.year, effective.month, effective.day, tzinfo=zone)),
        timezone=root.text("timezone"),
        currency=root.maybe("currency"),
        hash="" if reading.document is None else content_hash(reading.document),
        parties=compile_words.parties(root),
        kinds=root.names.kinds,
        calendars=compile_words.calendars(root),
        default_calendar=root.maybe("default_calendar"),
        lists=lists,
        terms=terms,
        personas=compile_words.personas(root),
        fit=fit,
        grades=root.below("fit").numbers("grades"),
        score=score,
        stages=stages,
        dispositions=compile_cycle.dispositions(root),
        routing=compile_cycle.routing(root),
        pools=compile_cycle.pools(root),
        duties=duties,
        credit=compile_work.credit(root, stages),
        targets=targets,
        incentives=compile_work.incentives(root, duties, targets),
        consent=compile_work.consent(root),
        tests=compile_tests.tests(root, names),
        document=reading.document,
        file=reading.report.source.file,
    )
    if reading.report.refused:
        return None
    lint.warn(root, compiled)
    return compiled


def _effective(root: Part) -> date:
    try:
        return max(date.fromisoformat(root.text("effective")), EARLIEST)  # what is earlier is reported already
    except ValueError:
        return date(1990, 1, 1)  # reported already; nothing is made of it


def _report_repeated_ids(root: Part) -> None:
    """A clause id names one clause of the text."""
    seen: dict[str, int] = {}
    source = root.context.report.source
    for key, entry in root.node.entries.items():
        for node in yaml.walk(entry.value) if key not in _UNNAMED else ():
            found = node.get("id") if isinstance(node, yaml.Mapping) else None
            if isinstance(found, yaml.Scalar) and found.sound and found.value is not None:
                if found.text in seen:
                    line, _ = source.position(seen[found.text])
                    root.context.report.error(found.start, f"duplicate id '{found.text}': line {line} has it already")
                seen.setdefault(found.text, found.start)
