"""Mutants of an agreement: the text with one number moved, one guard dropped or one arm taken out, nothing else.

A mutant that no test of the agreement notices is a clause nobody has pinned down. Only clauses are changed that a test
can observe: fit, score, stages, the terms and lists they use, personas, routing, clocks and checks, reasons, consent,
calendars. Left out are words, volumes, objectives, alerts, credit, targets, pay, programmes and meetings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from detente.core.agreement import nudges
from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.edits import Edit, within, without_entry, without_item
from detente.core.agreement.mutate_lines import Nudge, changes
from detente.core.agreement.parser import parse
from detente.core.agreement.places import CONDITIONS, Found, branches_of, conditions_in, found_at, lines_of
from detente.core.agreement.reader import read_agreement
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.tokens import cut
from detente.core.errors import AgreementError

_UNOBSERVED = ("alert", "escalate", "campaigns", "programmes")
_OBSERVED = tuple(place for place in CONDITIONS if not set(place.split(".")) & set(_UNOBSERVED))
_DURATIONS = ("score.*.expires", "stages.*.reentry.after", "sla.*.target.*.within")
_NUMBERS = ("score.*.points", "score.*.cap")
_KEYS = (
    "score.*.cap", "score.*.expires", "stages.*.reentry", "stages.*.reentry.unless", "stages.*.resets", "stages.*.exit",
    "stages.*.enter.require", "stages.*.enter.from", "sla.*.clock.void_on", "routing.*.calendar",
    "calendars.*.holidays", "calendars.*.open.*", "consent.*.forbid", "consent.*.require", "consent.*.require.*",
    "dispositions.recycle.*.sets", "dispositions.discard.*.sets", "dispositions.reject.*.sets",
)  # fmt: skip
_ITEMS = (
    "stages.*.enter.from.*", "sla.*.clock.stop.*", "sla.*.at.*", "sla.*.target.*", "routing.*",
    "consent.*.forbid.*", "calendars.*.closed.*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed text: which clause, what was changed, and where it stood in the text."""

    clause_id: str
    description: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    clause: str
    what: str
    index: int
    edit: Edit


def mutants(text: str, file: str) -> Iterator[Mutant]:
    """Yield the mutants of a text in the order of the text; each still compiles. Raises AgreementError if it does not.

    Compiling takes a few hundredths of a second a mutant, so take them as they come.
    """
    agreement, problems = read_agreement(text, file)
    if agreement is None:
        raise AgreementError(problems)
    source = SourceText(text, file)
    root = yaml.read_nodes(source, Report(source))
    found = _Mutations(source, root, agreement) if isinstance(root, yaml.Mapping) else None
    seen = {agreement.hash}
    for change in sorted(found.all(), key=_order) if found is not None else ():
        mutated = change.edit.apply(source.text)
        compiled, _ = read_agreement(mutated, file)
        if compiled is not None and compiled.hash not in seen:
            seen.add(compiled.hash)
            yield Mutant(change.clause, change.what, *source.position(change.index), mutated)


def _order(change: _Change) -> tuple[int, int, int, str, str]:
    return change.index, change.edit.start, change.edit.end, change.edit.new, change.what


@dataclass(frozen=True)
class _Mutations:
    source: SourceText
    root: yaml.Mapping
    agreement: Agreement

    def all(self) -> Iterator[_Change]:
        """Yield every change, some of which may not compile."""
        yield from self._numbers()
        for found in found_at(self.root, *_KEYS):
            yield from self._taken_out(found)
        for found in found_at(self.root, *_ITEMS):
            yield from self._taken_out(found)
        for place, key in (("personas.*", "is"), ("consent.*", "when")):
            for found in found_at(self.root, place):
                yield from self._settled(found, key, "false")
        terms, lists = self._used()
        for name in lists:
            for found in found_at(self.root, f"lists.{name}.*", f"dispositions.{name}.*"):
                yield from self._taken_out(found)
        for condition in conditions_in(self.root, *_OBSERVED):
            if condition.path[0] != "glossary" or condition.path[1] in terms:
                yield from self._condition(condition)

    # --- numbers ------------------------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[_Change]:
        fit, grades = self.agreement.fit, self.agreement.grades.values()
        steps = [*(rule.points for rule in fit), *grades]
        moves: list[tuple[tuple[str, ...], Nudge]] = [
            (_NUMBERS, nudges.number),
            (_DURATIONS, nudges.duration),
            (("fit.points.*.points",), partial(nudges.fit_points, others=steps)),
            (("fit.grades.*",), partial(nudges.threshold, sums=nudges.fit_sums(fit))),
            (("calendars.*.open.*", "calendars.*.open.*.*"), nudges.opening),
        ]
        for places, nudge in moves:
            for found in found_at(self.root, *places):
                if isinstance(found.node, yaml.Scalar):
                    yield from self._moved(found, found.node, nudge)
        for found in found_at(self.root, "calendars.*.open.*"):
            entry = self._entry(found)
            yield from self._moved(found, entry.key, nudges.weekdays)

    def _moved(self, found: Found, scalar: yaml.Scalar, nudge: Nudge) -> Iterator[_Change]:
        name = next(part for part in reversed(found.path) if isinstance(part, str) and part != scalar.text)
        for new in nudge(scalar.text):
            edit = within(self.source, scalar, 0, len(scalar.text), new)
            yield _Change(found.clause, f"{name} {scalar.text} becomes {new}", scalar.start, edit)

    # --- what is taken out --------------------------------------------------------------------------------------

    def _taken_out(self, found: Found) -> Iterator[_Change]:
        parent, last = found.above[-1], found.path[-1]
        if isinstance(parent, yaml.Mapping):
            edit = without_entry(self.source, parent, str(last))
            index, what = self._entry(found).key.start, f"drop '{last}'"
        else:
            edit = without_item(self.source, parent, int(last))
            index = found.node.start
            name = next(part for part in reversed(found.path) if isinstance(part, str))
            what = f"drop '{self._shown(found)}' of '{name}'"
        if edit is not None:
            yield _Change(found.clause, what, index, edit)

    def _entry(self, found: Found) -> yaml.Entry:
        parent = found.above[-1]
        if not isinstance(parent, yaml.Mapping):
            raise TypeError(f"{found.path} is not under a key")
        return parent.entries[str(found.path[-1])]

    def _shown(self, found: Found) -> str:
        """A word as it is, a clause by its id, a row by its place."""
        named = found.node.get("id") if isinstance(found.node, yaml.Mapping) else found.node
        return named.text if isinstance(named, yaml.Scalar) else f"row {int(found.path[-1]) + 1}"

    # --- conditions ---------------------------------------------------------------------------------------------

    def _condition(self, condition: Found) -> Iterator[_Change]:
        for line in lines_of(condition):
            if isinstance(line.node, yaml.Scalar):
                yield from self._line(line, line.node)
        yield from self._tree(condition)

    def _line(self, found: Found, scalar: yaml.Scalar) -> Iterator[_Change]:
        tree = parse(scalar.text).tree
        if tree is None:
            return
        for change in changes(scalar.text, tree, self._of_score):
            edit = within(self.source, scalar, change.start, change.end, change.new)
            yield _Change(found.clause, change.what, edit.start, edit)

    def _of_score(self, text: str) -> list[str]:
        most = abs(int(float(text))) + 1
        return nudges.threshold(text, nudges.score_sums(self.agreement.score, most))

    def _tree(self, condition: Found) -> Iterator[_Change]:
        for branch in branches_of(condition):
            key, node = branch.path[-1], branch.node
            if key == "not":
                at = self._entry(branch).key
                yield _Change(branch.clause, "drop 'not'", at.start, Edit(at.start, at.end, "is"))
            for below in branch.below() if isinstance(node, yaml.Sequence) else [branch]:
                if isinstance(node, yaml.Sequence):
                    yield from self._settled(below, "is", "true" if key == "all" else "false")
                yield from self._tree(below)

    def _settled(self, found: Found, key: str, verdict: str) -> Iterator[_Change]:
        """Take a clause out; one with an id, which a test may name, is settled instead, so that it has no effect."""
        line = found.node.get(key) if isinstance(found.node, yaml.Mapping) else None
        if not isinstance(line, yaml.Scalar):
            yield from self._taken_out(found)
            return
        edit = Edit(line.start, line.end, verdict + ("\n" if line.style in ("|", ">") else ""))
        yield _Change(found.clause, f"drop '{self._shown(found)}'", found.node.start, edit)

    def _used(self) -> tuple[set[str], list[str]]:
        """Return the terms and the lists (or reason groups) that observed conditions read, through terms."""
        lines: dict[str, list[str]] = {}
        open_: list[str] = []
        for condition in conditions_in(self.root, *_OBSERVED):
            texts = [line.node.text for line in lines_of(condition) if isinstance(line.node, yaml.Scalar)]
            if condition.path[0] == "glossary":
                lines[str(condition.path[1])] = texts
            else:
                open_ += texts
        terms: set[str] = set()
        lists: dict[str, None] = {}
        while open_:
            for token in cut(open_.pop(0), []):
                if token.type == "LIST":
                    lists[str(token)[1:]] = None
                elif token.type == "NAME" and str(token) in lines and str(token) not in terms:
                    terms.add(str(token))
                    open_ += lines[str(token)]
        return terms, list(lists)
